"""Every earlier revision is brought up, with what was kept in it, on both kinds of database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, MetaData, Table, Text, insert, inspect

from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from airflow_data_quality.core.stores.results.tables import HISTORY, metadata
from airflow_data_quality.core.stores.results.to_rows import rows_of
from tests.core.stores.results.databases import Kept
from tests.core.stores.samples import NOON, a_completeness, a_run, a_task, a_volume

EARLIER = [path.stem.partition("_")[0] for path in sorted(HISTORY.folder.glob("[0-9]*.py"))][:-1]


def make(kept: Kept, revision: str) -> None:
    """Makes the tables as they were."""
    kept.database.migrate(replace(HISTORY, head=revision))


def write(connection: Connection, run: Run) -> None:
    """Writes a run into whatever columns there are, as each version of the package did."""
    rows = rows_of(run)
    measurements = [{**row, "test_id": _test_of(run, row)} for row in rows.measurements]
    given = {"runs": [rows.run], "statements": rows.statements, "test_executions": rows.executions, "measurements": measurements}
    for name, kept in given.items():
        table = _as_there(connection, name)
        for row in kept:
            known = {column: value for column, value in row.items() if column in table.columns}
            if name != "statements" or not connection.execute(table.select().where(table.c.hash == row["hash"])).all():
                connection.execute(insert(table), known)


def _test_of(run: Run, row: dict[str, Any]) -> str:
    return next(execution.test_id for execution in run.executions if execution.id == row["execution_id"])


def _as_there(connection: Connection, name: str) -> Table:
    there = {column["name"] for column in inspect(connection).get_columns(name)}
    ours = metadata.tables[name].columns
    return Table(name, MetaData(), *(Column(each, ours[each].type if each in ours else Text()) for each in sorted(there)))


def old_runs() -> list[Run]:
    """Tries of a task, a mapped one, a streak, severities, odd texts, a run without anything."""
    first = a_run(test_ids=['it\'s "é" 🦆 / a', "b"], origin=a_task(), at=NOON)
    failed = a_run(test_ids=["b"], origin=a_task(try_number=2), at=NOON + timedelta(hours=1))
    again = a_run(test_ids=["b"], origin=a_task(map_index=3), at=NOON + timedelta(days=1))
    mixed = a_run(test_ids=["c"], at=NOON + timedelta(days=2))
    executions = (*mixed.executions, a_completeness(mixed.id, "warned"))
    return [
        first,
        failed.model_copy(update={"executions": (a_volume(failed.id, "b", at=failed.started_at, outcome="failed"),)}),
        again.model_copy(update={"executions": (a_volume(again.id, "b", at=again.started_at, outcome="failed"),)}),
        mixed.model_copy(update={"executions": executions}),
        a_run(test_ids=[]),
    ]


def answers(store: SqlResultStore) -> dict[str, Any]:
    """All that a store says of what is in it."""
    far = (NOON - timedelta(days=9)).date(), (NOON + timedelta(days=9)).date()
    return {
        "latest": store.latest_executions(),
        "states": store.states(),
        "summary": store.summary(),
        "rates": store.pass_rates(*far, by=["day", "dataset", "dimension"]),
        "history": [store.measurement_history(state.test_id) for state in store.states()],
        "dag": store.runs_of_dag(dag_id="shop", run_id="manual__1"),
        "task": store.executions_of_task(dag_id="shop", run_id="manual__1", task_id="orders_quality"),
    }


@pytest.mark.parametrize("revision", EARLIER)
def test_what_an_earlier_revision_kept_answers_as_if_written_now(fresh: Kept, path: Path, revision: str) -> None:
    runs, now = old_runs(), SqlResultStore.embedded(path)
    make(fresh, revision)
    with fresh.connected() as connection, connection.begin():
        for run in runs:
            write(connection, run)

    assert fresh.store.migrate()[0] == f"results: migrated from {revision}, now at {HISTORY.head}"

    for run in runs:
        now.write(run)
    assert [fresh.store.run(run.id) for run in runs] == runs
    assert answers(fresh.store) == answers(now)
    assert [fresh.store.write(run) for run in runs] == [False] * len(runs)
    one_more = a_run(test_ids=["b"], origin=a_task(try_number=3), at=NOON + timedelta(hours=2))
    assert fresh.store.write(one_more)
    assert now.write(one_more)
    assert answers(fresh.store) == answers(now)


@pytest.mark.parametrize("revision", EARLIER)
def test_an_empty_database_of_an_earlier_revision_is_brought_up(fresh: Kept, revision: str) -> None:
    make(fresh, revision)

    fresh.store.migrate()

    run = a_run()
    assert fresh.store.write(run)
    assert fresh.store.run(run.id) == run


@pytest.mark.parametrize("revision", [None, *EARLIER])
def test_the_tables_are_those_that_the_code_knows_whichever_way_they_came(fresh: Kept, revision: str | None) -> None:
    if revision is not None:
        make(fresh, revision)

    fresh.store.migrate()

    with fresh.connected() as connection:
        options = {"version_table": HISTORY.version_table, "compare_type": True, "compare_server_default": True}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
        there = {table: inspect(connection).get_pk_constraint(table)["constrained_columns"] for table in metadata.tables}
    words = ("modify_comment", "add_table_comment")
    assert [change for change in found if not (isinstance(change, list) and change[0][0] in words)] == []
    assert there == {table.name: [column.name for column in table.primary_key] for table in metadata.sorted_tables}


def test_a_file_that_an_earlier_version_made_is_brought_up_by_the_first_write(fresh: Kept) -> None:
    if fresh.on_postgres:
        pytest.skip("a PostgreSQL is migrated by hand")
    make(fresh, "0001")
    run = a_run()

    assert fresh.store.write(run)
    assert fresh.store.run(run.id) == run
