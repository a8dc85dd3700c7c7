"""Runs and executions out of the tables, whole.

Rows of executions are always asked for within the moments between which they lie: of a hypertable, other chunks are left alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, desc, literal, select, tuple_

from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.moments import parse_moment
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.stores.pages import Page, key_of
from airflow_data_quality.core.stores.results.from_rows import execution_of, run_of
from airflow_data_quality.core.stores.results.keys import test_key
from airflow_data_quality.core.stores.results.paging import behind, cut
from airflow_data_quality.core.stores.results.tables import measurements, runs, statements, test_executions

T = TypeVar("T")
AT_ONCE = 5_000
"""How many values one statement is given: databases have limits."""
HOW_MANY = runs.c.passed + runs.c.failed + runs.c.errored + runs.c.skipped

with_text = select(test_executions, statements.c.text.label("sql")).outerjoin_from(
    test_executions, statements, statements.c.hash == test_executions.c.statement
)


def parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yields the values, no more than a statement takes at once."""
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def whole_run(connection: Connection, run_id: UUID) -> Run | None:
    """Returns a run; None when it is not there, or retention has taken some of its executions already."""
    row = connection.execute(select(runs, HOW_MANY.label("n")).where(runs.c.id == run_id)).one_or_none()
    if row is None:
        return None
    executions = of_runs(connection, [row])
    hashes = sorted({sent["sql"] for sent in row.plan["statements"]})
    found = [each for part in parts(hashes) for each in connection.execute(select(statements).where(statements.c.hash.in_(part)))]
    if len(executions) < row.n or len(found) < len(hashes):
        return None
    return run_of(row._mapping, executions, {each.hash: each.text for each in found})


def of_runs(connection: Connection, heads: Sequence[Any]) -> Sequence[Execution]:
    """Returns the executions of runs, in the order in which these are given, within each in its own."""
    if not heads:
        return ()
    place = {head.id: number for number, head in enumerate(heads)}
    rows = [
        row
        for part in parts(list(place))
        for row in connection.execute(with_text.where(test_executions.c.run_id.in_(part), _within(heads))).mappings()
    ]
    return filled(connection, sorted(rows, key=lambda row: (place[row["run_id"]], row["position"])))


def _within(heads: Sequence[Any]) -> ColumnElement[bool]:
    return test_executions.c.started_at.between(min(head.first_at for head in heads), max(head.last_at for head in heads))


def filled(connection: Connection, rows: Sequence[RowMapping]) -> Sequence[Execution]:
    """Returns the executions that the rows hold, with their measurements."""
    of_execution = defaultdict(list)
    for measured in _measured(connection, rows):
        of_execution[measured["execution_id"]].append(measured)
    return [execution_of(row, sorted(of_execution[row["id"]], key=itemgetter("id"))) for row in rows]


def _measured(connection: Connection, rows: Sequence[RowMapping]) -> Iterator[RowMapping]:
    """Yields what was measured of these tests while these executions began: theirs, and seldom another's."""
    keys = sorted({row["test_key"] for row in rows})
    for part in parts(keys):
        moments = [row["started_at"] for row in rows]
        theirs = measurements.c.test_key.in_(part), measurements.c.started_at.between(min(moments), max(moments))
        yield from connection.execute(select(measurements).where(*theirs)).mappings()


# Lists ----------------------------------------------------------------------------------------------------------------


def page_of_test(
    connection: Connection, test_id: str, task: Mapping[str, str], cursor: str | None, limit: int
) -> Page[Execution]:
    """Returns executions of a test, newest first."""
    order = (test_executions.c.started_at, test_executions.c.run_id)
    ask = with_text.where(test_executions.c.test_key == test_key(test_id), *behind(order, cursor, limit, newest_first=True))
    if task:
        ask = ask.join(runs, runs.c.id == test_executions.c.run_id).where(*_of_task(task))
    rows = connection.execute(ask.order_by(*map(desc, order)).limit(limit + 1)).mappings().all()
    return _page(connection, rows, limit, lambda row: (row["started_at"], row["run_id"]))


def page_of_all(connection: Connection, task: Mapping[str, str], cursor: str | None, limit: int) -> Page[Execution]:
    """Returns executions of runs, the newest run first, within a run the last first.

    The runs come first, by an index of theirs; then their executions, of no more runs than fill the page.
    """
    order = (runs.c.started_at, runs.c.id, test_executions.c.position)
    remaining = behind(order, cursor, limit, newest_first=True)
    needed = _newest_runs(connection, task, cursor, limit)
    if not needed:
        return Page(())
    ask = (
        with_text.add_columns(runs.c.started_at.label("run_started_at"))
        .join(runs, runs.c.id == test_executions.c.run_id)
        .where(runs.c.id.in_([head.id for head in needed]), _within(needed), *remaining)
    )
    rows = connection.execute(ask.order_by(*map(desc, order)).limit(limit + 1)).mappings().all()
    return _page(connection, rows, limit, lambda row: (row["run_started_at"], row["run_id"], row["position"]))


def _newest_runs(connection: Connection, task: Mapping[str, str], cursor: str | None, limit: int) -> list[Any]:
    """Returns as many runs as fill a page, and one more where the cursor points into the first."""
    order = (runs.c.started_at, runs.c.id)
    ask = select(runs.c.id, runs.c.first_at, runs.c.last_at, HOW_MANY.label("n")).where(HOW_MANY > 0, *_of_task(task))
    if cursor is not None:
        at, run_id, _ = key_of(cursor, (parse_moment, UUID, int))
        ask = ask.where(
            tuple_(*order) <= tuple_(*(literal(part, each.type) for part, each in zip((at, run_id), order, strict=True)))
        )
    heads = connection.execute(ask.order_by(*map(desc, order)).limit(limit + 2)).all()
    before = [0, *accumulate(head.n for head in heads)]
    begun = heads[0].n if heads and cursor is not None else 0
    return [head for head, so_far in zip(heads, before, strict=False) if so_far - begun <= limit]


def _of_task(task: Mapping[str, str]) -> list[ColumnElement[bool]]:
    return [runs.c[name] == value for name, value in task.items()]


def _page(
    connection: Connection, rows: Sequence[RowMapping], limit: int, key: Callable[[RowMapping], tuple[Any, ...]]
) -> Page[Execution]:
    shown, cursor = cut(rows, limit, key)
    return Page(filled(connection, shown), cursor)
