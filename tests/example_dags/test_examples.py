"""The example DAGs, run: what becomes of the tasks behind each gate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.dag_runs import executions, states

pytestmark = pytest.mark.filterwarnings("ignore")

EXAMPLES = Path(__file__).resolve().parents[2] / "example_dags"
RUN: dict[str, list[tuple[dict[str, Any], dict[str, list[str]]]]] = {
    "gate_fail": [
        ({}, {"quality": ["failed"], "publish": ["upstream_failed"]}),
        ({"broken": False}, {"quality": ["success"], "publish": ["success"]}),
    ],
    "gate_skip": [
        ({}, {"quality": ["skipped"], "publish": ["skipped"], "report": ["success"]}),
        ({"orders": 1}, {"quality": ["success"], "publish": ["success"], "report": ["success"]}),
    ],
    "gate_continue": [({}, {"quality": ["success"], "tell": ["success"], "publish": ["success"]})],
    "branching": [
        (
            {},
            {
                "quality": ["success"],
                "publish.swap_tables": ["skipped"],
                "publish.refresh_reports": ["skipped"],
                "put_aside": ["success"],
                "tell_the_sender": ["success"],
                "clean_up": ["success"],
            },
        ),
        (
            {"broken": False},
            {
                "quality": ["success"],
                "publish.swap_tables": ["success"],
                "publish.refresh_reports": ["success"],
                "put_aside": ["skipped"],
                "tell_the_sender": ["skipped"],
                "clean_up": ["success"],
            },
        ),
    ],
    "mapped_tables": [({}, {"tables": ["success"], "quality": ["success", "failed"], "publish": ["upstream_failed"]})],
    "mapped_group": [({}, {"each.quality": ["success", "skipped"], "each.publish": ["success", "skipped"]})],
    "checks_at_run_time": [
        ({}, {"needed": ["success"], "quality": ["success"], "keys": ["success", "success"], "publish": ["success"]}),
        (
            {"least": 2},
            {"needed": ["success"], "quality": ["failed"], "keys": ["success", "success"], "publish": ["upstream_failed"]},
        ),
    ],
    "run_checks_in_a_task": [({}, {"checks": ["success"], "choose": ["success"], "publish": ["success"]})],
}


@pytest.mark.parametrize(("name", "conf", "expected"), [(name, *go) for name, goes in RUN.items() for go in goes])
def test_what_becomes_of_the_tasks(
    run_dag: Callable[..., Any], name: str, conf: dict[str, Any], expected: dict[str, list[str]]
) -> None:
    assert states(run_dag(f"example_{name}", **conf)) == {"load": ["success"], **expected}


def test_every_example_is_run() -> None:
    files = {path.stem for path in EXAMPLES.glob("*.py")} - {"flights"}  # the demo's, which it runs
    assert files == set(RUN)


def test_the_ids_that_the_examples_speak_of(run_dag: Callable[..., Any], store: Any) -> None:
    run = run_dag("example_mapped_tables")
    assert "example_mapped_tables/quality/volume[mapped_tables_b]" in executions(store, run, map_index=1)
    run = run_dag("example_mapped_group")
    assert "example_mapped_group/each.quality/volume[warehouse, mapped_group_b]" in executions(store, run, "each.quality", 1)


def test_what_the_examples_hand_on(run_dag: Callable[..., Any]) -> None:
    told = run_dag("example_gate_continue").get_task_instance("tell").xcom_pull(task_ids="tell")
    assert told == "failed: example_gate_continue/quality/completeness(email)"
    published = run_dag("example_run_checks_in_a_task").get_task_instance("publish").xcom_pull(task_ids="publish")
    assert published == "published email IS NOT NULL"
