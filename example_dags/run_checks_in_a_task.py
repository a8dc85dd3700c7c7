"""`run_checks` inside a task of one's own: ask, look at the answers, decide.

`run_checks` knows no Airflow: it raises nothing when the data is bad and keeps nothing. `database` gives it what is behind an
Airflow connection. Checks that are made by one task for another travel as plain data: `.spec()`.

It needs a connection `warehouse`: PostgreSQL or SQLite.
"""

from __future__ import annotations

from typing import Any

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, task

from airflow_data_quality import Completeness, Volume, run_checks

with DAG("example_run_checks_in_a_task", schedule=None, tags=["example", "data quality"], doc_md=__doc__):
    load = SQLExecuteQueryOperator(
        task_id="load",
        conn_id="warehouse",
        sql=[
            "DROP TABLE IF EXISTS task_orders",
            "CREATE TABLE task_orders AS SELECT 1 AS id, 'ann@example.org' AS email UNION ALL SELECT 2, NULL",
        ],
    )

    @task
    def checks() -> list[dict[str, Any]]:
        """Airflow carries no objects of other packages from task to task, but it carries what `.spec()` returns."""
        return [Volume(min=1).spec(), Completeness(column="email").spec()]

    @task
    def choose(checks: Any) -> str:
        """Returns which rows may be used."""
        from airflow_data_quality.hooks.database import database

        run = run_checks({"table": "task_orders"}, checks, database("warehouse"))
        for execution in run.executions:
            print(execution.outcome, execution.check.describe(), "-", execution.message)
        return "all" if run.verdict == "passed" else "email IS NOT NULL"

    @task
    def publish(rows: Any) -> str:
        """Gets what `choose` has returned."""
        return f"published {rows}"

    made = checks()
    load >> made
    publish(choose(made))
