"""Checks of one number carry the five bounds themselves."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.check import Check


@pytest.mark.parametrize(
    "given", [{"min": 1}, {"max": 5, "above": 0}, {"equals": 0}, {"min": "1_000", "below": 1e6}, {"max": float("inf")}], ids=str
)
def test_its_bounds_are_bounds(given: dict[str, Any]) -> None:
    assert Volume(**given).bounds() == Bounds(**given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "no bound is given; give one of min, above, max, below, equals"),
        ({"min": 2, "max": 1}, "nothing can be at least 2 and at most 1"),
        ({"min": 1, "above": 1}, "give min or above, not both"),
        ({"equals": 1, "max": 2}, "equals stands alone"),
    ],
    ids=str,
)
def test_bounds_that_make_no_sense_together_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Check.model_validate({"type": "volume", **given})


@pytest.mark.parametrize("field", ["min", "max", "above", "below", "equals"])
@pytest.mark.parametrize("given", [True, "many", float("nan"), [1]])
def test_a_bound_that_is_no_number_is_refused_by_field(field: str, given: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Check.model_validate({"type": "volume", field: given})
    assert refused.value.errors()[0]["loc"] == (field,)
