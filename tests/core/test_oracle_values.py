"""Values, Range, Length and Expression on random small tables, on real databases, against an oracle in plain Python."""

from __future__ import annotations

import math
import operator
import sqlite3
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from airflow_data_quality import Dataset, Expression, Length, Range, Values, connect
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.runner import run

from .oracle import Condition, Row, either, filtered, larger

NAN, INF = math.nan, math.inf
HUGE, TINY = 10**400, Decimal("1e-400")


def single(number: float) -> float:
    """The nearest number of single precision."""
    (nearest,) = struct.unpack("f", struct.pack("f", number))
    return float(nearest)


COLUMNS = {"i": "bigint", "n": "numeric", "f": "double precision", "r": "real", "d": "date", "at": "timestamp", "t": "text"}
VALUES: dict[str, list[Any]] = {
    "i": [None, -2, 0, 1, 2, 2**53, 2**53 + 1, 2**63 - 1, -(2**63)],
    "n": [None, Decimal("1"), Decimal("1.00"), Decimal("-1"), Decimal("1.5"), Decimal("NaN"), Decimal(2**53)],
    "f": [None, 0.0, -0.0, 0.1, 1.0, -1.5, 5e-324, 1.7976931348623157e308, NAN, INF, -INF],
    "r": [None, 0.0, single(0.1), 1.5, -1.0, NAN, INF],
    "d": [None, date(2024, 1, 1), date(2024, 2, 29), date(1, 1, 1), date(9999, 12, 31)],
    "at": [None, datetime(2024, 1, 1), datetime(2024, 1, 1, 12, 30), datetime(2024, 2, 29, 0, 0, 0, 1)],
    "t": [None, "", "a", "A", "a ", "ab", "it's", "1", "ü🦆", "two\nlines", "-1"],
}
MEANT: dict[str, list[tuple[Any, Any]]] = {
    "i": [(1, 1), ("-2", -2), (0.0, 0), (2**53 + 1, 2**53 + 1), ("N/A", None), (0.5, None), (2**63, None), (True, None)],
    "n": [(1, 1), ("1.50", Decimal("1.5")), (-1.0, -1), ("x", None), (HUGE, None)],
    "f": [(0, 0), (0.1, 0.1), ("Infinity", INF), (5e-324, 5e-324), (HUGE, None), ("", None)],
    "r": [(0.1, single(0.1)), ("1.5", 1.5), (-1, -1), (HUGE, None)],
    "d": [("2024-01-01", date(2024, 1, 1)), ("2024-02-29 00:00", date(2024, 2, 29)), ("2024-01-01 12:00", None), (0, None)],
    "at": [("2024-01-01", datetime(2024, 1, 1)), ("2024-01-01T12:30", datetime(2024, 1, 1, 12, 30)), ("soon", None)],
    "t": [("a", "a"), ("", ""), ("it's", "it's"), (1, "1"), (-1, "-1"), ("two\nlines", "two\nlines"), ("%", "%")],
}
"""Column → a value as it is written, and what it is there; None where the type can hold no such value."""
LIMITS: dict[str, list[tuple[Any, Any]]] = {
    "i": [(n, n) for n in (-2, 0, 1, 2**53, 2**63 - 1, 2**70, -(2**70), HUGE, INF, -INF)]
    + [("1.5", Fraction(3, 2)), (0.1, Fraction(1, 10)), (TINY, Fraction(1, HUGE)), (-TINY, -Fraction(1, HUGE))],
    "n": [(n, n) for n in (-1, 0, 1, 2**53, HUGE)]
    + [("1.50", Fraction(3, 2)), (0.1, Fraction(1, 10)), (TINY, Fraction(1, HUGE))],
    "f": [(n, n) for n in (-1.5, 0, 0.1, 1, 5e-324, INF, -INF, HUGE, -HUGE)]
    + [(TINY, Fraction(1, HUGE)), (-TINY, -Fraction(1, HUGE))],
    "r": [(0.1, single(0.1)), (0, 0), (-1, -1), ("1.5", 1.5), (HUGE, HUGE), (INF, INF), (1e39, 10**39)],
    "d": [
        ("2024-01-01", datetime(2024, 1, 1)),
        ("2024-02-29", datetime(2024, 2, 29)),
        ("2024-01-01 12:00", datetime(2024, 1, 1, 12)),
        ("0001-01-01", datetime(1, 1, 1)),
        ("9999-12-31", datetime(9999, 12, 31)),
    ],
    "at": [
        ("2024-01-01", datetime(2024, 1, 1)),
        ("2024-01-01T12:30:00", datetime(2024, 1, 1, 12, 30)),
        ("2024-02-29 00:00:00.000001", datetime(2024, 2, 29, 0, 0, 0, 1)),
    ],
}
"""Column → a bound as it is written, and what it is there."""
HOLDS: Mapping[str, Callable[[Any, Any], Any]] = {
    "min": operator.ge,
    "above": operator.gt,
    "max": operator.le,
    "below": operator.lt,
}
ENDS = [("min",), ("above",), ("max",), ("below",), ("min", "max"), ("above", "below"), ("min", "below")]
CONDITIONS: dict[str, Condition] = {
    "i > 0": lambda row: larger(row["i"], 0),
    "t = 'a' OR i IS NULL -- or": lambda row: either(None if row["t"] is None else row["t"] == "a", row["i"] is None),
    "n > 1 OR f > 1": lambda row: either(larger(row["n"], 1), larger(row["f"], 1)),
    "i IS NOT NULL": lambda row: row["i"] is not None,
    "1 = 0": lambda row: False,
    "NOT (f > 0)": lambda row: None if row["f"] is None else not larger(row["f"], 0),
}
SHARES = (0, 1, 3, "0%", "10%", "33.3%", "50%", "100%")


