"""Queries of one's own: verbatim, one value or failing rows, of the whole database or of the dataset with its filters."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from airflow_data_quality import CustomSql, Dataset

from .case import Ask, Given, Table, errored, failed, one, only, passed, words


def _value(sql: str, name: str = "value", **bounds: Any) -> CustomSql:
    return CustomSql(name=name, sql=sql, **(bounds or {"min": 0}))


def _rows(sql: str, **fields: Any) -> CustomSql:
    return CustomSql(name="rows", sql=sql, failing_rows=True, **fields)


SHOP = {
    "t": Table({"id": "integer", "s": "text", "n": "numeric"}, [(1, "x", 1), (2, None, 2), (3, "x", None), (4, "y", 4)]),
    "p": Table({"k": "integer"}, [(1,), (3,)]),
}
MANY = "the query must return one value: one row of one column"
LEFT_OUT = "would leave the filter out of account; write {dataset} where it reads the dataset"

GIVENS = [
    Given(
        "queries that return one value",
        tables=SHOP,
        asks=[
            Ask("a count", _value("SELECT count(*) FROM t", equals=4), passed("4, as allowed: exactly 4", value=4, checked=None)),
            Ask("too few", _value("SELECT count(*) FROM p", min=3), failed("2, allowed: at least 3", value=2, failing=None)),
            Ask("a sum", _value("SELECT sum(id) FROM t", above=9, below=11), passed(value=10)),
            Ask("a name and a semicolon", _value("SELECT max(id) AS value FROM t;", max=4), passed(value=4)),
            Ask("semicolons and comments", _value("SELECT 1 /* ; */ ; ; -- the end"), passed(value=1)),
            Ask("a comment at the end", _value("SELECT 1 -- one"), passed(value=1)),
            Ask("a semicolon in a string", _value("SELECT count(*) FROM t WHERE s <> ';' -- ;"), passed(value=3)),
            Ask("ordered and limited", _value("SELECT id FROM t ORDER BY id DESC LIMIT 1", equals=4), passed(value=4)),
            Ask("a union", _value("SELECT 1 UNION SELECT 1", equals=1), passed(value=1)),
            Ask("values", _value("VALUES (7)", equals=7), passed(value=7)),
            Ask("no column name", _value("SELECT 1 + 1", equals=2), passed(value=2)),
            Ask("in parentheses", _value("(SELECT 5)"), passed(value=5)),
            Ask(
                "a query with a name",
                _value("WITH a AS (SELECT id FROM t WHERE id > 1) SELECT count(*) FROM a", equals=3),
                passed(value=3),
            ),
            Ask("over several lines", _value("\nSELECT count(*)\n\nFROM t -- all\n  WHERE id > 1\n", equals=3), passed(value=3)),
            Ask("literal braces", _value("SELECT count(*) FROM t WHERE s <> '{x} {}'", equals=3), passed(value=3)),
            Ask("NULL", _value("SELECT max(id) FROM t WHERE id > 9"), failed("no value, allowed: at least 0", value=None)),
            Ask("two rows", _value("SELECT id FROM t"), errored(MANY)),
            Ask("two columns", _value("SELECT 1, 2"), errored(MANY)),
            Ask("two columns of one name", _value("SELECT 1 AS a, 2 AS a"), errored(MANY)),
            Ask("two columns and no row", _value("SELECT id, s FROM t WHERE id > 9"), errored(MANY)),
            Ask("a text", _value("SELECT s FROM t WHERE id = 1"), errored("returned a text: write CAST(… AS integer)")),
            Ask("a text of digits", _value("SELECT '7'"), errored("returned a text: write CAST")),
            Ask("no query", _value("DELETE FROM t"), errored("sql must be one SELECT; given: 'DELETE FROM t'")),
            Ask("two queries", _value("SELECT 1; SELECT 2"), errored("holds a semicolon")),
            Ask("nothing", _value(" -- nothing\n"), errored("sql is empty")),
            Ask(
                "no such table",
                _value("SELECT count(*) FROM nope"),
                errored(words(postgresql='relation "nope" does not exist', sqlite="no such table: nope")),
            ),
            Ask("wrong by itself", _value("SELECT count(* FROM t"), errored("opens a parenthesis that it does not close")),
            Ask(
                "warned",
                CustomSql(name="w", sql="SELECT count(*) FROM t", min=1, warn={"min": 10}),
                failed("4, allowed: at least 10", severity="warn", value=4),
            ),
            Ask(
                "not warned",
                CustomSql(name="w", sql="SELECT count(*) FROM t", min=1, warn={"min": 2, "below": 5}),
                passed("at least 2 and less than 5", value=4),
            ),
        ],
    ),
    Given(
        "queries that return failing rows",
        tables=SHOP,
        asks=[
            Ask("none", _rows("SELECT * FROM t WHERE id > 9"), passed("0 failing rows", value=0, failing=0, checked=None)),
            Ask(
                "one", _rows("SELECT * FROM t WHERE n IS NULL"), failed("1 failing row, allowed 0", value=1, failing=1, bounds=0)
            ),
            Ask("some", _rows("SELECT id FROM t WHERE id > 1;", max_failing=2), failed("3 failing rows, allowed 2", failing=3)),
            Ask(
                "tolerated", _rows("SELECT id FROM t WHERE id > 1", max_failing=3), passed("3 failing rows, allowed 3", failing=3)
            ),
            Ask("warned", _rows("SELECT * FROM t", max_failing=9, warn={"max_failing": 1}), failed(severity="warn", failing=4)),
            Ask("columns of one name", _rows("SELECT a.id, b.id FROM t a JOIN t b ON a.id = b.id"), failed(failing=4)),
            Ask("columns without a name", _rows("SELECT 1, 2, id + 1 FROM t"), failed(failing=4)),
            Ask("doubled rows", _rows("SELECT s FROM t WHERE s = 'x' -- both"), failed(failing=2)),
            Ask("rows of NULLs", _rows("SELECT NULL FROM t WHERE id = 1"), failed(failing=1)),
            Ask("values", _rows("VALUES (1), (2), (3)"), failed(failing=3)),
            Ask("a union", _rows("SELECT id FROM t UNION ALL SELECT k FROM p ORDER BY 1 LIMIT 5"), failed(failing=5)),
            Ask("two statements", _rows("SELECT 1; SELECT 2"), errored("holds a semicolon")),
            Ask(
                "out of the parentheses", _rows("SELECT 1) AS q; SELECT (1"), errored("closes a parenthesis that it did not open")
            ),
        ],
    ),
    Given(
        "queries of the dataset",
        tables=SHOP,
        asks=[
            Ask("all of it", _value("SELECT count(*) FROM {dataset}", equals=4), passed(value=4)),
            Ask("with a short name", _value("SELECT sum(d.id) FROM {dataset} d WHERE d.id > 1", equals=9), passed(value=9)),
            Ask("by its own name", _value("SELECT max({dataset}.id) FROM {dataset}", equals=4), passed(value=4)),
            Ask("no space behind it", _value("SELECT count(*) FROM {dataset};"), passed(value=4)),
            Ask("a comment behind it", _value("SELECT count(*) FROM {dataset}-- all of {dataset}"), passed(value=4)),
            Ask("twice", _value("SELECT count(*) FROM {dataset} a JOIN {dataset} b ON a.s = b.s", equals=5), passed(value=5)),
            Ask(
                "inside one's own WITH",
                _value(
                    "WITH a AS (SELECT * FROM {dataset} WHERE id > 1), b AS (SELECT * FROM a) SELECT count(*) FROM b", equals=3
                ),
                passed(value=3),
            ),
            Ask(
                "inside a subquery",
                _rows("SELECT * FROM p WHERE NOT EXISTS (SELECT 1 FROM {dataset} d WHERE d.id = p.k AND d.n IS NOT NULL)"),
                failed(failing=1),
            ),
            Ask(
                "of a union",
                _rows("SELECT id FROM {dataset} WHERE id = 1 UNION ALL SELECT id FROM {dataset} WHERE id = 4"),
                failed(failing=2),
            ),
            Ask(
                "with the check's filter",
                _value("SELECT count(*) FROM {dataset}", where="s = 'x' OR s IS NULL -- or", min=0),
                passed(value=3),
            ),
            Ask(
                "with both filters",
                _value("SELECT count(*) FROM {dataset} a, {dataset} b", where="s = 'x' OR s IS NULL", min=0),
                passed(value=4),
                Dataset(table="t", where="id > 1 OR id < 0"),
            ),
            Ask(
                "the dataset's filter",
                _rows("SELECT * FROM {dataset}", max_failing=1),
                failed(failing=2),
                Dataset(table="t", where="id > 2"),
            ),
            Ask(
                "a filter that the query would not see",
                _value("SELECT count(*) FROM t"),
                errored(LEFT_OUT),
                Dataset(table="t", where="id > 2"),
            ),
            Ask(
                "a filter that only a comment would see",
                _value("SELECT count(*) FROM t -- not {dataset}"),
                errored(LEFT_OUT),
                Dataset(table="t", where="id > 2"),
            ),
            Ask(
                "a filter that only a text would see",
                _value("SELECT count(*) FROM t WHERE s <> '{dataset}'", where="id > 2", min=0),
                errored(LEFT_OUT),
            ),
            Ask(
                "a text that is none", _value("SELECT count(*) FROM {dataset} WHERE s <> '{dataset}'", equals=3), passed(value=3)
            ),
            Ask(
                "of a query",
                _value("SELECT sum(twice) FROM {dataset} WHERE twice > 2", equals=18),
                passed(value=18),
                Dataset(query="SELECT 2 * id AS twice FROM t; -- all", where="twice < 100"),
            ),
            Ask(
                "of a query with a WITH",
                _value("WITH a AS (SELECT * FROM {dataset}) SELECT count(*) FROM a", equals=4),
                passed(value=4),
                Dataset(query="WITH a AS (SELECT * FROM t) SELECT * FROM a"),
            ),
            Ask("another table than the dataset", _value("SELECT count(*) FROM p", equals=2), passed(value=2)),
            Ask(
                "a bad filter",
                _value("SELECT count(*) FROM {dataset}", where="nope = 1", min=0),
                errored(words(postgresql='column "nope" does not exist', sqlite="no such column: nope")),
            ),
            Ask(
                "a filter that reaches out",
                _value("SELECT count(*) FROM {dataset}", where="id = 1) OR (id = 2", min=0),
                errored("where closes a parenthesis that it did not open"),
            ),
            Ask(
                "no such column",
                _value("SELECT count(nope) FROM {dataset}"),
                errored(words(postgresql='column "nope" does not exist', sqlite="no such column: nope")),
            ),
            Ask("no such dataset", _value("SELECT 1"), errored("no table or view 'tt'"), Dataset(table="tt")),
        ],
    ),
    Given(
        "an empty table and a query",
        tables={"t": Table({"id": "integer", "n": "integer"})},
        asks=[
            Ask("how many", _value("SELECT count(*) FROM {dataset}", min=1), failed("0, allowed: at least 1", value=0)),
            Ask("none is fine", _value("SELECT count(*) FROM {dataset}", equals=0), passed(value=0)),
            Ask("the largest", _value("SELECT max(n) FROM {dataset}", max=5), failed("no value, allowed: at most 5", value=None)),
            Ask("failing rows", _rows("SELECT * FROM {dataset}"), passed(failing=0)),
        ],
    ),
    Given(
        "odd names in a query",
        tables={"Select": Table({"user": "integer", "100%": "integer", "Order Id": "text"}, [(1, 2, "a'b"), (3, None, "c")])},
        asks=[
            Ask(
                "quoted by the user",
                _value('SELECT count("100%") FROM {dataset} WHERE "user" = 1 AND "Order Id" = \'a\'\'b\'', equals=1),
                passed(value=1),
                Dataset(table='"Select"'),
            ),
            Ask(
                "a percent sign",
                _value("SELECT 7 % 4 FROM {dataset} WHERE \"Order Id\" LIKE 'a%'", equals=3),
                passed(value=3),
                Dataset(table='"Select"'),
            ),
            Ask(
                "the table by its name",
                _rows('SELECT * FROM "Select"', max_failing=1),
                failed(failing=2),
                Dataset(table='"Select"'),
            ),
        ],
    ),
    Given(
        "numbers as exact as they are",
        tables=one("numeric", Decimal("0.1")),
        asks=[
            Ask("a large one", _value("SELECT 9223372036854775807", equals=2**63 - 1), passed(value=2**63 - 1)),
            Ask("one less", _value("SELECT 9223372036854775806", equals=2**63 - 1), failed(value=2**63 - 2)),
            Ask("below nothing", _value("SELECT -9223372036854775807 - 1", min=-(2**63)), passed(value=-(2**63))),
            Ask("a half", _value("SELECT 0.5", equals="0.5"), passed(value=0.5)),
            Ask("a tenth", _value("SELECT 0.1", equals=0.1), passed("0.1, as allowed: exactly 0.1")),
        ],
    ),
    Given(
        "values of PostgreSQL's own types",
        tables=one("double", 0.1),
        before=only("postgresql", "CREATE DOMAIN amount AS numeric(12, 2)"),
        asks=[
            Ask(
                "many digits",
                _value("SELECT 123456789012345678901234567890.12", above="123456789012345678901234567890.11"),
                passed(),
            ),
            Ask("a numeric", _value("SELECT 1.50", equals=Decimal("1.5")), passed(value=Decimal("1.50"))),
            Ask("a domain", _value("SELECT 1.5::amount", equals=1.5), passed(value=Decimal("1.50"))),
            Ask("a single", _value("SELECT 0.1::real", equals=0.1), passed(value=0.1)),
            Ask("a double", _value("SELECT v FROM t", equals="0.1"), passed(value=0.1)),
            Ask("NaN", _value("SELECT 'NaN'::float8", min=0), failed("NaN, allowed: at least 0")),
            Ask("NaN as numeric", _value("SELECT 'NaN'::numeric", max=0), failed("NaN, allowed: at most 0")),
            Ask("infinity", _value("SELECT 'infinity'::float8", above=10**9), passed("infinity, as allowed")),
            Ask(
                "a truth value", _value("SELECT count(*) = 1 FROM t"), errored("returned a truth value: write CAST(… AS integer)")
            ),
            Ask("a date", _value("SELECT current_date"), errored("returned a date: write CAST")),
            Ask("a moment", _value("SELECT now()"), errored("returned a datetime: write CAST")),
            Ask("an interval", _value("SELECT interval '1 day'"), errored("returned a timedelta")),
            Ask("an amount of money", _value("SELECT 1::money"), errored("returned a text")),
            Ask("an array", _value("SELECT ARRAY[1, 2]"), errored("returned a list")),
            Ask("a document", _value("SELECT '{\"a\": 1}'::jsonb"), errored("returned a dict")),
            Ask("a number as a document", _value("SELECT '1'::jsonb"), passed(value=1)),
            Ask("bytes", _value("SELECT '\\x00'::bytea"), errored("returned a bytes")),
            Ask("a row", _value("SELECT ROW(1, 2)"), errored("must return a number")),
            Ask("no column at all", _value("SELECT FROM t"), errored(MANY)),
            Ask("a table", _rows("TABLE t"), failed(failing=1)),
            Ask("a table as a value", _value("TABLE {dataset}"), errored(MANY)),
            Ask("no column in a row", _rows("SELECT FROM t"), failed(failing=1)),
            Ask("a value out of range", _value("SELECT 2147483647 + 1"), errored("integer out of range")),
            Ask("rows of a function", _rows("SELECT * FROM generate_series(1, 3)"), failed(failing=3)),
            Ask("locked rows", _rows("SELECT * FROM t FOR UPDATE"), errored("cannot execute SELECT FOR UPDATE in a read-only")),
            Ask(
                "what the parser cannot read",
                _value("SELECT 1 OPERATOR(pg_catalog.+) 2 !! nonsense"),
                errored('column "nonsense" does not exist'),
            ),
            Ask("what only the database can read", _value("SELECT 2 OPERATOR(pg_catalog.*) 3", equals=6), passed(value=6)),
        ],
    ),
    Given(
        "values of SQLite's own kinds",
        tables=one("double", 0.1),
        before=only("sqlite", "SELECT 1"),
        asks=[
            Ask("a double", _value("SELECT v FROM t", equals="0.1"), passed(value=0.1)),
            Ask("a truth value is a number", _value("SELECT count(*) = 1 FROM t", equals=1), passed(value=1)),
            Ask("a date is a text", _value("SELECT date('now')"), errored("returned a text")),
            Ask("bytes", _value("SELECT x'00'"), errored("returned a bytes")),
            Ask("infinity", _value("SELECT 9e999", above=0), passed("infinity, as allowed")),
            Ask("a name in brackets", _value("SELECT count(*) AS [a ] FROM [t] AS `b;`", equals=1), passed(value=1)),
            Ask("beyond an integer", _value("SELECT 9223372036854775807 + 1", above=9e18), passed()),
        ],
    ),
]
