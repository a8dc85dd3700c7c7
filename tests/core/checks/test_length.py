"""Length as it is written, described and judged."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.checks.length import Length
from airflow_data_quality.core.database import Column, connect
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.templates import RENDERED
from airflow_data_quality.core.runner import run_checks
from airflow_data_quality.core.sql.dialects.postgresql import PostgreSQL

COLUMNS = Columns(
    [Column("s", "text", "text"), Column("m", "mood", "enum"), Column("n", "integer", "integer"), Column("j", "jsonb", "json")],
    fold=str.lower,
    clock=datetime(2024, 1, 31, 12, tzinfo=timezone.utc),
    dataset="t",
)


def test_both_forms() -> None:
    check = Length(column="a", min=1, max=9)
    assert Check.model_validate({"length": {"column": "a", "min": 1, "max": 9}}) == check
    assert Check.model_validate({"type": "length", "column": "a", "min": 1, "max": "9"}) == check
    with pytest.raises(ValidationError, match="is no short form"):
        Check.model_validate({"length": "a"})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "no bound is given; give one of min, max$"),
        ({"min": 5, "max": 4}, "nothing can be at least 5 and at most 4"),
        ({"min": -1}, "-1 is no length; give a whole number of characters, 0 or more"),
        ({"max": 1.5}, "1.5 is no length"),
        ({"max": "Infinity"}, "'Infinity' is no length"),
        ({"max": "ten"}, "'ten' is no number"),
        ({"max": True}, "True is no number"),
        ({"equals": 5}, "unknown field 'equals'"),
        ({"min": 1, "warn": {"max": -1}}, "-1 is no length"),
        ({"min": 5, "warn": {"max": 4}}, "warn: nothing can be at least 5 and at most 4"),
        ({"min": 5, "warn": {}}, "warn is empty; give one of max_failing, min, max"),
    ],
    ids=str,
)
def test_what_is_no_length(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Length(column="a", **given)
    assert re.search(says, refused.value.errors()[0]["msg"])


def test_lengths_are_whole_numbers() -> None:
    check = Length(column="a", min="1", max=5.0)
    assert [(type(v), v) for v in (check.min, check.max)] == [(int, 1), (int, 5)]
    assert check == Length(column="a", min=1, max=5)


def test_templates_wait() -> None:
    check = Length(column="a", min="{{ least }}", max=5)
    assert check.describe() == "every a is between {{ least }} and 5 characters long"
    with pytest.raises(ValidationError, match="nothing can be at least 6 and at most 5"):
        Length.model_validate({**check.spec(), "min": "6"}, context=RENDERED)


@pytest.mark.parametrize(
    "check",
    [
        Length(column="a", min=0),
        Length(column="a", min=1, max=2**70, max_failing="1%", warn={"max": 5, "max_failing": 0}, where="x > 1"),
    ],
    ids=str,
)
def test_it_survives_plain_data_and_json(check: Length) -> None:
    assert Check.model_validate(check.spec()) == check
    assert Length.model_validate_json(check.model_dump_json()) == check


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"min": 1}, "every a is at least 1 characters long"),
        ({"max": 1_000}, "every a is at most 1,000 characters long"),
        ({"min": 2, "max": 3, "max_failing": 5}, "every a is between 2 and 3 characters long (up to 5 may)"),
    ],
    ids=str,
)
def test_its_label_and_description(given: dict[str, Any], sentence: str) -> None:
    check = Length(column="a", **given)
    assert (check.label, check.dimension, check.describe()) == ("length(a)", "validity", sentence)


@pytest.mark.parametrize(
    ("given", "sql"),
    [
        ({"column": "s", "min": 1}, 'LENGTH("s") < 1'),
        ({"column": "s", "max": 9}, 'LENGTH("s") > 9'),
        ({"column": "s", "min": 1, "max": 9}, 'LENGTH("s") < 1 OR LENGTH("s") > 9'),
        ({"column": "m", "min": 1}, 'LENGTH(CAST("m" AS TEXT)) < 1'),
    ],
    ids=str,
)
def test_it_asks_for_texts_that_are_too_short_or_too_long(given: dict[str, Any], sql: str) -> None:
    checked, failing = Length(**given).metrics(COLUMNS)
    assert PostgreSQL().text(failing.rows.copy()) == sql
    assert (checked.names, failing.names) == ((f"value_count({given['column']})",), (f"wrong_length_count({given['column']})",))


@pytest.mark.parametrize(("column", "type_"), [("n", "integer"), ("j", "jsonb")])
def test_what_is_no_text_cannot_be_asked(column: str, type_: str) -> None:
    with pytest.raises(ValueError, match=f"column '{column}' is {type_}; length needs a text"):
        Length(column=column, min=1).metrics(COLUMNS)


def test_the_message() -> None:
    judged = Length(column="s", min=2, max=3).judge({"checked": 10, "failing": 3}, COLUMNS)
    assert judged.message == "3 of 10 rows (30%) have a s that is not between 2 and 3 characters long, allowed 0"


def test_samples_are_the_failing_rows_those_of_warn_too(postgres: Any) -> None:
    postgres.execute("CREATE TABLE t (s text)", "INSERT INTO t VALUES ('a'), ('abc'), ('abcde'), (NULL)")
    checks = [Length(column="s", max=4), Length(column="s", max=9, warn={"min": 2}, name="w")]
    one, other = run_checks({"table": "t"}, checks, connect(postgres.url), sample_failing_rows=9).executions
    assert (one.samples, other.samples, other.severity) == (({"s": "abcde"},), ({"s": "a"},), "warn")
