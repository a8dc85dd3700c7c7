"""Keys and values of every type that PostgreSQL has, in every form: equal is what its own ``=`` says, pair by pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import product
from typing import Any
from uuid import UUID

import psycopg
import pytest

from airflow_data_quality import Dataset, Distribution, Referential, Uniqueness, connect
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.runner import run
from tests.conftest import FULL_POSTGRES
from tests.core.forms import FORMS

NOW = datetime(2024, 1, 1, tzinfo=timezone.utc)
TYPES: dict[str, Sequence[str | None]] = {
    "smallint": ("0", "1", "-32768", "1"),
    "bigint": ("9007199254740992", "9007199254740993", "-9223372036854775808", "9007199254740993"),
    "oid": ("1", "4294967295", "1"),
    "xid": ("1", "2", "1"),
    "numeric": ("1", "1.0", "1.00", "NaN", "NaN", "Infinity", "-0", "0", "1E-25", "123456789012345678901234567890.1"),
    "numeric(10,2)": ("1", "1.004", "1.01"),
    "real": ("0", "-0", "NaN", "NaN", "0.1", "0.1", "Infinity"),
    "double precision": ("0", "-0", "NaN", "NaN", "0.1", "0.30000000000000004", "0.3", "-Infinity"),
    "money": ("1", "1.00", "-1"),
    "boolean": ("t", "true", "f"),
    "text": ("a", "A", "a ", "", "", "ä", "a\u0308"),
    'text COLLATE "C"': ("a", "a", "A"),
    "varchar(3)": ("a", "a ", "abc", "a"),
    "char(3)": ("a", "a ", "abc", ""),
    '"char"': ("a", "a", "A"),
    "name": ("a", "a", "A"),
    "bytea": (r"\x00", r"\x00", r"\x", "a"),
    "bit(2)": ("10", "10", "11"),
    "bit varying": ("1", "10", "1", ""),
    "uuid": (
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
        "{00000000000000000000000000000000}",
    ),
    "date": ("2024-01-01", "20240101", "infinity", "infinity", "0044-03-15 BC"),
    "time": ("12:00", "12:00:00", "24:00", "00:00"),
    "timetz": ("12:00+00", "13:00+01", "12:00+00"),
    "timestamp": ("2024-01-01", "2024-01-01 00:00", "2024-01-01 00:00:00.000001", "-infinity"),
    "timestamptz": ("2024-01-01 00:00+00", "2024-01-01 01:00+01", "infinity"),
    "interval": ("1 day", "24 hours", "1 month", "30 days", "1 second"),
    "json": ("1", "1"),
    "jsonb": ("1", "1.0", '{"a":1,"b":2}', '{"b":2,"a":1.0}', "null", "[]", "[[]]", '"1"'),
    "inet": ("10.0.0.1", "10.0.0.1/32", "10.0.0.0/8", "::1"),
    "macaddr": ("08:00:2b:01:02:03", "08002b010203", "08:00:2b:01:02:04"),
    "tsvector": ("a b", "b a", "'a':1"),
    "point": ("(0,0)", "(0,0)"),
    "circle": ("<(0,0),1>", "<(5,5),1>"),
    "pg_lsn": ("0/1", "0/01", "1/0"),
    "int4range": ("[1,2)", "[1,1]", "empty", "(1,2)"),
    "numrange": ("[1.0,2)", "[1.00,2.0)", "[1,2]"),
    "int4multirange": ("{[1,2),[2,3)}", "{[1,3)}", "{}"),
    "integer[]": ("{1,2}", "{1,2}", "{2,1}", "{}", "{NULL}", "{NULL}", "[0:1]={1,2}"),
    "double precision[]": ("{0}", "{-0}", "{NaN}", "{NaN}"),
    "text[]": ("{a}", "{A}", "{a}", "{{a}}"),
    "{schema}.mood": ("sad", "happy", "sad"),
    "{schema}.word": ("a", "a ", "a"),
    "{schema}.whole": ("1", "01", "2"),
    "{schema}.document": ("1", "1.0", "2"),
    "{schema}.pair": ("(1,a)", "(1.0,a)", "(1,b)", "(,a)", "(,a)"),
    "{schema}.sum": ("($1.00,a)", "($1.00,a)", "($2.00,a)"),
}
"""Type → how values of it are written, some of them equal; two NULLs are added to each."""
UNGROUPED = {"circle"}
"""Types that know ``=`` (circles of the same area), but no groups."""
OF_FULL: dict[str, Sequence[str | None]] = {
    "xml": ("<a/>", "<a/>"),
    "citext": ("a", "A", "a ", "b"),
    "{schema}.loose": ("a", "A", "b"),
    "citext[]": ("{a}", "{A}", "{b}"),
    'text COLLATE {schema}."blind"': ("a", "A", "ä", "a\u0308", "Ä", "b"),
    'varchar(5) COLLATE {schema}."blind"': ("a", "A", "b"),
    'char(5) COLLATE {schema}."blind"': ("a", "A ", "b"),
    '{schema}.word COLLATE {schema}."blind"': ("a", "A", "b"),
    'text[] COLLATE {schema}."blind"': ("{a}", "{A}", "{b}"),
}
MADE = (
    "CREATE TYPE {schema}.mood AS ENUM ('sad', 'happy')",
    "CREATE DOMAIN {schema}.word AS text",
    "CREATE DOMAIN {schema}.whole AS integer",
    "CREATE DOMAIN {schema}.document AS jsonb",
    "CREATE TYPE {schema}.pair AS (a numeric, b text)",
    "CREATE TYPE {schema}.sum AS (a money, b text)",
)
MADE_OF_FULL = (
    "CREATE COLLATION {schema}.blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
    "CREATE DOMAIN {schema}.loose AS citext",
)
MODES = tuple(product(("distinct", "equal"), ("surplus", "rows", "keys")))


@dataclass(frozen=True)
class Column:
    """A table ``t`` with ``id``, ``k`` and ``v`` of one type, a table ``p`` with every second value, and what is right."""

    type: str
    url: str
    t: str
    p: str
    keys: Sequence[tuple[Any, Any]] | None
    """Of each row what stands for ``v`` and ``k``, NULL for NULL; None where the type knows no groups."""
    referring: tuple[int, int] | None
    """How many values there are, and of them those that are not in ``p``; None where the type knows no equality."""

    def asks(self) -> Iterator[tuple[Check, Any]]:
        """Yields checks with what must come: (checked, failing) or a value; None where it cannot be asked."""
        pairs = [(["v", "k"], ("distinct", "surplus")), (["k", "v"], ("equal", "surplus"))]
        for columns, (nulls, count) in [*product([["v"]], MODES), *pairs]:
            right = None if self.keys is None else doubled(self.keys, len(columns), nulls, count)
            yield Uniqueness(columns=columns, nulls=nulls, count=count, name=f"{columns} {nulls} {count}"), right  # type: ignore[arg-type]
        values = None if self.keys is None else len({v for v, _ in self.keys if v is not None})
        yield Distribution(column="v", distinct={"min": 0}), values
        yield Referential(columns=["v"], to_table=self.p, to_columns=["v"]), self.referring


def doubled(rows: Sequence[tuple[Any, Any]], width: int, nulls: str, count: str) -> tuple[int, int]:
    keys = [row[:width] for row in rows if nulls == "equal" or row[0] is not None]
    more = [n for n in Counter(keys).values() if n > 1]
    return len(keys), {"surplus": sum(more) - len(more), "rows": sum(more), "keys": len(more)}[count]


def _column(connection: psycopg.Connection[Any], url: str, schema: str, number: int, type_: str, values: Any) -> Column:
    t, p = f"{schema}.t{number}", f"{schema}.p{number}"
    for name in (t, p):
        connection.execute(f"CREATE TABLE {name} (id integer, k integer, v {type_})")  # type: ignore[arg-type]
    for place, value in enumerate([*values, None, None]):
        for name in (t, p)[: 2 - place % 2]:
            connection.execute(f"INSERT INTO {name} VALUES (%s, %s, %s)", (place, place // 2 % 2, value))  # type: ignore[arg-type]
    rows = connection.execute(f"SELECT id, v IS NULL, k FROM {t} ORDER BY id").fetchall()  # type: ignore[arg-type]
    try:
        equal = connection.execute(f"SELECT a.id, min(b.id) FROM {t} a JOIN {t} b ON a.v = b.v GROUP BY a.id").fetchall()  # type: ignore[arg-type]
        ((there,),) = connection.execute(f"SELECT count(*) FROM {t} a WHERE EXISTS (SELECT FROM {p} b WHERE a.v = b.v)")  # type: ignore[arg-type]
    except psycopg.errors.UndefinedFunction:
        return Column(type_, url, t, p, None, None)
    first = dict(equal)
    present = sum(not null for _, null, _ in rows)
    keys = [(None if null else first[id_], k) for id_, null, k in rows]
    return Column(type_, url, t, p, keys if type_ not in UNGROUPED else None, (present, present - there))


@pytest.fixture(scope="module", params=["wheel", "full"])
def columns(request: pytest.FixtureRequest, postgres_server: str) -> Iterator[list[Column]]:
    """A table for each type."""
    full = request.param == "full"
    if full and FULL_POSTGRES is None:
        pytest.skip("needs a PostgreSQL with ICU, citext and dblink: set DQ_TEST_POSTGRES_DSN")
    url, schema = (FULL_POSTGRES or "") if full else postgres_server, "every_type"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")  # type: ignore[arg-type]
        connection.execute(f"CREATE SCHEMA {schema}")  # type: ignore[arg-type]
        for statement in (*MADE, *(MADE_OF_FULL if full else ())):
            connection.execute(statement.replace("{schema}", schema))  # type: ignore[arg-type]
        types = {**TYPES, **(OF_FULL if full else {})}
        yield [
            _column(connection, url, schema, number, type_.replace("{schema}", schema), values)
            for number, (type_, values) in enumerate(types.items())
        ]
        connection.execute(f"DROP SCHEMA {schema} CASCADE")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["as it comes", *FORMS])
def test_every_type_in_every_form(name: str, columns: list[Column], monkeypatch: pytest.MonkeyPatch) -> None:
    """All tables in one run, so that forms and types meet in one statement."""
    FORMS.get(name, lambda patch: None)(monkeypatch)
    asked = [(column, check, right) for column in columns for check, right in column.asks()]
    tests = [Test(id=str(n), check=check, dataset=Dataset(table=column.t)) for n, (column, check, _) in enumerate(asked)]
    result = run(tests, {None: connect(columns[0].url)}, id=UUID(int=1), started_at=NOW)
    wrong = [
        f"{column.type}: {execution.label}: {_said(execution)}, must be {right}; {execution.message} {execution.plan_facts}"
        for (column, _, right), execution in zip(asked, result.executions, strict=True)
        if _said(execution) != right
    ]
    assert not wrong, "\n".join(wrong)


def _said(execution: Execution) -> Any:
    if execution.outcome == "errored":
        return None
    return execution.value if execution.checked is None else (execution.checked, execution.failing)
