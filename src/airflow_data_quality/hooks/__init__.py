"""Where Airflow's hooks and connections become what the core speaks."""
