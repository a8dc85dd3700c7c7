"""Completeness as it is written, described and judged."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.database import Column
from airflow_data_quality.core.errors import NameNotFound
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns

COLUMNS = Columns(
    [Column("Email", "text", "text"), Column("age", "integer", "integer"), Column("born", "date", "date")],
    fold=str.lower,
    clock=datetime(2024, 1, 31, 12, tzinfo=timezone.utc),
    dataset="people",
)


def failing_sql(check: Completeness) -> str:
    return check.metrics(COLUMNS)[1].expression.sql("postgres")


def test_both_forms() -> None:
    assert Check.model_validate({"completeness": "email"}) == Completeness(column="email")
    assert Check.model_validate({"completeness": ["a", "b"]}) == Completeness(columns=["a", "b"])
    assert Check.model_validate({"completeness": {"column": "a", "max_failing": 5}}) == Completeness(column="a", max_failing=5)
    assert Check.model_validate({"type": "completeness", "columns": ["a"]}) == Completeness(columns=["a"])


@pytest.mark.parametrize("given", [None, {}, {"column": "a", "columns": ["b"]}, {"max_failing": 5}], ids=str)
def test_exactly_one_of_column_and_columns(given: Any) -> None:
    with pytest.raises(ValidationError, match="give exactly one of column and columns"):
        Check.model_validate({"completeness": given})


def test_one_check_of_several_columns_is_not_several_checks() -> None:
    check = Completeness(columns=["first", "last"])
    assert check.label == "completeness(first, last)"
    assert (
        len(check.metrics(Columns([*COLUMNS, Column("first", "text", "text"), Column("last", "text", "text")], **_rest()))) == 2
    )


def _rest() -> dict[str, Any]:
    return {"fold": str.lower, "clock": COLUMNS.clock, "dataset": "people"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"column": "email"}, "no row lacks email"),
        ({"columns": ["a", "b"]}, "no row lacks a or b"),
        ({"column": "a", "missing_values": ["", -1]}, "no row lacks a (nor one of '', -1)"),
        ({"column": "a", "max_failing": "0.5%"}, "no row lacks a (up to 0.5% may)"),
    ],
    ids=str,
)
def test_its_description(given: dict[str, Any], sentence: str) -> None:
    assert Completeness(**given).describe() == sentence


@pytest.mark.parametrize(
    ("given", "sql"),
    [
        ({"column": "Email"}, 'COUNT(*) - COUNT("Email")'),
        ({"columns": ["Email"]}, 'COUNT(*) - COUNT("Email")'),
        ({"columns": ["Email", "AGE"]}, 'COUNT(*) FILTER(WHERE "Email" IS NULL OR "age" IS NULL)'),
        (
            {"column": "Email", "missing_values": ["", -1]},
            'COUNT(*) FILTER(WHERE "Email" IS NULL OR "Email" = \'\' OR "Email" = \'-1\')',
        ),
        ({"column": "age", "missing_values": ["", -1]}, 'COUNT(*) FILTER(WHERE "age" IS NULL OR "age" = (-1))'),
        ({"column": "age", "missing_values": [""]}, 'COUNT(*) FILTER(WHERE "age" IS NULL)'),
    ],
    ids=str,
)
def test_it_asks_for_nulls_and_for_the_tokens_that_each_type_can_hold(given: dict[str, Any], sql: str) -> None:
    assert failing_sql(Completeness(**given)) == sql
    assert Completeness(**given).metrics(COLUMNS)[0].expression.sql("postgres") == "COUNT(*)"


def test_an_unknown_column_is_told_with_its_near_names() -> None:
    with pytest.raises(NameNotFound, match="no column 'emial' in people; did you mean 'Email'"):
        Completeness(column="emial").metrics(COLUMNS)


def test_the_message_says_what_is_missing() -> None:
    judged = Completeness(columns=["age", "born"]).judge({"checked": 10, "failing": 3}, COLUMNS)
    assert judged.message == "3 of 10 rows (30%) have no age or no born, allowed 0"
    assert (judged.checked, judged.failing, judged.held) == (10, 3, False)


def test_the_message_says_where_no_token_can_stand() -> None:
    check = Completeness(columns=["Email", "age", "born"], missing_values=["N/A"])
    message = check.judge({"checked": 10, "failing": 0}, COLUMNS).message
    assert message.endswith("; none of the missing_values can stand in age (integer), born (date), only NULL was looked for")
    assert (
        "missing_values"
        not in Completeness(column="age", missing_values=["N/A", -1]).judge({"checked": 1, "failing": 0}, COLUMNS).message
    )


def test_tokens_keep_their_kind() -> None:
    tokens = ["", "N/A", "-1", -1, 1.5, True, 1]
    check = Completeness(column="a", missing_values=tokens)
    assert [(type(token), token) for token in check.missing_values] == [(type(token), token) for token in tokens]


@pytest.mark.parametrize(
    "token", ["1.50", -1, 1.5, True, Decimal("1.50"), Decimal("1e-30"), float("nan"), float("inf")], ids=repr
)
def test_tokens_survive_plain_data(token: Any) -> None:
    check = Completeness(column="a", missing_values=[token])
    again = Check.model_validate(check.spec())
    assert isinstance(again, Completeness)
    assert (again, type(again.missing_values[0])) == (check, type(check.missing_values[0]))


def test_tokens_are_refused_by_field() -> None:
    with pytest.raises(ValidationError, match=r"'N/A' is no list; write a list of values: \['N/A'\]") as refused:
        Completeness(column="a", missing_values="N/A")
    assert refused.value.errors()[0]["loc"] == ("missing_values",)
