"""Distributions of random values, on real databases, against exact statistics in plain Python."""

from __future__ import annotations

import math
import operator
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from airflow_data_quality import Bounds, Dataset, Distribution, connect
from airflow_data_quality.core.database import Database
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.runner import run

from .forms import CHANGED, CHOSEN, FORMS

NAN, INF = float("nan"), float("inf")
POOLS: Mapping[str, Sequence[Any]] = {
    "bigint": [None, -3, -1, 0, 1, 2, 2, 7, 10**6, 2**53 + 1, 2**63 - 1, -(2**63)],
    "double precision": [None, -2.5, -0.0, 0.0, 0.1, 0.2, 0.3, 1.5, 2.0, 1e22, 5e-324, 1e100, NAN, INF, -INF],
    "numeric": [
        None,
        *(Decimal(text) for text in ("-1", "0", "0.1", "1.0", "1.00", "2.345", "7", "1E-25", "1E400", "NaN")),
        Decimal("123456789012345678901234567890.123456789012345678901234567890"),
        Decimal("123456789012345678901234567890.123456789012345678901234567891"),
    ],
    "real": [None, -2.5, 0.1, 0.3, 0.7, 1.5, 16777216.0, 3.4e38, 1e-45, NAN, INF, -INF],
}
"""Type → the values in a column of it."""
RANKS = {"median": 50, "p01": 1, "p10": 10, "p25": 25, "p33": 33, "p75": 75, "p99": 99}
STATISTICS = ("mean", "stddev", "min", "max", "sum", "distinct", "missing", *RANKS)
FILTERS: Mapping[str | None, Callable[[int], bool]] = {
    None: lambda number: True,
    "id > 3": lambda number: number > 3,
    "id % 2 = 0 OR id = 1 -- some": lambda number: number % 2 == 0 or number == 1,
    "1 = 0": lambda number: False,
}


# What is right --------------------------------------------------------------------------------------------------------


def meant(value: Any) -> Any:
    """A finite number as the fraction that its spelling means; NaN and infinity as floats."""
    if not math.isfinite(value) if isinstance(value, float) else isinstance(value, Decimal) and not value.is_finite():
        return float(value)
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def nan(value: Any) -> bool:
    return bool(value != value)  # noqa: PLR0124 - of NaN it is true


def ordered(values: Sequence[Any]) -> list[Any]:
    """NaN is larger than all others."""
    return sorted(values, key=lambda value: (nan(value), 0 if nan(value) else meant(value)))


def quantile(values: Sequence[Any], percent: int) -> Any:
    place = Fraction(percent * (len(values) - 1), 100)
    low, high = (meant(ordered(values)[rank]) for rank in (math.floor(place), math.ceil(place)))
    share = place - math.floor(place)
    if share == 0:
        return low
    if isinstance(low, float) or isinstance(high, float):
        return low if low == high else float(low if isinstance(low, float) else 0) + float(high if isinstance(high, float) else 0)
    return low + (high - low) * share


def statistic(name: str, cells: Sequence[Any]) -> Any:
    """What a statistic of a column's cells is: a count, a fraction, infinity or NaN; None where there is none."""
    values = [cell for cell in cells if cell is not None]
    if name == "missing":
        return len(cells) - len(values)
    if name == "distinct":
        return len({"NaN" if nan(value) else value for value in values})
    if not values:
        return None
    if name in RANKS:
        return quantile(values, RANKS[name])
    numbers = [meant(value) for value in ordered(values)]
    return {"min": first, "max": last, "sum": total, "mean": mean, "stddev": deviation}[name](numbers)


def first(numbers: Sequence[Any]) -> Any:
    return numbers[0]


def last(numbers: Sequence[Any]) -> Any:
    return numbers[-1]


def total(numbers: Sequence[Any]) -> Any:
    return sum(numbers) if all(isinstance(number, Fraction) for number in numbers) else sum(map(float, numbers))


def mean(numbers: Sequence[Any]) -> Any:
    return total(numbers) / len(numbers)


def deviation(numbers: Sequence[Any]) -> Any:
    if len(numbers) < 2:
        return None
    if any(isinstance(number, float) for number in numbers):
        return NAN
    square = sum((number - mean(numbers)) ** 2 for number in numbers) / (len(numbers) - 1)
    with localcontext(Context(prec=60)):
        return Fraction((Decimal(square.numerator) / Decimal(square.denominator)).sqrt())


