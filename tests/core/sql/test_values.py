"""Quantiles: the two ranks they lie between, and the few rows in which these are sure to be found."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from fractions import Fraction
from itertools import combinations_with_replacement, product
from typing import Any

import psycopg
import pytest

from airflow_data_quality import Dataset, Distribution, connect, run_checks
from airflow_data_quality.core.database import Answer, Column
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.metric import Quantile
from airflow_data_quality.core.sql.board import Board
from airflow_data_quality.core.sql.catalog import Source
from airflow_data_quality.core.sql.dialect import Dialect, dialect_named
from airflow_data_quality.core.sql.measure import Measurer
from airflow_data_quality.core.sql.steps import Cell, OwnStep, ScanStep
from airflow_data_quality.core.sql.values import Ranked, quantile

LIMITS = (None, Decimal("0.5"), 1, Decimal("1.5"), 2, Decimal("2.5"), 3, Decimal("3.5"))
PERCENTS = (1, 25, 34, 50, 67, 99)
V = Column("v", "integer", "integer")


class Plain(Dialect):
    """The forms that a dialect has without writing any."""

    name = "plain"
    sqlglot = "sqlite"
    begin = fold = query_columns = recover = table_names = tables = None  # type: ignore[assignment]


Dialect.registry.pop("plain")


def ranked(percent: int, low: Any, high: Any, dialect: Dialect) -> Ranked:
    return quantile(Quantile("q", "q", V, percent, low, high), "t", [], dialect=dialect)[0]


def counted(values: Sequence[int], low: Any, high: Any) -> list[int]:
    below = [] if low is None else [sum(value < low for value in values)]
    return [len(values), *below, *([] if high is None else [sum(value <= high for value in values)])]


@pytest.mark.parametrize(
    ("count", "percent", "ranks"),
    [
        (1, 50, (0, 0, 0)),
        (2, 50, (0, 1, Decimal("0.5"))),
        (3, 50, (1, 1, 0)),
        (4, 25, (0, 1, Decimal("0.75"))),
        (101, 99, (99, 99, 0)),
        (100, 1, (0, 1, Decimal("0.99"))),
        (10**15 + 1, 33, (33 * 10**13, 33 * 10**13, 0)),
        (10**18, 99, (989999999999999999, 990000000000000000, Decimal("0.01"))),
    ],
)
def test_a_quantile_lies_between_two_ranks(count: int, percent: int, ranks: Any) -> None:
    assert Ranked("v", "t", (), percent, ()).ranks(count) == ranks


def test_it_is_found_whatever_window_is_hoped_for() -> None:
    """Every list of up to five numbers, every window, on the values themselves."""
    dialect = Plain()
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (v integer)")
        for values in (list(some) for size in range(1, 6) for some in combinations_with_replacement((1, 2, 3), size)):
            connection.execute("DELETE FROM t")
            connection.executemany("INSERT INTO t VALUES (?)", [(value,) for value in [*reversed(values), None]])
            for percent, low, high in product(PERCENTS, LIMITS, LIMITS):
                asks = ranked(percent, low, high, dialect)
                first, last, _ = asks.ranks(len(values))
                sql = asks.lookup(counted(values, low, high), dialect)
                found = [value for (value,) in connection.execute(sql)]
                assert [found[0], found[last - first]] == [values[first], values[last]], (values, sql)


@pytest.fixture(scope="module")
def server(postgres_server: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE t (v integer)")
        yield connection


@pytest.mark.parametrize("values", [[1], [1, 2], [1, 1, 3], [1, 2, 2, 3], [1, 2, 2, 2, 3, 3, 3]], ids=str)
def test_postgresql_finds_it_too(values: list[int], server: psycopg.Connection[Any]) -> None:
    dialect = dialect_named("postgresql")
    server.execute("TRUNCATE t")
    server.execute("INSERT INTO t SELECT * FROM unnest(%s::int[]) UNION ALL SELECT NULL", [values])
    for percent, low, high in product(PERCENTS, LIMITS, LIMITS):
        asks = ranked(percent, low, high, dialect)
        first, last, _ = asks.ranks(len(values))
        found = [value for (value,) in server.execute(asks.lookup(counted(values, low, high), dialect))]  # type: ignore[arg-type]
        assert [found[0], found[last - first]] == [values[first], values[last]]


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 10, 1000, 49_999])
def test_postgresql_counts_ranks_as_we_do(rows: int, server: psycopg.Connection[Any]) -> None:
    """A share of the rows is a float there: no rank may be one off for it."""
    dialect = dialect_named("postgresql")
    for rank in {*range(min(rows, 50)), rows // 3, rows // 2, rows - 1}:
        sql = dialect.ranked("v", f"generate_series(0, {rows - 1}) AS s(v)", rank, rows)
        assert [value for (value,) in server.execute(sql)] == [rank, rank + 1][: rows - rank]  # type: ignore[arg-type]


def test_a_window_is_used_where_it_holds_the_ranks() -> None:
    dialect = dialect_named("postgresql")

    def window(low: Any, high: Any, *counts: int) -> str:
        return ranked(50, low, high, dialect).lookup(counts, dialect).partition("WHERE ")[2]

    assert window(10, 20, 1000, 300, 900) == '"v" >= 10 AND "v" <= 20 AND "v" IS NOT NULL'
    assert window(10, None, 1000, 700) == '"v" < 10 AND "v" IS NOT NULL'
    assert window(None, 20, 1000, 100) == '"v" > 20 AND "v" IS NOT NULL'
    assert window(10, None, 1000, 500) == '"v" IS NOT NULL'  # one rank on either side
    assert window(Decimal("1.5"), Decimal(-2), 1000, 0, 1000) == '"v" >= (1.5) AND "v" <= (-2) AND "v" IS NOT NULL'


@pytest.mark.parametrize("limit", [Decimal("Infinity"), Decimal("-Infinity"), Decimal("1E+400"), Decimal("1E-400")], ids=str)
def test_nothing_is_counted_up_to_what_no_column_holds(limit: Decimal) -> None:
    dialect = dialect_named("postgresql")
    asks, counts = quantile(Quantile("q", "q", V, 50, limit, limit), "t", [], dialect=dialect)
    assert (asks.limits, len(counts)) == ((), 1)


@pytest.mark.parametrize("percent", [1, 25, 50, 75, 99])
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 100, 101])
def test_what_one_pastes_into_a_console_gives_the_same(percent: int, rows: int, postgres: Any, tmp_path: Any) -> None:
    right = Fraction(percent * (rows - 1), 100)
    name = f"p{percent:02}"
    postgres.execute("CREATE TABLE t (v integer)", f"INSERT INTO t SELECT * FROM generate_series(0, {rows - 1})")
    with closing(sqlite3.connect(tmp_path / "t.db")) as made, made:
        made.execute("CREATE TABLE t (v integer)")
        made.executemany("INSERT INTO t VALUES (?)", [(number,) for number in range(rows)])
    for url in (postgres.url, f"sqlite:///{tmp_path}/t.db"):
        check = Distribution(column="v", **{name: {"min": 0}})  # type: ignore[arg-type]
        (execution,) = run_checks(Dataset(table="t"), [check], connect(url)).executions
        assert Fraction(execution.value) == right  # type: ignore[arg-type]
        connection = connect(url).open()
        ((pasted,),) = connection.query(execution.sql or "").rows
        connection.close()
        assert math.isclose(pasted, right)


def test_rows_that_change_between_two_questions_are_said_to() -> None:
    """A view over a sequence, or a foreign table, shows others each time."""

    class Emptied:
        def query(self, sql: str) -> Answer:
            return Answer(("m0",), [(2,)]) if "m0" in sql else Answer(("value",), [(1,)] if "disc" in sql else [])

    source = Source("t", None, Columns((), fold=str, clock=None, dataset="t"))  # type: ignore[arg-type]
    count = Cell(source, "COUNT(v)", alone=False)
    asks = Ranked("v", "t", (), 50, ())
    board = Board([ScanStep((count,)), OwnStep(asks, (count,))])
    Measurer(Emptied(), dialect_named("postgresql"), lambda: False, board).work()  # type: ignore[arg-type]
    assert "rows changed between two questions" in str(board.found[asks].error)
