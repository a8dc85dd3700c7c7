"""A run as a person reads it in a log: one line per check, a table at the end, the worst first."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.execution import Execution, execution_id
from airflow_data_quality.core.model.run import Plan, PlannedTest, Run, Statement
from airflow_data_quality.core.report.text import HEADER, cells, grid, line, planned, table

NOON = datetime(2024, 1, 31, 12, tzinfo=timezone.utc)
RUN = UUID("0190a6e0-0000-7000-8000-000000000001")


def execution(**facts: Any) -> Execution:
    given: dict[str, Any] = {
        "run_id": RUN,
        "test_id": "dag/task/volume",
        "check": Volume(min=1),
        "dataset": Dataset(table="orders"),
        "outcome": "passed",
        "severity": "error",
        "message": "5 rows, as allowed: at least 1",
        "started_at": NOON,
        **facts,
    }
    return Execution(id=execution_id(RUN, given["test_id"]), **given)


PASSED = execution(value=5, bounds=Bounds(min=1))
FAILED = execution(
    test_id="dag/task/completeness(email)",
    check=Completeness(column="email", max_failing="0.5%"),
    outcome="failed",
    value=2_512,
    failing=2_512,
    checked=336_776,
    bounds="0.5%",
    message="2,512 of 336,776 rows (0.75%) have no email, allowed 0.5%",
)
WARNED = execution(
    test_id="dag/task/w", check=Volume(min=1, name="w"), outcome="failed", severity="warn", message="0 rows, allowed: at least 1"
)
ERRORED = execution(
    test_id="dag/task/e", check=Volume(min=1, name="e"), outcome="errored", message="could not be asked: no table 'order'"
)
SKIPPED = execution(test_id="dag/task/s", check=Volume(min=1, name="s"), outcome="skipped", message="no history yet")


def run(*executions: Execution) -> Run:
    return Run(id=RUN, started_at=NOON, finished_at=NOON, executions=executions)


@pytest.mark.parametrize(
    ("execution", "text"),
    [
        (PASSED, "passed  dag/task/volume: 5 rows, as allowed: at least 1"),
        (FAILED, "failed  dag/task/completeness(email): 2,512 of 336,776 rows (0.75%) have no email, allowed 0.5%"),
        (WARNED, "failed  dag/task/w [warn]: 0 rows, allowed: at least 1"),
        (ERRORED, "errored dag/task/e: could not be asked: no table 'order'"),
    ],
    ids=["passed", "failed", "warned", "errored"],
)
def test_one_line_per_check(execution: Execution, text: str) -> None:
    assert line(execution) == text


def test_a_line_is_one_line_whatever_a_name_or_a_database_says() -> None:
    assert len(line(execution(test_id="dag/task/a\nb", message="could not be asked: first\nsecond\r\nthird")).splitlines()) == 1


@pytest.mark.parametrize(
    ("facts", "value", "allowed", "failing"),
    [
        ({"value": 336_776, "bounds": Bounds(min=300_000)}, "336,776", "at least 300,000", ""),
        ({"value": 6, "failing": 6, "checked": 1_000, "bounds": "0.5%"}, "6", "at most 0.5%", "6 of 1,000"),
        ({"value": 0, "failing": 0, "checked": 0, "bounds": 1_000}, "0", "at most 1,000", "0 of 0"),
        ({"value": timedelta(hours=27, minutes=5), "bounds": timedelta(hours=36)}, "1d 3h", "at most 1d12h", ""),
        ({"value": math.nan, "bounds": Bounds(max=1)}, "NaN", "at most 1", ""),
        ({"value": -math.inf, "bounds": Bounds(above=0.5)}, "-infinity", "more than 0.5", ""),
        ({"value": None, "bounds": timedelta(hours=2), "outcome": "failed"}, "", "at most 2h", ""),
        ({"outcome": "errored"}, "", "", ""),
    ],
    ids=str,
)
def test_the_cells_of_a_row(facts: dict[str, Any], value: str, allowed: str, failing: str) -> None:
    shown = execution(**facts)
    assert cells(shown) == (shown.outcome, "error", "volume", value, allowed, failing)
    assert len(cells(shown)) == len(HEADER)


def test_the_table() -> None:
    assert table(run(PASSED, FAILED)).splitlines() == [
        f"verdict failed: 1 passed, 1 failed, score 0.50 (run {RUN})",
        "outcome  severity  check                value  allowed       failing of checked",
        "failed   error     completeness(email)  2,512  at most 0.5%  2,512 of 336,776",
        "passed   error     volume               5      at least 1",
    ]


def test_the_worst_stand_first() -> None:
    rows = table(run(PASSED, SKIPPED, WARNED, ERRORED, FAILED)).splitlines()[2:]
    assert [row.split()[:3] for row in rows] == [
        ["failed", "error", "completeness(email)"],
        ["failed", "warn", "w"],
        ["errored", "error", "e"],
        ["skipped", "error", "s"],
        ["passed", "error", "volume"],
    ]


def test_a_run_without_checks_says_so() -> None:
    assert table(run()) == f"verdict passed: nothing was checked (run {RUN})"


def test_the_title_counts_what_occurred_only() -> None:
    assert table(run(WARNED)).startswith("verdict warned: 1 failed, score 0.75 (run ")
    assert table(run(SKIPPED)).startswith(f"verdict passed: 1 skipped (run {RUN})")


def test_a_table_has_one_row_per_check_whatever_it_is_called() -> None:
    assert len(table(run(execution(check=Volume(min=1, name="two\nlines")))).splitlines()) == 3


def test_what_was_done_otherwise_is_noted() -> None:
    noted = run(PASSED).model_copy(update={"plan": Plan(notes=("asked on one\nconnection",))})
    assert table(noted).splitlines()[-1] == "note: asked on one connection"


def test_nothing_in_a_text_commands_a_terminal() -> None:
    assert line(execution(test_id="t", message="\x1b]0;title\x07 \x9b31m")) == "passed  t:  ]0;title   31m"


def test_several_datasets_have_a_column() -> None:
    other = execution(test_id="t", dataset=Dataset(query="SELECT\n  1"))
    assert grid(run(PASSED, other))[0] == ("outcome", "severity", "dataset", "check", "value", "allowed", "failing of checked")
    assert [row[2] for row in grid(run(PASSED, other))] == ["dataset", "orders", "SELECT 1"]
    assert grid(run(PASSED, PASSED))[0] == HEADER


def test_a_plan_says_what_each_statement_is_for_and_what_it_costs() -> None:
    plan = Plan(
        statements=(
            Statement(sql="SELECT 1", test_ids=("a", "b\nDROP TABLE t"), cost=1234.5),
            Statement(sql="SELECT 2", test_ids=("a", "c"), conn_id="warehouse"),
        ),
        errors={"d": "no table\n'x'"},
        tests=(
            PlannedTest(test_id="a", statements=(1, 2), facts=("one of 2 questions of one scan", "by grouping"), cost=1234.5),
            PlannedTest(test_id="c", statements=(2,), facts=("by grouping",)),
            PlannedTest(test_id="e", facts=("proved by constraint e_pkey",)),
        ),
    )
    assert planned(plan).splitlines() == [
        "-- statement 1 of 2: 2 tests in one, estimated cost 1,234.5",
        "--   a: one of 2 questions of one scan; by grouping",
        "--   b DROP TABLE t",
        "SELECT 1;",
        "",
        "-- statement 2 of 2: 2 tests in one, behind warehouse",
        "--   a",
        "--   c: by grouping",
        "SELECT 2;",
        "",
        "-- no statement is needed for",
        "--   e: proved by constraint e_pkey",
        "",
        "-- d cannot be asked: no table 'x'",
    ]
