"""A token that stands for "missing" is compared as a value of the column's own type, or left out where it can be none."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.tokens import equals_token, read_tokens
from airflow_data_quality.core.sql.dialects.postgresql import PostgreSQL

FLOAT_MAX = 3.4028234663852886e38


def condition(kind: str, token: Any, type_name: str | None = None) -> str | None:
    """Returns the condition as PostgreSQL would read it."""
    found = equals_token(Column("c", type_name or kind, kind), token)
    return PostgreSQL().text(found) if found is not None else None


@pytest.mark.parametrize(
    ("kind", "token", "sql"),
    [
        ("text", "N/A", "\"c\" = 'N/A'"),
        ("text", "", "\"c\" = ''"),
        ("text", "it's", "\"c\" = 'it''s'"),
        ("text", -1, "\"c\" = '-1'"),
        ("text", 1.5, "\"c\" = '1.5'"),
        ("text", Decimal("1.50"), "\"c\" = '1.50'"),
        ("integer", -1, '"c" = (-1)'),
        ("integer", "12", '"c" = 12'),
        ("integer", 1.0, '"c" = 1'),
        ("integer", 2**63 - 1, '"c" = 9223372036854775807'),
        ("numeric", 0.1, '"c" = 0.1'),
        ("numeric", "-99.90", '"c" = (-99.90)'),
        ("numeric", "NaN", "\"c\" = CAST('NaN' AS DECIMAL)"),
        ("boolean", False, '"c" = FALSE'),
        ("boolean", "true", '"c" = TRUE'),
        ("date", "1970-01-01", "\"c\" = CAST('1970-01-01' AS DATE)"),
        ("date", "infinity", "\"c\" = CAST('infinity' AS DATE)"),
        ("timestamp", "1970-01-01 00:00", "\"c\" = CAST('1970-01-01T00:00:00' AS TIMESTAMP)"),
        ("timestamptz", "1970-01-01", "\"c\" = CAST('1970-01-01T00:00:00+00:00' AS TIMESTAMPTZ)"),
        ("uuid", "0" * 32, "\"c\" = CAST('00000000-0000-0000-0000-000000000000' AS UUID)"),
        ("json", "{}", "CAST(\"c\" AS TEXT) = '{}'"),
        ("enum", "unknown", "CAST(\"c\" AS TEXT) = 'unknown'"),
    ],
)
def test_a_token_is_compared_in_the_type_of_the_column(kind: str, token: Any, sql: str) -> None:
    assert condition(kind, token) == sql


@pytest.mark.parametrize(
    ("type_name", "token"),
    [("real", 0.1), ("real", -1), ("double precision", "1e308"), ("double precision", "NaN"), ("real", "-Infinity")],
)
def test_a_float_column_is_compared_in_its_own_precision(type_name: str, token: Any) -> None:
    sql = condition("real", token, type_name)
    assert sql is not None
    assert sql.startswith('"c" = CAST(')
    assert sql.upper().endswith(f"AS {type_name.upper()})")


@pytest.mark.parametrize(
    ("type_name", "token"),
    [
        ("real", FLOAT_MAX),
        ("real", -FLOAT_MAX),
        ("real", "3e38"),
        ("double precision", sys.float_info.max),
        ("double precision", 5e-324),
    ],
)
def test_the_largest_and_smallest_floats_are_tokens_too(type_name: str, token: Any) -> None:
    assert condition("real", token, type_name) is not None


@pytest.mark.parametrize(
    ("kind", "token"),
    [
        ("text", "a\0b"),
        ("integer", "N/A"),
        ("integer", ""),
        ("integer", 1.5),
        ("integer", 2**63),
        ("integer", "Infinity"),
        ("integer", "1e999999999"),
        ("integer", True),
        ("numeric", "N/A"),
        ("numeric", "1e999999"),
        ("numeric", "sNaN"),
        ("numeric", "nan123"),
        ("numeric", "-NaN"),
        ("boolean", "N/A"),
        ("boolean", 1),
        ("date", ""),
        ("date", 19700101),
        ("date", "1970-01-01 01:00"),
        ("date", "1970-02-30"),
        ("timestamp", "1970-01-01 00:00+00:00"),
        ("timestamp", "never"),
        ("timestamptz", ""),
        ("uuid", "N/A"),
    ],
)
def test_a_token_that_the_type_cannot_hold_is_left_out(kind: str, token: Any) -> None:
    assert condition(kind, token) is None


@pytest.mark.parametrize(
    ("type_name", "token"), [("real", "1e39"), ("double precision", "1e309"), ("real", "N/A"), ("real", "sNaN")]
)
def test_so_is_one_that_a_float_column_cannot_hold(type_name: str, token: Any) -> None:
    assert condition("real", token, type_name) is None


def test_tokens_are_a_list_of_plain_values() -> None:
    given = ["", "N/A", -1, 1.5, True]
    assert read_tokens(given) == given
    assert read_tokens([float("nan"), float("inf"), Decimal("-Infinity")]) == ["NaN", "Infinity", "-Infinity"]


@pytest.mark.parametrize("given", ["N/A", 5, None, {"a": 1}])
def test_a_single_token_is_refused_with_the_list_to_write(given: Any) -> None:
    with pytest.raises(ValueError, match="is no list; write a list of values") as refused:
        read_tokens(given)
    assert f"[{given!r}]" in str(refused.value)


@pytest.mark.parametrize("token", [date(2024, 1, 31), ["nested"], b"bytes"])
def test_what_is_no_plain_value_is_refused_with_the_quoted_spelling(token: Any) -> None:
    with pytest.raises(ValueError, match="is no plain value; write it as a quoted text") as refused:
        read_tokens(["", token])
    assert repr(str(token)) in str(refused.value)
