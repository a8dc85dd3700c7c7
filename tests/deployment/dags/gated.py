"""A pipeline that publishes only what is good, and one that does not stop."""

from __future__ import annotations

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

from airflow_data_quality import Completeness, CustomSql, DataQualityOperator, Volume

with DAG("gated", schedule=None):
    DataQualityOperator(
        task_id="quality", conn_id="warehouse", table="public.orders", checks=[Volume(min=1), Completeness(column="email")]
    ) >> EmptyOperator(task_id="publish")

with DAG("long", schedule=None):
    DataQualityOperator(
        task_id="quality",
        conn_id="warehouse",
        table="public.orders",
        checks=[CustomSql(name="long", sql="SELECT count(*) FROM public.orders, pg_sleep(25)", min=1)],
        retries=1,
        retry_delay=1,
    ) >> EmptyOperator(task_id="publish")
