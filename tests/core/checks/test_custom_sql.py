"""Custom SQL as it is written, described and judged."""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_data_quality import connect, run_checks
from airflow_data_quality.core.checks.custom_sql import CustomSql
from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.errors import UnresolvedTemplate
from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.metric import Query
from airflow_data_quality.core.model.templates import RENDERED

COLUMNS = Columns([], fold=str.lower, clock=datetime(2024, 1, 31, 12, tzinfo=timezone.utc), dataset="t")
VALUE = {"name": "open orders", "sql": "SELECT count(*) FROM {dataset} WHERE shipped IS NULL"}
ROWS = {"name": "late orders", "sql": "SELECT * FROM {dataset} WHERE late", "failing_rows": True}


def test_both_forms() -> None:
    for given in ({**VALUE, "max": 5}, ROWS, {**ROWS, "max_failing": "1_000", "where": "x"}):
        assert Check.model_validate({"custom_sql": given}) == CustomSql(**given)
        assert Check.model_validate({"type": "custom_sql", **given}) == CustomSql(**given)


@pytest.mark.parametrize("value", ["SELECT 1", ["SELECT 1"], 1])
def test_it_has_no_shorter_form(value: Any) -> None:
    with pytest.raises(ValidationError, match=r"is no short form; write custom_sql: \{field: value"):
        Check.model_validate({"custom_sql": value})


@pytest.mark.parametrize(
    "check",
    [
        CustomSql(**VALUE, min=1, warn={"min": 5}),
        CustomSql(**VALUE, equals=Decimal("0.10"), where="a > 1", tags=["gold"], severity="warn"),
        CustomSql(**ROWS),
        CustomSql(**ROWS, max_failing=0),
        CustomSql(**ROWS, max_failing=7, warn={"max_failing": 0}, description="none is late"),
    ],
    ids=repr,
)
def test_it_survives_json_and_its_own_spec(check: CustomSql) -> None:
    assert Check.model_validate_json(check.model_dump_json()) == check
    assert Check.model_validate(check.spec()) == check


