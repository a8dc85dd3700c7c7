"""Runs stored tests now, as its conf says: mount this file into the DAGs folder."""

from airflow_data_quality.scheduling.dags import runner_dag

dag = runner_dag()
