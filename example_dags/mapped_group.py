"""A gate for each table: the bad one is left out, the others are published.

In a mapped task group each table has a gate and a `publish` of its own. Test ids end in the arguments of the gate:
`…/volume[warehouse, mapped_group_b]`.

It needs a connection `warehouse`: PostgreSQL or SQLite.
"""

from __future__ import annotations

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, task, task_group

from airflow_data_quality import DataQualityOperator, Uniqueness, Volume

with DAG("example_mapped_group", schedule=None, tags=["example", "data quality"], doc_md=__doc__):
    load = SQLExecuteQueryOperator(
        task_id="load",
        conn_id="warehouse",
        sql=[
            "DROP TABLE IF EXISTS mapped_group_a",
            "DROP TABLE IF EXISTS mapped_group_b",
            "CREATE TABLE mapped_group_a AS SELECT 1 AS id UNION ALL SELECT 2",
            "CREATE TABLE mapped_group_b AS SELECT 1 AS id UNION ALL SELECT 1",
        ],
    )

    @task
    def publish(table: str) -> None:
        """Runs for each table that is good."""

    @task_group
    def each(table: str) -> None:
        """One table: ask, publish."""
        quality = DataQualityOperator(
            task_id="quality",
            conn_id="warehouse",
            table=table,
            checks=[Volume(min=1), Uniqueness(columns=["id"])],
            gate="skip",
        )
        quality >> publish(table)

    load >> each.expand(table=["mapped_group_a", "mapped_group_b"])
