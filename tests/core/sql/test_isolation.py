"""Bad checks among many: few statements find them, each good one has its value, and what is nobody's fault is asked once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from airflow_data_quality import (
    Completeness,
    CustomSql,
    Dataset,
    Distribution,
    Referential,
    Uniqueness,
    Volume,
    connect,
    run_checks,
)
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.sql import planner

T = Dataset(table="t")
MANY = 1000


@pytest.fixture
def rows(postgres: Any) -> Any:
    """Ten rows: ids 0 to 9, every second text missing."""
    postgres.execute(
        "CREATE TABLE t (id integer, s text)",
        "INSERT INTO t SELECT n, CASE WHEN n % 2 = 0 THEN 'x' END FROM generate_series(0, 9) AS n",
        "ANALYZE t",
    )
    return postgres


def _checks(bad: Sequence[int], condition: str, count: int = MANY) -> list[Check]:
    """Each counts another part of the ten rows; the bad ones cannot."""
    return [
        Volume(
            equals=number % 11,
            where=condition if number in bad else f"id < {number % 11} AND id <> {number + 10}",
            name=f"{number}",
        )
        for number in range(count)
    ]


def _judged(result: Run, bad: Sequence[int], says: str) -> None:
    """Each good check has its own value, each bad one its own error."""
    assert {e.label: e.error for e in result.executions if e.outcome == "errored"} == {str(number): says for number in bad}
    assert [e.label for e in result.executions if e.outcome != "errored" and e.value != int(e.label) % 11] == []
    assert len(result.executions) == len({e.label for e in result.executions})


def _sent(result: Run) -> tuple[int, int]:
    """Returns how many statements were only planned, and how many were run."""
    planned = sum(s.sql.startswith("EXPLAIN") for s in result.plan.statements)
    return planned, len(result.plan.statements) - planned


def _served(result: Run) -> list[int]:
    """Returns how many tests each statement served that was run and did not fail."""
    return [len(s.test_ids) for s in result.plan.statements if s.error is None and not s.sql.startswith("EXPLAIN")]


def _spread(count: int) -> list[int]:
    """Numbers of checks, as far from each other as can be: the worst case for halves."""
    return [number * MANY // count + 3 for number in range(count)]


def _most(count: int) -> float:
    """Statements that halves take at most to find so many among all: two for each node of the tree above them."""
    return 2 * count * (math.log2(MANY / count) + 2) + 2


@pytest.mark.parametrize("count", [1, 7, 100])
def test_what_cannot_be_planned_is_found_without_reading_a_row(rows: Any, count: int) -> None:
    bad = _spread(count)
    result = run_checks(T, _checks(bad, "nope = 1"), connect(rows.url))
    _judged(result, bad, 'column "nope" does not exist')
    planned, run = _sent(result)
    assert planned <= _most(count)
    # The first, which failed before it read a row, and the one that all good checks share.
    assert run == 2
    assert [len(s.test_ids) for s in result.plan.statements if s.error is None and not s.sql.startswith("EXPLAIN")] == [
        MANY - count
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_what_fails_on_a_row_is_found_by_halves(rows: Any, count: int) -> None:
    bad = _spread(count)
    result = run_checks(T, _checks(bad, "1 / (id - 4) > -2"), connect(rows.url))
    _judged(result, bad, "division by zero")
    planned, run = _sent(result)
    assert planned == 1
    assert run <= _most(count)


def test_both_kinds_of_faults_at_once(rows: Any) -> None:
    checks = _checks([17, 500], "nope = 1")
    checks[800] = Volume(min=0, where="1 / (id - 4) > -2", name="800")
    result = run_checks(T, checks, connect(rows.url))
    assert {e.label for e in result.executions if e.outcome == "errored"} == {"17", "500", "800"}
    assert [e.label for e in result.executions if e.outcome == "failed"] == []
    planned, run = _sent(result)
    assert planned <= _most(2)
    assert run <= _most(1) + 1


def test_more_checks_than_a_statement_has_columns(rows: Any) -> None:
    bad = [0, 1599, 1600, 1999]
    result = run_checks(T, _checks(bad, "nope = 1", 2000), connect(rows.url))
    _judged(result, bad, 'column "nope" does not exist')
    assert sum(_served(result)) == 1996
    assert max(_served(result)) <= 1600


@pytest.mark.parametrize(
    "bad",
    [
        Uniqueness(columns=["id"], where="nope = 1", name="bad"),
        Uniqueness(columns=["s"], where="1 / (id - 4) > -2", name="bad"),
        Referential(columns=["id"], to_table="t", to_columns=["id"], to_where="nope = 1", name="bad"),
        Volume(min=0, where="nope = 1", name="bad"),
        Distribution(column="id", median={"min": 0}, where="1 / (id - 4) > -2", name="bad"),
    ],
    ids=["a key", "a key, on some row", "a reference", "a scan", "a quantile"],
)
def test_a_fault_in_a_statement_that_short_steps_share(rows: Any, bad: Check) -> None:
    good = [
        Volume(equals=10),
        Uniqueness(columns=["id"]),
        Uniqueness(columns=["s"], max_failing=4),
        Uniqueness(columns=["s", "id"], nulls="equal"),
        Referential(columns=["id"], to_table="t", to_columns=["id"]),
        Distribution(column="id", median={"equals": 4.5}, name="median"),
    ]
    result = run_checks(T, [good[0], bad, *good[1:]], connect(rows.url))
    assert [e.label for e in result.executions if e.outcome == "errored"] == ["bad"]
    assert [e.message for e in result.executions if e.outcome == "failed"] == []
    asked_alone = [s for s in result.plan.statements if s.error is not None]
    assert 1 <= len(asked_alone) <= 8


@pytest.mark.parametrize("where", ["1 / (id - 4) > -2", "nope = 1"], ids=["on some row", "by its text"])
def test_a_filter_of_the_dataset_that_is_bad_itself(rows: Any, where: str) -> None:
    result = run_checks(Dataset(table="t", where=where), _checks([3], "nope = 1"), connect(rows.url))
    assert {e.outcome for e in result.executions} == {"errored"}
    planned, run = _sent(result)
    assert planned <= _most(1)
    assert run <= 3


def test_a_value_that_the_driver_cannot_read(rows: Any) -> None:
    checks = [
        *_checks([], "", 50),
        CustomSql(sql="SELECT date '0044-03-15 BC'", equals=1, name="ides"),
        CustomSql(sql="SELECT count(*) FROM t", equals=10, name="count"),
        Completeness(column="id"),
    ]
    result = run_checks(T, checks, connect(rows.url))
    assert [e.label for e in result.executions if e.outcome == "errored"] == ["ides"]
    assert [e.message for e in result.executions if e.outcome == "failed"] == []


def test_faults_in_many_statements_over_two_sessions(rows: Any, apart: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is found where it is asked; neither session is the worse for it."""
    monkeypatch.setattr(planner, "TUNING", planner.Tuning(short=0, branch=math.inf, session=1e-9))
    bad = [n for n in range(40) if n % 3 == 0]
    keys = [Uniqueness(columns=["id"], where="1 / (id - 4) > -2" if n in bad else f"id <> {n}", name=f"{n}") for n in range(40)]
    scan = [Volume(min=0, where="nope = 1", name="bad scan"), Volume(equals=10)]
    result = run_checks(T, [*keys, *scan], connect(rows.url), max_parallel=2)
    assert {e.label for e in result.executions if e.outcome == "errored"} == {*map(str, bad), "bad scan"}
    assert {(e.outcome, e.checked) for e in result.executions if e.outcome != "errored"} <= {
        ("passed", 9),
        ("passed", 10),
        ("passed", None),
    }
    assert result.plan.notes == ()
