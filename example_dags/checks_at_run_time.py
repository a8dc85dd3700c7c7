"""Checks that are made when the task runs, by a function.

What the function of `@task.data_quality` returns is checked: a check, a list of checks, or a suite. It may ask a database, a
file, a service for them; the decorator takes all other arguments of DataQualityOperator.

It needs a connection `warehouse`: PostgreSQL or SQLite.
"""

from __future__ import annotations

from typing import Any

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, task

from airflow_data_quality import Completeness, Uniqueness, Volume

with DAG("example_checks_at_run_time", schedule=None, params={"least": 1}, tags=["example", "data quality"], doc_md=__doc__):
    load = SQLExecuteQueryOperator(
        task_id="load",
        conn_id="warehouse",
        sql=[
            "DROP TABLE IF EXISTS run_time_orders",
            "DROP TABLE IF EXISTS run_time_customers",
            "CREATE TABLE run_time_orders AS SELECT 1 AS id, 7 AS customer_id",
            "CREATE TABLE run_time_customers AS SELECT 7 AS id, 'ann@example.org' AS email",
        ],
    )

    @task
    def needed() -> dict[str, list[str]]:
        """Stands for a look into a data catalog: which columns of which table must be filled."""
        return {"run_time_orders": ["id", "customer_id"], "run_time_customers": ["id", "email"]}

    @task.data_quality(conn_id="warehouse", table="run_time_orders")
    def quality(columns: Any, params: Any = None) -> Any:
        """Gets what other tasks have found and, by name, what Airflow knows of the run, as any task function does."""
        checks = [Completeness(column=column) for column in columns["run_time_orders"]]
        return [Volume(min=params["least"]), *checks]

    @task.data_quality(conn_id="warehouse")
    def keys(table: str) -> Any:
        """Chooses the table too: what it returns is a suite. Mapped like any task function."""
        return {"table": table, "checks": [Uniqueness(columns=["id"])]}

    @task
    def publish() -> None:
        """Runs only when both are content."""

    load >> [quality(needed()), keys.expand(table=["run_time_orders", "run_time_customers"])] >> publish()
