"""The demo: a real Airflow runs a real pipeline on real flights; the checks stop it once and let it pass once."""
