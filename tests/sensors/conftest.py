"""A real Airflow around the sensors: its metadata database, and the DAG files of ``dags/`` serialized in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dag_runs import serialized, store, warehouse

__all__ = ["store", "warehouse"]


@pytest.fixture(scope="session")
def sensors_dags() -> Iterator[Callable[..., Any]]:
    with serialized(Path(__file__).parent / "dags") as run:
        yield run


@pytest.fixture
def run_dag(sensors_dags: Callable[..., Any], warehouse: Any, store: Any) -> Callable[..., Any]:
    """Runs a DAG of ``dags/`` for real, in this process; returns the finished DAG run."""
    return sensors_dags
