"""Types as people write them and as the catalog has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from airflow_data_quality import Dataset, Schema, connect, run_checks
from airflow_data_quality.core.database import Column
from airflow_data_quality.core.sql.dialect import dialect_named

BEFORE = (
    "CREATE TYPE mood AS ENUM ('sad', 'happy')",
    "CREATE TYPE \"Odd Mood\" AS ENUM ('sad')",
    "CREATE TYPE pair AS (a integer, b text)",
    "CREATE DOMAIN cents AS numeric(12,2) CHECK (VALUE >= 0)",
    "CREATE DOMAIN code AS varchar(20)",
    "CREATE DOMAIN short_code AS code CHECK (length(VALUE) < 5)",
    "CREATE DOMAIN feeling AS mood",
)
SAME: Mapping[str, Sequence[str]] = {
    "integer": ["integer", "int", "INT4", " Int ", "serial", "serial4", "pg_catalog.int4"],
    "bigint": ["bigint", "int8", "BIGSERIAL", "serial8"],
    "smallint": ["smallint", "int2", "smallserial", "serial2"],
    "bigserial": ["bigint", "bigserial"],
    "numeric": ["numeric", "decimal", "dec", "NUMERIC"],
    "numeric(12,2)": ["numeric(12,2)", "decimal( 12 , 2 )", "numeric (12,2)", "numeric", "dec"],
    "numeric(12)": ["numeric(12)", "numeric(12,0)", "decimal"],
    "real": ["real", "float4", "float(1)", "float(24)"],
    "double precision": ["double precision", "float8", "float", "FLOAT(25)", "float(53)", "double\n precision"],
    "text": ["text", "TEXT"],
    "varchar": ["varchar", "character varying", "char varying"],
    "varchar(20)": ["varchar(20)", "character varying(20)", "VARCHAR (20)", "varchar", "national character varying(20)"],
    "char(2)": ["char(2)", "character(2)", "nchar(2)", "char", "character", "bpchar"],
    "char": ["char(1)", "char"],
    "bpchar": ["bpchar", "character"],
    '"char"': ['"char"'],
    "name": ["name"],
    "boolean": ["boolean", "bool"],
    "date": ["date"],
    "time": ["time", "time without time zone"],
    "time(3)": ["time(3)", "time(3) without time zone", "time"],
    "timetz": ["timetz", "time with time zone"],
    "timestamp": ["timestamp", "timestamp without time zone"],
    "timestamp(3)": ["timestamp(3)", "timestamp (3) without time zone", "timestamp"],
    "timestamptz": ["timestamptz", "timestamp with time zone", "TIMESTAMP WITH TIME ZONE"],
    "timestamptz(0)": ["timestamptz(0)", "timestamp(0) with time zone", "timestamptz"],
    "interval": ["interval"],
    "interval second(3)": ["interval second(3)", "interval"],
    "interval day to second": ["interval day to second", "interval"],
    "bit(3)": ["bit(3)", "bit"],
    "varbit(5)": ["varbit(5)", "bit varying(5)", "varbit"],
    "uuid": ["uuid"],
    "json": ["json"],
    "jsonb": ["jsonb"],
    "bytea": ["bytea"],
    "xml": ["xml"],
    "inet": ["inet"],
    "money": ["money"],
    "oid": ["oid"],
    "point": ["point"],
    "tsvector": ["tsvector"],
    "int4range": ["int4range"],
    "integer[]": ["integer[]", "int[]", "int4[3]", "integer ARRAY", "integer array[4]", "int[][]"],
    "varchar(20)[]": ["varchar(20)[]", "character varying(20)[]", "varchar[]"],
    "timestamptz(3)[]": ["timestamp(3) with time zone[]", "timestamptz[]"],
    "mood": ["mood", "MOOD", '"mood"', "anywhere.mood"],
    "mood[]": ["mood[]"],
    '"Odd Mood"': ['"Odd Mood"', 's."Odd Mood"'],
    "pair": ["pair"],
    "cents": ["cents", "numeric", "numeric(12,2)", "decimal(12,2)"],
    "code": ["code", "varchar", "varchar(20)"],
    "short_code": ["short_code", "varchar(20)", "varchar"],
    "feeling": ["feeling", "mood"],
}
"""Type as it is declared → how it may be written."""
OTHER: Mapping[str, Sequence[str]] = {
    "integer": ["bigint", "smallint", "numeric", "integer[]", "int(11)", "real", "oid", "text"],
    "numeric(12,2)": ["numeric(12)", "numeric(12,3)", "numeric(13,2)", "real", "money"],
    "numeric": ["numeric(12,2)"],
    "real": ["float", "double precision", "float(25)", "numeric"],
    "double precision": ["real", "float(24)", "double"],
    "text": ["varchar", "char", "citext", "text[]"],
    "varchar(20)": ["varchar(30)", "varchar(2)", "text", "char(20)", "varchar(20)[]"],
    "varchar": ["varchar(20)"],
    "char(2)": ["char(3)", "varchar(2)", '"char"', "text"],
    '"char"': ["char", "char(1)", "text"],
    "timestamp": ["timestamptz", "timestamp(3)", "date", "timestamp with time zone"],
    "timestamptz": ["timestamp", "timestamptz(3)", "timestamp with local time zone"],
    "time": ["timetz", "timestamp"],
    "json": ["jsonb", "text"],
    "bit(3)": ["varbit(3)", "bit(4)"],
    "integer[]": ["integer", "bigint[]", "text[]"],
    "varchar(20)[]": ["varchar(30)[]", "varchar(20)"],
    "mood": ['"Mood"', "text", "feeling", '"Odd Mood"'],
    '"Odd Mood"': ["odd mood", '"odd mood"', "Odd Mood"],
    "cents": ["numeric(12,3)", "code", "money"],
    "code": ["varchar(30)", "short_code", "text"],
    "short_code": ["code", "varchar(5)"],
    "feeling": ["text"],
}
ODD = [
    "strng",
    "select 1",
    "integer; DROP TABLE t",
    "integer not null",
    "integer)",
    "(",
    "()",
    "[]",
    "array",
    ".",
    "'",
    '"',
    '""',
    "numeric(a)",
    "varchar(²)",
    "\0",
    "\n",
    "名前",
    "null",
    "struct<a int>",
    "enum('sad')",
    "{{ x }}",
    "(" * 500,
    'a "' * 500,
    "a " * 500,
    "integer" + "[]" * 500 + "!",
]
QUESTIONS = [(declared, text, True) for declared, texts in SAME.items() for text in texts]
QUESTIONS += [(declared, text, False) for declared, texts in OTHER.items() for text in texts]


@pytest.fixture(scope="module")
def columns(postgres_server: str) -> Any:
    """The columns of every type, as a real catalog has them, by the type as declared."""
    import psycopg

    names = {type_: f"c{number}" for number, type_ in enumerate({**SAME, **OTHER})}
    dialect = dialect_named("postgresql")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA kinds_of_types")
        connection.execute("SET search_path TO kinds_of_types")
        for statement in BEFORE:
            connection.execute(statement)  # type: ignore[arg-type]
        declared = ", ".join(f"{name} {type_}" for type_, name in names.items())
        connection.execute(f"CREATE TABLE t ({declared})")  # type: ignore[arg-type]
        path = f"{postgres_server}{'&' if '?' in postgres_server else '?'}options=-csearch_path%3Dkinds_of_types"
        session = connect(path).open()
        try:
            found = dialect.tables(session, [["t"]])
        finally:
            session.close()
            connection.execute("DROP SCHEMA kinds_of_types CASCADE")
    by_name = {column.name: column for column in found["kinds_of_types", "t"].columns}
    return {type_: by_name[name] for type_, name in names.items()}


@pytest.mark.parametrize(("declared", "text", "same"), QUESTIONS)
def test_a_type_of_postgresql(declared: str, text: str, same: bool, columns: Mapping[str, Column]) -> None:
    assert dialect_named("postgresql").same_type(columns[declared], text) is same


@pytest.mark.parametrize("text", ["integer -- c", "integer /* c */", "numeric(,)"])
def test_what_surrounds_a_type_belongs_to_it(text: str, columns: Mapping[str, Column]) -> None:
    assert [declared for declared, column in columns.items() if dialect_named("postgresql").same_type(column, text)] == []


@pytest.mark.parametrize("name", ["postgresql", "sqlite"])
@pytest.mark.parametrize("text", ODD, ids=lambda text: repr(text[:20]))
def test_a_text_that_is_no_type_is_another_one(text: str, name: str, columns: Mapping[str, Column]) -> None:
    dialect = dialect_named(name)
    assert [declared for declared, column in columns.items() if dialect.same_type(column, text)] == []


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("integer", True),
        ("INT", True),
        ("bigint", False),
        ("text", False),
        ("integer(5)", False),
    ],
)
def test_an_integer_of_sqlite(text: str, same: bool) -> None:
    column = Column("v", "integer", "integer", base="integer", declared="integer", loose=True)
    assert dialect_named("sqlite").same_type(column, text) is same


@pytest.mark.parametrize(
    ("text", "same"), [("Native  Character(70)", True), ("native character", True), ("native character(7)", False)]
)
def test_a_type_that_only_sqlite_knows(text: str, same: bool) -> None:
    column = Column("v", "native character", "text", base="native character", declared="native character(70)", loose=True)
    assert dialect_named("sqlite").same_type(column, text) is same


@pytest.mark.parametrize(("text", "same"), [("varchar(20)", True), ("VARCHAR", True), ("varchar(30)", False), ("text", False)])
def test_a_length_of_sqlite(text: str, same: bool) -> None:
    column = Column("v", "varchar", "text", base="varchar", declared="varchar(20)", loose=True)
    assert dialect_named("sqlite").same_type(column, text) is same


def test_a_type_that_is_not_in_the_search_path(postgres: Any) -> None:
    """The catalog then writes its schema in front."""
    schema = f"hidden_{postgres.schema}"
    postgres.execute(
        f"CREATE SCHEMA {schema}",
        f"CREATE TYPE {schema}.\"Select\" AS ENUM ('a')",
        f'CREATE TABLE t (v {schema}."Select", a {schema}."Select"[])',
    )
    try:
        given = {"v": '"Select"', "a": f'{schema}."Select"[]'}
        (execution,) = run_checks(Dataset(table="t"), [Schema(columns=given)], connect(postgres.url)).executions
        assert execution.outcome == "passed", execution.message
    finally:
        postgres.execute(f"DROP SCHEMA {schema} CASCADE")
