"""Numbers are compared as they are written: exactly, never rounded."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_data_quality.core.model.numbers import exact, interpolated, is_number, parse_number, rounded, spell, to_json

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


@pytest.mark.parametrize(
    ("low", "high", "share", "between"),
    [
        (1, 2, "0.5", Decimal("1.5")),
        (1, 3, "0.5", 2),
        (1, 3, "0", 1),
        (7, 7, "0.99", 7),
        (-(2**63), 2**63 - 1, "0.5", Decimal("-0.5")),
        (-(2**63), 2**63 - 1, "0.01", Decimal("-9038904596117680291.85")),
        (Decimal("0.1"), Decimal("0.2"), "0.25", Decimal("0.125")),
        (Decimal("1E-30"), Decimal("1E+30"), "0.5", Decimal("500000000000000000000000000000.0000000000000000000000000000005")),
        (Decimal("1E+400"), Decimal("3E+400"), "0.5", Decimal("2E+400")),
        (0.1, 0.2, "0.5", 0.15),
        (1, 1.5, "0.5", 1.25),
        (-1.7976931348623157e308, 1.7976931348623157e308, "0.5", 0.0),
        (1.5, math.inf, "0.01", math.inf),
        (-math.inf, 1.5, "0.99", -math.inf),
        (Decimal(1), INFINITY, "0.5", math.inf),
        (Decimal("1E+400"), INFINITY, "0.5", math.inf),
        (math.inf, math.inf, "0.5", math.inf),
    ],
    ids=str,
)
def test_what_lies_between_two_numbers(low: Any, high: Any, share: str, between: Any) -> None:
    found = interpolated(low, high, Decimal(share))
    assert (found, type(found)) == (between, type(between))


@pytest.mark.parametrize(
    ("low", "high"), [(-math.inf, math.inf), (1.5, math.nan), (Decimal(1), Decimal("NaN")), (math.nan, math.nan)]
)
def test_between_the_infinities_and_beside_nan_is_nothing(low: Any, high: Any) -> None:
    assert math.isnan(interpolated(low, high, Decimal("0.5")))


@given(st.integers() | st.decimals(allow_nan=False, allow_infinity=False), st.integers(0, 99), st.integers(min_value=0))
def test_what_lies_between_is_exact(low: Any, percent: int, distance: int) -> None:
    high = type(low)(Fraction(low) + distance) if isinstance(low, int) else low.copy_abs() + 1
    found = interpolated(low, high, Decimal(percent) / 100)
    assert Fraction(found) == Fraction(low) + (Fraction(high) - Fraction(low)) * Fraction(percent, 100)


@pytest.mark.parametrize(
    ("number", "readable"),
    [
        (50.58360999999997, Decimal("50.58361")),
        (Decimal("12.63907025732574"), Decimal("12.6390702573")),
        (0.1, Decimal("0.1")),
        (1 / 3 * 1e-9, Decimal("3.33333333333E-10")),
        (336_776, 336_776),
        (Decimal("80.000000"), Decimal(80)),
        (10**25 + 1, Decimal("1E+25")),
        (math.inf, math.inf),
    ],
)
def test_people_read_twelve_digits(number: Any, readable: Any) -> None:
    assert rounded(number) == readable
