"""A real Airflow around the operator: its metadata database, and the DAG files of ``dags/`` serialized in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

DAGS = Path(__file__).parent / "dags"


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


@pytest.fixture(scope="session")
def dags() -> Iterator[dict[str, Any]]:
    """The DAGs of ``dags/``, serialized in Airflow's metadata database."""
    os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(DAGS)
    for command in (["db", "migrate"], ["dags", "reserialize"]):
        subprocess.run([sys.executable, "-m", "airflow", *command], check=True, capture_output=True)
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(DAGS))
    assert not bag.import_errors
    yield bag.dags
    del os.environ["AIRFLOW__CORE__DAGS_FOLDER"]


@pytest.fixture
def run_dag(dags: dict[str, Any], warehouse: Any, store: Any) -> Callable[..., Any]:
    """Runs a DAG of ``dags/`` for real, in this process; returns the finished DAG run."""

    def run(dag_id: str, **conf: Any) -> Any:
        return dags[dag_id].test(run_conf=conf)

    return run
