"""A gate that only watches: measure, keep, carry on.

With `gate="continue"` the pipeline runs as before, whatever the data is like: the way to begin with checks on a pipeline that
must not stop. What was found is kept, and the summary travels by XCom, so that a task can make something of it.

It needs a connection `warehouse`: PostgreSQL or SQLite.
"""

from __future__ import annotations

from typing import Any

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, task

from airflow_data_quality import Completeness, DataQualityOperator, Volume

with DAG("example_gate_continue", schedule=None, tags=["example", "data quality"], doc_md=__doc__):
    load = SQLExecuteQueryOperator(
        task_id="load",
        conn_id="warehouse",
        sql=[
            "DROP TABLE IF EXISTS gate_continue_orders",
            "CREATE TABLE gate_continue_orders AS SELECT 1 AS id, 'ann@example.org' AS email UNION ALL SELECT 2, NULL",
        ],
    )

    quality = DataQualityOperator(
        task_id="quality",
        conn_id="warehouse",
        table="gate_continue_orders",
        checks=[Volume(min=1), Completeness(column="email")],
        gate="continue",
    )

    @task
    def tell(summary: Any) -> str:
        """Gets run id, verdict, score, counts and the ids of the tests that failed or errored."""
        return f"{summary['verdict']}: {', '.join(summary['failing']) or 'all is well'}"

    @task
    def publish() -> None:
        """Runs whatever was found."""

    # `quality.output` is the summary; using it puts `tell` behind the gate.
    load >> quality >> [tell(quality.output), publish()]
