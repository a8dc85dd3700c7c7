"""What can stand behind a dataset besides a table: views, partitions, queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_data_quality import Completeness, Dataset, Freshness, Referential, Uniqueness, Volume

from .case import Ask, Given, Table, errored, failed, only, passed, words

SOME = {"t": Table({"a": "integer", "b": "text"}, [(1, "x"), (2, "x"), (None, "y")])}


def _of(name: str, query: str, rows: int, **more: Any) -> Ask:
    return Ask(name, Volume(equals=rows), passed(value=rows), Dataset(query=query, **more))


def _refused(name: str, query: str, *says: str | Mapping[str, str]) -> Ask:
    return Ask(name, Volume(min=0), errored(*says), Dataset(query=query))


GIVENS = [
    Given(
        "views",
        needs=frozenset({"views"}),
        tables=SOME,
        after={
            "postgresql": [
                "CREATE VIEW v AS SELECT a AS id, b FROM t WHERE b = 'x' OR a IS NULL",
                "CREATE MATERIALIZED VIEW m AS SELECT * FROM t",
                "INSERT INTO t VALUES (3, 'z')",
                "CREATE VIEW broken AS SELECT 1 / (a - 1) AS c, a FROM t",
            ],
            "sqlite": [
                "CREATE VIEW v AS SELECT a AS id, b FROM t WHERE b = 'x' OR a IS NULL",
                "CREATE TABLE m AS SELECT * FROM t",
                "INSERT INTO t VALUES (3, 'z')",
                "CREATE VIEW broken AS SELECT json(b) AS c, a FROM t",
            ],
        },
        asks=[
            Ask("rows", Volume(equals=3), passed(value=3), Dataset(table="v")),
            Ask("NULLs", Completeness(column="id"), failed(checked=3, failing=1), Dataset(table="v")),
            Ask("keys", Uniqueness(columns=["b"]), failed(checked=3, failing=1), Dataset(table="v")),
            Ask("children", Referential(columns=["a"], to_table="v", to_columns=["id"]), failed(checked=3, failing=1)),
            Ask("rows of a materialized one, as it was", Volume(equals=3), passed(value=3), Dataset(table="m")),
            Ask("keys of a materialized one", Uniqueness(columns=["a"]), passed(checked=2, failing=0), Dataset(table="m")),
            Ask(
                "one column broken",
                Completeness(column="c"),
                errored(words(postgresql="division by zero", sqlite="malformed JSON")),
                Dataset(table="broken"),
            ),
            Ask("the other not", Completeness(column="a"), failed(checked=4, failing=1), Dataset(table="broken")),
        ],
    ),
    Given(
        "partitions and children",
        needs=frozenset({"partitions"}),
        before=only(
            "postgresql",
            "CREATE TABLE part (id integer, at date) PARTITION BY RANGE (at)",
            "CREATE TABLE part_old PARTITION OF part (PRIMARY KEY (id)) FOR VALUES FROM (MINVALUE) TO ('2024-01-01')",
            "CREATE TABLE part_new PARTITION OF part DEFAULT",
            "INSERT INTO part VALUES (1, '2023-01-01'), (2, '2023-06-01'), (1, '2024-06-01'), (NULL, '2024-07-01')",
            "CREATE TABLE parent (id integer PRIMARY KEY)",
            "CREATE TABLE child () INHERITS (parent)",
            "INSERT INTO parent VALUES (1)",
            "INSERT INTO child VALUES (1), (2)",
        ),
        tables={"t": Table({"id": "integer"}, [(1,), (3,)])},
        asks=[
            Ask("rows of all", Volume(equals=4), passed(value=4), Dataset(table="part")),
            Ask("rows of one", Volume(equals=2), passed(value=2), Dataset(table="part_old")),
            Ask("a key across them", Uniqueness(columns=["id"]), failed(checked=3, failing=1), Dataset(table="part")),
            Ask("the newest of all", Freshness(column="at", max_age="1d", as_of="2024-07-02"), passed(), Dataset(table="part")),
            Ask("pointed to", Referential(columns=["id"], to_table="part", to_columns=["id"]), failed(checked=2, failing=1)),
            Ask("rows of a parent are its children's too", Volume(equals=3), passed(value=3), Dataset(table="parent")),
            Ask("a primary key sees no child", Uniqueness(columns=["id"]), failed(checked=3, failing=1), Dataset(table="parent")),
        ],
    ),
    Given(
        "rows of another server",
        needs=frozenset({"dblink"}),
        before=only(
            "postgresql",
            "CREATE EXTENSION IF NOT EXISTS dblink WITH SCHEMA public",
            "CREATE VIEW far AS SELECT * FROM dblink("
            "'port=' || current_setting('port') || ' dbname=' || current_database() || ' host=' || "
            "split_part(current_setting('unix_socket_directories'), ',', 1), "
            "'SELECT n, NULLIF(n, 2) FROM generate_series(1, 3) AS n') AS x(id integer, v integer)",
        ),
        tables=SOME,
        asks=[
            Ask("are counted", Volume(equals=3), passed(value=3), Dataset(table="far")),
            Ask("may be missing", Completeness(column="v"), failed(checked=3, failing=1), Dataset(table="far")),
            Ask("are parents", Referential(columns=["a"], to_table="far", to_columns=["v"]), failed(checked=2, failing=1)),
        ],
    ),
    Given(
        "rows without a column",
        needs=frozenset({"tables without columns"}),
        before=only("postgresql", "CREATE TABLE bare ()", "INSERT INTO bare DEFAULT VALUES", "INSERT INTO bare DEFAULT VALUES"),
        tables=SOME,
        asks=[
            Ask("are rows", Volume(equals=2), passed(value=2), Dataset(table="bare")),
            Ask("have no column", Completeness(column="a"), errored("no column 'a'", "(columns: none)"), Dataset(table="bare")),
        ],
    ),
    Given(
        "columns that were dropped and added",
        needs=frozenset({"columns can be dropped"}),
        before={
            "postgresql": [
                "CREATE TABLE moved (gone integer, a integer)",
                "INSERT INTO moved VALUES (1, 1)",
                "ALTER TABLE moved DROP COLUMN gone, ADD COLUMN g integer GENERATED ALWAYS AS (a + 1) STORED",
            ],
            "sqlite": [
                "CREATE TABLE moved (gone integer, a integer)",
                "INSERT INTO moved VALUES (1, 1)",
                "ALTER TABLE moved DROP COLUMN gone",
                "ALTER TABLE moved ADD COLUMN g integer GENERATED ALWAYS AS (a + 1) VIRTUAL",
            ],
        },
        tables=SOME,
        asks=[
            Ask("the one that is left", Completeness(column="a"), passed(checked=1), Dataset(table="moved")),
            Ask("the one that is computed", Uniqueness(columns=["g"]), passed(checked=1), Dataset(table="moved")),
            Ask("the one that is gone", Completeness(column="gone"), errored("(columns: a, g)"), Dataset(table="moved")),
        ],
    ),
    Given(
        "queries",
        tables=SOME,
        asks=[
            _of("a select", "SELECT * FROM t", 3),
            _of("a semicolon ends it", "SELECT * FROM t;", 3),
            _of("semicolons, blanks and a comment end it", "SELECT * FROM t ; ; -- all of it", 3),
            _of("a comment ends it", "SELECT * FROM t -- all of it", 3),
            _of("comments inside", "/* one; */ SELECT * -- two; )\nFROM t /* three ( */", 3),
            _of("WITH", "WITH x AS (SELECT a FROM t) SELECT * FROM x", 3),
            _of("a union", "SELECT a FROM t UNION ALL SELECT a FROM t", 6),
            _of("in parentheses", "(SELECT a FROM t)", 3),
            _of("quotes and percent", "SELECT ';--%s' AS x, '100%' AS \"y\"\"z\" FROM t WHERE b LIKE '%x'", 2),
            _of("with a filter", "SELECT a AS id FROM t", 1, where="id = 1 OR id = 9 -- or none"),
            _of("no rows", "SELECT * FROM t WHERE 1 = 0", 0),
            Ask("a column", Completeness(column="n"), failed(checked=3, failing=1), Dataset(query="SELECT a AS n FROM t")),
            Ask("an odd column", Completeness(column="N n"), failed(failing=1), Dataset(query='SELECT a AS "N n" FROM t')),
            Ask("a key", Uniqueness(columns=["b"]), failed(checked=3, failing=1), Dataset(query="SELECT b FROM t;")),
            Ask(
                "children",
                Referential(columns=["c"], to_table="t", to_columns=["a"]),
                failed(checked=3, failing=1),
                Dataset(query="SELECT COALESCE(a, 0) + 1 AS c FROM t", where="c > 0"),
            ),
            Ask(
                "a check's filter and the dataset's",
                Volume(equals=1, where="b = 'x' OR b = 'y'"),
                passed(value=1),
                Dataset(query="SELECT * FROM t -- all", where="a = 1 OR a = 9"),
            ),
            Ask(
                "a column it lacks",
                Completeness(column="b"),
                errored("no column 'b' in the query"),
                Dataset(query="SELECT a FROM t"),
            ),
            _refused("two statements", "SELECT a FROM t; SELECT b FROM t", "semicolon"),
            _refused("no query", "DELETE FROM t", "must be one SELECT"),
            _refused("empty", "", "query is empty"),
            _refused("a comment only", "-- SELECT 1", "query is empty"),
            _refused("an open parenthesis", "SELECT (a FROM t", "parenthesis"),
            _refused("a closed parenthesis", "SELECT a FROM t) AS q -- ", "parenthesis"),
            _refused(
                "an open quote",
                "SELECT 'a FROM t",
                words(postgresql="unterminated quoted string", sqlite="unrecognized token: \"'a FROM t"),
            ),
            _refused(
                "an open comment", "SELECT a FROM t /*", words(postgresql="unterminated /* comment", sqlite="incomplete input")
            ),
            _refused("a placeholder", "SELECT a FROM t WHERE a = $1", "placeholder $1"),
            _refused(
                "a column that is not there",
                "SELECT nope FROM t",
                words(postgresql='column "nope" does not exist', sqlite="no such column: nope"),
            ),
            _refused(
                "a table that is not there",
                "SELECT a FROM nope",
                words(postgresql='relation "nope" does not exist', sqlite="no such table: nope"),
            ),
        ],
    ),
    Given(
        "queries of PostgreSQL's own kind",
        needs=frozenset({"PostgreSQL's SQL"}),
        tables=SOME,
        asks=[
            _of("VALUES", "VALUES (1, 'a'), (2, 'b')", 2),
            Ask("a column of VALUES", Completeness(column="column1"), passed(checked=2), Dataset(query="VALUES (1), (2)")),
            _of("TABLE", "TABLE t", 3),
            _of("a dollar quote", "SELECT $x$ ; ) ' $x$ AS a", 1),
            _of("an escaped quote", "SELECT E'it\\'s; (' AS a", 1),
            _of("nested comments", "SELECT 1 AS a /* ( /* ; */ ' */", 1),
            _of("a function", "SELECT * FROM generate_series(1, 5) WITH ORDINALITY AS x(a, b)", 5),
            _of(
                "WITH ORDER BY and LIMIT",
                "WITH x AS MATERIALIZED (SELECT a FROM t) SELECT a FROM x ORDER BY a NULLS FIRST LIMIT 2",
                2,
            ),
            _of("a query that names nothing", "SELECT 1", 1),
            _of("a query without a column", "SELECT FROM t", 3),
            Ask(
                "a text of no type",
                Completeness(column="a", missing_values=["x"]),
                failed(failing=1),
                Dataset(query="SELECT 'x' AS a"),
            ),
            Ask("a NULL of no type", Completeness(column="a"), failed(checked=1, failing=1), Dataset(query="SELECT NULL AS a")),
            Ask("a record", Uniqueness(columns=["r"]), passed(checked=3), Dataset(query="SELECT t AS r FROM t")),
            _refused("a write in WITH", "WITH x AS (INSERT INTO t VALUES (9) RETURNING a) SELECT a FROM x", "data-modifying"),
            _refused("rows to lock", "SELECT a FROM t FOR UPDATE", "read-only"),
            _refused("a table to make", "SELECT a INTO u FROM t", "INTO"),
            _refused("a plan", "EXPLAIN SELECT a FROM t", "must be one SELECT"),
        ],
    ),
    Given(
        "a column name twice in a query",
        needs=frozenset({"derived tables with a column name twice"}),
        tables=SOME,
        asks=[
            _of("rows", "SELECT a, b AS a, b FROM t", 3),
            Ask(
                "the one that is there twice",
                Completeness(column="a"),
                errored("column 'a' is there 2 times"),
                Dataset(query="SELECT a, b AS a, b FROM t"),
            ),
            Ask(
                "the other", Uniqueness(columns=["b"]), failed(checked=3, failing=1), Dataset(query="SELECT a, b AS a, b FROM t")
            ),
        ],
    ),
]
