"""Tests that are kept in a store, not in the DAG: who knows the data changes them, and no DAG is touched.

They have ids, owners and tags, and are run by id or by tag. The store is read when the task runs, so that an edit takes effect
with the next run; a test that is not enabled is left out, and the log says so. Before the first run, fill the store with what
lies beside this file:

    airflow data-quality tests apply example_dags/stored_tests/

Without settings the store is the file `data_quality.db` in `AIRFLOW_HOME`. It needs a connection `warehouse`: PostgreSQL or
SQLite.
"""

from __future__ import annotations

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, Param, task

from airflow_data_quality import DataQualityOperator

with DAG(
    "example_stored_tests",
    schedule=None,
    params={"broken": Param(True, type="boolean", description="whether an order comes without an email address")},
    tags=["example", "data quality"],
    doc_md=__doc__,
):
    load = SQLExecuteQueryOperator(
        task_id="load",
        conn_id="warehouse",
        sql=[
            "DROP TABLE IF EXISTS stored_tests_orders",
            "CREATE TABLE stored_tests_orders AS SELECT 1 AS id, 'ann@example.org' AS email"
            " UNION ALL SELECT 1, {{ 'NULL' if params.broken else \"'bob@example.org'\" }}",
        ],
    )

    # They say themselves on which table, and behind which connection.
    quality = DataQualityOperator(task_id="quality", tests=["example-orders-volume", "tag:example-gold"])

    @task
    def publish() -> None:
        """Runs only when the data is good."""

    load >> quality >> publish()
