"""Schema as it is written, described and judged; it is judged without a statement."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_data_quality import Dataset, Suite, Volume, connect, run_checks
from airflow_data_quality.core.checks.schema import Schema
from airflow_data_quality.core.database import Column
from airflow_data_quality.core.errors import NameNotFound
from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.judgement import Judged
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.model.templates import RENDERED
from airflow_data_quality.core.model.test import coded_tests
from airflow_data_quality.core.runner import plan
from airflow_data_quality.core.stores.results.sql import SqlResultStore


def columns(*names: str, **types: str) -> Columns:
    """Columns of these names (of type integer), then of these types."""
    found = {**dict.fromkeys(names, "integer"), **types}
    return Columns(
        [Column(name, type_, "other", base=type_, declared=type_) for name, type_ in found.items()],
        fold=str.lower,
        clock=datetime(2024, 1, 31, 12, tzinfo=timezone.utc),
        dataset="t",
    )


def judged(given: Any, there: Columns, **more: Any) -> Judged:
    check = Schema(columns=given, **more)
    assert check.metrics(there) == ()
    return check.judge({}, there)


# As it is written -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"schema": {"id": "integer", "email": "any"}},
        {"schema": {"columns": {"id": "integer", "email": "any"}}},
        {"type": "schema", "columns": {"id": "integer", "email": "any"}, "mode": "contains"},
    ],
)
def test_both_forms(given: Any) -> None:
    check = Check.model_validate(given)
    assert check == Schema(columns={"id": "integer", "email": "any"})
    assert check.spec() == {"type": "schema", "columns": {"id": "integer", "email": "any"}}
    assert Check.model_validate(check.spec()) == check
    assert Check.model_validate_json(check.model_dump_json()) == check


@pytest.mark.parametrize(
    "given",
    [{"schema": ["id", "email"]}, {"schema": {"columns": ["id", "email"]}}, {"type": "schema", "columns": ("id", "email")}],
)
def test_a_list_is_of_any_types(given: Any) -> None:
    assert Check.model_validate(given) == Schema(columns={"id": "any", "email": "any"})


def test_the_order_is_kept() -> None:
    names = [f"c{number}" for number in range(50, 0, -1)]
    check = Check.model_validate_json(Check.model_validate({"schema": {"columns": names, "mode": "ordered"}}).model_dump_json())
    assert list(check.columns) == list(Check.model_validate(check.spec()).columns) == names  # type: ignore[attr-defined]


def test_columns_may_be_called_like_the_fields() -> None:
    given = {"columns": "integer", "mode": "text", "where": "date", "type": "text"}
    assert Check.model_validate({"schema": given}) == Schema(columns=given)
    text = "name: s\ntable: t\nchecks:\n  - schema: {columns: [columns, mode, no, on], mode: exact}\n"
    assert Suite.from_text(text).checks == (Schema(columns=["columns", "mode", "no", "on"], mode="exact"),)


def test_a_template_waits() -> None:
    whole = {"schema": {"columns": "{{ params.columns }}", "mode": "exact"}}
    check = Check.model_validate(whole)
    assert check.spec() == {"type": "schema", "columns": "{{ params.columns }}", "mode": "exact"}
    assert check.describe() == "the columns are {{ params.columns }}"
    assert Check.model_validate({**check.spec(), "columns": ["a"]}, context=RENDERED) == Schema(columns=["a"], mode="exact")
    inside = Schema(columns={"id": "integer", "v": "varchar({{ params.length }})"})
    assert Check.model_validate(inside.spec()) == inside
    assert inside.describe() == "there are the columns id integer, v varchar({{ params.length }})"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("id", "schema: 'id' is no short form"),
        (5, "schema: 5 is no short form"),
        (None, "Field required"),
        ({}, "give at least one column"),
        ([], "give at least one column"),
        ({"columns": {}}, "give at least one column"),
        ({"columns": []}, "give at least one column"),
        ({"id": ""}, r"'' is no type \(column 'id'\); write its name, or any for any type"),
        ({"id": " \n"}, r"is no type \(column 'id'\)"),
        ({"id": None}, r"None is no type \(column 'id'\)"),
        ({"id": 5}, r"5 is no type \(column 'id'\)"),
        ({"id": ["integer"]}, r"\['integer'\] is no type"),
        ({"": "integer"}, "'' is no name; write it as a text in quotes"),
        ([""], "'' is no name"),
        ([["id"]], r"\['id'\] is no name"),
        ([{"id": "integer"}], "is no name"),
        ({5: "integer"}, "5 is no name; write it as a text in quotes"),
        (["id", "id"], "id is named more than once"),
        ({"columns": ["id"], "mode": "strict"}, "'contains', 'exact' or 'ordered'"),
        ({"columns": ["id"], "modus": "exact"}, "unknown field 'modus'; did you mean 'mode'"),
        ({"columns": ["id"], "where": "id > 1"}, "where chooses rows, and a schema has none; leave it out"),
        ({"columns": ["id"], "max_failing": 1}, "unknown field 'max_failing'"),
        (
            {"columns": ["id"], "warn": {"columns": ["id"]}},
            "this type has no bounds, so there are none to warn by; leave warn out",
        ),
        ({"columns": ["id"], "warn": {}}, "this type has no bounds, so there are none to warn by"),
    ],
    ids=str,
)
def test_what_it_does_not_take_is_refused(given: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Check.model_validate({"schema": given})


def test_in_python_one_name_is_no_list() -> None:
    with pytest.raises(ValidationError, match=r"'id' is one name; write a list of names, \['id'\], or a mapping, {id: type}"):
        Schema(columns="id")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"columns": ["id", "email"]}, "there are the columns id, email"),
        ({"columns": {"id": "int", "email": "any"}, "mode": "exact"}, "there are the columns id int, email and no others"),
        ({"columns": ["a"], "mode": "ordered"}, "there are the columns a and no others, in this order"),
        ({"columns": ["a"], "mode": "{{ m }}"}, "there are the columns a"),
        ({"columns": list("abcdefghij")}, "there are the columns a, b, c, d, e, f, g, h and 2 more"),
    ],
    ids=str,
)
def test_what_people_call_it(given: dict[str, Any], sentence: str) -> None:
    check = Schema(**given)
    assert (check.label, check.dimension, check.severity) == ("schema", "validity", "error")
    assert check.describe() == sentence


# How it judges --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "metrics"),
    [
        ("contains", ["missing", "retyped"]),
        ("exact", ["missing", "unexpected", "retyped"]),
        ("ordered", ["missing", "unexpected", "retyped", "misplaced"]),
    ],
)
def test_what_is_counted_in_each_mode(mode: Any, metrics: list[str]) -> None:
    right = judged(["a", "b"], columns("a", "b"), mode=mode)
    assert [(j.metric, j.value, j.bounds, j.held) for j in right.judgements] == [(m, 0, Bounds(equals=0), True) for m in metrics]
    assert right.message == "2 columns are as agreed"
    wrong = judged({"b": "text", "a": "any", "x": "any", "y": "any"}, columns("a", "b", "c", "d", "e"), mode=mode)
    counts = {"missing": 2, "unexpected": 3, "retyped": 1, "misplaced": 2}
    assert [(j.metric, j.value) for j in wrong.judgements] == [(metric, counts[metric]) for metric in metrics]
    assert (wrong.decisive.metric, wrong.checked, wrong.failing) == ("missing", None, None)


@pytest.mark.parametrize(
    ("given", "there", "mode", "message"),
    [
        ({"a": "integer"}, "a b", "contains", "1 column is as agreed"),
        ({"a": "text"}, "a", "contains", "retyped: a is integer, not text"),
        (["x", "y"], "a", "contains", "missing: x, y"),
        ({"x": "text"}, "a", "exact", "missing: x text; unexpected: a integer"),
        (["b", "a", "c"], "a b c", "ordered", "misplaced: b, a (the order is a, b, c)"),
        (["a", "x", "c"], "a b c", "ordered", "missing: x; unexpected: b integer"),
        (["c", "a"], "a b c", "ordered", "unexpected: b integer; misplaced: c, a (the order is a, c)"),
    ],
    ids=str,
)
def test_the_message_names_the_columns(given: Any, there: str, mode: Any, message: str) -> None:
    assert judged(given, columns(*there.split()), mode=mode).message == message


def test_two_names_of_one_column_are_refused() -> None:
    with pytest.raises(ValueError, match="'a' and 'A' are the same column 'a'; name it once"):
        judged({"a": "any", "A": "any"}, columns("a"))


def test_a_column_that_is_there_twice_cannot_be_told() -> None:
    twice = Columns([*columns("a"), *columns("a")], fold=str.lower, clock=datetime.now(timezone.utc), dataset="the query")
    with pytest.raises(NameNotFound, match="'a' is there 2 times in the query"):
        Schema(columns=["a"]).metrics(twice)


# On a database --------------------------------------------------------------------------------------------------------


@pytest.fixture
def rows(postgres: Any) -> Any:
    postgres.execute("CREATE TABLE t (id integer, email varchar(30))", "INSERT INTO t VALUES (1, NULL)")
    return postgres


CHECKS = [
    Schema(columns={"id": "int", "email": "varchar(30)"}, mode="ordered"),
    Schema(columns={"id": "text", "phone": "any"}, name="wrong"),
    Schema(columns=["id", "ID"], name="bad"),
]


def test_no_statement_is_sent(rows: Any) -> None:
    result = run_checks(Dataset(table="t", where="id > 1"), CHECKS, connect(rows.url), sample_failing_rows=5)
    assert [e.outcome for e in result.executions] == ["passed", "failed", "errored"]
    assert result.plan.statements == ()
    right, wrong, _ = result.executions
    assert (right.sql, right.plan_facts, right.measurements, right.duration_ms) == (None, ("from the catalog",), (), 0)
    assert (wrong.value, wrong.bounds, wrong.samples) == (1, Bounds(equals=0), ())


def test_a_plan_has_nothing_to_say_of_it(rows: Any) -> None:
    planned = plan(coded_tests(CHECKS, [Dataset(table="t")]), {None: connect(rows.url)})
    assert planned.statements == ()
    assert list(planned.errors) == ["bad"]


def test_one_bad_check_hides_no_other(rows: Any) -> None:
    checks = [Volume(equals=1), *CHECKS, Volume(min=0, where="nope > 1", name="worse")]
    result = run_checks(Dataset(table="t"), checks, connect(rows.url))
    assert [e.outcome for e in result.executions] == ["passed", "passed", "failed", "errored", "errored"]


def test_what_has_no_sql_is_stored_and_read_back(rows: Any, tmp_path: Path) -> None:
    result = run_checks(Dataset(table="t"), CHECKS, connect(rows.url))
    store = SqlResultStore.embedded(tmp_path / "results.db")
    assert store.write(result)
    assert store.run(result.id) == result
    assert Run.model_validate_json(result.model_dump_json()) == result


def test_a_foreign_table(postgres: Any) -> None:
    wrapper = f"w_{postgres.schema}"
    postgres.execute(
        f"CREATE FOREIGN DATA WRAPPER {wrapper}",
        f"CREATE SERVER s_{wrapper} FOREIGN DATA WRAPPER {wrapper}",
        f"CREATE FOREIGN TABLE far (id integer, name varchar(30)) SERVER s_{wrapper}",
    )
    try:
        check = Schema(columns={"id": "integer", "name": "varchar(30)"}, mode="ordered")
        (execution,) = run_checks(Dataset(table="far"), [check], connect(postgres.url)).executions
        assert execution.message == "2 columns are as agreed"
    finally:
        postgres.execute(f"DROP FOREIGN DATA WRAPPER {wrapper} CASCADE")


def test_a_table_that_may_not_be_read(rows: Any) -> None:
    """Its columns are in the catalog for everyone to see."""
    role = f"reader_{rows.schema}"
    rows.execute(f"CREATE ROLE {role}", f"GRANT USAGE ON SCHEMA {rows.schema} TO {role}")
    try:
        result = run_checks(Dataset(table="t"), [CHECKS[0], Volume(min=0)], connect(f"{rows.url}%20-c%20role%3D{role}"))
        assert [e.outcome for e in result.executions] == ["passed", "errored"]
    finally:
        rows.execute(f"DROP OWNED BY {role}", f"DROP ROLE {role}")
