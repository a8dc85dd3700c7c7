"""Uniqueness as it is written, described and judged."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.checks.uniqueness import Uniqueness
from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.metric import Duplicates

HOUR, CARRIER = Column("time_hour", "timestamptz", "timestamptz"), Column("Carrier", "text", "text")
COLUMNS = Columns([HOUR, CARRIER], fold=str.lower, clock=datetime(2024, 1, 31, 12, tzinfo=timezone.utc), dataset="flights")


def test_both_forms() -> None:
    key = ["time_hour", "carrier"]
    assert Check.model_validate({"uniqueness": key}) == Uniqueness(columns=key)
    assert Check.model_validate({"uniqueness": {"columns": key, "nulls": "equal"}}) == Uniqueness(columns=key, nulls="equal")
    assert Check.model_validate({"type": "uniqueness", "columns": key}) == Uniqueness(columns=key)


@pytest.mark.parametrize(
    ("field", "given"),
    [("nulls", "equals"), ("nulls", True), ("count", "all"), ("columns", []), ("columns", "id"), ("columns", None)],
)
def test_what_it_does_not_take_is_refused_by_field(field: str, given: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Check.model_validate({"type": "uniqueness", "columns": ["id"], field: given})
    assert refused.value.errors()[0]["loc"] == (field,)


def test_it_needs_columns() -> None:
    with pytest.raises(ValidationError, match="columns"):
        Check.model_validate({"type": "uniqueness"})


@pytest.mark.parametrize("nulls", ["distinct", "equal"])
@pytest.mark.parametrize("count", ["surplus", "rows", "keys"])
def test_it_asks_for_the_doubled_keys(nulls: Any, count: Any) -> None:
    check = Uniqueness(columns=["time_hour", "Carrier"], nulls=nulls, count=count)
    assert list(check.metrics(COLUMNS)) == [Duplicates((HOUR, CARRIER), nulls, count)]


def test_by_default_nulls_are_distinct_and_surplus_rows_are_counted() -> None:
    check = Uniqueness(columns=["id"])
    assert (check.nulls, check.count, check.max_failing) == ("distinct", "surplus", 0)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"columns": ["id"]}, "no two rows have the same (id)"),
        ({"columns": ["a", "b"], "nulls": "equal"}, "no two rows have the same (a, b), NULLs being equal"),
        ({"columns": ["id"], "max_failing": 1_000}, "no two rows have the same (id) (up to 1,000 may)"),
    ],
    ids=str,
)
def test_its_description(given: dict[str, Any], sentence: str) -> None:
    assert Uniqueness(**given).describe() == sentence


@pytest.mark.parametrize(
    ("count", "message"),
    [
        ("surplus", "3 of 26,115 rows (0.011%) repeat an earlier (origin, hour), allowed 0"),
        ("rows", "3 of 26,115 rows (0.011%) share their (origin, hour) with another, allowed 0"),
        ("keys", "3 of 26,115 rows (0.011%) are doubled keys (origin, hour), allowed 0"),
    ],
)
def test_the_message_says_what_was_counted(count: Any, message: str) -> None:
    judged = Uniqueness(columns=["origin", "hour"], count=count).judge({"checked": 26_115, "failing": 3}, COLUMNS)
    assert judged.message == message
    assert (judged.held, judged.checked, judged.failing) == (False, 26_115, 3)
