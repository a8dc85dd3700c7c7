"""The result store in an SQL database; the embedded SQLite file is the one that is offered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, select, true
from sqlalchemy.dialects.sqlite import insert
from typing_extensions import Self

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results.from_rows import execution_of, run_of
from airflow_data_quality.core.stores.results.tables import HISTORY, measurements, runs, statements, test_executions
from airflow_data_quality.core.stores.results.to_rows import Rows, rows_of


class SqlResultStore:
    """A result store that opens a connection for each call, migrates it where needed, and closes it.

    It may be kept, shared by threads and carried over a fork.
    """

    def __init__(self, database: StoreDatabase) -> None:
        self._database = database

    @classmethod
    def embedded(cls, path: str | PathLike[str]) -> Self:
        """Returns the store in an SQLite file, which is made by the first call of a method; its folder too."""
        return cls(StoreDatabase.embedded(path))

    def write(self, run: Run) -> bool:
        """See ``ResultStore.write``."""
        with self._database.writing(HISTORY) as connection:
            return _write(connection, rows_of(run))

    def run(self, run_id: UUID | str) -> Run | None:
        """See ``ResultStore.run``."""
        try:
            wanted = UUID(str(run_id))
        except ValueError:
            raise StoreError(f"{run_id!r} is no run's id; it looks like {UUID(int=0)}") from None
        with self._database.connected(HISTORY) as connection:
            row = connection.execute(select(runs).where(runs.c.id == wanted)).mappings().one_or_none()
            if row is None:
                return None
            texts = _texts(connection, {sent["sql"] for sent in row["plan"]["statements"]})
            return run_of(row, _executions_of_run(connection, wanted), texts)

    def executions_of_test(self, test_id: str, *, limit: int = 100) -> Sequence[Execution]:
        """See ``ResultStore.executions_of_test``."""
        return self.latest_executions(test_id=test_id, limit=limit)

    def executions_of_task(self, *, dag_id: str, run_id: str, task_id: str, map_index: int = -1) -> Sequence[Execution]:
        """See ``ResultStore.executions_of_task``."""
        task = {"dag_id": dag_id, "dag_run_id": run_id, "task_id": task_id, "map_index": map_index}
        latest = (
            select(runs.c.id).filter_by(**task).order_by(runs.c.try_number.desc(), runs.c.started_at.desc(), runs.c.id).limit(1)
        )
        with self._database.connected(HISTORY) as connection:
            found = connection.scalar(latest)
            return () if found is None else _executions_of_run(connection, found)

    def latest_executions(
        self, *, dag_id: str | None = None, task_id: str | None = None, test_id: str | None = None, limit: int = 100
    ) -> Sequence[Execution]:
        """See ``ResultStore.latest_executions``."""
        task = {name: value for name, value in (("dag_id", dag_id), ("task_id", task_id)) if value is not None}
        wanted: list[ColumnElement[bool]] = []
        if task:
            wanted.append(test_executions.c.run_id.in_(select(runs.c.id).filter_by(**task)))
        if test_id is not None:
            wanted.append(test_executions.c.test_id == test_id)
        newest_first = (test_executions.c.started_at.desc(), test_executions.c.run_id, test_executions.c.position.desc())
        with self._database.connected(HISTORY) as connection:
            return _executions(connection, and_(true(), *wanted), newest_first, limit)


def _write(connection: Connection, rows: Rows) -> bool:
    guard = insert(runs).values(rows.run).on_conflict_do_nothing(index_elements=[runs.c.id]).returning(runs.c.id)
    if connection.execute(guard).one_or_none() is None:
        return False
    if rows.statements:
        connection.execute(insert(statements).on_conflict_do_nothing(), rows.statements)
    if rows.executions:
        connection.execute(insert(test_executions), rows.executions)
    if rows.measurements:
        connection.execute(insert(measurements), rows.measurements)
    return True


def _texts(connection: Connection, hashes: set[str]) -> Mapping[str, str]:
    found = connection.execute(select(statements).where(statements.c.hash.in_(hashes)))
    return {row.hash: row.text for row in found}


def _executions_of_run(connection: Connection, run_id: UUID) -> Sequence[Execution]:
    return _executions(connection, test_executions.c.run_id == run_id, (test_executions.c.position,))


def _executions(
    connection: Connection, wanted: ColumnElement[bool], order: Sequence[ColumnElement[Any]], limit: int | None = None
) -> Sequence[Execution]:
    def chosen(*columns: Any) -> Select[Any]:
        return select(*columns).where(wanted).order_by(*order).limit(limit)

    with_text = chosen(test_executions, statements.c.text.label("sql")).outerjoin_from(test_executions, statements)
    rows = connection.execute(with_text).mappings().all()
    of_execution = defaultdict(list)
    theirs = select(measurements).where(measurements.c.execution_id.in_(chosen(test_executions.c.id)))
    for measured in connection.execute(theirs.order_by(measurements.c.id)).mappings():
        of_execution[measured["execution_id"]].append(measured)
    return [execution_of(row, of_execution[row["id"]]) for row in rows]