@pytest.mark.parametrize("field", ["name", "sql"])
def test_it_needs_a_name_and_a_query(field: str) -> None:
    given = {name: value for name, value in {**VALUE, "min": 1}.items() if name != field}
    with pytest.raises(ValidationError) as refused:
        Check.model_validate({"custom_sql": given})
    assert (refused.value.errors()[0]["type"], refused.value.errors()[0]["loc"]) == ("missing", (field,))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (VALUE, r"give a bound of the query's value \(min, above, max, below, equals\), or failing_rows=True"),
        ({**VALUE, "failing_rows": False}, "give a bound of the query's value"),
        ({**VALUE, "name": "", "min": 1}, "'' is no name"),
        ({**VALUE, "min": 5, "max": 1}, "nothing can be at least 5 and at most 1"),
        ({**VALUE, "equals": 5, "max": 9}, "equals stands alone"),
        ({**VALUE, "min": True}, "True is no number"),
        ({**VALUE, "max_failing": 5}, "max_failing needs failing_rows=True; a query's value is bounded by min, max, above"),
        ({**VALUE, "max_failing": 5, "min": 1}, "max_failing needs failing_rows=True"),
        ({**ROWS, "min": 1}, "failing_rows counts rows, min bounds a value: give max_failing, or leave failing_rows out"),
        ({**ROWS, "equals": 0}, "failing_rows counts rows, equals bounds a value"),
        ({**ROWS, "max_failing": "0.5%"}, "'0.5%' is a share, and nobody knows of how many rows; give a count"),
        ({**ROWS, "max_failing": 0.5}, "0.5 could be a count or a share"),
        ({**ROWS, "max_failing": -1}, "-1 is neither a count nor a share"),
        ({**ROWS, "max_failing": True}, "True is neither a count nor a share"),
        (
            {**ROWS, "sql": "SELECT 1", "where": "x"},
            r"where would be left out of account: write \{dataset\} where the query reads",
        ),
        ({**VALUE, "min": 1, "warn": {"max_failing": 1}}, "warn: max_failing needs failing_rows=True"),
        ({**VALUE, "min": 1, "warn": {}}, "warn is empty"),
        ({**VALUE, "min": 1, "severity": "warn", "warn": {"min": 2}}, "warn bounds need severity 'error'"),
        ({**ROWS, "warn": {"min": 1}}, "warn: failing_rows counts rows, min bounds a value"),
        ({**ROWS, "warn": {"max_failing": "5%"}}, "'5%' is a share"),
        ({**ROWS, "query": "SELECT 1"}, "unknown field 'query'"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Check.model_validate({"custom_sql": given})


def test_a_template_may_stand_in_any_field_and_its_rules_wait() -> None:
    check = CustomSql(name="a", sql="SELECT {{ x }}", where="{{ w }}", failing_rows="{{ f }}", max_failing="{{ m }}")  # type: ignore[arg-type]
    assert not check.is_rendered
    rendered = {"name": "a", "sql": "SELECT 1 FROM {dataset}", "where": "b", "failing_rows": "true", "max_failing": "5"}
    read = Check.model_validate({"type": "custom_sql", **rendered}, context=RENDERED)
    assert (read.failing_rows, read.max_failing) == (True, 5)  # type: ignore[attr-defined]
    with pytest.raises(UnresolvedTemplate):
        run_checks({"table": "t"}, [check], connect("postgresql://nobody@nowhere/nothing"))


def test_a_query_that_rendered_to_nothing_is_no_fault_of_the_other_checks() -> None:
    """It makes its own check errored when it is asked, so the model must hold it."""
    assert CustomSql(name="a", sql=" ", min=1).sql == " "


def test_its_label_is_its_name() -> None:
    assert CustomSql(**VALUE, min=1).label == "open orders"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({**VALUE, "min": 1, "max": 1_000}, "the query's value is between 1 and 1,000"),
        ({**VALUE, "equals": 0, "where": "a  >\n1"}, "the query's value is exactly 0 (of the rows where a > 1)"),
        (ROWS, "the query returns no failing rows"),
        ({**ROWS, "max_failing": 0}, "the query returns no failing rows"),
        ({**ROWS, "max_failing": 1_000}, "the query returns at most 1,000 failing rows"),
        ({**ROWS, "description": "no order is late"}, "no order is late"),
    ],
    ids=str,
)
def test_its_description(given: dict[str, Any], sentence: str) -> None:
    assert CustomSql(**given).describe() == sentence


def test_it_asks_the_query_as_it_is() -> None:
    assert CustomSql(**VALUE, min=1).metrics(COLUMNS) == (Query(VALUE["sql"], "query_value", count=False),)
    assert CustomSql(**ROWS).metrics(COLUMNS) == (Query(str(ROWS["sql"]), "failing_rows", count=True),)


@pytest.mark.parametrize(
    ("bounds", "value", "held", "message"),
    [
        ({"min": 1}, 0, False, "0, allowed: at least 1"),
        ({"min": 1}, 1_000, True, "1,000, as allowed: at least 1"),
        ({"above": 2**53}, 2**53 + 1, True, f"{2**53 + 1:,}, as allowed: more than {2**53:,}"),
        ({"equals": 0.1}, Decimal("0.10"), True, "0.1, as allowed: exactly 0.1"),
        ({"equals": "0.1"}, 0.1, True, "0.1, as allowed: exactly 0.1"),
        ({"max": 5}, None, False, "no value, allowed: at most 5"),
        ({"max": 5}, math.nan, False, "NaN, allowed: at most 5"),
        ({"max": 5}, -math.inf, True, "-infinity, as allowed: at most 5"),
    ],
    ids=str,
)
def test_its_value_is_held_against_the_bounds(bounds: dict[str, Any], value: Any, held: bool, message: str) -> None:
    judged = CustomSql(**VALUE, **bounds).judge({"value": value}, COLUMNS)
    assert (judged.held, judged.message, judged.checked, judged.failing) == (held, message, None, None)
    assert (judged.decisive.metric, judged.decisive.bounds) == ("query_value", Bounds(**bounds))
    assert repr(judged.decisive.value) == repr(value)


