"""Everything that would be true without Airflow: what a check is, how it is asked, how it is judged and kept."""
