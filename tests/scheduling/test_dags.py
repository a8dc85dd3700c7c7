"""The DAGs that a deployment mounts, run for real: what is due, what is asked for, what is done every night."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from airflow_data_quality.core.stores.configs.store import ConfigStore
from airflow_data_quality.scheduling.suites import data_quality_dags
from tests.core.stores.samples import a_run
from tests.dag_runs import serialized, states, store, warehouse

pytestmark = pytest.mark.filterwarnings("ignore")

__all__ = ["store", "warehouse"]


@pytest.fixture(scope="module")
def run_dag() -> Iterator[Callable[..., Any]]:
    with serialized(Path(__file__).parent / "dags") as run:
        yield run


@pytest.fixture
def configs(warehouse: Any, store: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ConfigStore:
    """Stored tests in an embedded store of the test's own, of which one finds bad data, and one cannot be asked."""
    from airflow_data_quality.hooks import stores

    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW__DATA_QUALITY__SPOOL_PATH", str(tmp_path / "spool"))
    made = stores.config_store()
    made.create(RegisteredConnection.of({"id": "warehouse", "default_schema": warehouse.schema}), by="test")
    for name, table, check, more in (
        ("rows", "orders", {"volume": {"min": 1}}, {"tags": ["gold"], "schedule": "* * * * *"}),
        ("emails", "orders", {"completeness": "email"}, {"tags": ["gold"], "schedule": "* * * * *"}),
        ("broken", "clean", {"completeness": "no_such_column"}, {"schedule": "* * * * *"}),
        ("paused", "orders", {"volume": {"min": 1}}, {"enabled": False, "schedule": "* * * * *", "tags": ["gold"]}),
        ("asked", "clean", {"volume": {"min": 1}}, {}),
    ):
        dataset = {"table": table, "conn_id": "warehouse"}
        made.create(StoredTest.of({"id": name, "check": check, "dataset": dataset, **more}), by="test")
    return made


def found(store: Any) -> dict[str, str]:
    """Test id → its latest outcome."""
    return {state.test_id: state.outcome for state in store.states().items}


def test_what_is_due_runs_once_and_whatever_it_finds_the_run_succeeds(run_dag: Any, configs: ConfigStore, store: Any) -> None:
    run = run_dag("data_quality_scheduler")

    assert run.state == "success"
    assert set(states(run)["run"]) == {"success"}
    assert found(store) == {"rows": "passed", "emails": "failed", "broken": "errored"}
    facts = store.executions_of_test("rows")[0].plan_facts
    assert any(fact.startswith("due at 20") for fact in facts)


def test_where_nothing_is_due_nothing_runs(run_dag: Any, configs: ConfigStore, store: Any) -> None:
    configs.apply([], [test for test in configs.all_tests() if test.schedule], by="test")

    run = run_dag("data_quality_scheduler")

    assert run.state == "success"
    assert states(run) == {"due": ["success"], "run": ["skipped"]}
    assert found(store) == {}


def test_a_tick_keeps_its_timetable_and_sees_an_edit(run_dag: Any, configs: ConfigStore, store: Any, tmp_path: Path) -> None:
    run_dag("data_quality_scheduler")
    kept = json.loads((tmp_path / "data_quality_timetable.json").read_text())
    assert [entry[0] for entry in kept["tests"]] == ["broken", "emails", "rows"]

    before = configs.test("paused")
    assert before is not None
    configs.update(before.model_copy(update={"enabled": True}), by="test")
    run_dag("data_quality_scheduler")

    assert [entry[0] for entry in json.loads((tmp_path / "data_quality_timetable.json").read_text())["tests"]] == [
        *("broken", "emails", "paused", "rows")
    ]


@pytest.mark.parametrize(
    ("conf", "ran"),
    [
        ({"ids": ["asked", "paused"]}, ["asked", "paused"]),
        ({"tags": ["gold"]}, ["emails", "rows"]),
        ({"dataset": "clean"}, ["asked", "broken"]),
        ({"ids": ["rows"], "tags": ["gold"], "dataset": "orders"}, ["emails", "rows"]),
    ],
    ids=str,
)
def test_what_is_asked_for_runs_now(run_dag: Any, configs: ConfigStore, store: Any, conf: dict[str, Any], ran: list[str]) -> None:
    assert run_dag("data_quality_runner", **conf).state == "success"
    assert sorted(found(store)) == ran
    assert all(len(store.executions_of_test(name)) == 1 for name in ran)


def test_a_dry_run_keeps_nothing(run_dag: Any, configs: ConfigStore, store: Any) -> None:
    assert run_dag("data_quality_runner", ids=["rows"], store=False).state == "success"
    assert found(store) == {}


@pytest.mark.parametrize("conf", [{}, {"ids": ["nobody"]}, {"tags": ["nobody"]}, {"dataset": "nowhere"}], ids=str)
def test_what_nobody_has_fails_the_run(run_dag: Any, configs: ConfigStore, store: Any, conf: dict[str, Any]) -> None:
    run = run_dag("data_quality_runner", **conf)
    assert (run.state, states(run)["choose"]) == ("failed", ["failed"])
    assert found(store) == {}


def test_every_night_what_waits_is_delivered_and_the_stores_are_kept_in_order(
    run_dag: Any, configs: ConfigStore, store: Any
) -> None:
    from airflow_data_quality.hooks.spool import spool

    run = a_run()
    spool().put(run)

    assert run_dag("data_quality_maintenance").state == "success"
    assert spool().waiting() == []


# A folder of suites ----------------------------------------------------------------------------------------------------


def test_a_folder_of_suites_is_a_dag_for_each_schedule(run_dag: Any) -> None:
    dags = {dag_id: dag for dag_id, dag in run_dag.dags.items() if dag_id.startswith("grid")}

    assert {dag_id: sorted(dag.task_dict) for dag_id, dag in dags.items()} == {
        "grid_0_6_x_x_mon-fri_Europe_Berlin": ["orders"],
        "grid_daily": ["shop_customers"],
    }
    assert {dag.timetable.expression for dag in dags.values()} == {"0 6 * * mon-fri", "0 0 * * *"}
    assert {str(dag.timetable.timezone) for dag in dags.values()} == {"Europe/Berlin", "UTC"}


def test_its_tasks_are_gates_whose_tests_are_the_suites(run_dag: Any, warehouse: Any, store: Any) -> None:
    assert run_dag("grid_daily").state == "success"
    assert found(store) == {"shop/customers/volume": "passed"}


def test_suites_that_cannot_be_told_apart_and_folders_without_any_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"holds no suite: no file that ends in \.yaml, \.yml, \.json"):
        data_quality_dags(tmp_path)
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("name: same\ntable: t\nconn_id: w\nchecks: [{volume: {min: 1}}]\n")
    with pytest.raises(DefinitionError, match=r"b\.yaml: another suite of this schedule is called 'same'"):
        data_quality_dags(tmp_path)
