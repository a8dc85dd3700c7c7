"""Columns as they were agreed on and as the catalog has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow_data_quality import Dataset, Schema, Volume

from .case import Ask, Expect, Given, Table, errored, failed, only, passed

ORDERS = {"id": "integer", "email": "varchar(30)", "amount": "numeric(12,2)", "at": "timestamptz", "note": "text"}
TABLES = {"t": Table(ORDERS)}


def _of(name: str, columns: Mapping[str, str] | Sequence[str], expected: Expect, *, table: str | None = None, **more: Any) -> Ask:
    dataset = None if table is None else Dataset(table=table)
    return Ask(name, Schema(columns=columns, **more), expected, dataset)


def _wrong(name: str, columns: Mapping[str, str] | Sequence[str], value: int, *says: str, **more: Any) -> Ask:
    return _of(name, columns, failed(*says, value=value, checked=None, failing=None), **more)


def _right(name: str, columns: Mapping[str, str] | Sequence[str], **more: Any) -> Ask:
    return _of(name, columns, passed("as agreed", value=0, plan_facts=("from the catalog",), sql=None, measurements=()), **more)


GIVENS = [
    Given(
        "columns as they were agreed on",
        tables=TABLES,
        asks=[
            _right("all", ORDERS),
            _right("all, and no others", ORDERS, mode="exact"),
            _right("all, in this order", ORDERS, mode="ordered"),
            _right("some", {"email": "varchar(30)", "id": "integer"}),
            _right("names alone", ["note", "id"]),
            _right("any type", {"amount": "any", "note": " ANY "}),
            _right("other spellings", {"id": "int", "AMOUNT": "decimal(12, 2)", "at": "timestamp with time zone"}),
            _right("lengths left out", {"email": "varchar", "amount": "numeric"}),
            _right("no others, in any order", list(reversed(ORDERS)), mode="exact"),
            _wrong("another length", {"email": "varchar(20)"}, 1, "retyped: email is ", "not varchar(20)"),
            _wrong("another scale", {"amount": "numeric(12,3)"}, 1, "retyped: amount is numeric(12,2), not numeric(12,3)"),
            _wrong("another type", {"id": "text", "note": "date"}, 2, "retyped: id is integer, not text, note is text, not date"),
            _wrong("no type at all", {"id": "strng"}, 1, "retyped: id is integer, not strng"),
            _wrong("SQL is no type", {"id": "integer; DROP TABLE t"}, 1, "retyped: id is integer, not integer; DROP TABLE t"),
            _wrong("one is missing", {"id": "integer", "phone": "text"}, 1, "missing: phone text"),
            _wrong("missing, of any type", ["phone", "fax", "id"], 2, "missing: phone, fax"),
            _wrong("missing and retyped", {"phone": "any", "id": "text"}, 1, "missing: phone; retyped: id is integer, not text"),
            _wrong("others", ["id", "email", "amount"], 2, "unexpected: at ", ", note text", mode="exact"),
            _wrong("missing before others", ["id", "phone"], 1, "missing: phone; unexpected: email ", mode="exact"),
            _wrong(
                "swapped",
                ["id", "amount", "email", "at", "note"],
                2,
                "misplaced: amount, email (the order is id, email, amount, at, note)",
                mode="ordered",
            ),
            _wrong("others in between are not misplaced", ["id", "note"], 3, "unexpected: email ", mode="ordered"),
            _wrong(
                "others, and swapped",
                ["note", "id"],
                3,
                "misplaced: note, id (the order is id, note)",
                mode="ordered",
            ),
            _of("one column by two names", ["id", "ID"], errored("'id' and 'ID' are the same column 'id'; name it once")),
            _of("of severity warn", ["phone"], failed(value=1, severity="warn"), severity="warn"),
            Ask("rows that nobody looks at", Schema(columns=["id"], name="rows"), passed(), Dataset(table="t", where="id = 1")),
            Ask("beside rows", Volume(equals=0), passed(value=0)),
            _of("no table", ["id"], errored("no table or view 'nowhere'"), table="nowhere"),
        ],
    ),
    Given(
        "columns of a query",
        tables=TABLES,
        asks=[
            Ask(
                "have types",
                Schema(columns={"id": "int", "twice": "any", "email": "any"}, mode="ordered"),
                passed("3 columns are as agreed"),
                Dataset(query="SELECT id, id * 2 AS twice, email FROM t;"),
            ),
            Ask(
                "are retyped",
                Schema(columns={"id": "text"}),
                failed("retyped: id is integer, not text", value=1),
                Dataset(query="SELECT id FROM t"),
            ),
            Ask("may be broken", Schema(columns=["id"]), errored("nope"), Dataset(query="SELECT nope FROM t")),
        ],
    ),
    Given(
        "lengths of a query's columns",
        needs=frozenset({"PostgreSQL's SQL"}),
        tables=TABLES,
        asks=[
            Ask("are not told", Schema(columns={"email": "varchar"}), passed(), Dataset(query="SELECT email FROM t")),
            Ask(
                "and so are not the same",
                Schema(columns={"email": "varchar(30)"}),
                failed("retyped: email is character varying, not varchar(30)"),
                Dataset(query="SELECT email FROM t"),
            ),
            Ask("of a literal", Schema(columns={"a": "text"}), passed(), Dataset(query="SELECT 'x' AS a, 1 AS a1")),
        ],
    ),
    Given(
        "a name twice in a query, and its columns",
        needs=frozenset({"derived tables with a column name twice"}),
        tables=TABLES,
        asks=[
            Ask(name, Schema(columns=columns, mode="exact"), expected, Dataset(query="SELECT id, note AS id, email FROM t"))
            for name, columns, expected in (
                ("it is not clear which", ["id", "email"], errored("'id' is there 2 times")),
                ("nobody expects it", ["email"], failed("unexpected: id integer, id text", value=2)),
            )
        ],
    ),
    Given(
        "columns with odd names, as they were agreed on",
        tables={"t": Table(dict.fromkeys(["user", "100%", "Order Id", 'q"uote', "größe", "a.b", " "], "integer"))},
        asks=[
            _right("all", ["user", "100%", "Order Id", 'q"uote', "größe", "a.b", " "], mode="ordered"),
            _wrong("quotes belong to no name", ['"user"'], 1, 'missing: "user"'),
            _right("folded", {"USER": "integer"}),
        ],
    ),
    Given(
        "columns that differ by case, as they were agreed on",
        needs=frozenset({"names that differ by case"}),
        tables={"t": Table({"id": "integer", "ID": "text", "Name": "text"})},
        asks=[
            _right("each by its own", {"id": "integer", "ID": "text"}),
            _wrong("one of them", {"Id": "text", "ID": "text"}, 1, "retyped: id is integer, not text"),
            _wrong("as nobody wrote it", ["name"], 1, "missing: name"),
            _of("twice", ["id", "Id"], errored("are the same column 'id'")),
        ],
    ),
    Given(
        "many columns",
        tables={"t": Table({f"c{number:02}": "integer" for number in range(40)})},
        asks=[
            _wrong("missing", [f"d{number:02}" for number in range(30)], 30, "d07 and 22 more"),
            _wrong("unexpected", ["c00"], 39, "c08 integer and 31 more", mode="exact"),
            _wrong("retyped", {f"c{number:02}": "text" for number in range(10)}, 10, "c07 is integer, not text and 2 more"),
            _wrong("backwards", [f"c{n:02}" for n in range(39, -1, -1)], 40, "and 32 more (the order is c00", mode="ordered"),
        ],
    ),
    Given(
        "kinds of relations, as they were agreed on",
        needs=frozenset({"partitions", "columns can be dropped"}),
        before=only(
            "postgresql",
            "CREATE TABLE moved (gone integer, id integer, name varchar(30), CHECK (id > 0))",
            "ALTER TABLE moved DROP COLUMN gone",
            "ALTER TABLE moved ADD COLUMN added date",
            "CREATE TABLE part (id integer, at date) PARTITION BY RANGE (at)",
            "CREATE TABLE child (more text) INHERITS (moved)",
            "CREATE VIEW seen AS SELECT id, name, upper(name) AS loud FROM moved",
            "CREATE MATERIALIZED VIEW kept AS SELECT * FROM seen",
        ),
        tables={"t": Table({"id": "integer"})},
        asks=[
            _right("a dropped column", {"id": "integer", "name": "varchar(30)", "added": "date"}, table="moved", mode="ordered"),
            _wrong("is missing", ["gone"], 1, "missing: gone", table="moved"),
            _wrong("whatever PostgreSQL calls it", ["........pg.dropped.1........"], 1, "missing: ....", table="moved"),
            _right("a partitioned table", {"id": "integer", "at": "date"}, table="part", mode="ordered"),
            _right("a child", ["id", "name", "added", "more"], table="child", mode="ordered"),
            _right("a view", {"id": "integer", "name": "varchar(30)", "loud": "text"}, table="seen", mode="ordered"),
            _right("a materialized view", {"name": "varchar(30)", "loud": "text"}, table="kept"),
            _right("a system table", {"oid": "oid", "relname": "name", "relacl": "aclitem[]"}, table="pg_catalog.pg_class"),
        ],
    ),
    Given(
        "types of one's own, as they were agreed on",
        needs=frozenset({"domains", "enums", "arrays"}),
        before=only(
            "postgresql",
            "CREATE TYPE mood AS ENUM ('sad', 'happy')",
            "CREATE DOMAIN code AS varchar(20)",
            "CREATE DOMAIN short_code AS code CHECK (length(VALUE) < 5)",
        ),
        tables={"t": Table({"m": "mood", "c": "code", "s": "short_code", "a": "mood[]", "v": "varchar(3)[]"})},
        asks=[
            _right("by their own names", {"m": "mood", "c": "code", "s": "short_code", "a": "mood[]", "v": "varchar(3)[]"}),
            _right("by what they are made of", {"c": "varchar(20)", "s": "character varying(20)", "v": "varchar[]"}),
            _wrong("otherwise", {"m": "text"}, 1, "retyped: m is mood, not text"),
            _wrong("another length", {"c": "varchar(30)"}, 1, "retyped: c is code, not varchar(30)"),
            _wrong("no array", {"v": "varchar(3)"}, 1, "retyped: v is character varying(3)[], not varchar(3)"),
        ],
    ),
    Given(
        "a table without columns, as it was agreed on",
        needs=frozenset({"tables without columns"}),
        before=only("postgresql", "CREATE TABLE bare ()"),
        tables=TABLES,
        asks=[_wrong("has none", ["id"], 1, "missing: id", table="bare", mode="ordered")],
    ),
]
