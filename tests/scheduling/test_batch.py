"""A batch asks what can be asked; what cannot be errs, and is kept as such."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from airflow_data_quality.core.stores.schedule.store import Due
from airflow_data_quality.scheduling.batch import StoredTestsOperator
from tests.dag_runs import store, warehouse
from tests.scheduling.test_dags import configs, found, run_dag

pytestmark = pytest.mark.filterwarnings("ignore")

__all__ = ["configs", "run_dag", "store", "warehouse"]


def on(configs: Any, conn_id: str) -> str:
    """Stores a test on a connection; returns its id."""
    configs.create(RegisteredConnection.of({"id": conn_id}), by="test")
    dataset = {"table": "orders", "conn_id": conn_id}
    configs.create(StoredTest.of({"id": f"on {conn_id}", "check": {"volume": {"min": 1}}, "dataset": dataset}), by="test")
    return f"on {conn_id}"


def test_tests_on_connections_that_lead_nowhere_err_and_are_kept(
    run_dag: Any, configs: Any, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_A_FILE", "fs:///tmp")
    named = [on(configs, "gone"), on(configs, "a_file")]

    run = run_dag("data_quality_runner", ids=[*named, "rows"])

    assert run.state == "success"
    assert found(store) == {"on gone": "errored", "on a_file": "errored", "rows": "passed"}
    gone, a_file = (store.executions_of_test(name)[0] for name in named)
    assert "`gone` isn't defined" in gone.message
    assert "is of type 'fs', for which there is no dialect" in a_file.message
    assert gone.plan_facts[0].startswith("due at ")


def test_a_connection_that_leads_nowhere_keeps_no_other_of_its_batch_from_being_asked(configs: Any, store: Any) -> None:
    lost = configs.test(on(configs, "gone"))
    rows = configs.test("rows")
    now = datetime.now(timezone.utc)
    operator = StoredTestsOperator(task_id="run", batch={"number": 0})
    operator._due = {test.id: Due(test, now) for test in (lost, rows)}

    run = operator.ask({})

    assert [(e.test_id, e.outcome) for e in run.executions] == [("rows", "passed"), ("on gone", "errored")]
