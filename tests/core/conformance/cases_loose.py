"""Columns that hold whatever they are given, as SQLite's do: no value there is silently taken for another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_data_quality import Completeness, Dataset, Freshness, Uniqueness, Volume
from airflow_data_quality.core.checks.distribution import Distribution
from airflow_data_quality.core.checks.length import Length
from airflow_data_quality.core.checks.range import Range
from airflow_data_quality.core.checks.values import Values

from .case import Ask, Given, Table, errored, failed, only, passed

ANY = frozenset({"values of any type in any column"})


def _missing(name: str, *tokens: Any, failing: int, of: int = 6, column: str = "v") -> Ask:
    return Ask(name, Completeness(column=column, missing_values=list(tokens)), failed(checked=of, failing=failing))


def _rows(*values: str, type_: str = "integer") -> Mapping[str, Any]:
    """A table ``t`` whose only column ``v`` holds these values, as SQL writes them."""
    inserted = ", ".join(f"({value})" for value in values)
    return {
        "needs": ANY,
        "tables": {"t": Table({"v": type_})},
        "after": only("sqlite", f"INSERT INTO t VALUES {inserted}") if inserted else {},
    }


GIVENS = [
    Given(
        "texts among integers",
        **_rows("1", "'2'", "''", "'N/A'", "2.0", "NULL"),
        asks=[
            _missing("an empty text", "", failing=2),
            _missing("a text", "N/A", "n/a", failing=2),
            _missing("a number", 1, failing=2),
            _missing("a number that was a text or a float", 2, failing=3),
            _missing("that as a text", "2", failing=3),
            Ask("numbers are equal, texts too", Uniqueness(columns=["v"]), failed(checked=5, failing=1)),
            Ask("allowed values may be texts", Values(column="v", allowed=[1, 2, ""]), failed(checked=5, failing=1)),
            Ask("so may forbidden ones", Values(column="v", forbidden=["N/A"]), failed(checked=5, failing=1)),
            Ask("no text is in a range", Range(column="v", min=0), errored("a text stands where numbers are meant")),
            Ask("at neither end", Range(column="v", max=9), errored("a text stands where numbers are meant")),
            Ask("no text is in a range, but the numbers are", Range(column="v", min=0, where="v < 'A'"), errored("a text")),
            Ask("nor in one of the numbers", Range(column="v", min=0, where="typeof(v) <> 'text'"), passed(checked=3, failing=0)),
            *(
                Ask(f"no text has a {name}", Distribution(column="v", **{name: {"min": -9}}), errored("a text stands where"))
                for name in ("mean", "stddev", "min", "max", "sum", "median", "p90")
            ),
            Ask("the numbers have", Distribution(column="v", sum={"equals": 5}, where="typeof(v) <> 'text'"), passed()),
            Ask("texts are different values too", Distribution(column="v", distinct={"equals": 4}), passed()),
        ],
    ),
    Given(
        "texts among floats",
        **_rows("1.5", "'x'", "NULL", type_="real"),
        asks=[
            _missing("a text", "x", failing=2, of=3),
            Ask("has no sum", Distribution(column="v", sum={"min": 0}), errored("a text stands where numbers are meant")),
        ],
    ),
    Given(
        "bytes among integers and texts",
        **_rows("1", "x'31'", "'a'", "NULL"),
        asks=[
            _missing("are no number", 1, failing=2, of=4),
            Ask("are no other's key", Uniqueness(columns=["v"]), passed(checked=3, failing=0)),
            Ask(
                "have no mean",
                Distribution(column="v", mean={"min": 0}, where="typeof(v) = 'blob'"),
                errored("bytes stand where numbers are meant"),
            ),
        ],
    ),
    Given(
        "values of no declared type",
        **_rows("1", "1.0", "'1'", "'a'", "x'61'", "NULL", type_=""),
        asks=[
            Ask("numbers are equal, a text is another", Uniqueness(columns=["v"]), failed(checked=5, failing=1)),
            _missing("a number is one in any spelling", 1, failing=4),
            _missing("a text of digits too", "1", failing=4),
            _missing("bytes are no text", "a", failing=2),
            Ask("have no age", Freshness(column="v", max_age="1d"), errored("'v' is untyped")),
        ],
    ),
    Given(
        "integers beside floats of their size",
        **_rows("9007199254740993", "9007199254740992.0", "9007199254740992", "9223372036854775807", "9.3e18", type_=""),
        asks=[
            Ask("are compared exactly", Uniqueness(columns=["v"]), failed(checked=5, failing=1)),
            Ask("as tokens too", Completeness(column="v", missing_values=[2**53 + 1]), failed(checked=5, failing=1)),
        ],
    ),
    Given(
        "a sum beyond 64 bits",
        **_rows("9223372036854775807", "1"),
        asks=[
            Ask("is not wrong", Distribution(column="v", sum={"min": 0}), errored("integer overflow")),
            Ask("nor does it hide another", Distribution(column="v", max={"equals": 2**63 - 1}), passed()),
        ],
    ),
    Given(
        "what is no moment, among dates",
        **_rows("'2024-01-01'", "''", "'31/12/2023'", "NULL", type_="date"),
        asks=[
            Ask("makes no age", Freshness(column="v", max_age="1d", as_of="2024-01-02"), errored("a date column holds a text")),
            Ask(
                "unless it is left out",
                Freshness(column="v", max_age="1d", as_of="2024-01-02", where="v LIKE '____-__-__'"),
                passed(),
            ),
            _missing("may stand for missing", "", failing=2, of=4),
            _missing("beside a date", "", "2024-01-01", failing=3, of=4),
            Ask("is not allowed", Values(column="v", allowed=["2024-01-01"]), failed(checked=3, failing=2)),
            Ask("unless it is", Values(column="v", allowed=["2024-01-01", ""]), failed(checked=3, failing=1)),
            Ask("is in no range", Range(column="v", max="2025-01-01"), errored("a date column holds a text")),
        ],
    ),
    Given(
        "numbers and texts that tell no case apart, among dates",
        **_rows("'2024-01-01 00:00'", "-1", "'N/A'", "NULL", type_="date COLLATE NOCASE"),
        asks=[
            Ask("beside a date", Values(column="v", forbidden=["2024-01-01", -1]), failed(checked=3, failing=2)),
            Ask("as a text", Values(column="v", forbidden=["2024-01-01", "-1"]), failed(checked=3, failing=2)),
            Ask("in the other case", Values(column="v", allowed=["2024-01-01", "n/a"]), failed(checked=3, failing=1)),
        ],
    ),
    Given(
        "bounds that no float is",
        **_rows("-9223372036854775808", "9007199254740992", "9007199254740993", "9223372036854775807", "9e999", "0.5", "0"),
        asks=[
            Ask(f"{name} {limit}", Range(column="v", **{name: limit}), failed(checked=7, failing=failing))
            for name, limit, failing in (
                ("max", "9007199254740992.5", 3),
                ("min", "9007199254740992.5", 4),
                ("below", "9223372036854775806.5", 2),
                ("min", "0.99999999999999999999", 3),
                ("max", "0.99999999999999999999", 4),
                ("above", "1e-400", 2),
                ("max", "1e400", 1),
                ("below", "Infinity", 1),
            )
        ]
        + [Ask("beneath all", Range(column="v", above=-(2**63) - 1), passed(checked=7, failing=0))],
    ),
    Given(
        "floats beside an integer that none of them is",
        **_rows("9007199254740992.0", type_="real"),
        asks=[
            Ask("are compared as floats", Range(column="v", min=2**53 + 1), passed(checked=1, failing=0)),
            Ask("and are equal so", Values(column="v", allowed=[2**53 + 1]), passed(checked=1, failing=0)),
        ],
    ),
    Given(
        "bytes among moments",
        **_rows("x'323032342d30312d3031'", "'2024-01-01T12:00Z'", type_="timestamp"),
        asks=[
            Ask("are none", Freshness(column="v", max_age="1d"), errored("holds a number or bytes where a moment")),
            Ask("and may be left out", Range(column="v", max="2025-01-01", where="typeof(v) = 'text'"), passed(checked=1)),
        ],
    ),
    Given(
        "seconds since 1970 in a column of timestamps",
        **_rows("1704067200", "NULL", type_="timestamp"),
        asks=[Ask("are no moment", Freshness(column="v", max_age="1d"), errored("holds a number or bytes where a moment"))],
    ),
    Given(
        "a moment with a zone among others without",
        **_rows("'2024-01-01 12:00:00'", "'2024-01-01T11:00:00Z'", type_="datetime"),
        asks=[Ask("makes no age", Freshness(column="v", max_age="1d"), errored("zone stands among others"))],
    ),
    Given(
        "a time of day in a column of dates",
        **_rows("'2024-01-01 00:00:00'", "'2024-01-02 12:00'", type_="date"),
        asks=[
            Ask("makes no age", Freshness(column="v", max_age="1d"), errored("holds a time of day")),
            Ask("midnight does", Freshness(column="v", max_age="1d", as_of="2024-01-02", where="rowid = 1"), passed()),
        ],
    ),
    Given(
        "moments in every spelling",
        **_rows(
            *("'2024-01-01'", "'2024-01-01 00:00'", "'2024-01-01T00:00:00'", "'2024-01-01 00:00:00.000'", "NULL"),
            type_="timestamp",
        ),
        asks=[
            Ask("are none of them later", Freshness(column="v", max_age="1s", as_of="2024-01-01"), passed("0s old")),
            _missing("equal each other", "2024-01-01", failing=5, of=5),
            Ask("lie in a range", Range(column="v", min="2024-01-01", max="2024-01-01"), passed(checked=4, failing=0)),
            Ask("are four texts", Uniqueness(columns=["v"]), passed(checked=4, failing=0)),
        ],
    ),
    Given(
        "moments with zones in a column that promises none",
        **_rows(
            *("'2024-01-01T12:00:00+02:00'", "'2024-01-01 10:30:00Z'", "'2024-01-01 10:00:00.5+0000'", "NULL"), type_="timestamp"
        ),
        asks=[
            Ask("are compared in UTC", Freshness(column="v", max_age="1h", as_of="2024-01-01T11:30Z"), passed("1h old")),
            Ask(
                "in a query too",
                Freshness(column="v", max_age="1h", as_of="2024-01-01T11:30Z"),
                passed("1h old"),
                Dataset(query="SELECT v FROM t"),
            ),
        ],
    ),
    Given(
        "moments behind many rows without one",
        needs=ANY,
        tables={"t": Table({"v": "timestamp"}, [(None,)] * 1000 + [("unknown",), ("2024-01-01T12:00:00+02:00",)])},
        asks=[
            Ask("have a zone all the same", Range(column="v", max="2024-01-01 10:00", where="v <> 'unknown'"), passed(checked=1)),
            Ask(
                "in a query too",
                Range(column="v", max="2024-01-01 10:00"),
                passed(checked=1),
                Dataset(query="SELECT v FROM t WHERE v IS NULL OR v <> 'unknown'"),
            ),
        ],
    ),
    Given(
        "texts with a NUL character",
        **_rows("'a' || char(0) || 'bü'", "char(0)", "'abc'", "''", "NULL", type_="text"),
        asks=[
            Ask("do not end there", Length(column="v", min=4), failed(checked=4, failing=3)),
            Ask("neither at an end", Length(column="v", max=0), failed(checked=4, failing=3)),
        ],
    ),
    Given(
        "text that is no UTF-8",
        **_rows("CAST(x'ff61' AS TEXT)", "CAST(x'fe61' AS TEXT)", "'a'", type_="text"),
        asks=[
            Ask("is told apart", Uniqueness(columns=["v"]), passed(checked=3, failing=0)),
            Ask("is there", Completeness(column="v"), passed(checked=3, failing=0)),
        ],
    ),
    Given(
        "tables of SQLite's own kinds",
        needs=ANY,
        tables={"t": Table({"v": "integer"}, [(1,)])},
        after=only(
            "sqlite",
            'CREATE TABLE narrow (a TEXT PRIMARY KEY, "the B" INT) WITHOUT ROWID',
            "INSERT INTO narrow VALUES ('x', 1), ('y', NULL)",
            "CREATE TABLE made (a INT, twice INT GENERATED ALWAYS AS (a * 2) STORED, thrice INT AS (a * 3))",
            "INSERT INTO made (a) VALUES (1), (NULL)",
            "CREATE VIEW seen AS SELECT a AS n, a || '' AS s, CAST(a AS REAL) AS r FROM made",
        ),
        asks=[
            Ask("without row ids", Completeness(column="THE B"), failed(checked=2, failing=1), Dataset(table="narrow")),
            Ask("with computed columns", Completeness(columns=["TWICE", "thrice"]), failed(failing=1), Dataset(table="Made")),
            Ask("views", Uniqueness(columns=["S"]), passed(checked=1), Dataset(table="main.Seen")),
            Ask("a view's casts have types", Distribution(column="r", max={"equals": 1}), passed(), Dataset(table="seen")),
            Ask("what else it computes has none", Range(column="s", min=0), errored("'s' is untyped"), Dataset(table="seen")),
            Ask(
                "many more tokens than an expression is deep",
                Completeness(column="v", missing_values=[*range(2, 3000)]),
                passed(),
            ),
            Ask("another schema", Volume(min=0), errored("no table or view 'temp.t'"), Dataset(table="temp.t")),
            Ask("three parts", Volume(min=0), errored("no table or view 'a.main.t'"), Dataset(table="a.main.t")),
            Ask(
                "names that differ by case in a query",
                Completeness(column="A"),
                errored("column 'A' is there 2 times"),
                Dataset(query="SELECT 1 AS a, NULL AS A"),
            ),
        ],
    ),
]