@pytest.mark.parametrize(
    ("most", "failing", "held", "message"),
    [
        (None, 0, True, "0 failing rows"),
        (None, 1, False, "1 failing row, allowed 0"),
        (5, 5, True, "5 failing rows, allowed 5"),
        ("1_000", 1_001, False, "1,001 failing rows, allowed 1,000"),
    ],
    ids=str,
)
def test_its_rows_are_held_against_max_failing(most: Any, failing: int, held: bool, message: str) -> None:
    judged = CustomSql(**ROWS, max_failing=most).judge({"failing": failing}, COLUMNS)
    assert (judged.held, judged.message, judged.checked, judged.failing) == (held, message, None, failing)
    assert (judged.decisive.metric, judged.decisive.value, judged.decisive.bounds) == ("failing", failing, int(most or 0))


# On a database ---------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["postgresql", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    rows = ("CREATE TABLE t (id integer, s text)", "INSERT INTO t VALUES (1, 'x'), (2, 'hush-hush')")
    if request.param == "postgresql":
        place = request.getfixturevalue("postgres")
        place.execute(*rows)
        return connect(place.url)
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in rows:
            connection.execute(statement)
    return connect(f"sqlite:///{path}")


def test_no_row_is_no_value(database: Any) -> None:
    checks = [
        CustomSql(name="no row", sql="SELECT id FROM t WHERE id > 9", min=0),
        CustomSql(name="NULL", sql="SELECT max(id) FROM t WHERE id > 9", min=0),
    ]
    for execution in run_checks({"table": "t"}, checks, database).executions:
        assert (execution.outcome, execution.value, execution.message) == ("failed", None, "no value, allowed: at least 0")


def test_one_bad_query_hides_no_other(database: Any) -> None:
    checks = [
        Volume(equals=2),
        CustomSql(name="bad", sql="SELECT nope FROM t", min=0),
        CustomSql(name="worse", sql="SELECT 'open", failing_rows=True),
        CustomSql(name="good", sql="SELECT count(*) FROM {dataset}", equals=2),
    ]
    result = run_checks({"table": "t"}, checks, database)
    assert [e.outcome for e in result.executions] == ["passed", "errored", "errored", "passed"]


def test_a_query_is_sent_as_it_is_and_equal_ones_once(database: Any) -> None:
    sql = "SELECT   count( * )\n\tFROM {dataset}  -- how many; all\n"
    checks = [CustomSql(name=name, sql=sql, min=number) for number, name in enumerate("ab")]
    result = run_checks({"table": "t"}, checks, database)
    (statement,) = result.plan.statements
    assert "SELECT   count( * )\n\tFROM dq_dataset  -- how many; all\n" in statement.sql
    assert statement.test_ids == ("a", "b")
    assert result.executions[0].sql == statement.sql
    assert result.executions[0].plan_facts == ("the query as it is written",)
    assert [(m.metric, m.value) for m in result.executions[0].measurements] == [("query_value", 2)]


def test_no_more_than_is_needed_comes_back(database: Any) -> None:
    """Two rows are enough to see that there is more than one."""
    result = run_checks({"table": "t"}, [CustomSql(name="a", sql="SELECT id FROM t", min=0)], database)
    assert result.plan.statements[0].sql.endswith("\nLIMIT 2")


def test_a_value_that_is_no_number_is_not_told(database: Any) -> None:
    """It may be personal data."""
    result = run_checks({"table": "t"}, [CustomSql(name="a", sql="SELECT s FROM t WHERE id = 2", min=0)], database)
    assert result.executions[0].error == (
        "the query must return a number; it returned a text: write CAST(… AS integer), or count with it"
    )
    assert "hush-hush" not in result.model_dump_json()
