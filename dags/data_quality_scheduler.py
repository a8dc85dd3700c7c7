"""Runs stored tests when they are due: mount this file into the DAGs folder."""

from airflow_data_quality.scheduling.dags import scheduler_dag

dag = scheduler_dag()
