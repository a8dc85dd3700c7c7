"""Every check on random small tables, on the real database, against an oracle in plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from airflow_data_quality import Completeness, Dataset, Freshness, Referential, Uniqueness, Volume, connect
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.runner import run

from . import oracle
from .forms import FORMS
from .oracle import Condition, Result, Row, either, key, larger

AS_OF = datetime(2024, 3, 1)
NAN = float("nan")
COLUMNS = {"i": "bigint", "t": "text", "n": "numeric", "f": "double precision", "at": "timestamp"}
VALUES: dict[str, list[Any]] = {
    "i": [None, -2, -1, 0, 1, 2, 2**53, 2**53 + 1, -(2**63)],
    "t": [None, "", "a", "A", "a ", "-1", "N/A"],
    "n": [None, Decimal("1"), Decimal("1.00"), Decimal("-1"), Decimal("1.5"), Decimal("NaN"), Decimal("2"), Decimal(2**53)],
    "f": [None, 0.0, -0.0, 1.0, 2.0, -1.0, NAN, math.inf, -math.inf, 1.5],
    "at": [
        None,
        AS_OF,
        AS_OF - timedelta(hours=1),
        AS_OF - timedelta(microseconds=1),
        AS_OF + timedelta(days=1),
        oracle.INFINITY,
    ],
}
MISSING: dict[str, Sequence[Any]] = {"i": (-1, 0), "t": ("", "N/A", "-1"), "n": (Decimal(-1),), "f": (NAN, -1.0)}
TOKENS = (-1, "", "N/A", "NaN")
"""What is written for all columns at once; below it is what they mean for each."""
MEANT: dict[str, Sequence[Any]] = {
    "i": (-1,),
    "t": ("-1", "", "N/A", "NaN"),
    "n": (Decimal(-1), Decimal("NaN")),
    "f": (-1.0, NAN),
}
CONDITIONS: dict[str | None, Condition | None] = {
    None: None,
    "i > 0": lambda row: larger(row["i"], 0),
    "t = 'a' OR i IS NULL -- or": lambda row: either(None if row["t"] is None else row["t"] == "a", row["i"] is None),
    "n > 1 OR f > 1": lambda row: either(larger(row["n"], 1), larger(row["f"], 1)),
    "i IS NOT NULL": lambda row: row["i"] is not None,
    "1 = 0": lambda row: False,
}
SHARES = (0, 1, 3, "0%", "10%", "33.3%", "50%", "100%")
KEYS = (("i",), ("t",), ("n",), ("f",), ("i", "t"), ("t", "n"), ("f", "i"), ("i", "n", "t"))
POINTERS = [*KEYS, *(("i",), ("n",), ("f",))]
TARGETS = [*KEYS, *(("n",), ("i",), ("n",))]
"""Of the last three, the types differ."""


@dataclass(frozen=True)
class Question:
    check: Check
    expected: Result


@pytest.fixture(scope="module")
def tables(postgres_server: str) -> Iterator[psycopg.Connection[Any]]:
    """Two tables that every example fills anew."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
        connection.execute("CREATE SCHEMA oracle")
        connection.execute(f"CREATE UNLOGGED TABLE oracle.child ({columns})")
        connection.execute(f"CREATE UNLOGGED TABLE oracle.parent ({columns})")
        yield connection
        connection.execute("DROP SCHEMA oracle CASCADE")


def _fill(connection: psycopg.Connection[Any], table: str, rows: Sequence[Row]) -> None:
    connection.execute(f"TRUNCATE oracle.{table}")  # type: ignore[arg-type]
    with connection.cursor() as cursor, cursor.copy(f"COPY oracle.{table} FROM STDIN") as copy:  # type: ignore[arg-type]
        for row in rows:
            copy.write_row(["infinity" if row[name] is oracle.INFINITY else row[name] for name in COLUMNS])


ROWS = st.lists(st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()}), max_size=14)


