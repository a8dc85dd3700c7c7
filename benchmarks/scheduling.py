"""What a tick costs beside ten thousand stored tests."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from airflow_data_quality.core.stores.configs.sql import SqlShelf
from airflow_data_quality.core.stores.configs.store import ConfigStore
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from airflow_data_quality.core.stores.schedule.store import ScheduleStore
from airflow_data_quality.scheduling.due import due
from benchmarks.harness import fresh, ms, table

TESTS = 10_000
ROUNDS = 10
NOON = datetime(2026, 6, 1, 12, 0, 5, tzinfo=timezone.utc)


def main(url: str) -> None:
    """Stores the tests, then ticks."""
    database = StoreDatabase.by_url(url)
    stores = (SqlResultStore(database), ScheduleStore(database), ConfigStore(SqlShelf(database)))
    for store in stores:
        store.migrate()
    if not stores[2].all_connections():
        stores[2].create(RegisteredConnection.of({"id": "w"}), by="bench")
        stores[2].apply([stored(n) for n in range(TESTS)], [], by="bench")
    table(["milliseconds: median (least)", ""], [*selecting(), *ticking(url), *parsing()])


def stored(number: int) -> StoredTest:
    """A test; hardly two are due by the same expression."""
    return StoredTest.of(
        {
            "id": f"test-{number}",
            "check": {"volume": {"min": 1}},
            "dataset": {"table": f"public.t{number % 200}", "conn_id": "w"},
            "schedule": f"{number % 59 + 1} {number // 60 % 24} * * {number % 7}",
            "timezone": ("UTC", "Europe/Berlin")[number % 2],
        }
    )


def selecting() -> list[list[str]]:
    """How long it takes to choose what is due, of the minute and of an hour; the second with expressions many tests share."""
    mine = [(test.id, str(test.schedule), test.timezone) for test in map(stored, range(TESTS))]
    few = [(name, f"{number % 60} * * * *", "UTC") for number, (name, *_) in enumerate(mine)]
    asked = {
        "due within a minute, every schedule another": (mine, timedelta(minutes=1)),
        "due within a minute, 60 schedules": (few, timedelta(minutes=1)),
        "due within an hour (after an outage), 60 schedules": (few, timedelta(hours=1)),
        "due within an hour (after an outage), every schedule another": (mine, timedelta(hours=1)),
    }
    rows = []
    for name, (entries, passed) in asked.items():
        times = []
        for number in range(ROUNDS):
            now = NOON + timedelta(minutes=number)
            started = time.perf_counter()
            due(entries, since=now - passed, now=now)
            times.append(time.perf_counter() - started)
        rows.append([name, ms(times, 1)])
    return rows


def ticking(url: str) -> list[list[str]]:
    """How long a tick takes in a process of its own, imports left out: with nothing due, without and with its timetable."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "timetable.json"
        first = [fresh("benchmarks.scheduling", "one_tick", url, str(file))]
        then = [fresh("benchmarks.scheduling", "one_tick", url, str(file)) for _ in range(ROUNDS)]
    return [
        ["a tick with nothing due, the store has changed since the last", ms(first, 1)],
        ["a tick with nothing due", ms(then, 1)],
    ]


def one_tick(url: str, file: str) -> float:
    """Ticks at a moment at which nothing is due; returns how long it took."""
    import psycopg  # noqa: F401 - what a driver takes to be loaded is not the tick's

    from airflow_data_quality.scheduling.tick import tick
    from airflow_data_quality.scheduling.timetable import timetable

    database = StoreDatabase.by_url(url)
    configs = ConfigStore(SqlShelf(database))
    started = time.perf_counter()
    seen = tick(
        "bench/tick",
        timetable=timetable(configs, Path(file)),
        load=configs.tests_by_id,
        schedule=ScheduleStore(database),
        results=SqlResultStore(database),
        ended=lambda batches: {},
        now=datetime.now(timezone.utc).replace(minute=0, second=30),
        per_connection=4,
        most=1024,
    )
    assert not seen.numbers
    return time.perf_counter() - started


PARSED = """
import runpy, sys, time
from airflow.providers.common.compat.sdk import AirflowException, AirflowSkipException, conf
from airflow.sdk import DAG, BaseOperator, Param, get_current_context, task
from airflow.sdk.definitions.mappedoperator import MappedOperator

with DAG("any"):

    @task
    def some() -> list[int]:
        return []

    @task
    def each(one: int) -> None: ...

    each.expand(one=some())
before = time.process_time()
for path in sys.argv[1:]:
    runpy.run_path(path)
print(time.process_time() - before)
"""


def parsing() -> list[list[str]]:
    """How much CPU the DAG files take in a process that has parsed another with a mapped task; the tests stored as above."""
    files = sorted(map(str, (Path(__file__).parents[1] / "dags").glob("*.py")))
    times = []
    for _ in range(ROUNDS // 2):
        words = [sys.executable, "-W", "ignore", "-c", PARSED, *files]
        done = subprocess.run(words, capture_output=True, text=True, check=True, env=dict(os.environ))
        times.append(float(done.stdout.splitlines()[-1]))
    return [["parsing the three DAG files, beyond what Airflow loads for any", ms(times)]]
