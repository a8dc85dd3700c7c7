"""A gate that stops a pipeline: load, ask, publish.

Bad data fails the task `quality`, and `publish` does not run. Airflow does not retry the gate: the same data would fail
again. Start it with `{"broken": false}` to see the data go through.

It needs a connection `warehouse`: PostgreSQL or SQLite.
"""

from __future__ import annotations

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, Param, task

from airflow_data_quality import Completeness, DataQualityOperator, Uniqueness, Volume

with DAG(
    "example_gate_fail",
    schedule=None,
    params={"broken": Param(True, type="boolean", description="whether an order comes without an email address")},
    tags=["example", "data quality"],
    doc_md=__doc__,
):
    # Stands for whatever brings your data.
    load = SQLExecuteQueryOperator(
        task_id="load",
        conn_id="warehouse",
        sql=[
            "DROP TABLE IF EXISTS gate_fail_orders",
            "CREATE TABLE gate_fail_orders AS SELECT 1 AS id, 'ann@example.org' AS email"
            " UNION ALL SELECT 2, {{ 'NULL' if params.broken else \"'bob@example.org'\" }}",
        ],
    )

    quality = DataQualityOperator(
        task_id="quality",
        conn_id="warehouse",
        table="gate_fail_orders",
        checks=[
            Volume(min=1),
            Uniqueness(columns=["id"]),
            Completeness(column="email"),
        ],
    )

    @task
    def publish() -> None:
        """Runs only when the data is good."""

    load >> quality >> publish()
