"""Values as it is written, described and judged."""

from __future__ import annotations

import math
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.checks.values import Values
from airflow_data_quality.core.database import Column, connect
from airflow_data_quality.core.errors import DefinitionError, NameNotFound
from airflow_data_quality.core.formats.suite import Suite
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.templates import RENDERED
from airflow_data_quality.core.runner import run_checks
from airflow_data_quality.core.sql.dialects.postgresql import PostgreSQL
from airflow_data_quality.core.sql.dialects.sqlite import SQLite

COLUMNS = Columns(
    [
        Column("Status", "text", "text"),
        Column("n", "integer", "integer"),
        Column("r", "real", "real"),
        Column("m", "mood", "enum"),
        Column("d", "date", "date", loose=True),
    ],
    fold=str.lower,
    clock=datetime(2024, 1, 31, 12, tzinfo=timezone.utc),
    dataset="t",
)


def failing_sql(dialect: Any = None, **given: Any) -> str:
    _, failing = Values(**given).metrics(COLUMNS)
    return (dialect or PostgreSQL()).text(failing.rows.copy())


def test_both_forms() -> None:
    check = Values(column="a", allowed=["x", 1], max_failing=5)
    assert Check.model_validate({"values": {"column": "a", "allowed": ["x", 1], "max_failing": 5}}) == check
    assert Check.model_validate({"type": "values", "column": "a", "allowed": ["x", 1], "max_failing": 5}) == check
    assert Values(column="a", forbidden=("x",)) == Check.model_validate({"values": {"column": "a", "forbidden": ["x"]}})


@pytest.mark.parametrize("value", ["a", ["a"], 5], ids=repr)
def test_it_has_no_short_form(value: Any) -> None:
    with pytest.raises(ValidationError, match=r"is no short form; write values: \{field: value"):
        Check.model_validate({"values": value})


@pytest.mark.parametrize("given", [{}, {"allowed": ["a"], "forbidden": ["b"]}, {"allowed": None}], ids=str)
def test_exactly_one_of_allowed_and_forbidden(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="give exactly one of allowed and forbidden"):
        Values(column="a", **given)


@pytest.mark.parametrize("field", ["allowed", "forbidden"])
@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "give at least one value"),
        ([None], "NULL is no value here: it is never looked at; completeness finds it"),
        (["a", None], "NULL is no value here"),
        ("a", r"'a' is no list; write a list of values: \['a'\]"),
        (5, r"5 is no list; write a list of values: \[5\]"),
        ({"a": 1}, "is no list"),
        ([["a"]], "is no plain value; write it as a quoted text"),
        ([datetime(2024, 1, 31)], "is no plain value; write it as a quoted text: '2024-01-31 00:00:00'"),
    ],
    ids=str,
)
def test_what_is_no_list_of_values(field: str, given: Any, says: str) -> None:
    with pytest.raises(ValidationError, match=says) as refused:
        Values(column="a", **{field: given})
    assert refused.value.errors()[0]["loc"] == (field,)


def test_a_date_without_quotes_is_shown_with_them() -> None:
    with pytest.raises(DefinitionError, match=r"s\.yaml:1:\d+: checks\.0\.allowed: .*'2024-01-31'"):
        Suite.from_text("{name: s, table: t, checks: [values: {column: d, allowed: [2024-01-31]}]}", name="s.yaml")


def test_the_values_of_yaml_keep_their_kind() -> None:
    text = "{name: s, table: t, checks: [values: {column: d, allowed: [no, 'null', 1, 1.50, true, '1', .nan]}]}"
    (check,) = Suite.from_text(text).checks
    assert isinstance(check, Values)
    assert [(type(v), v) for v in check.allowed or ()] == [
        (str, "no"),
        (str, "null"),
        (int, 1),
        (float, 1.5),
        (bool, True),
        (str, "1"),
        (str, "NaN"),
    ]


@pytest.mark.parametrize("value", ["", "1.50", -1, 1.5, True, Decimal("1.50"), math.nan, -math.inf, "{% raw %}"], ids=repr)
def test_values_survive_plain_data(value: Any) -> None:
    check = Values(column="a", forbidden=[value], max_failing="0.5%", warn={"max_failing": 0})
    again = Check.model_validate(check.spec())
    assert isinstance(again, Values)
    assert (again, type((again.forbidden or ())[0])) == (check, type((check.forbidden or ())[0]))
    assert Values.model_validate_json(check.model_dump_json()) == check


