"""Keeps the stores in order every night: mount this file into the DAGs folder."""

from airflow_data_quality.scheduling.dags import maintenance_dag

dag = maintenance_dag()
