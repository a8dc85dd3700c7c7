"""Numbers are compared as they are written: exactly, never rounded."""

from __future__ import annotations

import json
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_data_quality.core.model.numbers import exact, is_number, parse_number, spell, to_json

INFINITY = Decimal("Infinity")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (5, 5),
        (-5, -5),
        (2**70, 2**70),
        ("5", 5),
        (" -5 ", -5),
        ("+5", 5),
        ("9007199254740993", 9007199254740993),
        ("0.1", Decimal("0.1")),
        ("1e3", 1000),
        (0.1, Decimal("0.1")),
        (0.1 + 0.2, Decimal("0.30000000000000004")),
        (1e22, 10**22),
        (Decimal("1.50"), Decimal("1.5")),
        (math.inf, INFINITY),
        ("-Infinity", -INFINITY),
    ],
)
def test_a_number_is_kept_as_it_was_given(given: object, kept: object) -> None:
    assert parse_number(given) == kept


def test_an_integer_stays_an_integer() -> None:
    assert [type(parse_number(given)) for given in (5, "5", " 5 ")] == [int, int, int]


@pytest.mark.parametrize("given", [True, False, None, "", "five", "5,000", "0x10", "1/3", b"5", [5], {"n": 5}])
def test_what_is_no_number_is_refused_by_its_spelling(given: object) -> None:
    with pytest.raises(ValueError, match="is no number; give an integer, a decimal or a numeric string") as refused:
        parse_number(given)
    assert repr(given) in str(refused.value)


@pytest.mark.parametrize("given", [math.nan, Decimal("NaN"), "nan", "NaN", Decimal("sNaN")])
def test_nan_is_no_bound(given: object) -> None:
    with pytest.raises(ValueError, match="NaN is no bound"):
        parse_number(given)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_means_its_shortest_decimal_spelling(value: float) -> None:
    assert exact(value) == Decimal(repr(value))
    assert float(exact(value)) == value


@given(st.integers() | st.decimals(allow_nan=False))
def test_integers_and_decimals_are_exact(value: int | Decimal) -> None:
    assert exact(value) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, True), (1.5, True), (Decimal(1), True), (math.nan, True), (True, False), ("1", False), (None, False)],
)
def test_a_bool_is_no_number(value: object, expected: bool) -> None:
    assert is_number(value) is expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1234567, "1,234,567"),
        (-1234.5, "-1,234.5"),
        (0.5, "0.5"),
        (Decimal("1.500"), "1.5"),
        (Decimal("0.00"), "0"),
        (2**53 + 1, "9,007,199,254,740,993"),
        (1e22, "10,000,000,000,000,000,000,000"),
        (Decimal("1E-40"), "1E-40"),
        (Decimal("1E+400"), "1E+400"),
        (math.inf, "infinity"),
        (Decimal("-Infinity"), "-infinity"),
        (math.nan, "NaN"),
        ("text", "text"),
    ],
)
def test_a_number_is_spelled_as_people_read_it(value: object, text: str) -> None:
    assert spell(value) == text


@given(st.integers() | st.decimals(allow_nan=False))
def test_a_number_survives_strict_json(number: int | Decimal) -> None:
    assert parse_number(json.loads(json.dumps(to_json(number), allow_nan=False))) == number
