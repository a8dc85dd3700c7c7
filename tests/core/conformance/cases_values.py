"""Values: what is equal is what the database holds for equal; what a type cannot hold equals nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from airflow_data_quality import Completeness, Dataset, Uniqueness, Values, Volume

from .case import Ask, Given, Table, errored, failed, one, only, passed

NAN = float("nan")
NOTHING = {"postgresql": "none of the allowed values can stand in v"}
"""Said where a column's type rules values out; SQLite's types rule out nothing."""
NONE_FORBIDDEN = {"postgresql": "none of the forbidden values can stand in v"}


def _allowed(name: str, *values: Any, of: int, failing: int, says: Sequence[Any] = ()) -> Ask:
    expect = (failed if failing else passed)(*says, checked=of, failing=failing)
    return Ask(name, Values(column="v", allowed=list(values)), expect)


def _forbidden(name: str, *values: Any, of: int, failing: int, says: Sequence[Any] = ()) -> Ask:
    expect = (failed if failing else passed)(*says, checked=of, failing=failing)
    return Ask(name, Values(column="v", forbidden=list(values)), expect)


GIVENS = [
    Given(
        "values of no row",
        tables=one("text"),
        asks=[
            _allowed("none is not allowed", "a", of=0, failing=0),
            _forbidden("none is forbidden", "a", of=0, failing=0),
            Ask("as a share", Values(column="v", allowed=["a"], max_failing="0%"), passed(checked=0, failing=0)),
        ],
    ),
    Given(
        "values that are all NULL",
        tables=one("text", None, None),
        asks=[_allowed("NULL is not looked at", "a", of=0, failing=0), _forbidden("nor forbidden", "a", of=0, failing=0)],
    ),
    Given(
        "values among texts",
        tables=one("text", "a", "A", "a ", "", "it's", "100%", "\\", "two\nlines", "ü", "-1", "1.0", "true", "NULL", None),
        asks=[
            _allowed("case and blanks matter", "a", of=13, failing=12, says=["12 of 13 rows (92.3%)", "is not one of 'a'"]),
            _allowed("the empty text is a value", "a", "", of=13, failing=11),
            _forbidden("the empty text, forbidden", "", of=13, failing=1),
            _allowed("quotes and lines", "it's", "100%", "\\", "two\nlines", "ü", of=13, failing=8),
            _allowed("numbers are their digits", -1, 1.0, of=13, failing=11),
            _allowed("NULL as a word", "NULL", of=13, failing=12),
            _allowed("SQL is a text", "a') OR ('1'='1", "'", '"', "--", of=13, failing=13),
            _allowed("one of many", *(f"x{n}" for n in range(2_000)), "a", of=13, failing=12, says=["and 1,991 more"]),
            _allowed("twice is once", "a", "a", of=13, failing=12),
            _forbidden("twice is once, forbidden", "a", "a", of=13, failing=1),
            _forbidden("huge", 10**40, "x" * 10_000, of=13, failing=0),
            _forbidden("a NUL is in no text here", "\0", of=13, failing=0),
            _allowed("beside a NUL", "\0", "a", of=13, failing=12),
        ],
    ),
    Given(
        "values and how many may fail",
        tables=one("text", *["new"] * 190, *["old"] * 9, "odd", None),
        asks=[
            Ask("a count", Values(column="v", allowed=["new", "old"], max_failing=1), passed(checked=200, failing=1)),
            Ask("a share", Values(column="v", allowed=["new", "old"], max_failing="0.5%"), passed(checked=200, failing=1)),
            Ask("a hair less", Values(column="v", allowed=["new", "old"], max_failing="0.49%"), failed("allowed 0.49%")),
            Ask(
                "warn",
                Values(column="v", allowed=["new"], max_failing="5%", warn={"max_failing": "4%"}),
                failed("10 of 200 rows (5%)", "allowed 4%", severity="warn", failing=10),
            ),
            Ask(
                "warn that holds",
                Values(column="v", allowed=["new"], max_failing="6%", warn={"max_failing": "5%"}),
                passed(failing=10),
            ),
        ],
    ),
    Given(
        "values and filters",
        tables={"t": Table({"v": "text", "n": "integer"}, [("a", 1), ("b", 2), (None, 2), ("c", 3), ("b", None)])},
        asks=[
            Ask(
                "of the check",
                Values(column="v", allowed=["a"], where="n = 1 OR n = 2 -- these"),
                failed(checked=2, failing=1),
            ),
            Ask(
                "of both",
                Values(column="v", forbidden=["b", "c"], where="n > 1 OR n IS NULL"),
                failed(checked=2, failing=2),
                Dataset(table="t", where="v = 'a' OR v = 'b' OR v IS NULL"),
            ),
            Ask("a query", Values(column="w", allowed=["a"]), failed(failing=3), Dataset(query="SELECT v AS w FROM t")),
        ],
    ),
    Given(
        "values in a column with an odd name",
        tables={"Odd Table": Table({"user": "text", "100%": "text", 'say "hi"': "text"}, [("a", "b", "c"), (None, "b", "d")])},
        asks=[
            Ask(f"{name!r}", Values(column=name, allowed=[value]), expect, Dataset(table='"Odd Table"'))
            for name, value, expect in (
                ("user", "a", passed(checked=1)),
                ("100%", "b", passed(checked=2)),
                ('say "hi"', "c", failed(checked=2, failing=1)),
            )
        ],
    ),
    Given(
        "values that cannot be asked, beside those that can",
        tables=one("text", "a", "b"),
        asks=[
            Ask("no such column", Values(column="w", allowed=["a"]), errored("no column 'w'")),
            Ask("a bad filter", Values(column="v", allowed=["a"], name="bad", where="nope = 1"), errored("nope")),
            Ask("a good one", Values(column="v", allowed=["a"]), failed(checked=2, failing=1)),
            Ask("rows", Volume(equals=2), passed()),
            Ask("keys", Uniqueness(columns=["v"]), passed()),
        ],
    ),
    Given(
        "values among integers",
        tables=one("bigint", -1, 0, 1, 2**63 - 1, -(2**63), 2**53 + 1, None),
        asks=[
            _allowed("numbers", -1, 0, 1, of=6, failing=3),
            _allowed("text and whole floats", "-1", " 0 ", 1.0, of=6, failing=3),
            _allowed("the largest and the smallest", 2**63 - 1, -(2**63), of=6, failing=4),
            _allowed("next to what a float can tell apart", 2**53, of=6, failing=6),
            _forbidden("what floats cannot tell apart", 2**53 + 1, of=6, failing=1),
            _allowed("some that fit", "N/A", 1, 0.5, of=6, failing=5),
            _allowed("none that fits", "N/A", 0.5, 2**63, of=6, failing=6, says=[NOTHING]),
            _forbidden("none that fits, forbidden", "N/A", 0.5, 2**63, of=6, failing=0, says=[NONE_FORBIDDEN]),
            _forbidden("NaN and infinity are none", NAN, math.inf, of=6, failing=0, says=[NONE_FORBIDDEN]),
        ],
    ),
    Given(
        "values among small integers",
        tables=one("smallint", -32768, 0, 1, None),
        asks=[
            _allowed("beyond the column, within 64 bits", 99_999, 2**40, 0, of=3, failing=2),
            _forbidden("truth is no number", True, False, of=3, failing=0, says=[NONE_FORBIDDEN]),
        ],
    ),
    Given(
        "values among exact numbers",
        tables=one("numeric", Decimal("1.50"), Decimal("-1.0"), Decimal("0.1"), 10**15, None),
        asks=[
            _allowed("scale does not matter", "1.5", Decimal("-1"), of=4, failing=2),
            _allowed("a float means its spelling", 0.1, of=4, failing=3),
            _allowed("huge", 10**15, "1e400", Decimal("1e-400"), of=4, failing=3),
            _forbidden("text is none", "", "1,5", "sNaN", of=4, failing=0, says=[NONE_FORBIDDEN]),
        ],
    ),
    Given(
        "NaN and infinity among values",
        needs=frozenset({"numeric NaN", "numeric infinity"}),
        tables={
            "t": Table(
                {"n": "numeric", "f": "double"},
                [(Decimal("NaN"), NAN), (Decimal("Infinity"), -math.inf), (Decimal(1), 1.0), (None, None)],
            )
        },
        asks=[
            Ask("NaN in exact numbers", Values(column="n", allowed=[NAN]), failed(checked=3, failing=2)),
            Ask("NaN beside one", Values(column="n", allowed=["NaN", 1, math.inf]), passed(checked=3, failing=0)),
            Ask("NaN in floats", Values(column="f", forbidden=[NAN]), failed(checked=3, failing=1)),
            Ask("all in floats", Values(column="f", allowed=["nan", "-Infinity", 1]), passed(checked=3, failing=0)),
            Ask("NaN is not one", Values(column="f", allowed=[1, "-inf"]), failed(checked=3, failing=1)),
        ],
    ),
    Given(
        "values among floats",
        tables={
            "t": Table({"v": "double", "r": "real"}, [(0.1, 0.1), (-0.0, -0.0), (1e22, 1.5), (math.inf, math.inf), (None, None)])
        },
        asks=[
            _allowed("a tenth and zero", 0.1, 0, of=4, failing=2),
            _allowed("a large one", "1e22", of=4, failing=3),
            _forbidden("infinity", math.inf, of=4, failing=1),
            _forbidden("too large, too small", 10**400, "1e-400", of=4, failing=0, says=[NONE_FORBIDDEN]),
            Ask(
                "a tenth is the column's own tenth",
                Values(column="r", allowed=[0.1, 0, 1.5, "Infinity"]),
                passed(checked=4, failing=0),
            ),
            Ask("not allowed", Values(column="r", allowed=[0.2, "Infinity"]), failed(checked=4, failing=3)),
        ],
    ),
    Given(
        "values where a type cannot hold NaN",
        tables=one("double", 1.0, 2.0),
        asks=[
            _allowed("NaN beside a number", 1, NAN, of=2, failing=1),
            _allowed("NaN alone", NAN, of=2, failing=2),
            _forbidden("NaN, forbidden", NAN, 1, of=2, failing=1),
        ],
    ),
    Given(
        "values among booleans",
        tables=one("boolean", "true", "false", "true", None),
        asks=[
            _allowed("true", True, of=3, failing=1),
            _allowed("as text", "true", of=3, failing=1),
            _forbidden("false", False, of=3, failing=1),
            _forbidden("other text is none", "maybe", "", of=3, failing=0, says=[NONE_FORBIDDEN]),
        ],
    ),
    Given(
        "values among dates and timestamps",
        tables={
            "t": Table(
                {"v": "date", "at": "timestamp", "tz": "timestamptz"},
                [
                    ("2024-01-01", "2024-01-01 12:00:00", "2024-01-01 12:00:00+00"),
                    ("2024-02-29", "2024-01-01 12:00:00.5", "2024-01-01 14:00:00+02"),
                    (None, None, None),
                ],
            )
        },
        asks=[
            _allowed("dates", "2024-01-01", "2024-02-29 00:00", of=2, failing=0),
            _allowed("a day that never was", "2023-02-29", "2024-01-01", of=2, failing=1),
            _forbidden("what is no date", "", 0, "29/02/2024", of=2, failing=0, says=[NONE_FORBIDDEN]),
            Ask("timestamps", Values(column="at", allowed=["2024-01-01T12:00:00.500"]), failed(checked=2, failing=1)),
            Ask("one moment", Values(column="tz", allowed=["2024-01-01 07:00-05:00"]), passed(checked=2, failing=0)),
            Ask("UTC is meant", Values(column="tz", forbidden=["2024-01-01 14:00"]), passed(checked=2, failing=0)),
        ],
    ),
    Given(
        "values among blank-padded texts",
        needs=frozenset({"char = text drops blanks"}),
        tables=one("char(5)", "ab", "", None),
        asks=[
            _allowed("padding is not content", "ab", "", of=2, failing=0),
            _allowed("nor are blanks behind a value", "ab  ", of=2, failing=1),
        ],
    ),
    Given(
        "values among texts whatever their case",
        needs=frozenset({"citext"}),
        before={"postgresql": ["CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public"], "sqlite": []},
        tables=one("citext", "New", "NEW", "old", None),
        asks=[
            _allowed("any spelling", "new", of=3, failing=1),
            _forbidden("any spelling, forbidden", "OLD", of=3, failing=1),
        ],
    ),
    Given(
        "values under a collation that tells less apart",
        needs=frozenset({"icu"}),
        before=only(
            "postgresql",
            "CREATE COLLATION {schema}.blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
        ),
        tables=one("text COLLATE blind", "Zoë", "zoe", "bob"),
        asks=[_allowed("any spelling", "ZOE", of=3, failing=1), _forbidden("forbidden", "zoë", of=3, failing=2)],
    ),
    Given(
        "values among uuids",
        tables=one("uuid", "6b1c5a60-0d3e-4c5b-8a94-0123456789ab", None),
        asks=[
            _allowed("as it is written", "6b1c5a60-0d3e-4c5b-8a94-0123456789ab", of=1, failing=0),
            _forbidden("text is none", "", "N/A", of=1, failing=0, says=[NONE_FORBIDDEN]),
        ],
    ),
    Given(
        "values among enums",
        needs=frozenset({"enums"}),
        before=only("postgresql", "CREATE TYPE {schema}.mood AS ENUM ('sad', 'glad', '')"),
        tables=one("mood", "sad", "glad", "", None),
        asks=[
            _allowed("labels, and what is none", "sad", "glad", "no label", of=3, failing=1),
            _forbidden("what is no label", "angry", 1, of=3, failing=0),
        ],
    ),
    Given(
        "values among domains",
        needs=frozenset({"domains"}),
        before=only(
            "postgresql",
            "CREATE DOMAIN {schema}.counted AS integer CHECK (VALUE >= 0)",
            "CREATE DOMAIN {schema}.ratio AS real",
            "CREATE DOMAIN {schema}.word AS text CHECK (VALUE <> '')",
        ),
        tables={"t": Table({"c": "counted", "r": "ratio", "s": "word"}, [(1, 0.1, "a"), (None, None, None)])},
        asks=[
            Ask("one that the domain refuses", Values(column="c", allowed=[-1, 1]), passed(checked=1, failing=0)),
            Ask("single precision", Values(column="r", allowed=[0.1]), passed(checked=1, failing=0)),
            Ask("the empty text", Values(column="s", allowed=[""]), failed(checked=1, failing=1)),
        ],
    ),
    Given(
        "values of types without literals of ours",
        needs=frozenset({"jsonb", "arrays", "intervals", "PostgreSQL's SQL"}),
        tables={
            "t": Table(
                {"j": "jsonb", "a": "integer[]", "h": "time", "i": "interval", "b": "binary", "p": "point"},
                [("{}", "{}", "00:00", "1 day", "\\x61", "(1,2)"), (None, None, None, None, None, None)],
            )
        },
        asks=[
            Ask("a document", Values(column="j", allowed=["{}"]), passed(checked=1, failing=0)),
            Ask("an array", Values(column="a", allowed=["{1}"]), failed(checked=1, failing=1)),
            Ask("a time", Values(column="h", allowed=["00:00", "x"]), passed(checked=1, failing=0)),
            Ask("a span", Values(column="i", allowed=["24:00:00"]), passed(checked=1, failing=0)),
            Ask("bytes", Values(column="b", forbidden=["\\x61"]), failed(checked=1, failing=1)),
            Ask("a point", Values(column="p", allowed=["(1,2)"]), passed(checked=1, failing=0)),
        ],
    ),
    Given(
        "values of other kinds than the column's",
        needs=frozenset({"values of any type in any column"}),
        tables={"t": Table({"n": "integer", "d": "date", "b": "boolean"})},
        after=only("sqlite", "INSERT INTO t VALUES (1, '2024-01-01', 1), ('N/A', 'soon', 0), (NULL, '', 'x')"),
        asks=[
            Ask("a text among integers", Values(column="n", allowed=[1]), failed(checked=2, failing=1)),
            Ask("that is allowed", Values(column="n", allowed=[1, "N/A"]), passed(checked=2, failing=0)),
            Ask("that is forbidden", Values(column="n", forbidden=["N/A"]), failed(checked=2, failing=1)),
            Ask("a text among dates", Values(column="d", allowed=["2024-01-01"]), failed(checked=3, failing=2)),
            Ask("texts that are allowed", Values(column="d", allowed=["2024-01-01", "soon", ""]), passed(checked=3)),
            Ask("a text among booleans", Values(column="b", allowed=[True, False]), failed(checked=3, failing=1)),
            Ask("nothing is missing", Completeness(column="d"), passed()),
        ],
    ),
]
