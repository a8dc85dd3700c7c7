"""The result store in an SQL database: the embedded SQLite file, or PostgreSQL, with TimescaleDB's help where it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from os import PathLike
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from typing_extensions import Self

from airflow_data_quality.core.errors import DefinitionError, StoreError
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.run import Origin, Run
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.pages import Page
from airflow_data_quality.core.stores.results import reading, timescale
from airflow_data_quality.core.stores.results.answers import Measured, PassRate, RunHead, Summary, TestState
from airflow_data_quality.core.stores.results.base import Part
from airflow_data_quality.core.stores.results.history import page_of_measurements
from airflow_data_quality.core.stores.results.keys import task_key
from airflow_data_quality.core.stores.results.overview import page_of_states, pass_rates, states_of, summary
from airflow_data_quality.core.stores.results.retention import DEFAULT_DAYS, sweep
from airflow_data_quality.core.stores.results.tables import HISTORY, runs
from airflow_data_quality.core.stores.results.to_rows import rows_of
from airflow_data_quality.core.stores.results.writing import write

_names = [field.name for field in fields(RunHead)]
_heads: Select[Any] = select(*(runs.c[name] for name in _names), runs.c.first_at, runs.c.last_at)


class SqlResultStore:
    """A result store that takes a connection for each call. It may be kept, shared by threads and carried over a fork.

    Args:
        database: where it is; an embedded file is migrated by the first call, another by ``migrate``.
        retention_days: how long results are kept; 0 for ever.

    Raises:
        DefinitionError: for fewer days than none.
    """

    def __init__(self, database: StoreDatabase, *, retention_days: int = DEFAULT_DAYS) -> None:
        if retention_days < 0:
            raise DefinitionError(f"retention_days is {retention_days}; give a number of days, or 0 to keep results for ever")
        self._database = database
        self._retention_days = retention_days

    @classmethod
    def embedded(cls, path: str | PathLike[str], *, retention_days: int = DEFAULT_DAYS) -> Self:
        """Returns the store in an SQLite file, which is made by the first call of a method; its folder too."""
        return cls(StoreDatabase.embedded(path), retention_days=retention_days)

    @property
    def place(self) -> str:
        """What messages call it; no password is in it."""
        return self._database.place

    # Upkeep -----------------------------------------------------------------------------------------------------------

    def migrate(self) -> Sequence[str]:
        """Brings the tables to the newest revision, then TimescaleDB's part to the settings; may run twice, drops nothing.

        Returns:
            What was done, a line for each; also what could not be done that is not needed.
        """
        done = self._database.migrate(HISTORY)
        return [*([done] if done else []), *timescale.set_up(self._database, self._retention_days)]

    def maintain(self, *, now: datetime) -> Sequence[str]:
        """Deletes what is older than the retention and refreshes aggregates where runs came late; a batch at a time.

        Args:
            now: the moment from which ages are counted.

        Returns:
            What was done, a line for each.
        """
        done = timescale.refresh_late(self._database)
        return [*done, *sweep(self._database, now, self._retention_days)]

    # Runs and executions ----------------------------------------------------------------------------------------------

    def write(self, run: Run) -> bool:
        """See ``ResultStore.write``."""
        rows = rows_of(run)
        with self._database.writing(HISTORY) as connection:
            return write(connection, rows)

    def run(self, run_id: UUID | str) -> Run | None:
        """See ``ResultStore.run``."""
        try:
            wanted = UUID(str(run_id))
        except ValueError:
            raise StoreError(f"{run_id!r} is no run's id; it looks like {UUID(int=0)}") from None
        with self._database.connected(HISTORY) as connection:
            return reading.whole_run(connection, wanted)

    def executions_of_test(self, test_id: str, *, limit: int = 100) -> Sequence[Execution]:
        """See ``ResultStore.executions_of_test``."""
        return self.latest_executions(test_id=test_id, limit=limit).items

    def executions_of_task(self, *, dag_id: str, run_id: str, task_id: str, map_index: int = -1) -> Sequence[Execution]:
        """See ``ResultStore.executions_of_task``."""
        key = task_key(Origin(dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index))
        return self._last_tries(_heads.where(runs.c.task_key == key, runs.c.counted))

    def runs_of_dag(self, *, dag_id: str, run_id: str) -> Sequence[RunHead]:
        """See ``ResultStore.runs_of_dag``."""
        with self._database.connected(HISTORY) as connection:
            heads = [RunHead(*row[: len(_names)]) for row in connection.execute(_of_dag_run(dag_id, run_id))]
        return sorted(heads, key=_beginning)

    def executions_of_dag(self, *, dag_id: str, run_id: str) -> Sequence[Execution]:
        """See ``ResultStore.executions_of_dag``."""
        return self._last_tries(_of_dag_run(dag_id, run_id))

    def _last_tries(self, ask: Select[Any]) -> Sequence[Execution]:
        with self._database.connected(HISTORY) as connection:
            return reading.of_runs(connection, sorted(connection.execute(ask).all(), key=_beginning))

    def latest_executions(
        self,
        *,
        dag_id: str | None = None,
        task_id: str | None = None,
        test_id: str | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> Page[Execution]:
        """See ``ResultStore.latest_executions``."""
        task = {name: value for name, value in (("dag_id", dag_id), ("task_id", task_id)) if value is not None}
        with self._database.connected(HISTORY) as connection:
            if test_id is None:
                return reading.page_of_all(connection, task, cursor, limit)
            return reading.page_of_test(connection, test_id, task, cursor, limit)

    # Over time --------------------------------------------------------------------------------------------------------

    def measurement_history(
        self,
        test_id: str,
        *,
        metric: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> Page[Measured]:
        """See ``ResultStore.measurement_history``."""
        with self._database.connected(HISTORY) as connection:
            return page_of_measurements(connection, test_id, metric, since, until, cursor, limit)

    def states(
        self,
        *,
        conn_id: str | None = None,
        dataset: str | None = None,
        dimension: str | None = None,
        severity: str | None = None,
        outcome: str | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> Page[TestState]:
        """See ``ResultStore.states``."""
        wanted = {"conn_id": conn_id, "dataset": dataset, "dimension": dimension, "severity": severity, "outcome": outcome}
        with self._database.connected(HISTORY) as connection:
            return page_of_states(connection, wanted, cursor, limit)

    def states_of(self, test_ids: Sequence[str]) -> Mapping[str, TestState]:
        """See ``ResultStore.states_of``."""
        with self._database.connected(HISTORY) as connection:
            return states_of(connection, test_ids)

    def summary(self, *, seen_since: datetime | None = None, failing: int = 100) -> Summary:
        """See ``ResultStore.summary``."""
        with self._database.connected(HISTORY) as connection:
            return summary(connection, seen_since, failing)

    def pass_rates(self, since: date, until: date, *, by: Sequence[Part] = ("day",)) -> Sequence[PassRate]:
        """See ``ResultStore.pass_rates``."""
        with self._database.connected(HISTORY) as connection:
            return pass_rates(connection, since, until, by)


def _beginning(head: Any) -> tuple[datetime, UUID]:
    return head.started_at, head.id


def _of_dag_run(dag_id: str, run_id: str) -> Select[Any]:
    return _heads.where(runs.c.dag_id == dag_id, runs.c.dag_run_id == run_id, runs.c.counted)
