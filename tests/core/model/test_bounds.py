"""Bounds: inclusive min and max, exclusive above and below, equals alone."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.templates import RENDERED

TRICKY: list[int | float | Decimal] = [
    *(0, -0.0, 0.1, Decimal("0.10"), 0.1 + 0.2, Decimal("0.3"), Decimal("0.30000000000000004")),
    *(2**53, 2**53 + 1, float(2**53), Decimal(2**53 + 1), 1e308, -(10**400), 5e-324),
    *(math.inf, -math.inf, Decimal("Infinity"), Decimal("-Infinity")),
]
NUMBERS = st.sampled_from(TRICKY) | st.integers() | st.floats(allow_nan=False) | st.decimals(allow_nan=False, places=3)


def place(number: int | float | Decimal) -> tuple[int, Fraction]:
    """Where a number lies, in plain Python: the infinities outside of all fractions."""
    decimal = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    return ((1 if decimal > 0 else -1), Fraction(0)) if decimal.is_infinite() else (0, Fraction(decimal))


ORACLE = {
    "min": lambda value, limit: place(value) >= place(limit),
    "max": lambda value, limit: place(value) <= place(limit),
    "above": lambda value, limit: place(value) > place(limit),
    "below": lambda value, limit: place(value) < place(limit),
    "equals": lambda value, limit: place(value) == place(limit),
}


@settings(max_examples=100)
@given(name=st.sampled_from(sorted(ORACLE)), limit=NUMBERS, value=NUMBERS)
def test_one_bound_holds_as_plain_fractions_say(name: str, limit: Any, value: Any) -> None:
    assert Bounds(**{name: limit}).holds(value) is ORACLE[name](value, limit)


@settings(max_examples=100)
@given(
    low=st.sampled_from(["min", "above"]),
    high=st.sampled_from(["max", "below"]),
    limits=st.tuples(NUMBERS, NUMBERS).filter(lambda pair: place(pair[0]) != place(pair[1])),
    value=NUMBERS,
)
def test_two_bounds_must_both_hold(low: str, high: str, limits: tuple[Any, Any], value: Any) -> None:
    least, most = sorted(limits, key=place)
    expected = ORACLE[low](value, least) and ORACLE[high](value, most)
    assert Bounds(**{low: least, high: most}).holds(value) is expected


@pytest.mark.parametrize(
    ("bounds", "inside", "outside"),
    [
        ({"min": 1}, [1, 2, math.inf], [0, 0.999, -math.inf]),
        ({"max": 1}, [1, 0, -math.inf], [2, Decimal("1.0000000000000000001"), math.inf]),
        ({"above": 1}, [1.5, math.inf], [1, 1.0, 0]),
        ({"below": 1}, [0, -math.inf], [1, Decimal("1.0"), math.inf]),
        (
            {"equals": 0.1},
            [0.1, Decimal("0.1"), Decimal("0.10")],
            [Decimal("0.1000000000000000055511151231257827"), 0.10000000000000002, 0],
        ),
        ({"equals": 0}, [0, 0.0, -0.0, Decimal("-0")], [5e-324]),
        ({"equals": 2**53 + 1}, [2**53 + 1], [2**53, float(2**53)]),
        ({"min": 20, "max": 80}, [20, 80], [19, 81]),
        ({"max": math.inf}, [math.inf, 10**400], []),
        ({"below": math.inf}, [10**400], [math.inf, Decimal("Infinity")]),
        ({"equals": "-Infinity"}, [-math.inf, Decimal("-Infinity")], [math.inf, 0]),
    ],
    ids=str,
)
def test_known_answers(bounds: dict[str, Any], inside: list[Any], outside: list[Any]) -> None:
    assert [value for value in inside if not Bounds(**bounds).holds(value)] == []
    assert [value for value in outside if Bounds(**bounds).holds(value)] == []


@pytest.mark.parametrize("value", [None, math.nan, Decimal("NaN"), Decimal("sNaN"), True, "1"])
@pytest.mark.parametrize("bounds", [{"min": 0}, {"max": math.inf}, {"min": -math.inf}, {"equals": 1}], ids=str)
def test_none_nan_and_what_is_no_number_lie_within_no_bounds(bounds: dict[str, Any], value: Any) -> None:
    assert Bounds(**bounds).holds(value) is False


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "no bound is given; give one of min, above, max, below, equals"),
        ({"min": 1, "above": 1}, "give min or above, not both"),
        ({"max": 1, "below": 1}, "give max or below, not both"),
        ({"equals": 1, "min": 0}, "equals stands alone"),
        ({"min": 2, "max": 1}, "nothing can be at least 2 and at most 1"),
        ({"above": 1, "below": 1}, "nothing can be more than 1 and less than 1"),
        ({"min": 1, "below": 1}, "nothing can be at least 1 and less than 1"),
        ({"above": 0.1, "max": Decimal("0.1")}, "nothing can be more than 0.1 and at most 0.1"),
    ],
    ids=str,
)
def test_bounds_that_make_no_sense_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Bounds(**given)


def test_one_value_alone_may_be_allowed() -> None:
    assert Bounds(min=1, max=1).holds(1)


@pytest.mark.parametrize("given", [True, "many", math.nan, [1], None])
def test_a_bound_that_is_no_number_is_refused_by_field(given: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Bounds(min=given)
    assert given is None or refused.value.errors()[0]["loc"] == ("min",)


def test_an_unknown_bound_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(
        ValidationError, match=r"unknown field 'maximum'; did you mean 'max'\? \(allowed: min, max, above, below, equals\)"
    ):
        Bounds.model_validate({"maximum": 1})


def test_bounds_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Bounds(min=1).min = 2


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"min": 1}, "at least 1"),
        ({"max": 5_000}, "at most 5,000"),
        ({"above": 0, "max": 9}, "more than 0 and at most 9"),
        ({"min": 20, "max": 80}, "between 20 and 80"),
        ({"min": 0.5, "below": math.inf}, "at least 0.5 and less than infinity"),
        ({"equals": 336_776}, "exactly 336,776"),
    ],
    ids=str,
)
def test_bounds_in_words(bounds: dict[str, Any], words: str) -> None:
    assert Bounds(**bounds).describe() == str(Bounds(**bounds)) == words


def test_bounds_that_wait_can_be_shown() -> None:
    assert str(Bounds(min="{{ params.least }}", max=9)) == "between {{ params.least }} and 9"


def test_a_template_waits_and_its_numeric_string_is_a_number_then() -> None:
    waiting = Bounds(min="{{ params.least }}", max=0)
    assert waiting.min == "{{ params.least }}"
    with pytest.raises(ValidationError, match="nothing can be at least 5 and at most 0"):
        Bounds.model_validate({"min": "5", "max": 0}, context=RENDERED)
    assert Bounds.model_validate({"min": "5", "max": "7.5"}, context=RENDERED).holds(Decimal("7.5"))


def test_after_rendering_braces_are_no_number() -> None:
    with pytest.raises(ValidationError, match="is no number"):
        Bounds.model_validate({"min": "{{ params.least }}"}, context=RENDERED)
