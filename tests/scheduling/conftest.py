"""Schedules and results in each kind of database, and stored tests to be due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from airflow_data_quality.core.model.run import Origin, Run
from airflow_data_quality.core.model.stored import StoredTest
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from airflow_data_quality.core.stores.schedule.store import ScheduleStore
from tests.core.stores.results.databases import own_database
from tests.core.stores.samples import a_run

NOON = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)


def stored(id: str, *, schedule: str | None = "* * * * *", table: str = "orders", conn_id: str = "w", **more: Any) -> StoredTest:
    """A stored test."""
    dataset = {"table": table, "conn_id": conn_id}
    return StoredTest.of({"id": id, "check": {"volume": {"min": 1}}, "dataset": dataset, "schedule": schedule, **more})


@dataclass(frozen=True)
class Kept:
    """What the scheduler has to do with."""

    schedule: ScheduleStore
    results: SqlResultStore

    def ran(self, test_id: str, at: datetime, *, outcome: str = "passed", of: str | None = None) -> Run:
        """Keeps an execution of a test, of the first batch of a DAG run."""
        origin = Origin(dag_id="d", run_id=of or f"{test_id} {at}", task_id="run", map_index=0)
        run = a_run(test_ids=[test_id], at=at, origin=origin)
        executions = tuple(e.model_copy(update={"outcome": outcome}) for e in run.executions)
        run = run.model_copy(update={"executions": executions})
        self.results.write(run)
        return run


@pytest.fixture(scope="module")
def on_postgres(postgres_server: str) -> Iterator[StoreDatabase]:
    """A database of the module's own."""
    with own_database(postgres_server) as own:
        yield own.database


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """Stores without rows, of each kind."""
    if request.param == "sqlite":
        database = StoreDatabase.embedded(tmp_path / "data_quality.db")
    else:
        database = request.getfixturevalue("on_postgres")
    made = Kept(ScheduleStore(database), SqlResultStore(database))
    made.results.migrate()
    made.schedule.migrate()
    if database.schema:
        with database.engine.begin() as connection:
            for table in ("claims", "ticks", "runs", "test_executions", "measurements", "test_state", "daily_outcomes"):
                connection.exec_driver_sql(f"TRUNCATE {database.schema}.{table}")
    return made