@st.composite
def questions(draw: st.DrawFn, rows: list[Row], parents: list[Row]) -> list[Question]:
    """Returns one question a type and mode, each with a filter of its own."""

    def one(check: Check, expected: Result) -> Question:
        return Question(check, expected)

    def where() -> tuple[str | None, list[Row]]:
        text = draw(st.sampled_from(list(CONDITIONS)))
        return text, oracle.filtered(rows, CONDITIONS[text])

    asked = []
    text, seen = where()
    low = draw(st.integers(0, 5))
    asked.append(one(Volume(min=low, max=low + 4, where=text), oracle.volume(seen, low, low + 4)))
    for columns, tokens in (
        (draw(st.sampled_from(KEYS)), {}),
        (draw(st.sampled_from(KEYS)), MEANT),
        *(((column,), {column: values}) for column, values in MISSING.items()),
    ):
        text, seen = where()
        share = draw(st.sampled_from(SHARES))
        given_tokens: Any = TOKENS if tokens is MEANT else [token for values in tokens.values() for token in values]
        check = Completeness(columns=list(columns), missing_values=list(given_tokens), where=text, max_failing=share)
        asked.append(one(check, oracle.completeness(seen, columns, tokens, share)))
    for nulls, count in product(("distinct", "equal"), ("surplus", "rows", "keys")):
        text, seen = where()
        columns, share = draw(st.sampled_from(KEYS)), draw(st.sampled_from(SHARES))
        check = Uniqueness(columns=list(columns), nulls=nulls, count=count, where=text, max_failing=share)  # type: ignore[arg-type]
        asked.append(one(check, oracle.uniqueness(seen, columns, nulls, count, share)))
    for _ in range(3):
        text, seen = where()
        to_text = draw(st.sampled_from(list(CONDITIONS)))
        there = oracle.filtered(parents, CONDITIONS[to_text])
        (columns, to_columns), share = (
            draw(st.sampled_from(list(zip(POINTERS, TARGETS, strict=True)))),
            draw(st.sampled_from(SHARES)),
        )
        pointing = Referential(
            columns=list(columns),
            to_table="oracle.parent",
            to_columns=list(to_columns),
            where=text,
            to_where=to_text,
            max_failing=share,
        )
        asked.append(one(pointing, oracle.referential(seen, columns, there, to_columns, share)))
    text, seen = where()
    age = draw(st.sampled_from([timedelta(microseconds=1), timedelta(minutes=30), timedelta(hours=1)]))
    fresh = Freshness(column="at", max_age=age, as_of=AS_OF.isoformat(), where=text)
    asked.append(one(fresh, oracle.freshness(seen, "at", AS_OF, age)))
    return asked


@st.composite
def examples(draw: st.DrawFn) -> tuple[list[Row], list[Row], str | None, list[Question]]:
    rows, parents = draw(ROWS), draw(ROWS)
    text = draw(st.sampled_from(list(CONDITIONS)))
    return rows, parents, text, draw(questions(oracle.filtered(rows, CONDITIONS[text]), parents))


def steady(examples: int) -> Any:
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink],
    )


Example = tuple[list[Row], list[Row], str | None, list[Question]]


@steady(40)
@given(example=examples())
def test_every_check_finds_what_the_oracle_finds(tables: psycopg.Connection[Any], postgres_server: str, example: Example) -> None:
    _check_answers(tables, postgres_server, example)


@pytest.mark.parametrize("form", FORMS, indirect=True)
@steady(8)
@given(example=examples())
def test_every_form_finds_what_the_oracle_finds(
    tables: psycopg.Connection[Any], postgres_server: str, form: str, example: Example
) -> None:
    _check_answers(tables, postgres_server, example)


def _check_answers(tables: psycopg.Connection[Any], server: str, example: Example) -> None:
    rows, parents, where, asked = example
    _fill(tables, "child", rows)
    _fill(tables, "parent", parents)
    dataset = Dataset(table="oracle.child", where=where)
    tests = [Test(id=str(number), check=question.check, dataset=dataset) for number, question in enumerate(asked)]
    result = run(tests, {None: connect(server)}, id=UUID(int=1), started_at=datetime.now(timezone.utc))
    for question, execution in zip(asked, result.executions, strict=True):
        found = Result(execution.outcome, execution.checked, execution.failing, execution.value)
        assert found == question.expected, f"{question.check!r}: {execution.message}\n{execution.plan_facts}\n{execution.sql}"


@pytest.mark.parametrize(
    ("one", "other"), [(NAN, Decimal("NaN")), (0.0, -0.0), (Decimal("1.0"), Decimal("1.00")), (1, Decimal(1))]
)
def test_the_oracle_knows_what_is_equal(one: Any, other: Any) -> None:
    assert key(one) == key(other)
    assert hash(key(one)) == hash(key(other))
