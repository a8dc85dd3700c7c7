"""Several sessions for one run, opened by Airflow's own hooks: with psycopg 3 and with psycopg2."""

from __future__ import annotations

import json
import math
import threading
import time
from typing import Any

import pytest

from airflow_data_quality import Completeness, Dataset, Uniqueness, Volume, run_checks
from airflow_data_quality.core.sql import planner
from airflow_data_quality.hooks.database import HookDatabase, database

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.usefixtures("untied")]

T = Dataset(table="t")
SLOW = "(SELECT pg_sleep({})) IS NOT NULL"
CHECKS = [
    Volume(equals=100),
    Volume(equals=100, where=SLOW.format(0.2), name="slow"),
    Uniqueness(columns=["id"], where=SLOW.format(0.2), name="slow keys"),
    Uniqueness(columns=["s"], max_failing=90),
    Uniqueness(columns=["s", "id"]),
    Completeness(column="s"),
]
OURS = "application_name = 'airflow-provider-data-quality' AND query LIKE '%{}%'"


def _opened(connection: str, driver: int, monkeypatch: pytest.MonkeyPatch) -> HookDatabase:
    from airflow.providers.postgres.hooks import postgres

    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", connection)
    if driver == 2:
        monkeypatch.setattr(postgres, "USE_PSYCOPG3", False)
    opened = database("warehouse")
    module = type(opened.hook.get_conn()).__module__.partition(".")[0]
    if module != {2: "psycopg2", 3: "psycopg"}[driver]:
        pytest.skip(f"this Airflow's hook opens by {module}")
    return opened


@pytest.fixture(params=[3, 2], ids=["psycopg 3", "psycopg2"])
def warehouse(request: Any, postgres: Any, monkeypatch: pytest.MonkeyPatch) -> HookDatabase:
    """A hundred rows behind Airflow's hook; every step is asked by itself and worth a session."""
    monkeypatch.setattr(planner, "TUNING", planner.Tuning(short=0, branch=math.inf, session=1e-9))
    postgres.execute(
        "CREATE TABLE t (id integer, s text)", "INSERT INTO t SELECT n, n % 10 FROM generate_series(1, 100) AS n", "ANALYZE t"
    )
    return _opened(postgres.airflow_connection(), request.param, monkeypatch)


def test_two_sessions_measure_one_state(warehouse: HookDatabase, postgres: Any) -> None:
    counts: list[int] = []
    ended = threading.Event()

    def count() -> None:
        while not ended.is_set():
            query = f"SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND {OURS.format(postgres.schema)}"
            counts.append(postgres.execute(query)[0][0])

    counting = threading.Thread(target=count)
    counting.start()
    try:
        result = run_checks(T, CHECKS, warehouse, max_parallel=2)
    finally:
        ended.set()
        counting.join()
    assert [e.message for e in result.executions if e.outcome != "passed"] == []
    assert result.plan.notes == ()
    assert max(counts) == 2


def test_sessions_that_the_server_refuses(warehouse: HookDatabase, postgres: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    role = f"reader_{postgres.schema}"
    postgres.execute(
        f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1",
        f"GRANT USAGE ON SCHEMA {postgres.schema} TO {role}",
        f"GRANT SELECT ON t TO {role}",
    )
    try:
        connection = {**json.loads(postgres.airflow_connection()), "login": role}
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(connection))
        result = run_checks(T, CHECKS, database("warehouse"), max_parallel=3)
    finally:
        postgres.execute(f"DROP OWNED BY {role}", f"DROP ROLE {role}")
    assert result.verdict == "passed"
    (note,) = result.plan.notes
    assert "too many connections for role" in note


def test_one_of_two_sessions_is_killed(warehouse: HookDatabase, postgres: Any) -> None:
    checks = [
        Uniqueness(columns=["id"], where=SLOW.format(3), name="one"),
        Uniqueness(columns=["s", "id"], where=SLOW.format(3), name="two"),
        *CHECKS,
    ]
    asleep = f"SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND {OURS.format(postgres.schema)}"

    def kill() -> None:
        deadline = time.monotonic() + 8
        while len(pids := postgres.execute(asleep)) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        postgres.execute(f"SELECT pg_terminate_backend({pids[0][0]})")

    killing = threading.Thread(target=kill)
    killing.start()
    result = run_checks(T, checks, warehouse, max_parallel=2)
    killing.join()
    assert sorted(e.outcome for e in result.executions[:2]) == ["errored", "passed"]
    assert [e.message for e in result.executions[2:] if e.outcome != "passed"] == []
