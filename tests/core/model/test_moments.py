"""Points in time as ISO text, read the same on every Python."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from airflow_data_quality.core.model.moments import GivenMoment, ZoneName, parse_moment

OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-31", datetime(2024, 1, 31)),
        (" 2024-01-31 12:00 ", datetime(2024, 1, 31, 12)),
        ("2024-01-31T12:00:05", datetime(2024, 1, 31, 12, 0, 5)),
        ("2024-01-31T12:00:05.25", datetime(2024, 1, 31, 12, 0, 5, 250_000)),
        ("2024-01-31T12:00:05.123456789", datetime(2024, 1, 31, 12, 0, 5, 123_456)),
        ("2024-01-31T12:00Z", datetime(2024, 1, 31, 12, tzinfo=timezone.utc)),
        ("2024-01-31 12:00 +05:30", datetime(2024, 1, 31, 12, tzinfo=timezone(timedelta(hours=5, minutes=30)))),
        ("2024-01-31 12:00-03", datetime(2024, 1, 31, 12, tzinfo=timezone(timedelta(hours=-3)))),
        ("0001-01-01", datetime(1, 1, 1)),
    ],
)
def test_iso_text(text: str, moment: datetime) -> None:
    assert parse_moment(text) == moment
    assert parse_moment(text).tzinfo == moment.tzinfo


@given(st.datetimes(timezones=st.none() | OFFSETS))
def test_what_python_writes_is_read_again(moment: datetime) -> None:
    assert parse_moment(moment.isoformat()) == moment
    assert parse_moment(moment.isoformat()).utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    "text", ["", "today", "31.01.2024", "2024-1-31", "2024-02-30", "2024-13-01", "2024-01-31T25:00", "infinity"]
)
def test_other_texts_are_refused_by_their_spelling(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_moment(text)
    assert repr(text) in str(refused.value)
    assert "write '2024-01-31'" in str(refused.value)


MOMENT: TypeAdapter[Any] = TypeAdapter(GivenMoment)
ZONE: TypeAdapter[Any] = TypeAdapter(ZoneName)


@given(st.datetimes(timezones=st.none() | OFFSETS))
def test_a_moment_is_kept_as_its_iso_text(moment: datetime) -> None:
    assert MOMENT.validate_python(moment) == moment.isoformat()


def test_a_moment_with_an_offset_of_seconds_can_be_read_again() -> None:
    before_time_zones = datetime(1890, 1, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    assert parse_moment(MOMENT.validate_python(before_time_zones)) == before_time_zones


@pytest.mark.parametrize("given", [date(2024, 1, 31), 20240131, True])
def test_what_is_no_moment_is_refused_with_the_quoted_spelling(given: Any) -> None:
    with pytest.raises(ValidationError, match=f"is no moment; write it as a quoted text: '{given}'"):
        MOMENT.validate_python(given)


@pytest.mark.parametrize("given", ["UTC", "Europe/Berlin", "America/New_York"])
def test_a_time_zone_has_an_iana_name(given: str) -> None:
    assert ZONE.validate_python(given) == given


@pytest.mark.parametrize("given", ["Europe/Berln", "", "+02:00", "../etc/passwd", 2, None])
def test_other_zones_are_refused(given: Any) -> None:
    with pytest.raises(ValidationError, match=r"is no time zone.*write 'UTC' or 'Europe/Berlin'") as refused:
        ZONE.validate_python(given)
    assert repr(given) in str(refused.value)


def test_a_misspelled_zone_is_refused_with_its_nearest_names() -> None:
    with pytest.raises(ValidationError, match="did you mean 'Europe/Berlin'"):
        ZONE.validate_python("Europe/Berln")