@dataclass(frozen=True)
class Result:
    """What an execution must say."""

    outcome: str
    severity: str
    checked: int
    failing: int


@dataclass(frozen=True)
class Question:
    check: Check
    expected: Result


def is_nan(value: Any) -> bool:
    return isinstance(value, float | Decimal) and math.isnan(value)


def exact(value: Any) -> Any:
    """A number as a fraction, so that no comparison rounds; dates as their midnight."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    return Fraction(value) if isinstance(value, float | Decimal) and math.isfinite(value) else value


def within(value: Any, limits: Mapping[str, Any]) -> bool:
    return not is_nan(value) and all(HOLDS[name](exact(value), exact(limit)) for name, limit in limits.items())


def held(failing: int, checked: int, max_failing: int | str) -> bool:
    if isinstance(max_failing, str):
        return Fraction(failing) * 100 <= Fraction(max_failing.rstrip("%")) * checked
    return failing <= max_failing


def judged(values: Sequence[Any], fails: Callable[[Any], bool], share: int | str) -> Result:
    failing = sum(map(fails, values))
    return Result("passed" if held(failing, len(values), share) else "failed", "error", len(values), failing)


def warned(main: Result, warn: Result) -> Result:
    """The main bounds first, then those of warn."""
    if main.outcome == "failed":
        return main
    return Result(warn.outcome, "warn" if warn.outcome == "failed" else "error", warn.checked, warn.failing)


def present(rows: Sequence[Row], column: str) -> list[Any]:
    return [row[column] for row in rows if row[column] is not None]


@st.composite
def ranges(draw: st.DrawFn, column: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Bounds as they are written, and what they are: of either end or of both, in order."""
    low, high = sorted((draw(st.sampled_from(LIMITS[column])) for _ in range(2)), key=lambda limit: exact(limit[1]))
    names = draw(
        st.sampled_from([("min",), ("above",), ("max",), ("below",), ("min", "max"), ("above", "below"), ("min", "below")])
    )
    if exact(low[1]) == exact(high[1]):
        names = names[:1] if len(names) == 2 and names != ("min", "max") else names
    chosen = {name: low if name in ("min", "above") else high for name in names}
    return {name: limit[0] for name, limit in chosen.items()}, {name: limit[1] for name, limit in chosen.items()}


@st.composite
def questions(draw: st.DrawFn, rows: list[Row]) -> list[Question]:
    """Questions of every type, each with a filter and a tolerance of its own."""

    def where() -> tuple[str | None, list[Row]]:
        text = draw(st.sampled_from([None, *CONDITIONS]))
        return text, filtered(rows, None if text is None else CONDITIONS[text])

    asked = []
    for column in COLUMNS:
        for field in ("allowed", "forbidden"):
            text, seen = where()
            share = draw(st.sampled_from(SHARES))
            tokens = draw(st.lists(st.sampled_from(MEANT[column]), min_size=1, max_size=4))
            meant = [value for _, value in tokens if value is not None]
            given: Any = {field: [token for token, _ in tokens]}
            expected = judged(
                present(seen, column), lambda value, meant=meant, field=field: (value in meant) == (field == "forbidden"), share
            )
            asked.append(Question(Values(column=column, where=text, max_failing=share, **given), expected))
    for column in LIMITS:
        text, seen = where()
        share, tighter = draw(st.sampled_from(SHARES)), draw(st.sampled_from(SHARES))
        written, limits = draw(ranges(column))
        values = present(seen, column)
        main = judged(values, lambda value, limits=limits: not within(value, limits), share)
        asked.append(Question(Range(column=column, where=text, max_failing=share, **written), main))
        warn_written, warn_limits = draw(ranges(column))
        # Where warn gives both ends, nothing of the check's own is left.
        if len(warn_written) == 2 and draw(st.booleans()):
            by_warn = judged(values, lambda value, limits=warn_limits: not within(value, limits), tighter)
            warn: Any = {**warn_written, "max_failing": tighter}
        else:
            by_warn = judged(values, lambda value, limits=limits: not within(value, limits), tighter)
            warn = {"max_failing": tighter}
        check = Range(column=column, where=text, max_failing=share, warn=warn, **written)
        asked.append(Question(check, warned(main, by_warn)))
    for _ in range(2):
        text, seen = where()
        least, more, share = draw(st.integers(0, 3)), draw(st.integers(0, 6)), draw(st.sampled_from(SHARES))
        length = Length(column="t", min=least, max=least + more, where=text, max_failing=share)
        asked.append(
            Question(
                length,
                judged(present(seen, "t"), lambda value, low=least, high=least + more: not low <= len(value) <= high, share),
            )
        )
    for sql, condition in CONDITIONS.items():
        text, seen = where()
        share = draw(st.sampled_from(SHARES))
        expected = judged(seen, lambda row, condition=condition: condition(row) is False, share)
        asked.append(Question(Expression(name="e", sql=sql, where=text, max_failing=share), expected))
    return asked


