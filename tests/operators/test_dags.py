"""The operator in real DAG runs: gates, retries, templates, mapped tasks, checks that come by XCom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.dag_runs import executions, states

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    ("gate", "quality", "publish"),
    [("fail", "failed", "upstream_failed"), ("skip", "skipped", "skipped"), ("continue", "success", "success")],
)
def test_what_bad_data_does(run_dag: Callable[..., Any], store: Any, gate: str, quality: str, publish: str) -> None:
    run = run_dag(f"gate_{gate}")
    assert states(run) == {"quality": [quality], "publish": [publish]}
    found = executions(store, run)
    assert {test_id: e.outcome for test_id, e in found.items()} == {
        "orders/volume": "passed",
        "orders/completeness(email)": "failed",
    }
    summary = run.get_task_instance("quality").xcom_pull(task_ids="quality")
    assert summary["verdict"] == "failed"
    assert summary["failing"] == ["orders/completeness(email)"]
    assert summary["counts"] == {"passed": 1, "failed": 1, "errored": 0, "skipped": 0}
    assert summary["score"] == 0.5
    assert summary["run_id"] == str(found["orders/volume"].run_id)


@pytest.mark.parametrize("gate", ["fail", "skip", "continue"])
def test_good_data_passes_every_gate(run_dag: Callable[..., Any], gate: str) -> None:
    assert states(run_dag(f"gate_{gate}", table="clean")) == {"quality": ["success"], "publish": ["success"]}


def test_a_failed_gate_is_retried_only_when_asked(run_dag: Callable[..., Any], store: Any) -> None:
    run = run_dag("retried")
    tries = {ti.task_id: (str(ti.state), ti.try_number) for ti in run.get_task_instances()}
    assert tries == {"never": ("failed", 1), "again": ("failed", 2)}
    (last,) = executions(store, run, "again").values()
    assert store.run(last.run_id).origin.try_number == 2


def test_a_check_that_cannot_be_asked_fails_the_task_and_hides_no_other(run_dag: Callable[..., Any], store: Any) -> None:
    run = run_dag("errored")
    assert states(run) == {"quality": ["failed"]}
    found = executions(store, run)
    assert found["errored/quality/volume"].outcome == "passed"
    missing = found["errored/quality/completeness(emial)"]
    assert missing.outcome == "errored"
    assert "did you mean 'email'?" in missing.message


def test_each_mapped_task_has_ids_of_its_own(run_dag: Callable[..., Any], store: Any) -> None:
    run = run_dag("mapped")
    assert states(run) == {"tables": ["success"] * 2, "datasets": ["success"] * 2, "checks": ["success"] * 2}
    ids = {
        (task, index): list(executions(store, run, task, index)) for task in ("tables", "datasets", "checks") for index in (0, 1)
    }
    assert ids == {
        ("tables", 0): ["mapped/tables/completeness(email)[orders]"],
        ("tables", 1): ["mapped/tables/completeness(email)[clean]"],
        ("datasets", 0): ["mapped/datasets/volume[orders, id < 10]"],
        ("datasets", 1): ["mapped/datasets/volume[SELECT 1 AS one]"],
        ("checks", 0): ["mapped/checks/volume"],
        ("checks", 1): ["mapped/checks/uniqueness(id)"],
    }


def test_checks_may_come_from_another_task(run_dag: Callable[..., Any], store: Any) -> None:
    run = run_dag("late")
    assert {i: e.outcome for i, e in executions(store, run).items()} == {
        "late/quality/volume": "passed",
        "late/quality/uniqueness(id)": "passed",
    }


def test_every_field_may_be_a_template(run_dag: Callable[..., Any], store: Any) -> None:
    run = run_dag("templates")
    found = executions(store, run)
    volume = found["templates/quality/volume"]
    assert (volume.outcome, volume.value) == ("passed", 90)
    assert (volume.bounds.min, volume.bounds.max) == (5, 500)
    email = found["templates/quality/completeness(email)"]
    assert (email.outcome, email.failing, email.checked, email.bounds) == ("passed", 23, 90, "25.6%")
    assert found["templates/quality/literal"].check.where == "email <> '{{'"
    assert email.dataset.where == "id > 10 -- kept"


def test_a_suite_file_lies_beside_the_dag_file_and_is_rendered(run_dag: Callable[..., Any], store: Any) -> None:
    run = run_dag("suite_file")
    assert states(run) == {"quality": ["success"]}
    assert {i: (e.outcome, e.checked) for i, e in executions(store, run).items()} == {
        "orders/volume": ("passed", None),
        "orders/uniqueness(id)": ("passed", 90),
        "orders/completeness(email)": ("passed", 90),
    }
