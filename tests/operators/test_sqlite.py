"""The operator on a file of SQLite, behind Airflow's own hook."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.dag_runs import executions, states

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def run_dag(
    operators_dags: Callable[..., Any], store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Runs a DAG of ``dags/`` whose connection ``warehouse`` is a file with orders, of which some are bad."""
    path = tmp_path / "orders.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, email TEXT)")
        connection.executemany("INSERT INTO orders VALUES (?, ?)", [(n, "a@x.org" if n % 4 else None) for n in range(1, 101)])
        connection.execute("CREATE TABLE clean AS SELECT * FROM orders WHERE email IS NOT NULL")
        connection.commit()
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps({"conn_type": "sqlite", "host": str(path)}))
    return operators_dags


@pytest.mark.parametrize(
    ("table", "quality", "publish"), [("orders", "failed", "upstream_failed"), ("clean", "success", "success")]
)
def test_a_gate(run_dag: Callable[..., Any], store: Any, table: str, quality: str, publish: str) -> None:
    run = run_dag("gate_fail", table=table)
    assert states(run) == {"quality": [quality], "publish": [publish]}
    email = executions(store, run)["orders/completeness(email)"]
    assert (email.failing, email.checked) == ((25, 100) if table == "orders" else (0, 75))
