"""A folder of suites in the grid."""

from airflow_data_quality.scheduling.suites import data_quality_dags

globals().update(data_quality_dags("suites", prefix="grid", schedule="@daily", gate="continue"))
