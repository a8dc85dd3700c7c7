"""Row-level checks: failing of checked rows, held against ``max_failing``, said in one sentence."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.judgement import Judged
from airflow_data_quality.core.model.row_check import allowance

NOON = datetime(2024, 1, 31, 12, tzinfo=timezone.utc)
COLUMNS = Columns([Column("email", "text", "text")], fold=str.lower, clock=NOON, dataset="t")


def judged(failing: int, checked: int, max_failing: Any = 0) -> Judged:
    return Completeness(column="email", max_failing=max_failing).judge({"failing": failing, "checked": checked}, COLUMNS)


@pytest.mark.parametrize(
    ("failing", "checked", "max_failing", "held"),
    [
        (0, 0, 0, True),
        (0, 5, 0, True),
        (1, 5, 0, False),
        (1, 200, "0.5%", True),
        (2, 200, "0.5%", False),
        (5, 5, 5, True),
        (6, 9, 5, False),
    ],
)
def test_the_failing_rows_are_held_against_max_failing(failing: int, checked: int, max_failing: Any, held: bool) -> None:
    judgement = judged(failing, checked, max_failing)
    assert judgement.held is held
    assert (judgement.failing, judgement.checked) == (failing, checked)
    assert (judgement.decisive.metric, judgement.decisive.value, judgement.decisive.bounds) == ("failing", failing, max_failing)


@pytest.mark.parametrize(
    ("failing", "checked", "max_failing", "message"),
    [
        (0, 0, 0, "0 of 0 rows have no email"),
        (0, 336_776, "0.5%", "0 of 336,776 rows have no email"),
        (2_512, 336_776, "1%", "2,512 of 336,776 rows (0.75%) have no email, allowed 1%"),
        (8_255, 336_776, 1_000, "8,255 of 336,776 rows (2.5%) have no email, allowed 1,000"),
        (50_094, 336_776, 0, "50,094 of 336,776 rows (14.9%) have no email, allowed 0"),
        (10, 10, 0, "10 of 10 rows (100%) have no email, allowed 0"),
        (99_999, 100_000, 0, "99,999 of 100,000 rows (over 99.9%) have no email, allowed 0"),
        (9_997, 10_000, 0, "9,997 of 10,000 rows (over 99.9%) have no email, allowed 0"),
        (1, 10**6, 0, "1 of 1,000,000 rows (under 0.001%) have no email, allowed 0"),
        (1, 10**5, 0, "1 of 100,000 rows (0.001%) have no email, allowed 0"),
    ],
)
def test_the_message_says_how_many_of_how_many(failing: int, checked: int, max_failing: Any, message: str) -> None:
    assert judged(failing, checked, max_failing).message == message


@settings(max_examples=100)
@given(st.integers(1, 10**12).flatmap(lambda checked: st.tuples(st.integers(0, checked), st.just(checked))))
def test_a_share_is_never_rounded_to_none_or_to_all(counts: tuple[int, int]) -> None:
    failing, checked = counts
    message = judged(failing, checked).message
    assert ("(0%)" in message) is False
    assert ("(100%)" in message) is (failing == checked)
    assert ("(" in message) is (failing > 0)
    assert "e-" not in message


@pytest.mark.parametrize(("given", "text"), [(0, "0"), (1_000, "1,000"), ("0.5%", "0.5%")])
def test_what_is_allowed_as_people_read_it(given: Any, text: str) -> None:
    assert allowance(given) == text


@pytest.mark.parametrize("given", [0.005, -1, True, "101%", None, "some"])
def test_a_bad_max_failing_is_refused_by_field(given: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Completeness(column="email", max_failing=given)
    assert refused.value.errors()[0]["loc"] == ("max_failing",)
    assert repr(given) in refused.value.errors()[0]["msg"]


def test_a_tolerance_is_part_of_the_description() -> None:
    assert Completeness(column="email").describe() == "no row lacks email"
    assert Completeness(column="email", max_failing=1_000).describe() == "no row lacks email (up to 1,000 may)"
    assert Completeness(column="email", max_failing="0.5%").describe() == "no row lacks email (up to 0.5% may)"
