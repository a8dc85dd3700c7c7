"""Queries of one's own, and which rows are shown as failing, on random small tables against an oracle in plain Python."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_data_quality import Completeness, CustomSql, Dataset, Referential, Uniqueness, connect
from airflow_data_quality.core.database import Database
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.options import Options
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.runner import run

from .oracle import Condition, Row, either, filtered, larger

Rows = Sequence[Row]
COLUMNS = {"i": "bigint", "t": "text", "f": "double precision"}
VALUES: dict[str, list[Any]] = {
    "i": [None, -1, 0, 1, 2, 2**53, 2**53 + 1],
    "t": [None, "", "a", "A", "a ", "it's"],
    "f": [None, 0.0, -0.0, 1.0, 1.5],
}
CONDITIONS: dict[str | None, Condition | None] = {
    None: None,
    "i > 0 -- positive": lambda row: larger(row["i"], 0),
    "t = 'a' OR i IS NULL": lambda row: either(None if row["t"] is None else row["t"] == "a", row["i"] is None),
    "abs(f) < 1.2 OR t = 'it''s'": lambda row: either(
        None if row["f"] is None else abs(row["f"]) < 1.2, None if row["t"] is None else row["t"] == "it's"
    ),
    "1 = 0": lambda row: False,
}


def _there(rows: Rows, column: str) -> list[Any]:
    return [row[column] for row in rows if row[column] is not None]


VALUE_OF: dict[str, Callable[[Rows], Any]] = {
    "SELECT count(*) FROM {dataset}": len,
    "SELECT sum(i) FROM {dataset};": lambda rows: sum(_there(rows, "i")) if _there(rows, "i") else None,
    "SELECT max(d.f) FROM {dataset} d -- the largest": lambda rows: max(_there(rows, "f"), default=None),
    "WITH a AS (SELECT DISTINCT t FROM {dataset}) SELECT count(t) FROM a": lambda rows: len(set(_there(rows, "t"))),
    "SELECT count(*) FROM {dataset} a JOIN {dataset} b ON a.i = b.i": lambda rows: sum(
        a["i"] is not None and a["i"] == b["i"] for a in rows for b in rows
    ),
    "SELECT i FROM {dataset} ORDER BY i IS NULL, i DESC LIMIT 1": lambda rows: max(_there(rows, "i"), default=None),
}
ROWS_OF: dict[str, Callable[[Row], bool]] = {
    "SELECT * FROM {dataset}": lambda row: True,
    "SELECT * FROM {dataset} d WHERE d.i IS NULL OR d.f IS NULL;": lambda row: row["i"] is None or row["f"] is None,
    "SELECT t, id, i + 1 FROM {dataset} WHERE i = 1 UNION ALL SELECT t, id, 0 FROM {dataset} WHERE i = 2": lambda row: (
        row["i"] in (1, 2)
    ),
}


@dataclass(frozen=True)
class Failing:
    """A row-level check and the rows that it must find."""

    check: Check
    find: Callable[[Rows], list[Row]]


def _doubled(columns: Sequence[str], nulls: str) -> Callable[[Rows], list[Row]]:
    def find(rows: Rows) -> list[Row]:
        looked_at = rows if nulls == "equal" else [row for row in rows if all(row[c] is not None for c in columns)]
        keys = [tuple(row[c] for c in columns) for row in looked_at]
        return [row for row, key in zip(looked_at, keys, strict=True) if keys.count(key) > 1]

    return find


CHECKS: list[Failing] = [
    *(
        Failing(
            Completeness(columns=list(columns)), lambda rows, columns=columns: [r for r in rows if None in map(r.get, columns)]
        )
        for columns in (["i"], ["t"], ["f", "t"])
    ),
    Failing(
        Completeness(columns=["i", "t"], missing_values=["a", 2]),
        lambda rows: [row for row in rows if row["i"] in (None, 2) or row["t"] in (None, "a", "2")],
    ),
    *(
        Failing(Uniqueness(columns=columns, nulls=nulls, count=count), _doubled(columns, nulls))  # type: ignore[arg-type]
        for columns in (["i"], ["t"], ["f"], ["i", "t"], ["t", "f", "i"])
        for nulls, count in (("distinct", "surplus"), ("equal", "surplus"), ("equal", "keys"))
    ),
    *(
        Failing(
            Referential(columns=[column], to_table="oracle.parent", to_columns=[column], to_where=where),
            lambda rows, column=column, kept=kept: [r for r in rows if r[column] not in (None, *kept)],
        )
        for column, where, kept in (
            ("i", None, (1, 2**53)),
            ("i", "i < 5", (1,)),
            ("t", None, ("a", "")),
            ("f", None, (0.0, 1.5)),
        )
    ),
]
PARENTS = [(1, "a", 0.0), (2**53, "", 1.5), (None, None, None)]


@dataclass(frozen=True)
class Place:
    """A database with a table that every example fills anew."""

    database: Database
    fill: Callable[[list[tuple[Any, ...]]], None]


@pytest.fixture(scope="module")
def postgresql(postgres_server: str) -> Iterator[Place]:
    with psycopg.connect(postgres_server, autocommit=True) as connection, connection.cursor() as cursor:
        columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
        cursor.execute("CREATE SCHEMA oracle")
        cursor.execute(f"CREATE UNLOGGED TABLE oracle.child (id integer, {columns})")
        cursor.execute(f"CREATE UNLOGGED TABLE oracle.parent ({columns})")
        cursor.executemany("INSERT INTO oracle.parent VALUES (%s, %s, %s)", PARENTS)

        def fill(rows: list[tuple[Any, ...]]) -> None:
            cursor.execute("TRUNCATE oracle.child")
            cursor.executemany("INSERT INTO oracle.child VALUES (%s, %s, %s, %s)", rows)

        yield Place(connect(postgres_server), fill)
        cursor.execute("DROP SCHEMA oracle CASCADE")


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    path = Path(tmp_path_factory.mktemp("oracle")) / "oracle.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
        connection.execute(f"CREATE TABLE child (id integer, {columns})")
        connection.execute(f"CREATE TABLE parent ({columns})")
        connection.executemany("INSERT INTO parent VALUES (?, ?, ?)", PARENTS)

        def fill(rows: list[tuple[Any, ...]]) -> None:
            connection.execute("DELETE FROM child")
            connection.executemany("INSERT INTO child VALUES (?, ?, ?, ?)", rows)

        yield Place(connect(f"sqlite:///{path}"), fill)


tables = st.lists(st.tuples(*(st.sampled_from(values) for values in VALUES.values())), max_size=8)
filters = st.sampled_from(list(CONDITIONS))
sources = st.sampled_from(["table", "query", "doubled names"])


def _dataset(source: str, where: str | None, schema: str) -> Dataset:
    if source == "table":
        return Dataset(table=f"{schema}.child", where=where)
    more = ", 1 AS odd, 2 AS odd" if source == "doubled names" else ""
    return Dataset(query=f"SELECT *{more} FROM {schema}.child -- all\n;", where=where)


def _asked(place: Place, dataset: Dataset, checks: Sequence[Check], most: int = 0) -> Any:
    tests = [Test(id=str(number), check=check, dataset=dataset) for number, check in enumerate(checks)]
    options = Options(sample_failing_rows=most)
    return run(tests, {None: place.database}, id=UUID(int=1), started_at=datetime.now(timezone.utc), options=options)


def _check_queries(place: Place, table: list[Any], source: str, outer: str | None, inner: str | None, schema: str) -> None:
    rows = [dict(zip(("id", *COLUMNS), (number, *row), strict=True)) for number, row in enumerate(table)]
    place.fill([tuple(row.values()) for row in rows])
    seen = filtered(rows, CONDITIONS[outer], CONDITIONS[inner])
    values = [CustomSql(name=sql, sql=sql, min=0, where=inner) for sql in VALUE_OF]
    failing = [CustomSql(name=sql, sql=sql, failing_rows=True, where=inner) for sql in ROWS_OF]
    result = _asked(place, _dataset(source, outer, schema), [*values, *failing], most=100)
    for execution in result.executions:
        assert execution.error is None
        sql = execution.label
        if sql in VALUE_OF:
            value = VALUE_OF[sql](seen)
            assert execution.value == value
            assert execution.outcome == ("passed" if value is not None and value >= 0 else "failed")
        else:
            ids = [row["id"] for row in seen if ROWS_OF[sql](row)]
            assert (execution.failing, execution.checked) == (len(ids), None)
            assert sorted(row["id"] for row in execution.samples) == ids


def _check_samples(place: Place, table: list[Any], source: str, outer: str | None, inner: str | None, schema: str) -> None:
    rows = [dict(zip(("id", *COLUMNS), (number, *row), strict=True)) for number, row in enumerate(table)]
    place.fill([tuple(row.values()) for row in rows])
    seen = filtered(rows, CONDITIONS[outer], CONDITIONS[inner])
    checks = [failing.check.model_copy(update={"where": inner}) for failing in CHECKS]
    if schema == "main":
        checks = [c.model_copy(update={"to_table": "main.parent"}) if isinstance(c, Referential) else c for c in checks]
    dataset = _dataset(source, outer, schema)
    whole, few = _asked(place, dataset, checks, most=100), _asked(place, dataset, checks, most=3)
    for failing, execution, fewer in zip(CHECKS, whole.executions, few.executions, strict=True):
        ids = sorted(row["id"] for row in failing.find(seen))
        assert execution.error is None
        assert sorted(row["id"] for row in execution.samples) == ids, execution.check
        shown = [row["id"] for row in fewer.samples]
        assert len(shown) == min(3, len(ids))
        assert set(shown) <= set(ids)


def _of_many(test: Any) -> Any:
    return settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))(
        given(table=tables, source=sources, outer=filters, inner=filters)(test)
    )


@_of_many
def test_queries_on_postgresql(postgresql: Place, table: Any, source: str, outer: Any, inner: Any) -> None:
    _check_queries(postgresql, table, source, outer, inner, "oracle")


@_of_many
def test_queries_on_sqlite(sqlite: Place, table: Any, source: str, outer: Any, inner: Any) -> None:
    _check_queries(sqlite, table, source, outer, inner, "main")


@_of_many
def test_samples_on_postgresql(postgresql: Place, table: Any, source: str, outer: Any, inner: Any) -> None:
    _check_samples(postgresql, table, source, outer, inner, "oracle")


@_of_many
def test_samples_on_sqlite(sqlite: Place, table: Any, source: str, outer: Any, inner: Any) -> None:
    _check_samples(sqlite, table, source, outer, inner, "main")
