"""Many tasks write at the same moment, and some of them are killed."""

from __future__ import annotations

import signal
from collections import Counter

import pytest
from sqlalchemy import inspect

from airflow_data_quality.core.model.run import Statement
from tests.core.stores.processes import (
    CONTEXT,
    die_after,
    die_before_commit,
    exit_codes,
    start,
    write_and_fork,
    write_at_once,
)
from tests.core.stores.results.databases import Kept
from tests.core.stores.samples import NOON, a_run

TABLES = ("statements", "runs", "test_executions", "measurements", "test_state", "daily_outcomes")
ONE_RUN = {"statements": 2, "runs": 1, "test_executions": 1, "measurements": 1, "test_state": 1, "daily_outcomes": 3}


def rows(fresh: Kept) -> dict[str, int]:
    with fresh.database.engine.connect() as connection:
        there = inspect(connection).get_table_names(schema=fresh.database.schema)
    return {table: fresh.ask(f"SELECT COUNT(*) FROM {table}")[0][0] for table in TABLES if table in there}


def test_twenty_writers_at_once_lose_nothing_and_double_nothing(fresh: Kept) -> None:
    own = [[a_run(test_ids=("one", "two", f"of {writer}")) for _ in range(5)] for writer in range(20)]
    shared = [a_run(test_ids=("shared",)) for _ in range(5)]
    barrier = CONTEXT.Barrier(len(own))
    if fresh.on_postgres:  # the file is made by whoever comes first
        fresh.store.migrate()

    processes = [start(write_at_once, fresh.url, barrier, [*mine, *shared]) for mine in own]

    assert exit_codes(processes) == [0] * 20
    store = fresh.store
    everything = [run for runs in [*own, shared] for run in runs]
    assert [store.run(run.id) for run in everything] == everything
    assert rows(fresh) == {
        **{"statements": 2, "runs": 105, "test_executions": 305, "measurements": 305},
        **{"test_state": 23, "daily_outcomes": 3},
    }
    executions = store.executions_of_test("one", limit=1_000)
    assert Counter(execution.run_id for execution in executions) == Counter(run.id for runs in own for run in runs)
    (rate,) = store.pass_rates(NOON.date(), NOON.date())
    assert rate.tally.passed == 305


@pytest.mark.parametrize("statements", range(1, 7))
def test_a_writer_killed_between_two_statements_leaves_nothing(fresh: Kept, statements: int) -> None:
    run, before = a_run(), a_run()
    store = fresh.store
    store.migrate()
    store.write(before)
    more = a_run(test_ids=["another"], run_id=run.id)
    changed = more.model_copy(update={"plan": type(run.plan)(statements=(Statement(sql="SELECT 1", test_ids=()),))})

    # How many statements of a run change something; COPY is not seen.
    process = start(die_after, fresh.url, changed, min(statements, 4 if fresh.on_postgres else 6))

    assert exit_codes([process]) == [-signal.SIGKILL]
    assert rows(fresh) == ONE_RUN
    assert store.run(run.id) is None
    assert store.write(changed)
    assert store.run(run.id) == changed


def test_a_writer_killed_before_its_commit_leaves_nothing(fresh: Kept) -> None:
    run = a_run()
    store = fresh.store
    store.migrate()

    assert exit_codes([start(die_before_commit, fresh.url, run)]) == [-signal.SIGKILL]

    assert rows(fresh) == dict.fromkeys(TABLES, 0)
    assert store.write(run)


@pytest.mark.parametrize("statements", range(1, 31, 3))
def test_a_migration_killed_at_any_statement_is_begun_anew_by_the_next(fresh: Kept, statements: int) -> None:
    run = a_run()

    assert exit_codes([start(die_after, fresh.url, run, statements)]) == [-signal.SIGKILL]

    assert rows(fresh) == {}
    store = fresh.store
    store.migrate()
    assert store.write(run)
    assert store.run(run.id) == run


def test_a_store_may_be_carried_over_a_fork(fresh: Kept) -> None:
    fresh.store.migrate()

    assert exit_codes([start(write_and_fork, fresh.url)]) == [0]

    assert rows(fresh)["runs"] == 21
