"""A judgement is one measured value held against its bounds; the first that is broken decides."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.judgement import Judged, Judgement


def judgement(metric: str, held: bool) -> Judgement:
    return Judgement(metric=metric, value=1, bounds=Bounds(min=1), held=held)


def test_all_must_hold() -> None:
    assert Judged((judgement("mean", True), judgement("p99", True)), "").held
    assert not Judged((judgement("mean", True), judgement("p99", False)), "").held


@pytest.mark.parametrize(
    ("held", "decisive"), [((True, True), "mean"), ((True, False), "p99"), ((False, False), "mean"), ((False, True), "mean")]
)
def test_the_first_broken_one_decides_else_the_first(held: tuple[bool, bool], decisive: str) -> None:
    assert Judged((judgement("mean", held[0]), judgement("p99", held[1])), "").decisive.metric == decisive


@pytest.mark.parametrize(
    "bounds",
    [
        0,
        5,
        "0.5%",
        timedelta(hours=36),
        None,
        Bounds(min=0.1, below=0.3),
        Bounds(equals="1.10"),
        Bounds(max=math.inf),
        Bounds(above=-math.inf),
    ],
    ids=str,
)
def test_what_a_value_was_held_against_survives_json(bounds: Any) -> None:
    kept = Judgement(metric="m", value=1, bounds=bounds, held=False)
    again = Judgement.model_validate_json(kept.model_dump_json())
    assert again == kept
    assert type(again.bounds) is type(kept.bounds)


@pytest.mark.parametrize(
    "value", [None, 5, 0.5, math.nan, math.inf, -math.inf, Decimal("1.50"), timedelta(minutes=-5), "text"], ids=str
)
def test_the_value_survives_json(value: Any) -> None:
    kept = Judgement(metric="m", value=value, bounds=0, held=False)
    again = Judgement.model_validate_json(kept.model_dump_json())
    assert again == kept
    assert type(again.value) is type(kept.value)
