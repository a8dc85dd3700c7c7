"""A second set of bounds: breaking only these is a failure at severity ``warn``, judged from the same measurement."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.checks.distribution import Distribution
from airflow_data_quality.core.checks.freshness import Freshness
from airflow_data_quality.core.checks.referential import Referential
from airflow_data_quality.core.checks.uniqueness import Uniqueness
from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.database import Column
from airflow_data_quality.core.judge import judged
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.metric import Metric
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.sql.board import Found
from airflow_data_quality.core.sql.catalog import Source
from airflow_data_quality.core.sql.steps import Cell, Question

NOON = datetime(2024, 1, 31, 12, tzinfo=timezone.utc)
COLUMNS = Columns(
    [Column("a", "text", "text"), Column("at", "timestamptz", "timestamptz")], fold=str.lower, clock=NOON, dataset="t"
)


def execution(check: Check, **measured: Any) -> Execution:
    """What comes of a check when the database has answered these values, by role."""

    def answer(metric: Metric) -> tuple[Question, Found]:
        nowhere = Source("t", None, COLUMNS)
        question = Question(metric, Cell(nowhere, text="", alone=False), nowhere)
        return question, Found(tuple(measured[role] for role in metric.roles))

    test = Test(id="t", check=check, dataset=Dataset(table="t"))
    answers = [answer(metric) for metric in check.metrics(COLUMNS)]
    return judged(test, answers, COLUMNS, run_id=UUID(int=1), started_at=NOON, sql="SELECT 1", duration_ms=1)


@pytest.mark.parametrize(
    ("failing", "outcome", "severity", "bounds"),
    [
        (0, "passed", "error", "0.1%"),
        (1, "passed", "error", "0.1%"),
        (2, "failed", "warn", "0.1%"),
        (5, "failed", "warn", "0.1%"),
        (6, "failed", "error", "0.5%"),
    ],
)
def test_main_bounds_first_then_those_of_warn(failing: int, outcome: str, severity: str, bounds: str) -> None:
    check = Completeness(column="a", max_failing="0.5%", warn={"max_failing": "0.1%"})
    came = execution(check, checked=1_000, failing=failing)
    assert (came.outcome, came.severity, came.bounds, came.value) == (outcome, severity, bounds, failing)
    assert (came.checked, came.failing) == (1_000, failing)
    assert [measurement.value for measurement in came.measurements] == [1_000, failing]


@pytest.mark.parametrize(
    ("rows", "outcome", "severity"),
    [(0, "failed", "error"), (99, "failed", "error"), (100, "failed", "warn"), (499, "failed", "warn"), (500, "passed", "error")],
)
def test_bounds_of_a_number(rows: int, outcome: str, severity: str) -> None:
    came = execution(Volume(min=100, warn={"min": 500}), rows=rows)
    assert (came.outcome, came.severity, came.value) == (outcome, severity, rows)


def test_the_bounds_of_warn_stand_alone() -> None:
    """A main ``equals`` is not mixed with a ``min`` of warn."""
    assert execution(Volume(equals=5, warn={"min": 6}), rows=5).severity == "warn"
    assert execution(Volume(min=1, max=9, warn={"equals": 5}), rows=5).outcome == "passed"


def test_an_age() -> None:
    check = Freshness(column="at", max_age="2h", warn={"max_age": timedelta(hours=1)})
    came = [execution(check, newest=f"2024-01-31T{hour}:00:00", later=0) for hour in ("11", "10", "09")]
    assert [(e.outcome, e.severity) for e in came] == [("passed", "error"), ("failed", "warn"), ("failed", "error")]
    assert [e.bounds for e in came] == [timedelta(hours=1), timedelta(hours=1), timedelta(hours=2)]
    assert "allowed 1h" in came[1].message


def test_without_warn_a_failure_has_the_severity_of_the_check() -> None:
    assert execution(Volume(min=1, severity="info"), rows=0).severity == "info"
    assert execution(Volume(min=1, severity="warn"), rows=0).severity == "warn"
    assert execution(Volume(min=1), rows=0).severity == "error"


@pytest.mark.parametrize("severity", ["warn", "info"])
def test_warn_bounds_are_refused_on_a_check_that_never_blocks(severity: str) -> None:
    with pytest.raises(ValidationError, match=f"warn bounds need severity 'error'; this check has severity '{severity}'"):
        Check.model_validate({"type": "volume", "min": 1, "severity": severity, "warn": {"min": 5}})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"type": "volume", "min": 1, "warn": {"mn": 5}},
            r"unknown field 'mn'; did you mean 'min'\? \(allowed: min, max, above, below, equals\)",
        ),
        ({"type": "volume", "min": 1, "warn": {"severity": "info"}}, "unknown field 'severity'"),
        ({"type": "completeness", "column": "a", "warn": {"column": "b"}}, r"unknown field 'column' \(allowed: max_failing\)"),
        (
            {"type": "freshness", "column": "a", "max_age": "2h", "warn": {"max_failing": 5}},
            r"unknown field 'max_failing'.*\(allowed: max_age\)",
        ),
        ({"type": "completeness", "column": "a", "warn": {"max_failing": 0.001}}, "write a share as '0.1%'"),
        ({"type": "freshness", "column": "a", "max_age": "2h", "warn": {"max_age": 60}}, "60 has no unit"),
        ({"type": "volume", "min": 1, "warn": {"min": True}}, "True is no number"),
        ({"type": "volume", "min": 1, "warn": {}}, "warn is empty; give one of min, max, above, below, equals"),
        ({"type": "volume", "min": 1, "warn": {"min": 5, "above": 4}}, "give min or above, not both"),
    ],
    ids=str,
)
def test_warn_bounds_are_validated_like_the_others(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message) as refused:
        Check.model_validate(given)
    problem = refused.value.errors()[0]
    assert "warn" in problem["loc"] or "warn" in problem["msg"]


@pytest.mark.parametrize(
    "check",
    [
        Volume(min=1, warn={"min": Decimal("1.5"), "below": "1e6"}),
        Freshness(column="at", max_age="2h", warn={"max_age": "1h"}),
        Completeness(column="a", max_failing=5, warn={"max_failing": 0}),
        Uniqueness(columns=["a"], max_failing="1%", warn={"max_failing": "0.5%"}),
        Referential(columns=["a"], to_table="t", to_columns=["b"], max_failing=9, warn={"max_failing": 1}),
        Distribution(column="a", mean={"min": 1}, p99={"max": 9}, warn={"mean": {"above": 2}, "p50": {"equals": 5}}),
    ],
    ids=lambda check: check.type,
)
def test_every_check_has_warn_bounds_of_its_own_bound_fields(check: Check) -> None:
    warned = check.warned()
    assert warned is not None
    assert warned.warn is None
    assert type(warned) is type(check)
    assert warned.label == check.label
    assert Check.model_validate(check.spec()) == check
    assert warned != check
