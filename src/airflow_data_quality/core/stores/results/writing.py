"""A run into the tables: one transaction, guarded by its row in ``runs``, every table's rows in the order of their keys.

Whoever writes takes locks in one order (task instance, run, statements, states, counts), so that no two wait for each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, timezone
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Select, func, literal, not_, select, tuple_, update

from airflow_data_quality.core.stores.results.keys import day_key
from airflow_data_quality.core.stores.results.reading import parts
from airflow_data_quality.core.stores.results.rows import Row, add, into, put
from airflow_data_quality.core.stores.results.state import bring_up
from airflow_data_quality.core.stores.results.tables import (
    APART,
    OUTCOMES,
    SEVERITIES,
    daily_outcomes,
    late_days,
    measurements,
    runs,
    statements,
    test_executions,
)
from airflow_data_quality.core.stores.results.timescale import DAILY
from airflow_data_quality.core.stores.results.to_rows import Rows
from airflow_data_quality.core.stores.schema import SCHEMA

COUNTED_APART = ("conn_id", "dataset", "dimension")
NONE_YET = {f"{severity}_{outcome}": 0 for severity, outcome in product(SEVERITIES, OUTCOMES)}
ON_TIME = timedelta(days=2)
"""How old an execution may be and still be seen by the policies that refresh aggregates; a day less than theirs."""


def write(connection: Connection, rows: Rows) -> bool:
    """Stores a run, or does nothing where one with its id is stored."""
    run = rows.run
    if run["task_key"] is not None and connection.dialect.name == "postgresql":  # SQLite has one writer at a time
        connection.execute(select(func.pg_advisory_xact_lock(_lock(run["task_key"]))))
    counted = connection.execute(_guard(connection, run)).scalar_one_or_none()
    if counted is None:
        return False
    put(connection, statements, _not_used_since(connection, rows.statements), _used_again)
    add(connection, test_executions, rows.executions)
    add(connection, measurements, rows.measurements)
    if rows.executions:
        bring_up(connection, run, len(rows.executions))
    if counted:
        _count(connection, rows)
    _note_late(connection, rows)
    return True


def _lock(key: UUID) -> int:
    return int.from_bytes(key.bytes[:8], "big", signed=True)


def _guard(connection: Connection, run: Row) -> Any:
    """Adds the row of the run, unless it is there; a run of a task instance counts when none of its others is later."""
    other = runs.alias("other")
    order = (other.c.try_number, other.c.started_at, other.c.id)
    mine = (literal(run[each.name], each.type) for each in order)
    later = select(other.c.id).where(other.c.task_key == run["task_key"], tuple_(*order) > tuple_(*mine))
    counted = True if run["task_key"] is None else not_(later.exists())
    guard = into(connection.dialect.name, runs).values({**run, "counted": counted})
    return guard.on_conflict_do_nothing(index_elements=[runs.c.id]).returning(runs.c.counted)


def _not_used_since(connection: Connection, rows: Sequence[Row]) -> Sequence[Row]:
    """Returns the statements that are new, or were used on earlier days only: others need no lock and are not sent again."""
    used = statements.c
    known: set[str] = set()
    for part in parts(rows):
        ask = select(used.hash).where(used.hash.in_([row["hash"] for row in part]), used.last_used >= part[0]["last_used"])
        known.update(connection.scalars(ask))
    return [row for row in rows if row["hash"] not in known]


def _used_again(insert: Any) -> Any:
    newer = insert.excluded.last_used
    return insert.on_conflict_do_update(
        index_elements=[statements.c.hash], set_={"last_used": newer}, where=statements.c.last_used < newer
    )


def _count(connection: Connection, rows: Rows) -> None:
    """Counts the executions of a run by day, and no longer those of the try before."""
    counts = _counts(rows.executions)
    if rows.run["task_key"] is not None:
        counts.subtract(_counts(_no_longer_counted(connection, rows.run)))
    by_key: dict[UUID, Row] = {}
    for ((day, *place), column), n in counts.items():
        for apart, names in APART.items():
            told = {name: part if name in names else None for name, part in zip(COUNTED_APART, place, strict=True)}
            key = day_key(day, (apart, *told.values()))
            by_key.setdefault(key, {"key": key, "day": day, "apart": apart, **told, **NONE_YET})[column] += n
    put(connection, daily_outcomes, [by_key[key] for key in sorted(by_key)], _added)


def _counts(executions: Iterable[Row | RowMapping]) -> Counter[Any]:
    return Counter(
        ((_day(row), *(row[name] for name in COUNTED_APART)), f"{row['severity']}_{row['outcome']}") for row in executions
    )


def _day(row: Row | RowMapping) -> date:
    day: date = row["started_at"].astimezone(timezone.utc).date()
    return day


def _no_longer_counted(connection: Connection, run: Row) -> list[RowMapping]:
    """Takes the count from the runs before this one of its task instance; returns their executions."""
    before = update(runs).where(runs.c.task_key == run["task_key"], runs.c.counted, runs.c.id != run["id"])
    found = connection.execute(before.values(counted=False).returning(runs.c.id, runs.c.first_at, runs.c.last_at))
    return [row for each in found.all() for row in connection.execute(_counted_of(*each)).mappings()]


def _counted_of(run_id: UUID, first_at: datetime, last_at: datetime) -> Select[Any]:
    columns = test_executions.c
    return select(columns.started_at, columns.severity, columns.outcome, *(columns[name] for name in COUNTED_APART)).where(
        columns.run_id == run_id, columns.started_at.between(first_at, last_at)
    )


def _added(insert: Any) -> Any:
    sums = {name: daily_outcomes.c[name] + insert.excluded[name] for name in NONE_YET}
    return insert.on_conflict_do_update(index_elements=[daily_outcomes.c.key], set_=sums)


def _note_late(connection: Connection, rows: Rows) -> None:
    """Notes the days that no policy looks at any more, where there are aggregates to refresh."""
    if connection.dialect.name != "postgresql" or rows.run["first_at"] >= datetime.now(timezone.utc) - ON_TIME:
        return
    if connection.scalar(select(func.to_regclass(f"{SCHEMA}.{DAILY}"))) is None:
        return
    days = sorted(set(map(_day, rows.executions)))
    put(connection, late_days, [{"day": day, "writes": 1} for day in days], _once_more)


def _once_more(insert: Any) -> Any:
    return insert.on_conflict_do_update(index_elements=[late_days.c.day], set_={"writes": late_days.c.writes + 1})
