# ruff: noqa: TID251 - Airflow itself is measured here
"""What does the operator add to a PythonOperator that runs the same SQL through the same hook?

Both run in Airflow as a task does, by ``execute``; the result store is written, the log is formatted. Three lives of a task:

* warm: the process has run the operator before;
* fresh: a new process, in which Airflow's base, the hook and nothing of ours is imported before the clock starts;
* forked: the same, in a fork of a process whose heap is frozen, which is how LocalExecutor runs tasks. A full collection
  of Airflow's own heap takes longer than the operator, and in a fresh process its allocations may be what triggers it.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.database import COLUMNS, airflow_connection, execute, orders
from benchmarks.harness import added, forked, freeze, fresh, interleaved, ms, silence, table

TABLE = "few_orders"
"""Small, so that what is measured is the operator and not the database."""
WARM_LIMIT_MS, FRESH_LIMIT_MS = 50, 300


def main(url: str) -> None:
    """Measures the three lives of both tasks."""
    orders(url, TABLE, rows=1000)
    sql = the_same_sql(url)
    with tempfile.TemporaryDirectory(prefix="dq-bench-") as home:
        env = {**airflow_connection(url), "AIRFLOW_HOME": home, "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}

        def process(kind: str) -> Callable[[], float]:
            return lambda: float(fresh("benchmarks.operator_overhead", "once", kind, sql, env=env))

        lives = {
            "warm": fresh("benchmarks.operator_overhead", "warm", sql, env=env),
            "fresh": interleaved({"python": process("python"), "quality": process("quality")}, rounds=5),
            "forked": fresh("benchmarks.operator_overhead", "forks", sql, False, env=env),
            "forked, the store is made first": fresh("benchmarks.operator_overhead", "forks", sql, True, env=env),
        }
    limits = {"warm": WARM_LIMIT_MS, "fresh": FRESH_LIMIT_MS, "forked": FRESH_LIMIT_MS}
    rows = []
    for life, taken in lives.items():
        more = added(taken["quality"], taken["python"])
        rows.append((life, ms(taken["python"]), ms(taken["quality"]), more, f"< {limits[life]}" if life in limits else ""))
    table(("20 checks", "PythonOperator, ms", "DataQualityOperator, ms", "added, median (least)", "promised"), rows)


def checks() -> list[Any]:
    """Returns one volume and nineteen completeness checks."""
    from airflow_data_quality import Completeness, Volume

    named = [Completeness(name=f"{column} again", columns=[column, "order_id"], max_failing="1%") for column in COLUMNS[1:]]
    return [Volume(min=1), *(Completeness(column=column, max_failing="1%") for column in COLUMNS), *named]


def the_same_sql(url: str) -> str:
    """Returns the one statement that the checks become."""
    from airflow_data_quality import connect, run_checks

    (statement,) = run_checks({"table": TABLE}, checks(), connect(url)).plan.statements
    execute(url, statement.sql)
    return str(statement.sql)


# In processes of their own --------------------------------------------------------------------------------------------


def import_base() -> None:
    """Imports what any task with this hook has imported."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook  # noqa: F401
    from airflow.providers.standard.operators.python import PythonOperator  # noqa: F401
    from airflow.sdk import BaseOperator  # noqa: F401


def task(kind: str, sql: str) -> Any:
    """Defines one of the two tasks."""
    if kind == "python":
        from airflow.providers.postgres.hooks.postgres import PostgresHook
        from airflow.providers.standard.operators.python import PythonOperator

        return PythonOperator(
            task_id="same_sql", python_callable=lambda: PostgresHook(postgres_conn_id="warehouse").get_first(sql)[0]
        )
    from airflow_data_quality import DataQualityOperator

    return DataQualityOperator(task_id="quality", conn_id="warehouse", table=TABLE, checks=checks())


def define_and_execute(kind: str, sql: str) -> float:
    """Runs a task that this process has never run; the clock has all it takes."""
    started = time.perf_counter()
    task(kind, sql).execute({})
    return time.perf_counter() - started


def once(kind: str, sql: str) -> float:
    """Runs one of the tasks in a process that has imported the base alone."""
    import_base()
    with silence():
        return define_and_execute(kind, sql)


def warm(sql: str) -> dict[str, list[float]]:
    """Runs both tasks again and again, in turns."""
    import_base()
    tasks = {kind: task(kind, sql) for kind in ("python", "quality")}

    def again(kind: str) -> Callable[[], float]:
        def turn() -> float:
            started = time.perf_counter()
            tasks[kind].execute({})
            return time.perf_counter() - started

        return turn

    with silence():
        return interleaved({kind: again(kind) for kind in tasks}, rounds=40)


def forks(sql: str, new_store: bool) -> dict[str, list[float]]:
    """Runs both tasks in forks of this process, in turns; with a new store each time where that is asked for."""
    import_base()
    freeze()
    store = Path(os.environ["AIRFLOW_HOME"]) / "data_quality.db"

    def turn(kind: str) -> Callable[[], float]:
        def run() -> float:
            if new_store:
                store.unlink(missing_ok=True)
            return forked(lambda: define_and_execute(kind, sql))

        return run

    return interleaved({kind: turn(kind) for kind in ("python", "quality")}, rounds=7)
