"""A gate that skips: when there is nothing worth publishing, that is no failure.

Bad data skips the task `quality`, and with it `publish`: the run is green. `report` runs in either case, for its trigger
rule is content with what was skipped. A question that cannot be asked (no such column, no server) still fails the task.

It needs a connection `warehouse`: PostgreSQL or SQLite.
"""

from __future__ import annotations

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, Param, task

from airflow_data_quality import DataQualityOperator, Volume

with DAG(
    "example_gate_skip",
    schedule=None,
    params={"orders": Param(0, type="integer", minimum=0, maximum=1, description="how many orders came today")},
    tags=["example", "data quality"],
    doc_md=__doc__,
):
    load = SQLExecuteQueryOperator(
        task_id="load",
        conn_id="warehouse",
        sql=[
            "DROP TABLE IF EXISTS gate_skip_orders",
            "CREATE TABLE gate_skip_orders AS SELECT 1 AS id WHERE {{ params.orders }} = 1",
        ],
    )

    quality = DataQualityOperator(
        task_id="quality",
        conn_id="warehouse",
        table="gate_skip_orders",
        checks=[Volume(min=1)],
        gate="skip",
    )

    @task
    def publish() -> None:
        """Skipped together with the gate."""

    @task(trigger_rule="none_failed")
    def report() -> None:
        """Runs whether the data was published or not, but not when the question could not be asked."""

    load >> quality >> publish() >> report()
