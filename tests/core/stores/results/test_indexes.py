"""Reads find their rows by an index and in its order: none reads a whole table of results, none sorts one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from airflow_data_quality.core.stores.results.sql import SqlResultStore
from tests.core.stores.results.databases import Kept, own_database
from tests.core.stores.samples import NOON, a_run, a_task

KNOWN = UUID(int=1)
MULTIPLY = {
    "runs": ("id", "started_at", "dag_id", "dag_run_id", "task_id", "task_key"),
    "test_executions": ("id", "started_at", "run_id", "test_key"),
    "measurements": ("id", "started_at", "execution_id", "test_key"),
    "test_state": ("test_key", "test_id_start"),
    "daily_outcomes": ("key", "day"),
}
"""Which columns hold something else in each of the rows that fill a table."""


def another(kept: Kept, column: str) -> str:
    if column in ("id", "run_id", "test_key", "execution_id", "key", "task_key"):
        return "md5(n::text)::uuid" if kept.on_postgres else "printf('%032x', n * 1000003 % 999983 + 65536)"
    if column == "started_at":
        return (
            "started_at - n * interval '1 minute'"
            if kept.on_postgres
            else "datetime(started_at, '-' || n || ' minutes') || '.000000'"
        )
    if column == "day":
        return "day - n" if kept.on_postgres else "date(day, '-' || n || ' days')"
    return f"'{column} ' || n % 1000"


def fill(kept: Kept) -> None:
    """Makes so many rows that reading all of them is never the cheaper way."""
    kept.store.migrate()
    kept.store.write(a_run(origin=a_task(), run_id=KNOWN))
    numbers = "generate_series(1, 20000) AS n" if kept.on_postgres else (
        "(WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 20000) SELECT n FROM s)"
    )  # fmt: skip
    for table, own in MULTIPLY.items():
        columns = [name for (name,) in kept.ask(_columns(kept, table))]
        made = [another(kept, column) if column in own else column for column in columns]
        one = f"(SELECT * FROM {table} LIMIT 1) AS one"
        kept.ask(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(made)} FROM {one}, {numbers}")
        kept.ask(f"ANALYZE {table}")


def _columns(kept: Kept, table: str) -> str:
    if kept.on_postgres:
        return f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"
    return f"SELECT name FROM pragma_table_info('{table}')"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A database with 20,000 rows in each table."""
    if request.param == "sqlite":
        from airflow_data_quality.core.stores.database import StoreDatabase

        path = tmp_path_factory.mktemp("full") / "data_quality.db"
        kept = Kept(StoreDatabase.embedded(path), str(path))
        fill(kept)
        yield kept
        return
    with own_database(request.getfixturevalue("postgres_server")) as kept:
        fill(kept)
        yield kept


TASK = {"dag_id": "shop", "run_id": "manual__1"}
TEST = "shop/orders_quality/volume"
DAY = NOON.date()
READS: dict[str, tuple[Callable[[SqlResultStore], Any], set[str]]] = {
    "run": (lambda store: store.run(KNOWN), {"runs_pkey", "test_executions_by_run", "measurements_by_test", "statements_pkey"}),
    "executions of a test": (lambda store: store.executions_of_test(TEST), {"test_executions_by_test", "measurements_by_test"}),
    "executions of a task": (
        lambda store: store.executions_of_task(**TASK, task_id="orders_quality"),
        {"runs_by_task", "test_executions_by_run", "measurements_by_test"},
    ),
    "executions of a DAG run": (
        lambda store: store.executions_of_dag(**TASK),
        {"runs_by_dag_run", "test_executions_by_run", "measurements_by_test"},
    ),
    "latest executions": (
        lambda store: store.latest_executions(limit=20),
        {"runs_by_start", "test_executions_by_run", "measurements_by_test"},
    ),
    "latest executions of a DAG": (
        lambda store: store.latest_executions(dag_id="dag_id 7", limit=10),
        {"runs_by_dag"},
    ),
    "latest executions of a task": (lambda store: store.latest_executions(task_id="task_id 7", limit=10), {"runs_by_task_id"}),
    "second page of all": (
        lambda store: store.latest_executions(limit=5, cursor=store.latest_executions(limit=5).cursor),
        {"runs_by_start", "test_executions_by_run"},
    ),
    "measurements": (lambda store: store.measurement_history(TEST), {"measurements_by_test", "test_executions_by_test"}),
    "measurements of a time": (
        lambda store: store.measurement_history(TEST, metric="row_count", since=NOON - timedelta(days=1), until=NOON, limit=5),
        {"measurements_by_test"},
    ),
    "states": (lambda store: store.states(limit=20), {"test_state_by_id"}),
    "second page of states": (lambda store: store.states(limit=20, cursor=store.states(limit=20).cursor), {"test_state_by_id"}),
    "pass rates": (lambda store: store.pass_rates(DAY - timedelta(days=30), DAY), {"daily_outcomes_by_day"}),
}
WHOLE = ("Seq Scan", "SCAN runs", "SCAN test_executions", "SCAN measurements", "SCAN daily_outcomes")
IN_ORDER = "SCAN test_state USING INDEX test_state_by_id", "SCAN runs USING INDEX runs_by_start"
"""How SQLite says that it goes along an index until there is enough."""


@pytest.mark.parametrize("name", READS)
def test_a_read_goes_by_its_indexes(full: Kept, name: str) -> None:
    call, indexes = READS[name]

    plans = "\n".join(full.plans(call))

    spelled = plans.replace("sqlite_autoindex_runs_1", "runs_pkey").replace("sqlite_autoindex_statements_1", "statements_pkey")
    assert {index for index in indexes if index not in spelled} == set(), plans
    lines = [line for line in plans.splitlines() if not any(good in line for good in IN_ORDER)]
    assert not [line for line in lines if any(bad in line for bad in WHOLE)], plans


@pytest.mark.parametrize("name", ["executions of a test", "measurements", "states", "second page of states"])
def test_a_list_comes_in_the_order_of_its_index(full: Kept, name: str) -> None:
    lists = [plan for plan in full.plans(READS[name][0]) if "Limit" in plan or not full.on_postgres]

    assert not [plan for plan in lists if "Sort" in plan or "TEMP B-TREE FOR ORDER BY" in plan]
    assert lists


def test_a_summary_reads_the_states_alone(full: Kept) -> None:
    plans = "\n".join(full.plans(lambda store: store.summary()))

    assert "test_state" in plans
    assert not [table for table in ("test_executions", "measurements", "runs", "statements") if table in plans]
