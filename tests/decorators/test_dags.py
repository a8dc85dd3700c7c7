"""``@task.data_quality`` in real DAG runs: what may be returned, how it is called, mapped and overridden."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.dag_runs import executions, states

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    ("dag_id", "labels"),
    [
        ("a_check", ["volume"]),
        ("plain_check", ["volume"]),
        ("checks", ["volume", "uniqueness(id)", "completeness(customer)"]),
    ],
)
def test_a_function_may_return_checks(run_dag: Callable[..., Any], store: Any, dag_id: str, labels: list[str]) -> None:
    run = run_dag(dag_id)
    assert states(run) == {"quality": ["success"], "publish": ["success"]}
    found = executions(store, run)
    assert {test_id: e.outcome for test_id, e in found.items()} == {f"{dag_id}/quality/{label}": "passed" for label in labels}
    summary = run.get_task_instance("quality").xcom_pull(task_ids="quality")
    assert (summary["verdict"], summary["counts"]["passed"]) == ("passed", len(labels))


@pytest.mark.parametrize(
    ("dag_id", "test_ids"),
    [
        ("a_suite", ["orders/volume"]),
        ("plain_suite", ["orders/volume"]),
        ("nameless_suite", ["nameless_suite/quality/volume"]),
        ("suite_file", ["orders/volume", "orders/uniqueness(id)", "orders/completeness(email)"]),
        ("suite_path", ["orders/volume", "orders/uniqueness(id)", "orders/completeness(email)"]),
    ],
)
def test_a_function_may_return_a_suite(run_dag: Callable[..., Any], store: Any, dag_id: str, test_ids: list[str]) -> None:
    run = run_dag(dag_id)
    assert states(run) == {"quality": ["success"]}
    assert list(executions(store, run)) == test_ids


@pytest.mark.parametrize(
    ("gate", "quality", "publish"),
    [("fail", "failed", "upstream_failed"), ("skip", "skipped", "skipped"), ("continue", "success", "success")],
)
def test_it_gates_like_the_operator(run_dag: Callable[..., Any], store: Any, gate: str, quality: str, publish: str) -> None:
    run = run_dag(f"made_{gate}")
    assert states(run) == {"quality": [quality], "publish": [publish]}
    # Whole, though the function is annotated to return a dict, which Airflow would take apart.
    assert run.get_task_instance("quality").xcom_pull(task_ids="quality")["failing"] == ["orders/completeness(email)"]
    assert list(executions(store, run)) == ["orders/completeness(email)"]


def test_arguments_come_by_xcom_template_and_context(run_dag: Callable[..., Any], store: Any) -> None:
    run = run_dag("called")
    assert states(run) == {"columns": ["success"], "quality": ["success"]}
    found = executions(store, run)
    assert list(found) == [
        "called/quality/completeness(id)",
        "called/quality/completeness(customer)",
        "called/quality/completeness(email)",
        "called/quality/volume",
    ]
    volume = found["called/quality/volume"]
    assert (volume.dataset.where, volume.value, volume.bounds.min, volume.bounds.max) == ("id > 5", 95, 5, 1000)


def test_it_may_be_overridden(run_dag: Callable[..., Any], store: Any) -> None:
    run = run_dag("overridden")
    assert states(run) == {"clean": ["success"], "orders": ["success"]}
    assert executions(store, run, "clean")["overridden/clean/volume"].outcome == "passed"
    assert executions(store, run, "orders")["overridden/orders/volume"].outcome == "failed"


def test_each_mapped_call_has_ids_of_its_own(run_dag: Callable[..., Any], store: Any) -> None:
    run = run_dag("made_mapped")
    assert set(map(tuple, states(run).values())) == {("success",), ("success", "success")}
    ids = {(task, index): list(executions(store, run, task, index)) for task in states(run) for index in (0, 1)}
    assert {key: found for key, found in ids.items() if found} == {
        ("by_table", 0): ["made_mapped/by_table/completeness(email)[orders]", "made_mapped/by_table/volume[orders]"],
        ("by_table", 1): ["made_mapped/by_table/completeness(email)[clean]", "made_mapped/by_table/volume[clean]"],
        ("by_checks", 0): ["made_mapped/by_checks/volume"],
        ("by_checks", 1): ["made_mapped/by_checks/uniqueness(id)"],
        ("by_dataset", 0): ["made_mapped/by_dataset/volume[orders, id < 10, first]"],
        ("by_dataset", 1): ["made_mapped/by_dataset/volume[clean, second]"],
    }
    outcomes = [[e.outcome for e in executions(store, run, "by_table", index).values()] for index in (0, 1)]
    assert outcomes == [["failed", "failed"], ["passed", "passed"]]


def test_in_a_mapped_group_too(run_dag: Callable[..., Any], store: Any) -> None:
    run = run_dag("made_in_mapped_group")
    assert states(run) == {"each.quality": ["success", "success"]}
    for index, table in enumerate(("orders", "clean")):
        (test_id,) = executions(store, run, "each.quality", index)
        assert test_id == f"made_in_mapped_group/each.quality/uniqueness(id)[warehouse, {table}, id, {table}]"


def test_the_rendered_fields_show_what_was_returned(run_dag: Callable[..., Any]) -> None:
    from airflow.models.renderedtifields import RenderedTaskInstanceFields

    ti = run_dag("a_check").get_task_instance("quality")
    fields = RenderedTaskInstanceFields.get_templated_fields(ti)
    assert (fields["table"], fields["checks"]) == ("orders", [{"type": "volume", "min": 1}])
