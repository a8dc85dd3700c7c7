"""The branch operator: by itself, and in real DAG runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from airflow_data_quality import DataQualityBranchOperator, Volume
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.operators.errors import CheckErrored
from tests.dag_runs import executions, killed, states

pytestmark = pytest.mark.filterwarnings("ignore")


def branch(**arguments: Any) -> DataQualityBranchOperator:
    given = {
        "conn_id": "warehouse",
        "table": "orders",
        "checks": [Volume(min=1)],
        "follow_if_passed": "a",
        "follow_if_failed": "b",
    }
    return DataQualityBranchOperator(task_id="quality", **{**given, **arguments})


@pytest.mark.parametrize(
    ("conf", "followed", "verdict"),
    [
        ({}, "quarantine", "failed"),
        ({"table": "clean"}, "publish", "passed"),
        ({"severity": "warn"}, "publish", "warned"),
        ({"passed": "quarantine", "failed": "publish"}, "publish", "failed"),
    ],
)
def test_one_branch_follows_and_the_other_is_skipped(
    run_dag: Callable[..., Any], store: Any, conf: dict[str, str], followed: str, verdict: str
) -> None:
    run = run_dag("branch", **conf)
    other = {"publish": "quarantine", "quarantine": "publish"}[followed]
    assert states(run) == {"quality": ["success"], followed: ["success"], other: ["skipped"], "tell": ["success"]}
    summary = run.get_task_instance("quality").xcom_pull(task_ids="quality")
    assert summary["verdict"] == verdict
    found = executions(store, run)
    assert list(found) == ["branch/quality/volume", "branch/quality/completeness(email)"]
    assert {str(execution.run_id) for execution in found.values()} == {summary["run_id"]}


def test_data_that_cannot_be_asked_follows_neither_branch(run_dag: Callable[..., Any]) -> None:
    run = run_dag("branch", table="nowhere")
    assert states(run) == {
        "quality": ["failed"],
        "publish": ["upstream_failed"],
        "quarantine": ["upstream_failed"],
        "tell": ["upstream_failed"],
    }
    assert run.get_task_instance("quality").xcom_pull(task_ids="quality")["verdict"] == "errored"


def test_task_groups_and_nothing_may_follow(run_dag: Callable[..., Any]) -> None:
    for table, follow in (("orders", "skipped"), ("clean", "success")):
        assert states(run_dag("branch_groups", table=table)) == {
            "quality": ["success"],
            "release.publish": [follow],
            "release.tell": [follow],
            "count": [follow],
        }


def test_a_mapped_branch_decides_for_each_by_itself(run_dag: Callable[..., Any], store: Any) -> None:
    run = run_dag("branch_mapped")
    assert states(run) == {
        "quality": ["success", "success"],
        "publish_each": ["skipped", "success"],
        "quarantine_each": ["success", "skipped"],
    }
    summaries = run.get_task_instance("quality", map_index=0).xcom_pull(task_ids="quality", map_indexes=[0, 1])
    assert [summary["verdict"] for summary in summaries] == ["failed", "passed"]
    for index, table in enumerate(("orders", "clean")):
        assert list(executions(store, run, map_index=index)) == [f"branch_mapped/quality/completeness(email)[{table}]"]


@pytest.mark.parametrize(
    ("dag_id", "task_id", "says"),
    [
        ("branch_in_mapped_group", "each.quality", "'each.quality' is in a mapped task group, where Airflow runs every branch"),
        ("branch_half_mapped", "quality", "'quality' is mapped, but 'tell' is one task for all its branchings"),
    ],
)
def test_where_airflow_would_skip_nothing_no_branch_is_taken(
    run_dag: Callable[..., Any], capfd: pytest.CaptureFixture[str], dag_id: str, task_id: str, says: str
) -> None:
    """Not even a good one: the day the data is bad, it would be published."""
    run = run_dag(dag_id)
    found = states(run)
    assert found.pop(task_id) == ["failed", "failed"]
    assert {state for states in found.values() for state in states} == {"upstream_failed"}
    assert says in capfd.readouterr().out


@pytest.mark.parametrize(
    ("conf", "says"),
    [
        ({"passed": "publsh"}, r"follow_if_passed names 'publsh', .* right behind 'quality'; did you mean 'publish'\?"),
        ({"failed": "tell"}, r"follow_if_failed names 'tell', .* \(right behind it: publish, quarantine\)"),
        ({"failed": ""}, "follow_if_failed names ''"),
    ],
)
def test_what_does_not_come_next_cannot_be_followed(
    dags: dict[str, Any], warehouse: Any, store: Any, conf: dict[str, str], says: str
) -> None:
    dag = dags["branch"]
    quality = dag.get_task("quality").prepare_for_execution()
    quality.render_template_fields({"params": {**dag.params.dump(), **conf}})
    with pytest.raises(DefinitionError, match=says):
        quality.execute({"dag": dag})


@pytest.mark.parametrize("follow", [None, 1, ["a", 2]])
def test_what_is_no_id_cannot_be_followed(dags: dict[str, Any], follow: Any) -> None:
    with pytest.raises(DefinitionError, match=r"follow_if_failed is .*; it is the id of a task or task group, or a list"):
        branch(follow_if_passed=[], follow_if_failed=follow).execute({"dag": dags["branch"]})


@pytest.mark.parametrize("argument", [{"gate": "skip"}, {"gate": "fail"}, {"retry_on_failure": True}])
def test_arguments_of_a_gate_are_refused(argument: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError, match=r"a branch takes no (gate|retry_on_failure)=: after bad data"):
        branch(**argument)


@pytest.mark.parametrize("left_out", ["follow_if_passed", "follow_if_failed"])
def test_both_ways_must_be_said(left_out: str) -> None:
    given = {"follow_if_passed": "a", "follow_if_failed": "b"}
    del given[left_out]
    with pytest.raises(TypeError, match=f"missing keyword argument '{left_out}'"):
        DataQualityBranchOperator(task_id="quality", conn_id="warehouse", table="orders", checks=[Volume(min=1)], **given)


def test_what_cannot_be_meant_is_refused_as_in_the_gate() -> None:
    with pytest.raises(DefinitionError, match="give exactly one of table= and dataset="):
        branch(table=None)
    with pytest.raises(ValueError, match="did you mean 'volume'"):
        branch(checks=[{"volum": 1}])


def test_on_kill_stops_the_branch(warehouse: Any, store: Any, dags: dict[str, Any]) -> None:
    slow = branch(checks=[Volume(min=1, where="pg_sleep(0.5) IS NOT NULL")], follow_if_passed=[], follow_if_failed=[])
    with killed(slow, warehouse), pytest.raises(CheckErrored, match="the task was stopped"):
        slow.execute({"dag": dags["branch"]})


def test_airflow_keeps_a_cleared_branch_skipped(dags: dict[str, Any]) -> None:
    """It asks the serialized DAG whether the task may skip what follows."""
    from airflow.serialization.serialized_objects import DagSerialization

    for dag_id, task_id in (("branch", "quality"), ("branch_mapped", "quality")):
        serialized = DagSerialization.from_dict(DagSerialization.to_dict(dags[dag_id]))
        assert serialized.get_task(task_id).inherits_from_skipmixin
