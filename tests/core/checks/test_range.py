"""Range as it is written, described and judged."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.checks.range import Range
from airflow_data_quality.core.database import Column, connect
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.formats.suite import Suite
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.templates import RENDERED
from airflow_data_quality.core.runner import run_checks
from airflow_data_quality.core.sql.dialects.postgresql import PostgreSQL

KINDS = {
    "i": ("integer", "integer"),
    "n": ("numeric", "numeric"),
    "f": ("double precision", "real"),
    "r": ("real", "real"),
    "d": ("date", "date"),
    "at": ("timestamp without time zone", "timestamp"),
    "tz": ("timestamp with time zone", "timestamptz"),
    "s": ("text", "text"),
    "b": ("boolean", "boolean"),
}
COLUMNS = Columns(
    [Column(name, type_, kind) for name, (type_, kind) in KINDS.items()],
    fold=str.lower,
    clock=datetime(2024, 1, 31, 12, tzinfo=timezone.utc),
    dataset="t",
)
HUGE = "1" + 400 * "0"


def failing_sql(**given: Any) -> str:
    _, failing = Range(**given).metrics(COLUMNS)
    return PostgreSQL().text(failing.rows.copy())


def test_both_forms() -> None:
    check = Range(column="a", min=1, below=9.5)
    assert Check.model_validate({"range": {"column": "a", "min": 1, "below": 9.5}}) == check
    assert Check.model_validate({"type": "range", "column": "a", "min": "1", "below": "9.5"}) == check
    with pytest.raises(ValidationError, match="is no short form"):
        Check.model_validate({"range": "a"})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "no bound is given; give one of min, above, max, below"),
        ({"min": 1, "above": 1}, "give min or above, not both"),
        ({"max": 1, "below": 1}, "give max or below, not both"),
        ({"min": 5, "max": 4}, "nothing can be at least 5 and at most 4"),
        ({"above": 5, "max": 5}, "nothing can be more than 5 and at most 5"),
        ({"min": "Infinity", "below": math.inf}, "nothing can be at least infinity and less than infinity"),
        ({"min": "2024-02-01", "max": "2024-01-31"}, "nothing can be at least 2024-02-01 and at most 2024-01-31"),
        ({"min": "2024-01-31T12:00+02:00", "below": "2024-01-31 10:00"}, "nothing can be"),
        ({"min": 1, "max": "2024-01-31"}, "give numbers or moments, not both: between 1 and 2024-01-31"),
        ({"min": True}, "True is no number"),
        ({"min": math.nan}, "NaN is no bound"),
        ({"min": "nan"}, "NaN is no bound"),
        ({"min": "soon"}, "'soon' is neither a number nor a moment; write 5, '2024-01-31' or '2024-01-31 12:00'"),
        ({"min": "2023-02-29"}, "'2023-02-29' is neither a number nor a moment"),
        ({"min": timedelta(1)}, "is no bound; write a number, or a date as a quoted text"),
        ({"min": [1]}, r"\[1\] is no bound"),
        ({"equals": 5}, "unknown field 'equals'"),
        ({"min": 1, "warn": {"equals": 5}}, "unknown field 'equals'"),
        ({"min": 1, "warn": {"min": "x"}}, "'x' is neither"),
        ({"min": 1, "warn": {"max": 0}}, "warn: nothing can be at least 1 and at most 0"),
        ({"min": 1, "warn": {"min": "2024-01-31", "max": 5}}, "warn: give numbers or moments, not both"),
        ({"min": 1, "warn": {}}, "warn is empty; give one of max_failing, min, max, above, below"),
        ({"min": 1, "severity": "info", "warn": {"min": 2}}, "warn bounds need severity 'error'"),
    ],
    ids=str,
)
def test_what_is_no_range(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Range(column="a", **given)


@pytest.mark.parametrize("text", ["2024-01-31", "2024-01-31 12:00"])
def test_a_date_without_quotes_is_shown_with_them(text: str) -> None:
    suite = "name: s\ntable: t\nchecks:\n  - range: {column: d, min: @}\n"
    with pytest.raises(DefinitionError) as refused:
        Suite.from_text(suite.replace("@", text), name="s.yaml")
    message = f"s.yaml:4:29: checks.0.min: {text} is no bound; write a number, or a date as a quoted text: '{text}'"
    assert message in str(refused.value)
    assert Suite.from_text(suite.replace("@", f"'{text}'")).checks


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (5, 5),
        ("5", 5),
        ("5.50", Decimal("5.50")),
        (0.1, Decimal("0.1")),
        ("-Infinity", Decimal("-Infinity")),
        (" 2024-01-31 ", "2024-01-31"),
        (date(2024, 1, 31), "2024-01-31"),
        (datetime(2024, 1, 31, 12), "2024-01-31T12:00:00"),
        (datetime(2024, 1, 31, tzinfo=timezone.utc), "2024-01-31T00:00:00+00:00"),
        ("{{ ds }}", "{{ ds }}"),
    ],
    ids=repr,
)
def test_bounds_keep_what_they_mean(given: Any, kept: Any) -> None:
    check = Range(column="a", min=given, warn={"above": given})
    assert (type(check.min), check.min) == (type(kept), kept)
    assert Check.model_validate(check.spec()) == check
    assert Range.model_validate_json(check.model_dump_json()) == check


def test_templates_wait() -> None:
    check = Range(column="a", min="{{ ds }}", max=5)
    assert check.describe() == "every a is between {{ ds }} and 5"
    rendered = Range.model_validate({**check.spec(), "min": "4"}, context=RENDERED)
    assert rendered == Range(column="a", min=4, max=5)
    with pytest.raises(ValidationError, match="give numbers or moments, not both"):
        Range.model_validate({**check.spec(), "min": "2024-01-31"}, context=RENDERED)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"min": 0, "max": 1_000}, "every a is between 0 and 1,000"),
        ({"above": 0.5}, "every a is more than 0.5"),
        (
            {"min": "2024-01-31", "below": "2024-02-01", "max_failing": "1%"},
            "least 2024-01-31 and less than 2024-02-01 (up to",
        ),
    ],
    ids=str,
)
def test_its_label_and_description(given: dict[str, Any], sentence: str) -> None:
    check = Range(column="a", **given)
    assert (check.label, check.dimension) == ("range(a)", "validity")
    assert sentence in check.describe()


@pytest.mark.parametrize(
    ("given", "sql"),
    [
        ({"column": "i", "min": 1, "max": 9}, '"i" < 1 OR "i" > 9'),
        ({"column": "i", "above": -1, "below": 9}, '"i" <= (-1) OR "i" >= 9'),
        ({"column": "i", "min": 1.5}, '"i" < 1.5'),
        ({"column": "i", "max": 2**70}, f'"i" > {2**70}'),
        ({"column": "i", "max": "Infinity"}, "FALSE"),
        ({"column": "i", "above": "Infinity"}, 'NOT "i" IS NULL'),
        ({"column": "i", "below": "1e200000"}, "FALSE"),
        ({"column": "i", "max": "-1e200000"}, 'NOT "i" IS NULL'),
        ({"column": "i", "min": "1e-200000"}, '"i" <= 0'),
        ({"column": "i", "below": "-1e-200000"}, '"i" >= 0'),
        ({"column": "i", "min": "0e-99999"}, '"i" < 0'),
        ({"column": "n", "min": "1.50"}, '"n" < 1.50 OR "n" = CAST(\'NaN\' AS DECIMAL)'),
        ({"column": "n", "max": "1.50"}, '"n" > 1.50'),
        ({"column": "n", "max": "1e200000"}, "\"n\" >= CAST('Infinity' AS DECIMAL)"),
        ({"column": "f", "min": 0.1}, "\"f\" < CAST('0.1' AS DOUBLE PRECISION) OR \"f\" = CAST('NaN' AS DOUBLE PRECISION)"),
        ({"column": "f", "max": HUGE}, "\"f\" >= CAST('Infinity' AS DOUBLE PRECISION)"),
        ({"column": "f", "max": f"-{HUGE}"}, "\"f\" > CAST('-Infinity' AS DOUBLE PRECISION)"),
        ({"column": "f", "above": "1e-400", "below": 1}, '"f" <= 0 OR "f" >= CAST(\'1\' AS DOUBLE PRECISION)'),
        ({"column": "r", "max": 0.1}, "\"r\" > CAST('0.1' AS REAL)"),
        ({"column": "d", "min": "2024-01-31"}, "\"d\" < CAST('2024-01-31' AS DATE)"),
        ({"column": "d", "min": "2024-01-31 12:00"}, "\"d\" <= CAST('2024-01-31' AS DATE)"),
        ({"column": "d", "below": "2024-01-31 12:00"}, "\"d\" > CAST('2024-01-31' AS DATE)"),
        ({"column": "at", "max": "2024-01-31"}, "\"at\" > CAST('2024-01-31T00:00:00' AS TIMESTAMP)"),
        ({"column": "tz", "max": "2024-01-31"}, "\"tz\" > CAST('2024-01-31T00:00:00+00:00' AS TIMESTAMPTZ)"),
        ({"column": "tz", "below": "Infinity"}, "\"tz\" >= CAST('infinity' AS TIMESTAMPTZ)"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_it_asks_for_values_outside_in_the_kind_of_the_column(given: dict[str, Any], sql: str) -> None:
    assert failing_sql(**given) == sql


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"column": "s", "min": 1}, "column 's' is text; range needs a number, a date or a timestamp"),
        ({"column": "b", "min": 1}, "column 'b' is boolean; range needs"),
        ({"column": "i", "min": "2024-01-31"}, "column 'i' is integer; its bounds are numbers, not '2024-01-31'"),
        ({"column": "d", "min": 5}, "column 'd' is date; its bounds are dates or moments such as '2024-01-31', not 5"),
        (
            {"column": "d", "min": "2024-01-31T00:00Z"},
            "'d' is date, which knows no time zone; write .* without its offset",
        ),
        ({"column": "at", "min": "2024-01-31T00:00Z"}, "which knows no time zone"),
    ],
    ids=str,
)
def test_what_a_column_cannot_be_asked(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Range(**given).metrics(COLUMNS)


def test_the_message() -> None:
    judged = Range(column="i", min=2, below=3).judge({"checked": 10, "failing": 3}, COLUMNS)
    assert judged.message == "3 of 10 rows (30%) have a i that is not at least 2 and less than 3, allowed 0"


def test_samples_are_the_failing_rows_those_of_warn_where_only_warn_is_broken(postgres: Any) -> None:
    postgres.execute("CREATE TABLE t (n integer)", "INSERT INTO t VALUES (-20), (-1), (5), (50), (500), (NULL)")
    checks = [
        Range(column="n", min=0, max=100),
        Range(column="n", min=0, max_failing=2, warn={"min": -10, "max_failing": 0}, name="warned"),
        Range(column="n", min=0, warn={"min": 10}, name="broken"),
        Range(column="n", min=-50, max=900, warn={"max": 900}, name="held"),
    ]
    found = run_checks({"table": "t"}, checks, connect(postgres.url), sample_failing_rows=9).executions
    assert [(e.severity, e.failing, [row["n"] for row in e.samples]) for e in found] == [
        ("error", 3, [-20, -1, 500]),
        ("warn", 1, [-20]),
        ("error", 2, [-20, -1]),
        ("error", 0, []),
    ]
    assert [m.metric for m in found[1].measurements] == ["value_count(n)", "outside_count(n)", "outside_count(n) by warn"]
    assert len(found[3].measurements) == 2
