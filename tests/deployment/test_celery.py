"""Gates and schedules on a whole Airflow with Celery, whose parts are killed and restarted in the middle of the work."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from tests.deployment.deployment import Deployment, deployment, redis_server

pytestmark = pytest.mark.skipif(
    redis_server() is None, reason="needs a Redis server: none is on PATH, and there is no wheel of one for this Python"
)

TABLES, TESTS = 50, 1000
SCHEDULER, RUNNER = "data_quality_scheduler", "data_quality_runner"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployment(tmp_path_factory.mktemp("deployment")) as made:
        made.make(
            "CREATE TABLE orders (id int, email text)",
            "INSERT INTO orders SELECT n, CASE WHEN n > 3 THEN 'a@x.org' END FROM generate_series(1, 100) n",
            *(f"CREATE TABLE t{n} AS SELECT g AS id, g % 7 AS v FROM generate_series(1, 1000) g" for n in range(TABLES)),
        )
        made.configs.create(RegisteredConnection.of({"id": "warehouse"}), by="test")
        for dag_id in ("gated", "long", SCHEDULER, RUNNER):
            made.wait(lambda dag_id=dag_id: made.api.has_dag(dag_id), 120)  # type: ignore[misc]
            if dag_id != SCHEDULER:
                made.unpause(dag_id)
        yield made


def stored(id: str, table: str, check: dict[str, Any], **more: Any) -> StoredTest:
    return StoredTest.of({"id": id, "check": check, "dataset": {"table": f"public.{table}", "conn_id": "warehouse"}, **more})


def outcomes(running: Deployment, like: str) -> Counter[str]:
    """How many executions of tests with such ids are kept, by id."""
    return Counter(
        dict(running.ask(f"SELECT test_id, count(*) FROM data_quality.test_executions WHERE test_id LIKE '{like}' GROUP BY 1"))
    )


def states(tasks: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((task["task_id"], task["state"]) for task in tasks)


def test_a_gate_stops_what_would_publish(running: Deployment) -> None:
    tasks = running.finished("gated", running.run("gated"), 120)

    assert states(tasks) == [("publish", "upstream_failed"), ("quality", "failed")]
    assert running.ask(
        "SELECT outcome, value FROM data_quality.test_state WHERE test_id = 'gated/quality/completeness(email)'"
    ) == [("failed", 3.0)]


def test_a_thousand_tests_that_are_due_at_once_all_run_once(running: Deployment) -> None:
    at = datetime.now(timezone.utc) + timedelta(minutes=2)
    kinds: list[dict[str, Any]] = [
        {"volume": {"min": 1}},
        {"completeness": {"column": "v"}},
        {"uniqueness": {"columns": ["id"]}},
        {"range": {"column": "v", "min": 0, "max": 6}},
    ]
    tests = [
        stored(f"many-{n}", f"t{n % TABLES}", kinds[n % len(kinds)], schedule=f"{at.minute} {at.hour} * * *")
        for n in range(TESTS)
    ]
    running.configs.apply(tests, [], by="test")
    running.unpause(SCHEDULER)
    due = at.replace(second=0, microsecond=0)

    running.wait(lambda: len(outcomes(running, "many-%")) == TESTS, 300)
    took = running.ask("SELECT max(finished_at) FROM data_quality.runs")[0][0] - due
    running.wait(lambda: running.ask("SELECT count(*) FROM data_quality.claims WHERE done_at IS NULL") == [(0,)], 60)
    running.unpause(SCHEDULER, paused=True)

    assert outcomes(running, "many-%") == {f"many-{n}": 1 for n in range(TESTS)}
    assert running.ask("SELECT DISTINCT outcome FROM data_quality.test_state WHERE test_id LIKE 'many-%'") == [("passed",)]
    seconds = "SELECT count(*), sum(extract(epoch FROM finished_at - started_at)) FROM data_quality.runs"
    ((batches, asking),) = running.ask(f"{seconds} WHERE dag_id = '{SCHEDULER}'")
    due_to_done = took.total_seconds()
    print(f"\n{TESTS} tests in {batches} batches: done {due_to_done:.1f} s after they were due, {float(asking):.1f} s asking")


def test_a_worker_that_is_killed_leaves_no_query_and_the_retry_completes(running: Deployment) -> None:
    run_id = running.run("long")
    running.wait(lambda: running.ours() > 0, 90)

    running.kill_worker()
    running.start_worker()

    running.wait(lambda: running.ours() == 0, 30)
    tasks = running.finished("long", run_id, 240)
    assert states(tasks) == [("publish", "success"), ("quality", "success")]
    assert {task["task_id"]: task["try_number"] for task in tasks}["quality"] == 2
    found = running.results.executions_of_task(dag_id="long", run_id=run_id, task_id="quality")
    assert [(e.test_id, e.outcome) for e in found] == [("long/quality/long", "passed")]
    assert outcomes(running, "long/%") == {"long/quality/long": 1}


def slow(prefix: str) -> list[StoredTest]:
    check = {"custom_sql": {"name": "slow", "sql": "SELECT count(*) FROM {dataset}, pg_sleep(3)", "min": 1}}
    return [stored(f"{prefix}-{n}", f"t{n}", check, tags=[prefix]) for n in range(8)]


def test_the_broker_restarts_in_the_middle(running: Deployment) -> None:
    running.configs.apply(slow("broker"), [], by="test")
    run_id = running.run(RUNNER, tags=["broker"])
    running.wait(lambda: running.ours() > 0, 90)

    running.stop_redis()
    time.sleep(2)
    running.start_redis()

    tasks = running.finished(RUNNER, run_id, 240)
    assert {state for _, state in states(tasks)} == {"success"}
    assert outcomes(running, "broker-%") == {f"broker-{n}": 1 for n in range(8)}


def test_the_result_database_restarts_in_the_middle(running: Deployment) -> None:
    running.configs.apply(slow("database"), [], by="test")
    run_id = running.run(RUNNER, tags=["database"])
    running.wait(lambda: running.ours() > 0, 90)

    running.stop_results()
    running.wait(lambda: running.ours() == 0, 60)
    running.start_results()

    tasks = running.finished(RUNNER, run_id, 240)
    assert {state for _, state in states(tasks)} == {"success"}
    flush(running)
    assert outcomes(running, "database-%") == {f"database-{n}": 1 for n in range(8)}


def flush(running: Deployment) -> None:
    """Delivers what waits in the spool, by the command."""
    import subprocess

    from tests.deployment.deployment import airflow

    subprocess.run([airflow(), "data-quality", "flush"], env=running.environment, check=True, capture_output=True)
    assert not list(Path(running.folder / "spool").glob("*.run"))
