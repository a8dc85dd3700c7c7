"""Steps → values: one bad question is found by halves, and hides no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

import pytest

from airflow_data_quality import Completeness, Dataset, Freshness, Referential, Uniqueness, Volume, connect, run_checks
from airflow_data_quality.core.database import Answer
from airflow_data_quality.core.errors import QueryError
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.sql.board import Board
from airflow_data_quality.core.sql.catalog import Source
from airflow_data_quality.core.sql.dialect import dialect_named
from airflow_data_quality.core.sql.keys import KeyForms
from airflow_data_quality.core.sql.measure import Measurer
from airflow_data_quality.core.sql.steps import Cell, OwnStep, ScanStep

BAD = {
    "no column of that name": ("nope = 1", 'column "nope" does not exist'),
    "no function of that name": ("nope(id)", "function nope(integer) does not exist"),
    "no schema of that name": ("nope.nope(id)", 'schema "nope" does not exist'),
    "no table of that name": ("EXISTS (SELECT 1 FROM nope)", 'relation "nope" does not exist'),
    "division by zero on some rows": ("1 / (id - 4) > 0", "division by zero"),
    "a value of another type": ("id = 'x'", "invalid input syntax for type integer"),
    "an operator of another type": ("id LIKE 'x'", "operator does not exist"),
    "no condition": ("id + 1", "must be type boolean"),
    "an aggregate": ("count(*) > 1", "aggregate functions are not allowed"),
    "many rows for one": ("id = (SELECT id FROM t)", "more than one row"),
    "half a condition": ("id = ", "syntax error"),
    "an open parenthesis": ("(id = 1", "opens a parenthesis"),
    "a closed parenthesis": ("id = 1)", "closes a parenthesis"),
    "nothing": ("-- id = 1", "where is empty"),
    "an open quote": ("s = 'x", "at or near"),
    "an open comment": ("id = 1 /* x", "unterminated /* comment"),
    "a placeholder": ("id = $1", "placeholder $1"),
    "a semicolon": ("id = 1;", "semicolon"),
    "an error of one's own": ("boom(id)", "boom"),
    "an error of one's own, with its own code": ("boom_with_code(id)", "boom"),
    "no case for it": ("no_case(id)", "case not found"),
    "a setting that may not be": (
        "set_config('transaction_read_only', 'off', true) = ''",
        "cannot set transaction read-write mode",
    ),
    "a setting that is none": ("current_setting('no.such') = ''", "unrecognized configuration parameter"),
}
FUNCTIONS = (
    "CREATE FUNCTION boom(integer) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'boom'; END$$",
    "CREATE FUNCTION boom_with_code(integer) RETURNS boolean LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION 'boom' USING ERRCODE = 'DQ001'; END$$",
    "CREATE FUNCTION no_case(integer) RETURNS boolean LANGUAGE plpgsql AS "
    "$$BEGIN CASE $1 WHEN 99 THEN RETURN true; END CASE; END$$",
)


@pytest.fixture
def rows(postgres: Any) -> Any:
    """Ten rows: ids 0 to 9, every second text missing."""
    postgres.execute(
        "CREATE TABLE t (id integer, s text, at date)",
        "INSERT INTO t SELECT n, CASE WHEN n % 2 = 0 THEN 'x' END, date '2024-01-01' + n FROM generate_series(0, 9) AS n",
        *FUNCTIONS,
    )
    return postgres


@pytest.mark.parametrize("name", BAD)
def test_one_bad_check_hides_no_other(name: str, rows: Any) -> None:
    where, says = BAD[name]
    good = [
        Volume(equals=10),
        Volume(equals=3, where="id < 3", name="filtered"),
        Completeness(column="s", max_failing="50%"),
        Freshness(column="at", max_age="1d", as_of="2024-01-11"),
        Uniqueness(columns=["id"]),
        Uniqueness(columns=["s"], nulls="equal", max_failing=8),
        Referential(columns=["id"], to_table="t", to_columns=["id"]),
    ]
    bad = [
        Volume(min=0, where=where, name="bad volume"),
        Completeness(column="s", where=where, name="bad completeness"),
        Freshness(column="at", max_age="1d", where=where, name="bad freshness"),
        Uniqueness(columns=["id"], where=where, name="bad uniqueness"),
        Uniqueness(columns=["s"], where=where, name="bad uniqueness of texts"),
        Referential(columns=["id"], to_table="t", to_columns=["id"], where=where, name="bad referential"),
        Referential(columns=["id"], to_table="t", to_columns=["id"], to_where=where, name="bad to_where"),
    ]
    mixed = [check for pair in zip(bad, good, strict=True) for check in pair]
    result = run_checks(Dataset(table="t"), mixed, connect(rows.url))
    came = {execution.label: execution for execution in result.executions}
    assert [came[check.label].message for check in good if came[check.label].outcome != "passed"] == []
    assert [(e.outcome, e.value, e.checked, e.failing) for e in (came[check.label] for check in bad)] == [
        ("errored",) + (None,) * 3
    ] * 7
    assert [e.label for e in came.values() if e.outcome == "errored" and says not in (e.error or "")] == []


@pytest.mark.parametrize("bad", [(), (0,), (99,), (3, 57, 58), (0, 33, 66, 99)])
def test_offenders_are_found_by_halves(bad: Sequence[int], rows: Any) -> None:
    """n questions of which k are bad take about k · log2(n) statements, and every good one has its own value."""
    checks = [
        Volume(equals=min(number, 10), where=f"id < {number}" if number not in bad else f"nope < {number}", name=str(number))
        for number in range(100)
    ]
    result = run_checks(Dataset(table="t"), checks, connect(rows.url))
    assert [e.label for e in result.executions if e.outcome == "errored"] == [str(number) for number in bad]
    assert {e.outcome for e in result.executions if int(e.label) not in bad} == {"passed"}
    planned = [s for s in result.plan.statements if s.sql.startswith("EXPLAIN")]
    assert len(planned) <= 2 * bool(bad) + 2 * 7 * len(bad)
    # What the database cannot plan is found without reading a row: the table is read once.
    assert [bool(s.error) for s in result.plan.statements if s not in planned] == [True, False][not bad :]


def test_a_table_that_is_not_filled_yet_is_the_fault_of_who_asks_for_it(rows: Any) -> None:
    rows.execute("CREATE MATERIALIZED VIEW m AS SELECT id FROM t WITH NO DATA", "CREATE SEQUENCE q")
    checks = [
        Volume(equals=10),
        Uniqueness(columns=["id"]),
        Referential(columns=["id"], to_table="m", to_columns=["id"]),
        Volume(min=0, where="id < currval('q')", name="no value yet"),
    ]
    result = run_checks(Dataset(table="t"), checks, connect(rows.url))
    assert [e.outcome for e in result.executions] == ["passed", "passed", "errored", "errored"]
    assert result.plan.notes == ()


def test_a_search_for_an_offender_is_booked_on_those_that_were_asked(rows: Any) -> None:
    checks = [Volume(min=0, where="nope = 1", name="bad"), *(Volume(min=0, where=f"id < {n}", name=str(n)) for n in range(15))]
    statements = run_checks(Dataset(table="t"), checks, connect(rows.url)).plan.statements
    halves = [len(s.test_ids) for s in statements if s.sql.startswith("EXPLAIN") and "nope" not in s.sql]
    assert halves
    assert max(halves) in (8, 16)
    assert sum(len(s.test_ids) for s in statements) < 16 * len(statements)


def test_what_nobody_can_read_costs_the_others_nothing(rows: Any) -> None:
    checks = [Volume(min=0, where="s = 'open", name="bad"), *(Volume(min=0, where=f"id < {n}", name=str(n)) for n in range(30))]
    result = run_checks(Dataset(table="t"), checks, connect(rows.url))
    assert [len(s.test_ids) for s in result.plan.statements if not s.error] == [30]
    assert result.counts()["errored"] == 1


@pytest.mark.parametrize(
    "dataset",
    [
        Dataset(table="t", where="1 / (id - 3) > 0"),
        Dataset(query="SELECT 1 / (id - 3) AS id, s, at FROM t WHERE 1 / (id - 3) > -9"),
        Dataset(table="broken"),
    ],
    ids=["its filter", "its query", "its view"],
)
def test_a_dataset_that_is_bad_itself_is_not_asked_again_and_again(dataset: Dataset, rows: Any) -> None:
    rows.execute("CREATE VIEW broken AS SELECT id, s, at FROM t WHERE 1 / (id - 3) > -9")
    checks = [Completeness(column=column, where=f"id < {n}", name=f"{column}{n}") for column in ("s", "at") for n in range(20)]
    result = run_checks(dataset, checks, connect(rows.url))
    assert {e.error for e in result.executions} == {"division by zero"}
    assert len(result.plan.statements) <= 3


def test_a_column_that_may_not_be_read_is_errored_alone(rows: Any) -> None:
    role = f"reader_{rows.schema}"
    rows.execute(
        f"CREATE ROLE {role}",
        f"GRANT USAGE ON SCHEMA {rows.schema} TO {role}",
        f"GRANT SELECT (id) ON t TO {role}",
    )
    try:
        url = f"{rows.url}%20-c%20role%3D{role}"
        result = run_checks(
            Dataset(table="t"),
            [
                Volume(equals=10),
                Completeness(column="id"),
                Completeness(column="s"),
                Uniqueness(columns=["s"]),
                Uniqueness(columns=["id"]),
            ],
            connect(url),
        )
    finally:
        rows.execute(f"DROP OWNED BY {role}", f"DROP ROLE {role}")
    assert [e.outcome for e in result.executions] == ["passed", "passed", "errored", "errored", "passed"]
    assert result.executions[2].error == "permission denied for table t"


def test_more_statements_than_a_driver_keeps_prepared(rows: Any) -> None:
    checks = [Uniqueness(columns=["id"], where=f"id <> {n}", name=str(n)) for n in range(120)]
    checks[60] = Uniqueness(columns=["id"], where="nope", name="60")
    result = run_checks(Dataset(table="t"), checks, connect(rows.url))
    assert [e.label for e in result.executions if e.outcome != "passed"] == ["60"]
    assert {e.checked for e in result.executions if e.label != "60"} == {9, 10}


# An answer is never read by position ----------------------------------------------------------------------------------


class Scripted:
    """A connection that answers as it is told: what no real database would."""

    def __init__(self, answers: Iterator[Any]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def query(self, sql: str) -> Answer:
        if "SAVEPOINT" in sql:
            return Answer((), [])
        self.asked.append(sql)
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def describe(self, sql: str) -> Any:
        raise NotImplementedError

    def cancel(self) -> None: ...

    def close(self) -> None: ...


def _measured(steps: Any, *answers: Any) -> Board:
    board = Board(steps)
    lost = Measurer(Scripted(iter(answers)), dialect_named("postgresql"), lambda: False, board).work()  # type: ignore[arg-type]
    board.close(lost)
    return board


def _cells(count: int) -> tuple[Cell, ...]:
    source = Source("t", None, Columns([], fold=str.lower, clock=datetime.now(timezone.utc), dataset="t"))
    return tuple(Cell(source, f"count(c{number})", False) for number in range(count))


FINE = Answer(("m0",), [(5,)])
PLANNED = Answer(("QUERY PLAN",), [("Aggregate",)])


@pytest.mark.parametrize(
    "odd",
    [
        Answer(("m0", "m0"), [(1, 2)]),
        Answer(("m1", "m0"), [(1, 2)]),
        Answer(("m0", "m1", "m2"), [(1, 2, 3)]),
        Answer(("m0",), [(1,)]),
        Answer(("m0", "m1"), []),
        Answer(("m0", "m1"), [(1, 2), (3, 4)]),
        Answer((), []),
    ],
)
def test_an_answer_of_another_shape_is_bisected_like_an_error(odd: Answer) -> None:
    first, second = cells = _cells(2)
    board = _measured([ScanStep(cells)], odd, PLANNED, FINE, FINE, Answer(("x",), [(7,)]))
    assert board.found[first].values == (5,)
    assert board.found[second].error is not None
    assert "other columns" in str(board.found[second].error)


def test_a_fast_answer_that_leaves_it_open_is_asked_again() -> None:
    forms = KeyForms("exact", "fast")
    board = _measured([OwnStep(forms)], Answer(("checked", "keys"), [(9, 8)]), Answer(("checked", "failing"), [(9, 1)]))
    assert board.found[forms].values == (9, 1)
    assert [sent.sql for sent in board.sent] == ["fast", "exact"]


def test_a_fast_answer_that_proves_it_is_enough() -> None:
    forms = KeyForms("exact", "fast")
    board = _measured([OwnStep(forms)], Answer(("checked", "keys"), [(9, 9)]))
    assert board.found[forms].values == (9, 0)


def test_a_type_without_the_fast_form_is_asked_exactly() -> None:
    forms = KeyForms("exact", "fast")
    problem = QueryError("could not identify an extended hash function", sqlstate="42883")
    board = _measured([OwnStep(forms)], problem, Answer(("checked", "failing"), [(9, 1)]))
    assert board.found[forms].values == (9, 1)


@pytest.mark.parametrize("sqlstate", ["08006", "40001", "53200", "55P03", "57014", "58030", "XX000"])
def test_no_question_is_blamed_for_what_the_server_suffers(sqlstate: str) -> None:
    """The step is not asked again; the next is."""
    cells, forms = _cells(8), KeyForms("exact")
    board = _measured(
        [ScanStep(cells), OwnStep(forms)], QueryError("no", sqlstate=sqlstate), Answer(("checked", "failing"), [(9, 1)])
    )
    assert len(board.sent) == 2
    assert {str(board.found[cell].error) for cell in cells} == {"no"}
    assert board.found[forms].values == (9, 1)


def test_nothing_is_asked_of_a_connection_that_is_gone() -> None:
    cells, forms = _cells(8), KeyForms("exact")
    board = _measured([ScanStep(cells), OwnStep(forms)], QueryError("gone", sqlstate="42601", closed=True))
    assert len(board.sent) == 1
    assert {str(found.error) for found in board.found.values()} == {"gone"}


def test_a_value_that_the_driver_cannot_read_is_found_by_halves() -> None:
    """It has no SQLSTATE, and the connection is open."""
    first, second = cells = _cells(2)
    unreadable = QueryError("year -44 is out of range")
    board = _measured([ScanStep(cells)], unreadable, PLANNED, FINE, FINE, unreadable)
    assert board.found[first].values == (5,)
    assert str(board.found[second].error) == "year -44 is out of range"


def test_once_told_to_stop_nothing_is_asked() -> None:
    cells = _cells(2)
    board = Board([ScanStep(cells), OwnStep(KeyForms("exact"))])
    lost = Measurer(Scripted(iter(())), dialect_named("postgresql"), lambda: True, board).work()  # type: ignore[arg-type]
    board.close(lost)
    assert board.sent == []
    assert all("told to stop" in str(found.error) for found in board.found.values())
