"""The example DAGs in a real Airflow, each on its own small tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dag_runs import serialized, store

__all__ = ["store"]


@pytest.fixture(scope="session")
def examples_dags() -> Iterator[Callable[..., Any]]:
    with serialized(Path(__file__).resolve().parents[2] / "example_dags") as run:
        yield run


@pytest.fixture(params=["postgresql", "sqlite"])
def warehouse(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The connection ``warehouse``: an empty schema in PostgreSQL, or an empty SQLite file."""
    if request.param == "postgresql":
        connection = request.getfixturevalue("postgres").airflow_connection()
    else:
        (tmp_path / "warehouse.db").touch()
        connection = json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "warehouse.db")})
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", connection)


@pytest.fixture
def run_dag(examples_dags: Callable[..., Any], warehouse: None, store: Any) -> Callable[..., Any]:
    """Runs an example for real, in this process; returns the finished DAG run."""
    return examples_dags