def test_templates_wait() -> None:
    check = Values(column="{{ c }}", allowed="{{ params.allowed }}", forbidden=None)
    assert check.describe() == "every {{ c }} is one of {{ params.allowed }}"
    assert Values(column="a", forbidden=["{{ x }}"]).describe() == "no a is one of '{{ x }}'"
    with pytest.raises(ValidationError, match="is no list"):
        Values.model_validate({"column": "a", "allowed": "{{ x }}"}, context=RENDERED)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"allowed": ["new", "it's", 1]}, "every a is one of 'new', \"it's\", 1"),
        ({"forbidden": ["", -1]}, "no a is one of '', -1"),
        ({"allowed": list(range(10))}, "every a is one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"),
        ({"allowed": list(range(1_012))}, "every a is one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 1,002 more"),
        ({"allowed": ["x"], "max_failing": "0.5%"}, "every a is one of 'x' (up to 0.5% may)"),
    ],
    ids=str,
)
def test_its_label_and_description(given: dict[str, Any], sentence: str) -> None:
    check = Values(column="a", **given)
    assert (check.label, check.dimension, check.describe()) == ("values(a)", "validity", sentence)


@pytest.mark.parametrize(
    ("given", "sql"),
    [
        ({"column": "Status", "allowed": ["a", 1]}, "NOT \"Status\" IN ('a', '1')"),
        ({"column": "Status", "forbidden": ["it's"]}, "\"Status\" IN ('it''s')"),
        ({"column": "n", "allowed": ["N/A", 1, "-2", 0.5]}, 'NOT "n" IN (1, (-2))'),
        ({"column": "n", "allowed": ["N/A"]}, 'NOT "n" IS NULL'),
        ({"column": "n", "forbidden": ["N/A"]}, "FALSE"),
        ({"column": "r", "forbidden": [0.1, "NaN"]}, "\"r\" IN (CAST('0.1' AS REAL), CAST('NaN' AS REAL))"),
        ({"column": "m", "allowed": ["sad"]}, "NOT CAST(\"m\" AS TEXT) IN ('sad')"),
    ],
    ids=str,
)
def test_it_asks_once_for_what_the_type_can_hold(given: dict[str, Any], sql: str) -> None:
    assert failing_sql(**given) == sql


def test_a_column_of_anything_may_hold_values_of_other_kinds() -> None:
    sql = failing_sql(SQLite(), column="d", allowed=["2024-01-01", "soon"])
    assert sql == "NOT (DQ_MOMENT_OR_SELF(\"d\", 'date') IN ('2024-01-01') OR \"d\" IN ('soon'))"


def test_it_counts_values_that_are_there() -> None:
    checked, failing = Values(column="Status", allowed=["a"]).metrics(COLUMNS)
    assert checked.expression.sql("postgres") == 'COUNT("Status")'
    assert (checked.names, failing.names) == (("value_count(Status)",), ("invalid_count(Status)",))


def test_an_unknown_column_is_told_with_its_near_names() -> None:
    with pytest.raises(NameNotFound, match="no column 'Statuss' in t; did you mean 'Status'"):
        Values(column="Statuss", allowed=["a"]).metrics(COLUMNS)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"column": "Status", "allowed": ["a"]}, "3 of 10 rows (30%) have a Status that is not one of 'a', allowed 0"),
        ({"column": "Status", "forbidden": ["a", 1]}, "3 of 10 rows (30%) have a Status that is one of 'a', 1, allowed 0"),
        (
            {"column": "n", "allowed": ["a"], "max_failing": 2},
            "3 of 10 rows (30%) have a n that is not one of 'a', allowed 2; "
            "none of the allowed values can stand in n (integer): every value fails",
        ),
        (
            {"column": "n", "forbidden": ["a"], "max_failing": 3},
            "3 of 10 rows (30%) have a n that is one of 'a', allowed 3; "
            "none of the forbidden values can stand in n (integer): no value can fail",
        ),
    ],
    ids=str,
)
def test_the_message(given: dict[str, Any], message: str) -> None:
    judged = Values(**given).judge({"checked": 10, "failing": 3}, COLUMNS)
    assert (judged.message, judged.checked, judged.failing) == (message, 10, 3)


def test_warn_is_a_tolerance_alone() -> None:
    with pytest.raises(ValidationError, match="unknown field 'allowed'"):
        Values(column="a", allowed=["x"], warn={"allowed": ["y"]})


def test_samples_are_the_failing_rows(postgres: Any) -> None:
    postgres.execute("CREATE TABLE t (id integer, s text)", "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, NULL), (4, 'it''s')")
    checks = [
        Values(column="s", allowed=["a"]),
        Values(column="s", forbidden=["a"], name="f"),
        Values(column="s", forbidden=["x"], name="held"),
    ]
    one, other, held = run_checks({"table": "t"}, checks, connect(postgres.url), sample_failing_rows=9).executions
    assert sorted(one.samples, key=str) == [{"id": 2, "s": "b"}, {"id": 4, "s": "it's"}]
    assert (other.samples, held.samples) == (({"id": 1, "s": "a"},), ())
