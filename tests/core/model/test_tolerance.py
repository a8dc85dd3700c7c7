"""``max_failing``: a count of rows, or a share of the checked rows as an exact fraction."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from airflow_data_quality.core.model.tolerance import parse_max_failing, tolerates

DECIMALS = st.decimals(min_value=0, max_value=100, places=4)
ROWS = st.integers(min_value=0, max_value=10**18)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (0, 0),
        (5, 5),
        ("5", 5),
        (" 5 ", 5),
        (2**70, 2**70),
        ("0%", "0%"),
        ("0.5%", "0.5%"),
        (" 0.5 % ", "0.5%"),
        ("33.333%", "33.333%"),
        ("100%", "100%"),
    ],
)
def test_counts_and_shares(given: Any, kept: int | str) -> None:
    assert parse_max_failing(given) == kept
    assert type(parse_max_failing(given)) is type(kept)


@pytest.mark.parametrize(
    "given", [-1, "-1", "-0.5%", True, False, None, "half", "1/3", "5.0", "1e1%", "", "%", Decimal("0.5"), [5]]
)
def test_what_is_neither_is_refused_with_the_spellings_to_use(given: Any) -> None:
    with pytest.raises(ValueError, match=re.escape("is neither a count nor a share; write 5 (rows) or '0.5%'")) as refused:
        parse_max_failing(given)
    assert repr(given) in str(refused.value)


@pytest.mark.parametrize("given", ["100.0001%", "101%", "1000000%"])
def test_more_than_all_rows_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match=f"'{given}' is more than all rows; the most is '100%'"):
        parse_max_failing(given)


@settings(max_examples=50)
@given(st.decimals(min_value=0, max_value=1, places=8).map(float))
@example(1e-8)
def test_a_float_between_0_and_1_is_refused_with_the_share_that_it_would_be(given: float) -> None:
    with pytest.raises(ValueError, match=r"could be a count or a share; write a share as '.+%'") as refused:
        parse_max_failing(given)
    suggested = re.findall(r"'([^']+%)'", str(refused.value))[-1]
    assert Fraction(str(parse_max_failing(suggested)).rstrip("%")) == Fraction(Decimal(repr(given))) * 100


@pytest.mark.parametrize("given", [-0.5, 250.5, math.nan, math.inf])
def test_any_other_float_is_refused_too(given: float) -> None:
    with pytest.raises(ValueError, match=f"{given!r} could be a count or a share; write a share as '.+%', a count as an integer"):
        parse_max_failing(given)


@pytest.mark.parametrize("given", [5.0, 12.5])
def test_a_float_is_not_answered_with_the_spelling_of_another_number(given: float) -> None:
    with pytest.raises(ValueError, match="could be a count or a share") as refused:
        parse_max_failing(given)
    assert "'0.5%'" not in str(refused.value)


@pytest.mark.parametrize(
    ("max_failing", "failing", "checked", "allowed"),
    [
        (0, 0, 0, True),
        (0, 1, 10, False),
        (5, 5, 10, True),
        (5, 6, 10, False),
        ("0%", 0, 0, True),
        ("0%", 0, 10, True),
        ("0%", 1, 10**18, False),
        ("0.5%", 1, 200, True),
        ("0.5%", 1, 199, False),
        ("0.5%", 2, 200, False),
        ("0.1%", 1, 1_000, True),
        ("0.1%", 1, 999, False),
        ("33.333%", 1, 3, False),
        ("33.334%", 1, 3, True),
        ("66.666666666666666666%", 2, 3, False),
        ("66.666666666666666667%", 2, 3, True),
        ("7%", 7 * 10**16, 10**18, True),
        ("7%", 7 * 10**16 + 1, 10**18, False),
        ("100%", 10, 10, True),
    ],
)
def test_known_answers(max_failing: int | str, failing: int, checked: int, allowed: bool) -> None:
    assert tolerates(max_failing, failing, checked) is allowed


@settings(max_examples=100)
@given(percent=DECIMALS, checked=ROWS, data=st.data())
def test_a_share_is_an_exact_fraction(percent: Decimal, checked: int, data: st.DataObject) -> None:
    edge = math.floor(Fraction(percent) / 100 * checked)
    failing = data.draw(st.integers(0, checked) | st.sampled_from([edge, min(edge + 1, checked)]))
    allowed = checked == 0 or Fraction(failing, checked) <= Fraction(percent) / 100
    assert tolerates(parse_max_failing(f"{percent:f}%"), failing, checked) is allowed


@settings(max_examples=50)
@given(count=ROWS, failing=ROWS)
def test_a_count_is_a_count_however_many_were_checked(count: int, failing: int) -> None:
    assert tolerates(parse_max_failing(count), failing, failing) is (failing <= count)
