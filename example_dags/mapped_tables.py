"""One list of checks, many tables: a mapped task for each.

The list of tables may be written here or, as in this example, come from another task when the DAG runs. Each table is a task
instance of its own, with a history of its own: test ids end in what was mapped, `…/volume[mapped_tables_b]`.

It needs a connection `warehouse`: PostgreSQL or SQLite.
"""

from __future__ import annotations

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, task

from airflow_data_quality import DataQualityOperator, Uniqueness, Volume

with DAG("example_mapped_tables", schedule=None, tags=["example", "data quality"], doc_md=__doc__):
    load = SQLExecuteQueryOperator(
        task_id="load",
        conn_id="warehouse",
        sql=[
            "DROP TABLE IF EXISTS mapped_tables_a",
            "DROP TABLE IF EXISTS mapped_tables_b",
            "CREATE TABLE mapped_tables_a AS SELECT 1 AS id UNION ALL SELECT 2",
            "CREATE TABLE mapped_tables_b AS SELECT 1 AS id UNION ALL SELECT 1",
        ],
    )

    @task
    def tables() -> list[str]:
        """Stands for a look into a catalog."""
        return ["mapped_tables_a", "mapped_tables_b"]

    found = tables()
    quality = DataQualityOperator.partial(
        task_id="quality",
        conn_id="warehouse",
        checks=[Volume(min=1), Uniqueness(columns=["id"])],
    ).expand(table=found)

    @task
    def publish() -> None:
        """Runs only when all tables are good; in mapped_group.py each decides for itself."""

    load >> found
    quality >> publish()