def holds(value: Any, bounds: Mapping[str, Any]) -> bool:
    if value is None or nan(value):
        return False
    compare = {"min": operator.ge, "max": operator.le, "above": operator.gt, "below": operator.lt, "equals": operator.eq}
    return all(compare[name](value, meant(limit)) for name, limit in bounds.items())


def agrees(name: str, type_: str, found: Any, right: Any, dialect: str, largest: Fraction) -> bool:
    """Quantiles, extremes and counts are exact; a mean, a sum of floats and a deviation are as near as the database says.

    How near that is hangs on the largest of the values, which may cancel each other out. SQLite has no NaN.
    """
    if found is None or right is None:
        return found is None and (right is None or (dialect == "sqlite" and nan(right)))
    number = meant(found)
    if isinstance(right, float):
        return bool(number == right or (nan(number) and nan(right)))
    rounded = name in ("mean", "stddev") or (name == "sum" and type_ in ("real", "double precision"))
    if rounded:
        near = Fraction(1, 10**6 if type_ == "real" else 10**9) * max(abs(number), abs(right))
        return bool(abs(number - right) <= near + Fraction(1, 10**13) * (1 + largest))
    floats = isinstance(found, float) and name in RANKS
    return bool(number == right) or (floats and found == float(right))


# What is asked --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Example:
    type: str
    cells: Sequence[Any]
    where: str | None
    check_where: str | None
    bounds: Mapping[str, Mapping[str, Any]]

    def seen(self) -> list[Any]:
        filters = (FILTERS[self.where], FILTERS[self.check_where])
        return [cell for number, cell in enumerate(self.cells, 1) if all(keeps(number) for keeps in filters)]


def finite(pool: Sequence[Any]) -> list[Any]:
    return [value for value in pool if value is not None and not nan(value)]


@st.composite
def limits(draw: st.DrawFn, pool: Sequence[Any]) -> dict[str, Any]:
    one = draw(st.sampled_from(pool))
    other = draw(st.sampled_from(pool))
    low, high = sorted((one, other))
    both: dict[str, Any] = {draw(st.sampled_from(["min", "above"])): low, draw(st.sampled_from(["max", "below"])): high}
    if low == high:
        return {"equals": low}
    return draw(st.sampled_from([both, *({name: limit} for name, limit in both.items())]))


@st.composite
def examples(draw: st.DrawFn, types: Sequence[str]) -> Example:
    type_ = draw(st.sampled_from(types))
    pool = POOLS[type_]
    few = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=4))
    cells = draw(st.lists(st.sampled_from(draw(st.sampled_from([pool, few]))), max_size=12))
    near = [
        *finite(pool),
        *(value for value in (0.5, 1.5, Decimal("0.15"), Decimal("-1.5")) if type_ != "numeric" or value != 1.5),
    ]
    wanted = draw(st.lists(st.sampled_from(STATISTICS), min_size=1, max_size=5, unique=True))
    bounds = {name: draw(limits(near)) for name in wanted}
    return Example(type_, cells, draw(st.sampled_from(list(FILTERS))), draw(st.sampled_from(list(FILTERS))), bounds)


def check_answers(asked: Example, database: Database, table: str) -> None:
    check = Distribution(column="v", where=asked.check_where, **{name: Bounds(**limit) for name, limit in asked.bounds.items()})
    tests = [Test(id="it", check=check, dataset=Dataset(table=table, where=asked.where))]
    (execution,) = run(tests, {None: database}, id=UUID(int=1), started_at=datetime.now(timezone.utc)).executions
    cells = asked.seen()
    if execution.outcome == "errored":
        # A sum that no double, or no integer of SQLite's, can hold.
        assert re.search("out of range|integer overflow", execution.error or ""), execution.message
        assert {"mean", "stddev", "sum"} & asked.bounds.keys()
        return
    sizes = [abs(meant(cell)) for cell in cells if cell is not None]
    largest = max((size for size in sizes if isinstance(size, Fraction)), default=Fraction(0))
    for judgement in execution.judgements:
        name = judgement.metric
        right = statistic(name, cells)
        assert agrees(name, asked.type, judgement.value, right, database.dialect, largest), (
            f"{name}: {judgement.value!r}, must be {right!r}"
        )
        exactly = meant(judgement.value) if judgement.value is not None else None
        assert judgement.held == holds(exactly, asked.bounds[name]), execution.message
    assert execution.outcome == ("passed" if all(j.held for j in execution.judgements) else "failed")
    assert {judgement.metric for judgement in execution.judgements} == asked.bounds.keys()


