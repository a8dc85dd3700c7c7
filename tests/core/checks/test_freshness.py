"""Freshness as it is written, described and judged: ages are real time, whatever the clocks on the wall do."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from airflow_data_quality.core.checks.freshness import Freshness
from airflow_data_quality.core.database import Column
from airflow_data_quality.core.errors import NameNotFound
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.judgement import Judged

NOON = datetime(2024, 1, 31, 12, tzinfo=timezone.utc)
KINDS = {"zoned": "timestamptz", "naive": "timestamp", "day": "date", "name": "text"}


def columns(now: datetime = NOON) -> Columns:
    return Columns([Column(name, kind, kind) for name, kind in KINDS.items()], fold=str.lower, clock=now, dataset="flights")


def judged(newest: str | None, *, column: str = "zoned", later: int = 0, now: datetime = NOON, **given: Any) -> Judged:
    return Freshness(**{"column": column, "max_age": "2h", **given}).judge({"newest": newest, "later": later}, columns(now))


def age(newest: str | None, **given: Any) -> Any:
    return judged(newest, **given).decisive.value


# As it is written -----------------------------------------------------------------------------------------------------


def test_both_forms() -> None:
    given = {"column": "created_at", "max_age": "2h"}
    assert Check.model_validate({"freshness": given}) == Freshness(column="created_at", max_age=timedelta(hours=2))
    assert Check.model_validate({"type": "freshness", **given}) == Freshness(column="created_at", max_age="PT2H")


@pytest.mark.parametrize("field", ["column", "max_age"])
def test_it_needs_a_column_and_an_age(field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Check.model_validate({"freshness": {"column" if field == "max_age" else "max_age": "2h"}})
    assert (refused.value.errors()[0]["type"], refused.value.errors()[0]["loc"]) == ("missing", (field,))


@pytest.mark.parametrize("max_age", [2, 2.5, True, "2", "soon", "0s", "-2h", None, timedelta(0), timedelta(-1)])
def test_an_age_has_a_unit_and_is_longer_than_zero(max_age: Any) -> None:
    with pytest.raises(ValidationError, match="write '2h', '1d12h'") as refused:
        Freshness(column="a", max_age=max_age)
    assert refused.value.errors()[0]["loc"] == ("max_age",)
    assert repr(max_age) in refused.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("as_of", date(2024, 1, 31), "write it as a quoted text: '2024-01-31'"),
        ("as_of", "yesterday", "'yesterday' is no moment"),
        ("as_of", "2024-02-30", "'2024-02-30' is no moment"),
        ("timezone", "Berlin", "'Berlin' is no time zone"),
        ("timezone", None, "None is no time zone"),
    ],
)
def test_what_it_does_not_take_is_refused_by_field(field: str, value: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message) as refused:
        Check.model_validate({"freshness": {"column": "a", "max_age": "2h", field: value}})
    assert refused.value.errors()[0]["loc"] == (field,)


@pytest.mark.parametrize(
    ("given", "dumped"),
    [
        ({"max_age": "36h"}, {"max_age": "1d12h"}),
        ({"max_age": timedelta(minutes=90)}, {"max_age": "1h30m"}),
        ({"max_age": "P1W", "timezone": "Europe/Berlin"}, {"max_age": "7d", "timezone": "Europe/Berlin"}),
        ({"max_age": "2h", "as_of": "2024-01-31 12:00"}, {"max_age": "2h", "as_of": "2024-01-31 12:00"}),
        ({"max_age": "2h", "as_of": NOON}, {"max_age": "2h", "as_of": "2024-01-31T12:00:00+00:00"}),
        ({"max_age": "{{ params.age }}", "as_of": "{{ ts }}"}, {"max_age": "{{ params.age }}", "as_of": "{{ ts }}"}),
    ],
    ids=str,
)
def test_it_is_dumped_in_canonical_spelling(given: dict[str, Any], dumped: dict[str, Any]) -> None:
    check = Freshness(column="a", **given)
    assert check.spec() == {"type": "freshness", "column": "a", **dumped}
    assert Check.model_validate(check.spec()) == check


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"max_age": "36h"}, "the newest at is at most 1d12h old"),
        ({"max_age": "2h", "as_of": "2024-01-31"}, "the newest at is at most 2h old at 2024-01-31"),
        ({"max_age": "{{ params.age }}"}, "the newest at is at most {{ params.age }} old"),
    ],
    ids=str,
)
def test_its_description(given: dict[str, Any], sentence: str) -> None:
    assert Freshness(column="at", **given).describe() == sentence


# What it asks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "literal"),
    [
        ({"column": "zoned"}, "2024-01-31T12:00:00+00:00"),
        ({"column": "naive"}, "2024-01-31T12:00:00"),
        ({"column": "naive", "timezone": "America/New_York"}, "2024-01-31T07:00:00"),
        ({"column": "day"}, "2024-01-31"),
        ({"column": "day", "timezone": "Pacific/Kiritimati"}, "2024-02-01"),
        ({"column": "zoned", "as_of": "2023-12-31"}, "2023-12-31T00:00:00+00:00"),
        (
            {"column": "zoned", "as_of": "2023-12-31", "timezone": "Europe/Berlin"},
            "2023-12-30T23:00:00+00:00",
        ),
        (
            {"column": "naive", "as_of": "2023-12-31 12:00", "timezone": "Europe/Berlin"},
            "2023-12-31T12:00:00",
        ),
        (
            {"column": "naive", "as_of": "2023-12-31 12:00Z", "timezone": "Europe/Berlin"},
            "2023-12-31T13:00:00",
        ),
        ({"column": "day", "as_of": "2023-12-31 23:30Z", "timezone": "Europe/Berlin"}, "2024-01-01"),
    ],
    ids=str,
)
def test_it_asks_for_the_newest_value_up_to_as_of_in_the_kind_of_the_column(given: dict[str, Any], literal: str) -> None:
    newest, later = (metric.expression.sql("postgres") for metric in Freshness(max_age="2h", **given).metrics(columns()))
    name, kind = given["column"], KINDS[given["column"]]
    limit = f"$TYPED('{literal}', '{kind}', '')"
    assert newest == f'$ISO_TEXT(MAX("{name}") FILTER(WHERE "{name}" <= {limit}), \'{kind}\')'
    assert later == f'COUNT(*) FILTER(WHERE "{name}" > {limit})'


def test_a_column_of_another_kind_cannot_be_asked() -> None:
    with pytest.raises(ValueError, match="column 'name' is text; freshness needs a date or a timestamp"):
        Freshness(column="name", max_age="2h").metrics(columns())
    with pytest.raises(NameNotFound, match="did you mean 'zoned'"):
        Freshness(column="zonde", max_age="2h").metrics(columns())


# How it judges --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("newest", "expected", "held"),
    [
        ("2024-01-31T12:00:00+00:00", timedelta(0), True),
        ("2024-01-31T10:00:00+00:00", timedelta(hours=2), True),
        ("2024-01-31T09:59:59.999999+00:00", timedelta(hours=2, microseconds=1), False),
        ("2023-01-31T12:00:00+00:00", timedelta(days=365), False),
    ],
)
def test_the_age_may_be_as_old_as_max_age(newest: str, expected: timedelta, held: bool) -> None:
    result = judged(newest)
    assert (result.decisive.value, result.held) == (expected, held)
    assert (result.decisive.metric, result.decisive.bounds) == ("age", timedelta(hours=2))
    assert (result.checked, result.failing) == (None, None)


def test_a_zoned_value_may_come_without_its_offset() -> None:
    """It is asked for in UTC."""
    assert age("2024-01-31T10:00:00") == timedelta(hours=2)


def test_a_naive_value_is_meant_in_the_time_zone() -> None:
    assert age("2024-01-31T10:00:00", column="naive") == timedelta(hours=2)
    assert age("2024-01-31T10:00:00", column="naive", timezone="Europe/Berlin") == timedelta(hours=3)


def test_a_date_means_its_midnight_in_the_time_zone() -> None:
    assert age("2024-01-31", column="day") == timedelta(hours=12)
    assert age("2024-01-31", column="day", timezone="Europe/Berlin") == timedelta(hours=13)
    assert age("2024-02-01", column="day", timezone="Pacific/Kiritimati") == timedelta(hours=2)


def test_as_of_takes_the_place_of_the_clock() -> None:
    assert age("2023-12-31T10:00:00", as_of="2023-12-31 12:00") == timedelta(hours=2)
    assert age("2023-12-31T10:00:00", as_of="2023-12-31 12:00", timezone="Europe/Berlin") == timedelta(hours=1)
    assert age("2023-12-31T10:00:00", as_of="2023-12-31T12:00:00+05:30") == timedelta(hours=-3.5)


@pytest.mark.parametrize("as_of", ["2024-03-31 12:00", "2024-03-31 12:00+02:00", None])
@pytest.mark.parametrize("column", ["naive", "day"])
def test_the_night_in_which_clocks_go_forward_is_an_hour_shorter(column: str, as_of: str | None) -> None:
    noon_in_berlin = datetime(2024, 3, 31, 10, tzinfo=timezone.utc)
    assert age("2024-03-31T00:00:00", column=column, timezone="Europe/Berlin", as_of=as_of, now=noon_in_berlin) == timedelta(
        hours=11
    )


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])


@settings(max_examples=100)
@given(
    newest=st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)),
    span=st.timedeltas(timedelta(0), timedelta(days=400)),
    zone=ZONES,
)
def test_the_age_of_a_zoned_value_does_not_depend_on_the_time_zone(newest: datetime, span: timedelta, zone: str) -> None:
    now = newest.replace(tzinfo=timezone.utc) + span
    assert age(newest.isoformat(), timezone=zone, now=now) == span
    assert age(newest.isoformat(), timezone=zone, as_of=now) == span


def test_no_rows_to_measure_is_a_failure() -> None:
    result = judged(None)
    assert (result.held, result.decisive.value) == (False, None)
    assert "no rows to measure" in result.message


def test_later_values_are_left_out_and_counted_in_the_message() -> None:
    assert "later" not in judged("2024-01-31T11:00:00").message
    assert judged("2024-01-31T11:00:00", later=1).message.endswith("; 1 later value is left out")
    assert judged("2024-01-31T11:00:00", later=1_234).message.endswith("; 1,234 later values are left out")
    only_later = judged(None, later=3)
    assert not only_later.held
    assert only_later.message.endswith("; 3 later values are left out")
    assert "no rows to measure" in only_later.message


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_the_first_day_of_the_calendar_has_an_age_everywhere(zone: str) -> None:
    assert not judged("0001-01-01T00:00:00", column="naive", timezone=zone).held


@pytest.mark.parametrize("newest", ["-infinity", "0044-03-15T00:00:00 BC"])
def test_what_no_calendar_of_ours_holds_is_too_old(newest: str) -> None:
    result = judged(newest)
    assert (result.held, result.decisive.value) == (False, None)
    assert newest in result.message


def test_the_message_says_how_old_and_what_is_allowed() -> None:
    assert judged("2024-01-28T07:55:00").message == "newest zoned is 3d 4h old (2024-01-28T07:55:00 UTC), allowed 2h"


def test_the_message_of_a_failure_never_shows_an_age_that_would_be_allowed() -> None:
    message = judged("2024-01-31T11:59:59.5", max_age="0.1s").message
    assert "0.5s old" in message
