"""Expression as it is written, described and judged."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.checks.expression import Expression
from airflow_data_quality.core.database import connect
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.formats.suite import Suite
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.runner import run_checks

COLUMNS = Columns([], fold=str.lower, clock=datetime(2024, 1, 31, 12, tzinfo=timezone.utc), dataset="t")


def test_both_forms() -> None:
    check = Expression(name="paid", sql="amount >= 0", max_failing="1%", warn={"max_failing": 0})
    fields = {"name": "paid", "sql": "amount >= 0", "max_failing": "1%", "warn": {"max_failing": 0}}
    assert Check.model_validate({"expression": fields}) == check
    assert Check.model_validate({"type": "expression", **fields}) == check
    assert Check.model_validate(check.spec()) == check
    assert Expression.model_validate_json(check.model_dump_json()) == check


@pytest.mark.parametrize("value", ["a > 1", ["a > 1"]], ids=repr)
def test_it_has_no_short_form(value: Any) -> None:
    with pytest.raises(ValidationError, match="is no short form"):
        Check.model_validate({"expression": value})


def test_it_needs_a_name_and_a_condition() -> None:
    with pytest.raises(DefinitionError, match=r"s\.yaml:1:\d+: checks\.0\.name: this field is missing"):
        Suite.from_text("{name: s, table: t, checks: [expression: {sql: a > 1}]}", name="s.yaml")
    with pytest.raises(DefinitionError, match=r"checks\.0\.sql: this field is missing"):
        Suite.from_text("{name: s, table: t, checks: [expression: {name: a}]}", name="s.yaml")
    with pytest.raises(ValidationError, match="'' is no name"):
        Expression(name="", sql="a > 1")
    with pytest.raises(ValidationError, match="valid string"):
        Expression(name=None, sql="a > 1")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"sql": "a", "column": "b"}, "unknown field 'column'"),
        ({"sql": "a", "warn": {"sql": "b"}}, "unknown field 'sql'"),
        ({"sql": 5}, "valid string"),
        ({"sql": "a", "max_failing": 0.5}, "could be a count or a share"),
    ],
    ids=str,
)
def test_what_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Expression(name="e", **given)


def test_a_template_waits() -> None:
    check = Expression(name="e", sql="amount >= {{ params.least }}")
    assert not check.is_rendered
    assert Check.model_validate(check.spec()) == check


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"sql": "a >= 0"}, "no row breaks the condition a >= 0"),
        ({"sql": "a >= 0\n  OR b", "max_failing": 5}, "no row breaks the condition a >= 0 OR b (up to 5 may)"),
        ({"sql": "a", "where": "b"}, "no row breaks the condition a (of the rows where b)"),
        ({"sql": "a", "description": "all is well"}, "all is well"),
    ],
    ids=str,
)
def test_its_label_and_description(given: dict[str, Any], sentence: str) -> None:
    check = Expression(name="sane", **given)
    assert (check.label, check.dimension, check.describe()) == ("sane", "consistency", sentence)


def test_a_long_condition_is_cut_where_people_read_it() -> None:
    check = Expression(name="e", sql=" OR ".join(f"a = {n}" for n in range(1_000)))
    assert check.describe().endswith(" …")
    assert len(check.describe()) < 250


def test_the_text_stands_as_it_is_written() -> None:
    sql = "a::text ~ '^\\(' -- ( %s\n  and b  ->> 'x' <> $$it's$$"
    checked, failing = Expression(name="e", sql=sql).metrics(COLUMNS)
    assert checked.expression.sql("postgres") == "COUNT(*)"
    assert failing.expression.sql("postgres") == f"COUNT(*) FILTER(WHERE NOT (\n{sql}\n))"
    assert (checked.names, failing.names) == (("row_count",), ("broken_count(e)",))


def test_the_message() -> None:
    judged = Expression(name="e", sql="a\n> 1").judge({"checked": 10, "failing": 3}, COLUMNS)
    assert judged.message == "3 of 10 rows (30%) break the condition a > 1, allowed 0"


def test_samples_are_the_rows_for_which_it_is_false(postgres: Any) -> None:
    postgres.execute("CREATE TABLE t (a integer, b text)", "INSERT INTO t VALUES (1, 'x'), (2, NULL), (NULL, 'y'), (0, 'it''s')")
    checks = [Expression(name="e", sql="a > 1 -- )"), Expression(name="f", sql="a > 1 OR b = 'x'", where="a IS NOT NULL -- (")]
    one, other = run_checks({"table": "t"}, checks, connect(postgres.url), sample_failing_rows=9).executions
    assert sorted(one.samples, key=str) == [{"a": 0, "b": "it's"}, {"a": 1, "b": "x"}]
    assert other.samples == ({"a": 0, "b": "it's"},)
