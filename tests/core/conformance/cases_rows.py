"""How many rows there are, and what is missing in them: NULLs, NaN, empty tables, columns without a value."""

from __future__ import annotations

from decimal import Decimal

from airflow_data_quality import Completeness, Freshness, Referential, Uniqueness, Volume

from .case import Ask, Given, Table, errored, failed, one, passed

NAN = float("nan")
INF = float("inf")


def _of_floats(name: str, *tokens: object, failing: int) -> Ask:
    """SQLite stores NaN as NULL: there is one more of these."""
    check = Completeness(column="v", missing_values=list(tokens))
    return Ask(name, check, failed(checked=6, failing=failing), but={"sqlite": failed(checked=6, failing=failing + 1)})


GIVENS = [
    Given(
        "an empty table",
        tables={"t": Table({"id": "integer", "v": "text", "at": "timestamptz"}), "p": Table({"id": "integer"}, [(1,)])},
        asks=[
            Ask("has 0 rows", Volume(equals=0), passed("0 rows", value=0)),
            Ask("has not one", Volume(min=1), failed("0 rows, allowed: at least 1", value=0)),
            Ask("has no more than none", Volume(above=0), failed(value=0)),
            Ask("lacks nothing", Completeness(column="v"), passed(checked=0, failing=0)),
            Ask("lacks nothing, as a share", Completeness(column="v", max_failing="0%"), passed(checked=0, failing=0)),
            Ask("lacks no token", Completeness(column="v", missing_values=["", "x"]), passed(checked=0, failing=0)),
            Ask("doubles nothing", Uniqueness(columns=["id"]), passed(checked=0, failing=0)),
            Ask("doubles no pair", Uniqueness(columns=["id", "v"], nulls="equal"), passed(checked=0, failing=0)),
            Ask("doubles no row", Uniqueness(columns=["v"], count="rows"), passed(checked=0, failing=0)),
            Ask("doubles no key", Uniqueness(columns=["v"], count="keys"), passed(checked=0, failing=0)),
            Ask("points nowhere", Referential(columns=["id"], to_table="p", to_columns=["id"]), passed(checked=0, failing=0)),
            Ask("is not fresh", Freshness(column="at", max_age="1h"), failed("no rows to measure", value=None)),
        ],
    ),
    Given(
        "columns that hold NULL only",
        tables={
            "t": Table({"i": "integer", "s": "text", "at": "timestamp"}, [(None, None, None)] * 3),
            "p": Table({"id": "integer"}, [(None,)]),
        },
        asks=[
            Ask("are rows all the same", Volume(equals=3), passed("3 rows", value=3)),
            Ask("lack everything", Completeness(column="s"), failed("3 of 3 rows (100%) have no s", checked=3, failing=3)),
            Ask("may all be allowed", Completeness(column="s", max_failing="100%"), passed(checked=3, failing=3)),
            Ask("are no keys", Uniqueness(columns=["i"]), passed(checked=0, failing=0)),
            Ask("are no keys of text", Uniqueness(columns=["s"]), passed(checked=0, failing=0)),
            Ask("are no keys together", Uniqueness(columns=["i", "s"]), passed(checked=0, failing=0)),
            Ask("may be equal", Uniqueness(columns=["i"], nulls="equal"), failed(checked=3, failing=2)),
            Ask("may be equal texts", Uniqueness(columns=["s"], nulls="equal"), failed(checked=3, failing=2)),
            Ask("may be equal together", Uniqueness(columns=["i", "s"], nulls="equal"), failed(checked=3, failing=2)),
            Ask("share a key", Uniqueness(columns=["i"], nulls="equal", count="rows"), failed(checked=3, failing=3)),
            Ask("are one key", Uniqueness(columns=["i"], nulls="equal", count="keys"), failed(checked=3, failing=1)),
            Ask("point nowhere", Referential(columns=["i"], to_table="p", to_columns=["id"]), passed(checked=0, failing=0)),
            Ask("are not fresh", Freshness(column="at", max_age="1h"), failed("no rows to measure", value=None)),
        ],
    ),
    Given(
        "some NULLs",
        tables={"t": Table({"a": "integer", "b": "text"}, [(1, "x"), (2, None), (None, ""), (None, None), (5, "y")])},
        asks=[
            Ask("in one column", Completeness(column="a"), failed("2 of 5 rows (40%) have no a", checked=5, failing=2)),
            Ask("an empty text is a text", Completeness(column="b"), failed(checked=5, failing=2)),
            Ask(
                "in any of two columns, a row once",
                Completeness(columns=["a", "b"]),
                failed("3 of 5 rows (60%) have no a or no b", checked=5, failing=3),
            ),
            Ask("one name as a list", Completeness(columns=["a"]), failed(checked=5, failing=2)),
            Ask("with a filter", Completeness(column="a", where="b IS NOT NULL"), failed(checked=3, failing=1)),
            Ask("a filter that is NULL is not true", Volume(equals=1, where="a > 2"), passed(value=1)),
            Ask("a missing column", Completeness(column="c"), errored("no column 'c'", "(columns: a, b)")),
            Ask("no integer is a date", Freshness(column="a", max_age="1h"), errored("'a' is integer", "a date or a timestamp")),
        ],
    ),
    Given(
        "numbers that are none",
        tables=one("double", NAN, INF, -INF, -0.0, 0.0, None),
        asks=[
            _of_floats("NaN is a value, and infinity", failing=1),
            Ask("NaN may stand for missing", Completeness(column="v", missing_values=["NaN"]), failed(checked=6, failing=2)),
            Ask("as a float", Completeness(column="v", missing_values=[NAN]), failed(checked=6, failing=2)),
            _of_floats("infinity too", "-inf", failing=2),
            _of_floats("zero has no sign", 0, failing=3),
            _of_floats("nor has minus zero", -0.0, failing=3),
        ],
    ),
    Given(
        "bounds of a number of rows",
        tables={"t": Table({"id": "integer"}, [(number,) for number in range(10)])},
        asks=[
            Ask("min is inclusive", Volume(min=10), passed(value=10)),
            Ask("max is inclusive", Volume(max=10), passed(value=10)),
            Ask("above is exclusive", Volume(above=10), failed("allowed: more than 10", value=10)),
            Ask("below is exclusive", Volume(below=10), failed("allowed: less than 10", value=10)),
            Ask("between", Volume(min=1, below=10.5), passed(value=10)),
            Ask("a float means its spelling", Volume(above=9.999999), passed(value=10)),
            Ask("equals a decimal", Volume(equals=Decimal("10.0")), passed(value=10)),
            Ask("equals no fraction", Volume(equals=10.5), failed(value=10)),
            Ask("infinity bounds nothing", Volume(max=INF, min=-INF), passed(value=10)),
            Ask("nothing reaches infinity", Volume(min=INF), failed(value=10)),
            Ask("beyond any float", Volume(max=Decimal("1e400")), passed(value=10)),
            Ask("warn only", Volume(min=1, warn={"min": 11}), failed("at least 11", value=10, severity="warn")),
            Ask("warn held", Volume(min=1, warn={"min": 10}), passed(value=10)),
            Ask("worse than warn", Volume(min=20, warn={"min": 11}), failed("at least 20", value=10)),
            Ask("of severity warn", Volume(min=20, severity="warn"), failed(value=10, severity="warn")),
            Ask("of severity info", Volume(min=20, severity="info"), failed(value=10, severity="info")),
        ],
    ),
]
