"""The gate that goes by the latest outcomes, and runs what is missing when it may."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowSkipException
from airflow.sdk import Asset

from airflow_data_quality import OutcomeGate
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from airflow_data_quality.hooks import stores
from airflow_data_quality.operators.errors import CheckErrored, DataQualityFailed, DataQualityFailedRetryable
from tests.core.stores.samples import a_run, a_volume
from tests.dag_runs import killed

pytestmark = pytest.mark.filterwarnings("ignore")

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _stored_tests(store: Any, warehouse: Any) -> None:
    """Stored tests of the table ``orders``: ``enough`` holds, ``email`` does not."""
    configs = stores.config_store()
    configs.create(RegisteredConnection.of({"id": "warehouse"}), by="ann")
    dataset = {"table": "orders", "conn_id": "warehouse"}
    for name, check in {"enough": {"volume": {"min": 1}}, "email": {"completeness": "email"}}.items():
        configs.create(StoredTest.of({"id": name, "check": check, "dataset": dataset, "tags": ["gold"]}), by="ann")


def ran(store: Any, *test_ids: str, ago: timedelta = timedelta(0), outcome: Any = "passed") -> None:
    run = a_run(test_ids=test_ids, at=datetime.now(timezone.utc) - ago)
    executions = tuple(a_volume(run.id, test_id, at=run.started_at, outcome=outcome) for test_id in test_ids)
    store.write(run.model_copy(update={"executions": executions}))


def gate(**arguments: Any) -> OutcomeGate:
    return OutcomeGate(task_id="gate", **{"tests": ["tag:gold"], "max_age": "2h", **arguments})


def runs_of(store: Any) -> int:
    return len({execution.run_id for name in ("enough", "email") for execution in store.executions_of_test(name)})


def test_good_outcomes_that_are_recent_let_others_run(store: Any) -> None:
    ran(store, "enough", "email", "dag/q/coded", ago=HOUR)
    found = gate(tests=["tag:gold", "dag/q/coded"]).execute({})
    assert found == {
        "run_id": None,
        "verdict": "passed",
        "score": 1.0,
        "counts": {"passed": 3, "failed": 0, "errored": 0, "skipped": 0},
        "failing": [],
        "missing": [],
    }
    assert json.loads(json.dumps(found)) == found


def test_an_asset_of_the_gate_is_told_by_what_it_went(store: Any) -> None:
    class Event:
        extra: dict[str, Any]

    ran(store, "enough", "email")
    asset, event = Asset("warehouse://orders"), Event()
    event.extra = {}
    gate(outlets=[asset]).execute({"outlet_events": {asset: event}})
    assert event.extra["airflow.dataquality.result"] == {"score": 1.0}
    assert event.extra["data_quality"]["counts"]["passed"] == 2


@pytest.mark.parametrize(
    ("arguments", "raises"),
    [
        ({}, DataQualityFailed),
        ({"retry_on_failure": True}, DataQualityFailedRetryable),
        ({"gate": "skip"}, AirflowSkipException),
    ],
)
@pytest.mark.parametrize("bad", ["failed", "missing"])
def test_a_bad_outcome_and_one_that_is_missing_gate_as_a_run_does(
    store: Any, arguments: dict[str, Any], raises: type[Exception], bad: str
) -> None:
    ran(store, "enough")
    if bad == "failed":
        ran(store, "email", outcome="failed")
    else:
        ran(store, "email", ago=3 * HOUR)
    with pytest.raises(raises, match="1 of 2 checks have no good outcome of the last 2h: email: ") as raised:
        gate(**arguments).execute({})
    assert type(raised.value) is raises
    assert gate(gate="continue").execute({})["verdict"] == "failed"
    assert bad == "failed" or "email: was asked last 3h" in str(raised.value)


def test_what_could_not_be_asked_is_retried_as_any_fault(store: Any) -> None:
    ran(store, "enough")
    ran(store, "email", outcome="errored")
    for chosen in ("fail", "skip"):
        with pytest.raises(CheckErrored, match="1 of 2 checks have no good outcome"):
            gate(gate=chosen).execute({})
    assert gate(gate="continue").execute({})["verdict"] == "errored"


def test_what_is_missing_may_pass(store: Any) -> None:
    ran(store, "enough")
    found = gate(missing="pass").execute({})
    assert (found["verdict"], found["counts"]["passed"], found["missing"]) == ("passed", 1, [])
    ran(store, "enough", outcome="failed")
    with pytest.raises(DataQualityFailed, match="1 of 1 checks"):
        gate(missing="pass").execute({})


def test_what_is_missing_is_run_and_nothing_else(store: Any) -> None:
    ran(store, "email")
    found = gate(missing="run").execute({})
    run = store.run(found["run_id"])
    assert [execution.test_id for execution in run.executions] == ["enough"]
    assert (found["verdict"], found["counts"]["passed"]) == ("passed", 2)
    again = gate(missing="run").execute({})
    assert (again["verdict"], again["run_id"]) == ("passed", None)


def test_what_is_run_gates_with_what_is_known(store: Any) -> None:
    with pytest.raises(DataQualityFailed, match="1 of 2 checks have no good outcome of the last 2h: email: 25 of 100 rows"):
        gate(missing="run").execute({})
    assert {execution.outcome for execution in store.executions_of_test("email")} == {"failed"}
    # It has an outcome now, which is as bad as it is recent: it is not asked again.
    with pytest.raises(DataQualityFailed):
        gate(missing="run").execute({})
    assert runs_of(store) == 1


def test_a_coded_test_that_is_missing_cannot_be_run(store: Any) -> None:
    ran(store, "enough", "email")
    with pytest.raises(DataQualityFailed, match=r"1 of 3 checks .*: dag/q/coded: was never asked"):
        gate(tests=["tag:gold", "dag/q/coded"], missing="run").execute({})
    assert runs_of(store) == 1


def test_all_tests_of_a_table_are_gone_by(store: Any) -> None:
    found = gate(tests=None, conn_id="warehouse", table="orders", missing="run", gate="continue").execute({})
    assert (found["counts"]["passed"], found["failing"]) == (1, ["email"])
    for missing in ("fail", "run"):
        with pytest.raises(DataQualityFailed, match="nothing behind warehouse: no test of it is known"):
            gate(tests=None, conn_id="warehouse", table="nothing", missing=missing).execute({})
    assert gate(tests=None, conn_id="warehouse", table="nothing", missing="pass").execute({})["score"] is None


def test_killed_while_it_runs_what_is_missing_nothing_runs_on(store: Any, warehouse: Any) -> None:
    slow = {"custom_sql": {"name": "slow", "sql": "SELECT pg_sleep(60)", "min": 1}}
    test = {"id": "slow", "check": slow, "dataset": {"table": "orders", "conn_id": "warehouse"}}
    stores.config_store().create(StoredTest.of(test), by="ann")
    runs = gate(tests=["slow"], missing="run")
    with killed(runs, warehouse), pytest.raises(CheckErrored, match="the task was stopped"):
        runs.execute({})
    assert store.executions_of_test("slow") == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"missing": "wait"}, "missing is 'wait'; it is one of fail, run, pass"),
        ({"tests": None}, "give exactly one of tests= and table="),
        ({"suite": "orders.yaml"}, "an OutcomeGate takes no suite=: it goes by tests that are stored, or asked by others"),
        ({"gate": "warn"}, "gate is 'warn'"),
    ],
)
def test_what_cannot_be_meant_is_refused_when_the_dag_is_read(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(DefinitionError, match=says):
        gate(**arguments)
    with pytest.raises(ValueError, match="has no unit"):
        gate(max_age=2)
    assert gate(max_age="{{ params.age }}").max_age == "{{ params.age }}"
