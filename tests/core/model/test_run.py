"""A run as a whole: verdict, score, counts, summary, identity."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from fractions import Fraction
from itertools import product
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.execution import Execution, execution_id
from airflow_data_quality.core.model.run import RUN_NAMESPACE, Plan, Run, Statement, run_id

NOON = datetime(2024, 1, 31, 12, tzinfo=timezone.utc)
RUN = UUID("0190a6e0-0000-7000-8000-000000000001")

OUTCOMES = ("passed", "failed", "errored", "skipped")
SEVERITIES = ("error", "warn", "info")
Came = tuple[str, str]
"""Outcome and severity of one execution."""


def run(*came: Came) -> Run:
    executions = tuple(
        Execution(
            id=execution_id(RUN, f"t{number}"),
            run_id=RUN,
            test_id=f"t{number}",
            check=Volume(min=1),
            dataset=Dataset(table="t"),
            outcome=outcome,
            severity=severity,
            message="",
            started_at=NOON,
        )
        for number, (outcome, severity) in enumerate(came)
    )
    return Run(id=RUN, started_at=NOON, finished_at=NOON, executions=executions)


E_PASSED, E_FAILED, E_ERRORED, E_SKIPPED = ((outcome, "error") for outcome in OUTCOMES)
W_PASSED, W_FAILED, W_ERRORED, W_SKIPPED = ((outcome, "warn") for outcome in OUTCOMES)
I_PASSED, I_FAILED, I_ERRORED, I_SKIPPED = ((outcome, "info") for outcome in OUTCOMES)


@pytest.mark.parametrize(
    ("came", "verdict"),
    [
        ([], "passed"),
        ([E_PASSED, W_PASSED, I_PASSED], "passed"),
        ([E_SKIPPED, W_SKIPPED], "passed"),
        ([E_FAILED, E_PASSED], "failed"),
        ([E_ERRORED, E_PASSED], "errored"),
        ([E_ERRORED, E_FAILED], "failed"),
        ([E_ERRORED, W_FAILED], "errored"),
        ([W_FAILED, E_PASSED], "warned"),
        ([W_ERRORED, E_PASSED], "warned"),
        ([I_FAILED, E_PASSED], "warned"),
        ([I_ERRORED], "warned"),
        ([W_FAILED, W_ERRORED, I_FAILED, I_ERRORED], "warned"),
        ([W_FAILED, E_FAILED], "failed"),
    ],
)
def test_the_verdict(came: list[Came], verdict: str) -> None:
    assert run(*came).verdict == verdict


ANY = st.lists(st.sampled_from(list(product(OUTCOMES, SEVERITIES))), max_size=8)


@settings(max_examples=100)
@given(ANY)
def test_only_error_severity_fails_or_errors_a_run_and_the_order_is_nothing(came: list[Came]) -> None:
    verdict = run(*came).verdict
    assert (verdict == "failed") is (E_FAILED in came)
    assert (verdict == "errored") is (E_ERRORED in came and E_FAILED not in came)
    assert verdict == run(*reversed(came)).verdict


@pytest.mark.parametrize(
    ("came", "score"),
    [
        ([], None),
        ([E_SKIPPED, W_SKIPPED, I_FAILED], None),
        ([E_PASSED], 1.0),
        ([E_FAILED], 0.0),
        ([E_ERRORED], 0.0),
        ([W_ERRORED], 0.0),
        ([W_FAILED], 0.75),
        ([E_PASSED, E_PASSED, E_PASSED, E_FAILED], 0.75),
        ([E_PASSED, W_FAILED], 0.875),
        ([E_PASSED, I_FAILED, I_ERRORED, E_SKIPPED], 1.0),
        ([E_PASSED, E_FAILED, W_FAILED, W_ERRORED], 1 - 2.25 / 4),
    ],
)
def test_the_score(came: list[Came], score: float | None) -> None:
    assert run(*came).score == score


@settings(max_examples=100)
@given(ANY)
def test_the_score_is_the_formula_of_the_design(came: list[Came]) -> None:
    counted = [(outcome, severity) for outcome, severity in came if outcome != "skipped" and severity != "info"]
    if not counted:
        assert run(*came).score is None
        return
    errored = sum(outcome == "errored" for outcome, _ in counted)
    lost = counted.count(E_FAILED) + errored + Fraction(counted.count(W_FAILED), 4)
    assert run(*came).score == pytest.approx(float(1 - lost / len(counted)))


def test_every_outcome_is_counted_in_a_fixed_order() -> None:
    assert list(run(E_FAILED, W_FAILED, E_PASSED).counts().items()) == [
        ("passed", 1),
        ("failed", 2),
        ("errored", 0),
        ("skipped", 0),
    ]


def test_the_summary_is_small_and_plain() -> None:
    summary = run(E_PASSED, E_FAILED, W_ERRORED, E_SKIPPED).summary()
    assert summary == {
        "run_id": str(RUN),
        "verdict": "failed",
        "score": pytest.approx(1 / 3),
        "counts": {"passed": 1, "failed": 1, "errored": 1, "skipped": 1},
        "failing": ["t1", "t2"],
    }
    assert json.loads(json.dumps(summary)) == summary


def test_the_id_of_a_run_is_a_uuid5_of_what_it_belongs_to_and_never_changes() -> None:
    parts = ("airflow", "dag", "scheduled__2024-01-31", "task", -1, 1, 0)
    assert run_id(*parts) == run_id(*parts) == UUID("3e05592b-9994-5861-8e77-5e66c224285a")
    assert run_id(*parts) == uuid5(RUN_NAMESPACE, json.dumps([str(part) for part in parts]))


@pytest.mark.parametrize("position", range(7))
def test_another_try_poke_or_mapped_task_is_another_run(position: int) -> None:
    parts = ["airflow", "dag", "run", "task", -1, 1, 0]
    other = [*parts[:position], 7, *parts[position + 1 :]]
    assert run_id(*other) != run_id(*parts)


def test_parts_cannot_run_into_each_other() -> None:
    assert run_id("a", "b/c") != run_id("a/b", "c")
    assert run_id('a", "b') != run_id("a", "b")


def test_a_plan_is_text_to_paste() -> None:
    plan = Plan(statements=(Statement(sql="SELECT 1", test_ids=("a", "b")), Statement(sql="SELECT 2", test_ids=("c",))))
    assert str(plan) == "-- 1. for 2 test(s)\nSELECT 1;\n\n-- 2. for 1 test(s)\nSELECT 2;"
