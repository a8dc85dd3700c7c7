"""Durations: ``2h``, ``1d12h``, ISO ``PT2H``, a timedelta; always with a unit, always longer than zero."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_data_quality.core.model.duration import parse_duration, rough_duration, spell_duration

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("given", "span", "canonical"),
    [
        ("2h", 2 * HOUR, "2h"),
        (" 2h ", 2 * HOUR, "2h"),
        ("1d12h", 36 * HOUR, "1d12h"),
        ("36h", 36 * HOUR, "1d12h"),
        ("90m", 1.5 * HOUR, "1h30m"),
        ("1w", timedelta(weeks=1), "7d"),
        ("1w2d3h4m5s", timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5), "9d3h4m5s"),
        ("1.5s", timedelta(seconds=1.5), "1.5s"),
        ("0.000001s", timedelta(microseconds=1), "0.000001s"),
        ("PT2H", 2 * HOUR, "2h"),
        ("P1DT12H", 36 * HOUR, "1d12h"),
        ("P1W", timedelta(weeks=1), "7d"),
        ("PT1M", timedelta(minutes=1), "1m"),
        (timedelta(hours=36), 36 * HOUR, "1d12h"),
    ],
)
def test_every_spelling(given: Any, span: timedelta, canonical: str) -> None:
    assert parse_duration(given) == span
    assert spell_duration(span) == canonical


@pytest.mark.parametrize("given", [2, 2.5, True, None, [2]])
def test_a_number_without_a_unit_is_refused(given: Any) -> None:
    with pytest.raises(ValueError, match=r"has no unit; write '2h', '1d12h' \(w d h m s, in that order\)") as refused:
        parse_duration(given)
    assert repr(given) in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "2",
        "h",
        "two hours",
        "2h1d",
        "2h2h",
        "1.5h",
        "-2h",
        "1mo",
        "1y",
        "P",
        "PT",
        "P1DT",
        "P1Y",
        "P1M",
        "P-1D",
        "0.0000001s",
    ],
)
def test_other_texts_are_refused(given: str) -> None:
    with pytest.raises(ValueError, match="is no duration; write '2h'") as refused:
        parse_duration(given)
    assert repr(given) in str(refused.value)


@pytest.mark.parametrize("given", ["0s", "0d0h", "PT0S", timedelta(0), timedelta(seconds=-1)])
def test_a_duration_is_longer_than_zero(given: Any) -> None:
    with pytest.raises(ValueError, match="is not longer than zero"):
        parse_duration(given)


def test_longer_than_python_can_hold() -> None:
    with pytest.raises(ValueError, match="'9999999999d' is longer than 999,999,999 days"):
        parse_duration("9999999999d")


@given(st.timedeltas(min_value=timedelta(microseconds=1)))
def test_the_canonical_text_is_read_as_the_same_span(span: timedelta) -> None:
    assert parse_duration(spell_duration(span)) == span


@given(st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=10**8)))
def test_a_negative_span_is_spelled_with_a_sign(span: timedelta) -> None:
    assert spell_duration(-span) == f"-{spell_duration(span)}"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(days=3, hours=4, minutes=5), "3d 4h"),
        (timedelta(minutes=12, seconds=5.25), "12m 5s"),
        (timedelta(days=3, seconds=1), "3d 1s"),
        (timedelta(0), "0s"),
        (timedelta(minutes=-5), "-5m"),
        (timedelta(milliseconds=500), "0.5s"),
    ],
)
def test_a_span_as_a_person_says_it(span: timedelta, text: str) -> None:
    assert rough_duration(span) == text
