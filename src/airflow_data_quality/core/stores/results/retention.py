"""What is older than the retention goes: runs whole, then what nothing refers to any more, a batch a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, delete, select

from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results import timescale
from airflow_data_quality.core.stores.results.reading import parts
from airflow_data_quality.core.stores.results.tables import (
    HISTORY,
    daily_outcomes,
    measurements,
    runs,
    statements,
    test_executions,
    test_state,
)

DEFAULT_DAYS = 400
RUNS_AT_ONCE = 100
ROWS_AT_ONCE = 10_000


def sweep(database: StoreDatabase, now: datetime, days: int) -> Sequence[str]:
    """Deletes what is older than so many days; nothing for 0.

    Executions and measurements are left to TimescaleDB where it drops them by itself.
    """
    if days == 0:
        return []
    before = _earlier(now, days)
    with database.connected(HISTORY) as connection:
        by_policy = timescale.drops_by_itself(connection)
    day = before.date()
    rest: list[tuple[Table, Column[Any], ColumnElement[bool]]] = [
        (statements, statements.c.hash, statements.c.last_used < day),
        (daily_outcomes, daily_outcomes.c.key, daily_outcomes.c.day < day),
        (test_state, test_state.c.test_key, test_state.c.started_at < before),
    ]
    gone = {"runs": _sweep_runs(database, before, whole=not by_policy)}
    gone |= {table.name: _sweep(database, table, key, old) for table, key, old in rest}
    return [f"deleted {n:,} of {name} older than {days} days" for name, n in gone.items() if n]


def _earlier(now: datetime, days: int) -> datetime:
    try:
        return now.astimezone(timezone.utc) - timedelta(days=days)
    except OverflowError:  # longer than there have been years
        return datetime.min.replace(tzinfo=timezone.utc)


def _sweep_runs(database: StoreDatabase, before: datetime, *, whole: bool) -> int:
    """Deletes runs, the oldest first; with all that is theirs, or what has been dropped already left aside."""
    oldest = select(runs.c.id, runs.c.first_at, runs.c.last_at).where(runs.c.started_at < before)
    batch = oldest.order_by(runs.c.started_at, runs.c.id).limit(RUNS_AT_ONCE).with_for_update(skip_locked=True)
    total = 0
    while True:
        with database.writing(HISTORY, patient=True) as connection:
            heads = connection.execute(batch).all()
            ids = [head.id for head in heads]
            if whole and heads:
                _delete_executions(connection, ids, min(head.first_at for head in heads), max(head.last_at for head in heads))
            connection.execute(delete(runs).where(runs.c.id.in_(ids)))
        total += len(heads)
        if len(heads) < RUNS_AT_ONCE:
            return total


def _delete_executions(connection: Connection, run_ids: Sequence[Any], first: datetime, last: datetime) -> None:
    found = test_executions.c
    theirs = found.run_id.in_(run_ids), found.started_at.between(first, last)
    rows = connection.execute(select(found.id, found.test_key).where(*theirs)).all()
    for part in parts(rows):
        connection.execute(
            delete(measurements).where(
                measurements.c.test_key.in_({row.test_key for row in part}),
                measurements.c.started_at.between(first, last),
                measurements.c.execution_id.in_([row.id for row in part]),
            )
        )
    connection.execute(delete(test_executions).where(*theirs))


def _sweep(database: StoreDatabase, table: Table, key: Column[Any], old: ColumnElement[bool]) -> int:
    """Deletes rows, locked in the order of their keys as writers lock them."""
    batch = select(key).where(old).order_by(key).limit(ROWS_AT_ONCE).with_for_update()
    total = 0
    while True:
        with database.writing(HISTORY, patient=True) as connection:
            keys = list(connection.scalars(batch))
            for part in parts(keys):
                connection.execute(delete(table).where(key.in_(part)))
        total += len(keys)
        if len(keys) < ROWS_AT_ONCE:
            return total
