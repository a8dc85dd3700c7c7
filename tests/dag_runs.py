"""DAG files run for real, in this process: fixtures for the folders whose tests do so."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def serialized(folder: Path) -> Iterator[Callable[..., Any]]:
    """Puts the DAGs of a folder into Airflow's metadata database; yields what runs one of them with a ``conf``."""
    environment = {**os.environ, "AIRFLOW__CORE__DAGS_FOLDER": str(folder)}
    for command in (["db", "migrate"], ["dags", "reserialize"]):
        subprocess.run([sys.executable, "-m", "airflow", *command], env=environment, check=True, capture_output=True)
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(folder))
    assert not bag.import_errors
    written = {dag_id: dag.params.dump() for dag_id, dag in bag.dags.items()}

    def run(dag_id: str, **conf: Any) -> Any:
        # A run's conf stays in the params of the DAG, which other tests run too: all of them are given.
        return bag.dags[dag_id].test(run_conf={**written[dag_id], **conf})

    run.dags = bag.dags  # type: ignore[attr-defined]
    yield run


def states(run: Any) -> dict[str, list[str]]:
    """The states of a DAG run's tasks, by task id, in the order of their map index."""
    found: dict[str, list[str]] = {}
    for ti in sorted(run.get_task_instances(), key=lambda ti: ti.map_index):
        found.setdefault(ti.task_id, []).append(str(ti.state))
    return found


def executions(store: Any, run: Any, task_id: str = "quality", map_index: int = -1) -> dict[str, Any]:
    """What a task has kept in the store, by test id."""
    found = store.executions_of_task(dag_id=run.dag_id, run_id=run.run_id, task_id=task_id, map_index=map_index)
    return {execution.test_id: execution for execution in found}


@pytest.fixture
def warehouse(postgres: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The connection ``warehouse``: a schema of the test's own, with orders of which some are bad."""
    postgres.execute(
        "CREATE TABLE orders (id int, customer int, email text, created_at timestamptz)",
        "INSERT INTO orders SELECT n, n % 10, CASE WHEN n % 4 > 0 THEN 'a@x.org' END, now() FROM generate_series(1, 100) n",
        "CREATE TABLE clean AS SELECT * FROM orders WHERE email IS NOT NULL",
    )
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", postgres.airflow_connection())
    return postgres


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """An embedded result store of the test's own."""
    from airflow_data_quality.hooks import stores

    monkeypatch.setattr(stores, "embedded_path", lambda: tmp_path / "data_quality.db")
    return stores.result_store()


@contextmanager
def killed(operator: Any, warehouse: Any) -> Iterator[None]:
    """Calls the operator's ``on_kill`` as soon as a statement of its run is busy; afterwards none may be."""

    def kill() -> None:
        if wait_for(lambda: busy(warehouse)):
            operator.on_kill()

    killer = threading.Thread(target=kill)
    killer.start()
    yield
    killer.join()
    assert wait_for(lambda: not busy(warehouse), 2)


def busy(warehouse: Any) -> bool:
    """Says whether the database works on a statement of ours."""
    ours = "application_name = 'airflow-provider-data-quality' AND state = 'active'"
    return bool(warehouse.execute(f"SELECT 1 FROM pg_stat_activity WHERE {ours}"))


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> bool:
    """Says whether the condition came to hold in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False