def some(examples: int) -> Any:
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )


modest = some(120)


@pytest.fixture(scope="module")
def tables(postgres_server: str) -> Iterator[psycopg.Connection[Any]]:
    """One table a type, that every example fills anew."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA oracle_distribution")
        for number, type_ in enumerate(POOLS):
            connection.execute(f"CREATE UNLOGGED TABLE oracle_distribution.t{number} (id integer, v {type_})")  # type: ignore[arg-type]
        yield connection
        connection.execute("DROP SCHEMA oracle_distribution CASCADE")


def everything(type_: str, *cells: Any, **limit: Any) -> Example:
    return Example(type_, cells, None, None, {name: limit or {"min": -5} for name in STATISTICS})


@modest
@given(asked=examples(list(POOLS)))
@example(everything("bigint"))
@example(everything("bigint", None, None))
@example(everything("bigint", 2**63 - 1, -(2**63), min=-(2**63), max=2**63 - 1))
@example(everything("bigint", 2**63 - 1, 2**63 - 1, -(2**63), min=2**70))
@example(everything("double precision", NAN, INF, -INF, 1.5, min=0.1, max=INF))
@example(everything("double precision", -INF, 1.5, above=-INF, below=1.5))
@example(everything("real", 0.1, 0.1, equals=0.1))
@example(everything("numeric", Decimal("1E400"), Decimal("1E-25"), max=Decimal("1E400")))
def test_postgresql_says_what_is_right(tables: psycopg.Connection[Any], postgres_server: str, asked: Example) -> None:
    _check_on_postgresql(tables, postgres_server, asked)


@pytest.mark.parametrize("form", [name for name in FORMS if issubclass(Distribution, CHANGED.get(name, CHOSEN))], indirect=True)
@some(25)
@given(asked=examples(list(POOLS)))
@example(everything("bigint", 2**63 - 1, 2**63 - 1, -(2**63), min=2**70))
@example(everything("double precision", NAN, INF, -INF, 1.5, min=0.1, max=INF))
@example(everything("numeric", Decimal("1E400"), Decimal("1E-25"), max=Decimal("1E400")))
def test_every_form_says_what_is_right(tables: psycopg.Connection[Any], postgres_server: str, form: str, asked: Example) -> None:
    _check_on_postgresql(tables, postgres_server, asked)


def _check_on_postgresql(tables: psycopg.Connection[Any], server: str, asked: Example) -> None:
    table = f"oracle_distribution.t{list(POOLS).index(asked.type)}"
    tables.execute(f"TRUNCATE {table}")  # type: ignore[arg-type]
    with tables.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:  # type: ignore[arg-type]
        for number, cell in enumerate(asked.cells, 1):
            copy.write_row([number, cell])
    check_answers(asked, connect(server), table)


@modest
@given(asked=examples(["bigint", "double precision"]))
@example(everything("bigint"))
@example(everything("bigint", None, None))
@example(everything("bigint", 1, 2, 2, 7, min=2, max=2.5))
@example(everything("double precision", INF, -INF, 1.5, min=0.1, max=INF))
def test_sqlite_says_what_is_right(tmp_path: Path, asked: Example) -> None:
    cells = [None if nan(cell) else cell for cell in asked.cells]
    with closing(sqlite3.connect(tmp_path / "oracle.db", isolation_level=None)) as connection:
        connection.execute("DROP TABLE IF EXISTS t")
        connection.execute(f"CREATE TABLE t (id integer, v {asked.type})")
        connection.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(cells, 1)))
    stored = Example(asked.type, cells, asked.where, asked.check_where, asked.bounds)
    check_answers(stored, connect(f"sqlite:///{tmp_path}/oracle.db"), "t")