ROWS = st.lists(st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()}), max_size=12)
Example = tuple[list[Row], str | None, list[Question]]


@st.composite
def examples(draw: st.DrawFn, *, with_nan: bool = True) -> Example:
    rows: list[Row] = list(draw(ROWS))
    if not with_nan:
        rows = [{name: None if is_nan(value) else value for name, value in row.items()} for row in rows]
    text = draw(st.sampled_from([None, *CONDITIONS]))
    return rows, text, draw(questions(filtered(rows, None if text is None else CONDITIONS[text])))


modest = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    database=None,
    report_multiple_bugs=False,
    phases=[Phase.generate, Phase.shrink],
)


def _ask(url: str, table: str, where: str | None, asked: Sequence[Question]) -> None:
    dataset = Dataset(table=table, where=where)
    tests = [Test(id=str(number), check=question.check, dataset=dataset) for number, question in enumerate(asked)]
    result = run(tests, {None: connect(url)}, id=UUID(int=1), started_at=datetime.now(timezone.utc))
    for question, execution in zip(asked, result.executions, strict=True):
        found = (execution.outcome, execution.severity, execution.checked, execution.failing)
        assert Result(*found) == question.expected, f"{question.check!r}: {execution.message}\n{execution.sql}"  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def table(postgres_server: str) -> Iterator[psycopg.Connection[Any]]:
    """A table that every example fills anew."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
        connection.execute("CREATE SCHEMA oracle_values")
        connection.execute(f"CREATE UNLOGGED TABLE oracle_values.t ({columns})")
        yield connection
        connection.execute("DROP SCHEMA oracle_values CASCADE")


@modest
@given(example=examples())
def test_every_check_finds_on_postgresql_what_the_oracle_finds(
    table: psycopg.Connection[Any], postgres_server: str, example: Example
) -> None:
    rows, where, asked = example
    table.execute("TRUNCATE oracle_values.t")
    with table.cursor() as cursor, cursor.copy("COPY oracle_values.t FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in COLUMNS])
    _ask(postgres_server, "oracle_values.t", where, asked)


def _stored(column: str, value: Any) -> Any:
    """A value as Python's ``sqlite3`` stores it; every float has double precision there."""
    if isinstance(value, Decimal):
        return float(value) if value % 1 else int(value)
    return value.isoformat(*" " * isinstance(value, datetime)) if isinstance(value, date) else value


def _single_is_double(row: Row) -> Row:
    return {**row, "r": 0.1 if row["r"] == single(0.1) else row["r"]}


@modest
@given(example=examples(with_nan=False))
def test_every_check_finds_on_sqlite_what_the_oracle_finds(tmp_path_factory: pytest.TempPathFactory, example: Example) -> None:
    rows, where, asked = example
    file = Path(tmp_path_factory.mktemp("oracle")) / "o.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"CREATE TABLE t ({', '.join(f'{name} {type_}' for name, type_ in COLUMNS.items())})")
        places = ", ".join("?" * len(COLUMNS))
        stored = [[_stored(name, row[name]) for name in COLUMNS] for row in map(_single_is_double, rows)]
        connection.executemany(f"INSERT INTO t VALUES ({places})", stored)
        connection.commit()
    _ask(f"sqlite:///{file}", "t", where, asked)


@pytest.mark.parametrize(
    ("value", "limits", "inside"),
    [
        (NAN, {"min": -INF}, False),
        (Decimal("NaN"), {"max": INF}, False),
        (INF, {"max": HUGE}, False),
        (5e-324, {"above": Fraction(1, HUGE)}, True),
        (0.1, {"min": 0.1, "max": 0.1}, True),
        (date(2024, 1, 1), {"min": datetime(2024, 1, 1, 12)}, False),
        (2**53 + 1, {"max": 2**53}, False),
    ],
)
def test_the_oracle_knows_what_is_within(value: Any, limits: dict[str, Any], inside: bool) -> None:
    assert within(value, limits) is inside
