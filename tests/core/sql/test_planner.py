"""Many metrics → few statements: what shares one, what is asked once, how filters reach every aggregate."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlglot import exp, parse_one

from airflow_data_quality import Completeness, Dataset, Freshness, Referential, Uniqueness, Volume, connect, run_checks
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.runner import run
from airflow_data_quality.core.sql.catalog import Source
from airflow_data_quality.core.sql.planner import plan
from airflow_data_quality.core.sql.questions import restricted
from airflow_data_quality.core.sql.statements import select
from airflow_data_quality.core.sql.steps import Cell, ScanStep
from airflow_data_quality.core.sql.steps import Question as Asked

NOW = datetime(2024, 1, 1, tzinfo=timezone.utc)


def _sent(result: Run) -> list[str]:
    return [statement.sql for statement in result.plan.statements]


@pytest.fixture
def orders(postgres: Any) -> Any:
    postgres.execute(
        "CREATE TABLE orders (id integer, a text, b text, at timestamptz)", "INSERT INTO orders VALUES (1, 'x', NULL, now())"
    )
    return postgres


def test_twenty_completeness_and_volume_checks_are_one_scan(postgres: Any) -> None:
    columns = [f"c{number}" for number in range(18)]
    postgres.execute(f"CREATE TABLE wide ({', '.join(f'{column} integer' for column in columns)})")
    checks = [Completeness(column=column) for column in columns] + [Volume(max=0), Volume(max=9, name="again")]
    result = run_checks(Dataset(table="wide"), checks, connect(postgres.url))
    (scan,) = result.plan.statements
    assert result.verdict == "passed"
    assert len(scan.test_ids) == 20
    assert scan.sql.count(" AS m") == 19  # one row count serves them all


def test_filters_of_checks_share_the_scan(orders: Any) -> None:
    checks = [
        Volume(min=0, where="id = 1 OR id = 2"),
        Completeness(column="a", where="id > 1 -- not the first"),
        Completeness(column="b", missing_values=["", "x"]),
        Freshness(column="at", max_age="1d", where="a = 'x'"),
    ]
    result = run_checks(Dataset(table="orders"), checks, connect(orders.url))
    assert len(_sent(result)) == 1
    assert [e.outcome for e in result.executions] == ["passed", "passed", "failed", "passed"]


@pytest.mark.usefixtures("apart")
def test_other_rows_are_another_scan(orders: Any) -> None:
    """The same table through another filter, or as a query, is another dataset."""
    datasets = [Dataset(table="orders"), Dataset(table="orders", where="id > 0"), Dataset(query="SELECT * FROM orders")]
    tests = [
        Test(id=f"{number} {check.label}", check=check, dataset=dataset)
        for number, dataset in enumerate(datasets)
        for check in (Volume(min=0), Completeness(column="a"))
    ]
    result = run(tests, {None: connect(orders.url)}, id=UUID(int=1), started_at=NOW)
    assert len(_sent(result)) == 3
    assert all(len(statement.test_ids) == 2 for statement in result.plan.statements)


@pytest.mark.usefixtures("apart")
def test_keys_have_statements_of_their_own_and_equal_ones_are_asked_once(orders: Any) -> None:
    orders.execute("CREATE TABLE parents (id integer)")
    checks = [
        Uniqueness(columns=["id"]),
        Uniqueness(columns=["id"], max_failing=9, name="tolerant"),
        Uniqueness(columns=["ID"], name="folded"),
        Uniqueness(columns=["a", "b"]),
        Referential(columns=["id"], to_table="parents", to_columns=["id"]),
        Referential(columns=["id"], to_table="PARENTS", to_columns=["ID"], name="folded too"),
        Volume(min=1),
    ]
    result = run_checks(Dataset(table="orders"), checks, connect(orders.url))
    served = [statement.test_ids for statement in result.plan.statements]
    assert served == [
        ("uniqueness(a, b)",),
        ("referential(id)", "folded too"),
        ("uniqueness(id)", "tolerant", "folded"),
        ("referential(id)", "folded too", "volume"),
    ]


@pytest.mark.usefixtures("apart")
def test_the_longest_comes_first(orders: Any) -> None:
    checks = [Volume(min=1), Uniqueness(columns=["id"]), Uniqueness(columns=["a"])]
    result = run_checks(Dataset(table="orders"), checks, connect(orders.url))
    assert [statement.test_ids for statement in result.plan.statements] == [("uniqueness(a)",), ("uniqueness(id)",), ("volume",)]


@pytest.mark.usefixtures("apart")
def test_plan_facts_say_how_it_was_measured(orders: Any) -> None:
    checks = [Volume(min=1), Completeness(column="a"), Uniqueness(columns=["id"]), Uniqueness(columns=["a"])]
    result = run_checks(Dataset(table="orders"), checks, connect(orders.url))
    facts = [execution.plan_facts for execution in result.executions]
    assert facts[2:] == [("by counting distinct integers",), ("by counting distinct hashes of the key",)]
    assert "one scan" in facts[0][0]


# Packing, without a database ------------------------------------------------------------------------------------------


def _cells(count: int, table: str = "t", where: str | None = None, alone: bool = False) -> list[Any]:
    columns = Columns([], fold=str.lower, clock=NOW, dataset=table)
    source = Source(table, where, columns)
    return [Asked(None, Cell(source, f"count(c{number})", alone), source) for number in range(count)]  # type: ignore[arg-type]


def _sizes(steps: Any) -> list[int]:
    return [len(step.cells) for step in steps if isinstance(step, ScanStep)]


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (4, [4]), (5, [4, 1]), (9, [4, 4, 1])])
def test_scans_are_packed_to_the_width_of_a_result(count: int, sizes: list[int]) -> None:
    assert _sizes(plan(_cells(count), max_columns=4)) == sizes


def test_the_same_question_is_asked_once() -> None:
    questions = _cells(3)
    assert _sizes(plan([*questions, *questions], max_columns=10)) == [3]


def test_what_nobody_can_read_stands_alone() -> None:
    assert _sizes(plan([*_cells(2), *_cells(1, alone=True)], max_columns=10)) == [1, 2]


def test_a_scan_is_one_select() -> None:
    cells = [question.asks for question in _cells(2, table='"s"."t"', where="a = 1 OR b = 2 -- both")]
    assert select(cells, ["m0", "m1"]) == (
        'SELECT\n  count(c0) AS m0,\n  count(c1) AS m1\nFROM "s"."t"\nWHERE (\na = 1 OR b = 2 -- both\n)'
    )


@pytest.mark.parametrize(
    ("aggregate", "filtered"),
    [
        ("count(*)", "COUNT(*) FILTER(WHERE (\nw OR x\n))"),
        ("max(a)", "MAX(a) FILTER(WHERE (\nw OR x\n))"),
        ("count(*) - count(a)", "COUNT(*) FILTER(WHERE (\nw OR x\n)) - COUNT(a) FILTER(WHERE (\nw OR x\n))"),
        ("count(*) filter (where a = 1)", "COUNT(*) FILTER(WHERE (\nw OR x\n) AND a = 1)"),
        ("count(*) filter (where a = 1 or b = 2)", "COUNT(*) FILTER(WHERE (\nw OR x\n) AND (a = 1 OR b = 2))"),
        ("coalesce(sum(a), 0) + 1", "COALESCE(SUM(a) FILTER(WHERE (\nw OR x\n)), 0) + 1"),
    ],
)
def test_a_filter_reaches_every_aggregate(aggregate: str, filtered: str) -> None:
    expression = parse_one(aggregate, dialect="postgres")
    before = expression.sql()
    assert restricted(expression, "w OR x").sql(dialect="postgres") == filtered
    assert expression.sql() == before


def test_a_filter_needs_an_aggregate() -> None:
    with pytest.raises(ValueError, match="no aggregate in a \\+ 1"):
        restricted(exp.maybe_parse("a + 1"), "w")
