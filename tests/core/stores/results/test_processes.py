"""Many tasks write at the same moment, and some of them are killed."""

from __future__ import annotations

import signal
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from airflow_data_quality.core.stores.results.sql import SqlResultStore
from tests.core.stores.processes import (
    CONTEXT,
    die_after,
    die_before_commit,
    exit_codes,
    start,
    write_and_fork,
    write_at_once,
)
from tests.core.stores.samples import a_run

TABLES = ("statements", "runs", "test_executions", "measurements")


def rows(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {table: connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in TABLES if table in there}


def test_twenty_first_writers_at_once_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    path = tmp_path / "made" / "by" / "all" / "data_quality.db"
    own = [[a_run(test_ids=("one", "two", f"of {writer}")) for _ in range(5)] for writer in range(20)]
    shared = [a_run(test_ids=("shared",)) for _ in range(5)]
    barrier = CONTEXT.Barrier(len(own))

    processes = [start(write_at_once, path, barrier, [*mine, *shared]) for mine in own]

    assert exit_codes(processes) == [0] * 20
    store = SqlResultStore.embedded(path)
    everything = [run for runs in [*own, shared] for run in runs]
    assert [store.run(run.id) for run in everything] == everything
    assert rows(path) == {"statements": 2, "runs": 105, "test_executions": 305, "measurements": 305}
    executions = store.executions_of_test("one", limit=1_000)
    assert Counter(execution.run_id for execution in executions) == Counter(run.id for runs in own for run in runs)


@pytest.mark.parametrize("statements", [1, 2, 3, 4])
def test_a_writer_killed_between_two_statements_leaves_nothing(tmp_path: Path, statements: int) -> None:
    path, run = tmp_path / "data_quality.db", a_run()
    store = SqlResultStore.embedded(path)
    before = a_run()
    store.write(before)

    assert exit_codes([start(die_after, path, run, statements)]) == [-signal.SIGKILL]

    assert rows(path) == {"statements": 2, "runs": 1, "test_executions": 1, "measurements": 1}
    assert store.run(run.id) is None
    assert store.write(run)
    assert store.run(run.id) == run


def test_a_writer_killed_before_its_commit_leaves_nothing(tmp_path: Path) -> None:
    path, run = tmp_path / "data_quality.db", a_run()
    store = SqlResultStore.embedded(path)
    assert store.run(run.id) is None

    assert exit_codes([start(die_before_commit, path, run)]) == [-signal.SIGKILL]

    assert rows(path) == dict.fromkeys(TABLES, 0)
    assert store.write(run)


@pytest.mark.parametrize("statements", range(1, 11))
def test_a_migration_killed_at_any_statement_is_begun_anew_by_the_next(tmp_path: Path, statements: int) -> None:
    path, run = tmp_path / "data_quality.db", a_run()

    assert exit_codes([start(die_after, path, run, statements)]) == [-signal.SIGKILL]

    assert rows(path) == {}
    store = SqlResultStore.embedded(path)
    assert store.write(run)
    assert store.run(run.id) == run


def test_a_store_may_be_carried_over_a_fork(tmp_path: Path) -> None:
    path = tmp_path / "data_quality.db"

    assert exit_codes([start(write_and_fork, path)]) == [0]

    assert rows(path)["runs"] == 21
