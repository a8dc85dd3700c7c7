"""A real Airflow around the operators: its metadata database, and the DAG files of ``dags/`` serialized in it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dag_runs import serialized, store, warehouse

__all__ = ["store", "warehouse"]


@pytest.fixture(scope="session")
def operators_dags() -> Iterator[Callable[..., Any]]:
    with serialized(Path(__file__).parent / "dags") as run:
        yield run


@pytest.fixture
def dags(operators_dags: Any) -> dict[str, Any]:
    """The DAGs of ``dags/``, serialized in Airflow's metadata database."""
    return operators_dags.dags


@pytest.fixture
def run_dag(operators_dags: Callable[..., Any], warehouse: Any, store: Any) -> Callable[..., Any]:
    """Runs a DAG of ``dags/`` for real, in this process; returns the finished DAG run."""
    return operators_dags


@pytest.fixture
def task_log(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What the operator says, from DEBUG on, beside what all others say."""
    from airflow_data_quality import DataQualityOperator

    monkeypatch.setattr(DataQualityOperator, "log", logging.getLogger("task"))
    caplog.set_level(logging.DEBUG)
    return caplog
