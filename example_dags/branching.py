"""A fork in the road: good data is published, bad data is put aside.

`quality` follows one of two branches and skips the other. A branch is a task right behind it, a task group, a list of those,
or `[]` for nothing. What only warns follows the good branch; a question that cannot be asked fails the task.

It needs a connection `warehouse`: PostgreSQL or SQLite.
"""

from __future__ import annotations

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, Param, TaskGroup, task

from airflow_data_quality import Completeness, DataQualityBranchOperator, Volume

with DAG(
    "example_branching",
    schedule=None,
    params={"broken": Param(True, type="boolean", description="whether an order comes without an email address")},
    tags=["example", "data quality"],
    doc_md=__doc__,
):
    load = SQLExecuteQueryOperator(
        task_id="load",
        conn_id="warehouse",
        sql=[
            "DROP TABLE IF EXISTS branching_orders",
            "CREATE TABLE branching_orders AS SELECT 1 AS id, 'ann@example.org' AS email"
            " UNION ALL SELECT 2, {{ 'NULL' if params.broken else \"'bob@example.org'\" }}",
        ],
    )

    quality = DataQualityBranchOperator(
        task_id="quality",
        conn_id="warehouse",
        table="branching_orders",
        checks=[Volume(min=1), Completeness(column="email")],
        follow_if_passed="publish",
        follow_if_failed=["put_aside", "tell_the_sender"],
    )

    with TaskGroup("publish") as publish:

        @task
        def swap_tables() -> None:
            """Would let readers see the new table."""

        @task
        def refresh_reports() -> None:
            """Would follow in its turn."""

        swap_tables() >> refresh_reports()

    @task
    def put_aside() -> None:
        """Would keep the table for someone to look at."""

    @task
    def tell_the_sender() -> None:
        """Would write a mail."""

    @task(trigger_rule="none_failed_min_one_success")
    def clean_up() -> None:
        """Runs behind either branch."""

    load >> quality >> [publish, put_aside(), tell_the_sender()] >> clean_up()
