"""Range: every kind of number and moment, bounds that a type cannot hold, NaN and infinity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from airflow_data_quality import Dataset, Range, Uniqueness, Volume

from .case import Ask, Given, Table, errored, failed, one, only, passed

NAN = float("nan")
DBL_MAX = 1.7976931348623157e308


def _range(name: str, of: int, failing: int, says: Sequence[Any] = (), **given: Any) -> Ask:
    expect = (failed if failing else passed)(*says, checked=of, failing=failing)
    return Ask(name, Range(column="v", **given), expect)


def _refused(kind: str, type_: str, *values: Any, needs: Sequence[str] = (), says: Sequence[Any] = ()) -> Given:
    return Given(
        f"a range of {kind}",
        needs=frozenset(needs),
        tables=one(type_, *values),
        asks=[
            Ask("cannot be asked", Range(column="v", min=1), errored("column 'v' is ", "range needs a number, a date", *says)),
            Ask("rows can", Volume(min=0), passed()),
        ],
    )


GIVENS = [
    Given(
        "a range of no row",
        tables=one("integer"),
        asks=[
            _range("nothing fails", 0, 0, min=1, max=2),
            _range("nor as a share", 0, 0, min=1, max=2, max_failing="0%"),
        ],
    ),
    Given("a range of NULLs alone", tables=one("numeric", None, None), asks=[_range("none is looked at", 0, 0, above=1)]),
    Given(
        "a range of integers",
        tables=one("integer", -5, 0, 1, 2, 5, None),
        asks=[
            _range("min includes", 5, 2, min=1, says=["2 of 5 rows (40%) have a v that is not at least 1, allowed 0"]),
            _range("above excludes", 5, 3, above=1),
            _range("max includes", 5, 2, max=1),
            _range("below excludes", 5, 3, below=1),
            _range("between", 5, 2, min=0, max=2, says=["not between 0 and 2"]),
            _range("strictly between", 5, 4, above=0, below=2),
            _range("all", 5, 0, min=-5, max=5),
            _range("a fraction from below", 5, 3, min=1.5),
            _range("a fraction from above", 5, 2, max="1.5"),
            _range("fractions around nothing", 5, 5, above="0.1", below=Decimal("0.9")),
            _range("a whole float", 5, 2, min=1.0),
            _range("beyond 64 bits", 5, 0, min=-(2**70), max=2**70),
            _range("beyond 64 bits the other way", 5, 5, min=2**70),
            _range("beyond any float", 5, 0, min=-(10**400), max=10**400),
            _range("beyond any number", 5, 5, above="1e200000"),
            _range("below any number", 5, 5, below="-1e200000"),
            _range("far away", 5, 0, above="-1e200000", max="1e200000"),
            _range("next to nothing", 5, 2, min="1e-200000"),
            _range("next to nothing, negative", 5, 1, above="-1e-200000"),
            _range("up to next to nothing", 5, 3, max="1e-200000"),
            _range("below next to nothing, negative", 5, 4, below="-1e-200000"),
            _range("infinity", 5, 0, above="-Infinity", below=math.inf),
            _range("infinity the other way", 5, 5, min=math.inf),
            _range("zero however it is written", 5, 1, min="-0.0"),
        ],
    ),
    Given(
        "a range of big integers",
        tables=one("bigint", 2**63 - 1, -(2**63), 2**53 + 1, 2**53, None),
        asks=[
            _range("the largest", 4, 1, below=2**63 - 1),
            _range("beyond the largest", 4, 0, below=2**63),
            _range("the smallest", 4, 1, above=-(2**63)),
            _range("what a float cannot tell apart", 4, 2, above=2**53),
            _range("by a half", 4, 2, max="9007199254740992.5"),
        ],
    ),
    Given(
        "a range of small integers",
        tables=one("smallint", -32768, 0, 32767),
        asks=[_range("beyond the column", 3, 0, min=-99_999, max=99_999), _range("within", 3, 2, min=-1, below=32767)],
    ),
    Given(
        "a range of exact numbers",
        tables=one("numeric", Decimal("1.50"), Decimal("0.1"), Decimal("-1"), 10**15, None),
        asks=[
            _range("scale does not matter", 4, 2, min="1.5"),
            _range("a float means its spelling", 4, 1, min=0.1),
            _range("huge", 4, 0, max=10**15),
            _range("beyond any float", 4, 4, above=10**400),
            _range("next to zero", 4, 1, min="1e-400"),
        ],
    ),
    Given(
        "a range of exact numbers that no float holds",
        needs=frozenset({"numeric NaN"}),
        tables=one("numeric", Decimal("12345678901234567890.123456789"), Decimal("1e-30"), 10**50, Decimal("NaN"), None),
        asks=[
            _range("to the last digit", 4, 3, min="12345678901234567890.123456789", max="12345678901234567890.1234567890"),
            _range("a hair above", 4, 2, min="1.000000000000000000000000000001e-30", says=["that is not at least"]),
            _range("NaN is within no lower end", 4, 1, min=-(10**60)),
            _range("nor an upper one", 4, 1, max=10**60),
            _range("nor between infinities", 4, 1, min="-Infinity", max="Infinity"),
        ],
    ),
    Given(
        "a range of exact infinity",
        needs=frozenset({"numeric infinity"}),
        tables=one("numeric", Decimal("Infinity"), Decimal("-Infinity"), 1),
        asks=[
            _range("is more than any number", 3, 1, max=10**60, says=["1 of 3 rows"]),
            _range("and than what no database has", 3, 1, max="1e200000"),
            _range("includes itself", 3, 0, min="-Infinity", max="Infinity"),
            _range("or not", 3, 2, above="-Infinity", below="Infinity"),
            _range("nothing else", 3, 2, min="Infinity"),
        ],
    ),
    Given(
        "a range of numbers of a fixed scale",
        tables=one("numeric(5,2)", Decimal("-9.99"), Decimal("1.00"), None),
        asks=[_range("finer bounds", 2, 1, min="-9.985", max="1.005"), _range("larger bounds", 2, 0, max=10**9)],
    ),
    Given(
        "a range of floats",
        tables=one("double", 0.1, -0.0, 1e22, DBL_MAX, -DBL_MAX, 5e-324, None),
        asks=[
            _range("a tenth", 6, 3, min=0.1),
            _range("a tenth, exclusive", 6, 4, above="0.10"),
            _range("negative zero is zero", 6, 1, min=0),
            _range("zero excluded", 6, 2, above="-0"),
            _range("the largest", 6, 1, below=DBL_MAX),
            _range("the largest included", 6, 0, max=DBL_MAX),
            _range("too large", 6, 0, min=-(10**400), max="1e400"),
            _range("too large the other way", 6, 6, min=10**400),
            _range("too small to be told from 0", 6, 2, min="1e-400"),
            _range("up to what is too small", 6, 4, max="1e-400"),
            _range("too small, negative", 6, 1, min="-1e-400"),
            _range("up to what is too small, negative", 6, 5, max="-1e-400"),
            _range("infinity", 6, 0, above="-Infinity", below="Infinity"),
        ],
    ),
    Given(
        "a range of infinite floats",
        tables=one("double", math.inf, -math.inf, 0.0),
        asks=[
            _range("are more than any number", 3, 2, min=-DBL_MAX, max=DBL_MAX),
            _range("and than numbers that no float holds", 3, 2, min=-(10**400), max=10**400),
            _range("include themselves", 3, 0, min=-math.inf, max=math.inf),
            _range("or not", 3, 2, above=-math.inf, below=math.inf),
            _range("nothing below", 3, 2, max=-math.inf),
        ],
    ),
    Given(
        "a range of NaN",
        needs=frozenset({"NaN equals NaN"}),
        tables={"t": Table({"v": "double", "r": "real"}, [(NAN, NAN), (1.0, 1.0), (None, None)])},
        asks=[
            _range("within no lower end", 2, 1, min=0),
            _range("nor above", 2, 1, above=-math.inf),
            _range("nor an upper one", 2, 1, max=10**400),
            _range("nor any", 2, 1, min=-math.inf, max=math.inf),
            Ask("of single precision", Range(column="r", min=0), failed(checked=2, failing=1)),
        ],
    ),
    Given(
        "a range of single precision",
        tables=one("real", 0.1, 1.5, 3.4028234663852886e38, None),
        asks=[
            _range("a tenth is the column's own tenth", 3, 0, min=0.1),
            _range("a tenth, excluded", 3, 1, above=0.1),
            _range("too large", 3, 0, max=1e39),
            _range("too large the other way", 3, 3, min="1e39"),
            _range("the largest", 3, 0, max=3.4028234663852886e38),
        ],
    ),
    Given(
        "a range of dates",
        tables=one("date", "2024-01-01", "2024-02-29", "9999-12-31", None),
        asks=[
            _range("min includes", 3, 1, min="2024-02-29", says=["not at least 2024-02-29"]),
            _range("above excludes", 3, 2, above="2024-02-29"),
            _range("between", 3, 1, min="2024-01-01", max="2024-12-31"),
            _range("below", 3, 2, below="2024-02-29"),
            _range("as midnight", 3, 1, min="2024-02-29T00:00:00"),
            _range("later that day", 3, 2, min="2024-02-29 12:00"),
            _range("up to later that day", 3, 1, max="2024-02-29 12:00"),
            _range("before later that day", 3, 1, below="2024-02-29 00:00:00.000001"),
            Ask("no zone", Range(column="v", min="2024-01-01T00:00Z"), errored("'v' is date, which knows no time zone")),
            Ask("no number", Range(column="v", max=20240101), errored("'v' is date; its bounds are dates", "not 20,240,101")),
        ],
    ),
    Given(
        "a range of timestamps",
        tables=one("timestamp", "2024-01-01 00:00:00", "2024-01-01 12:30:00.123456", None),
        asks=[
            _range("a date is its midnight", 2, 1, max="2024-01-01"),
            _range("to the microsecond", 2, 1, below="2024-01-01 12:30:00.123456"),
            _range("included", 2, 0, max="2024-01-01T12:30:00.123456"),
            Ask("no zone", Range(column="v", min="2024-01-01T00:00+02:00"), errored("knows no time zone", "without its offset")),
            Ask("no number", Range(column="v", min="5"), errored("its bounds are dates or moments such as '2024-01-31', not 5")),
        ],
    ),
    Given(
        "a range of timestamps with a zone",
        tables=one("timestamptz", "2024-01-01 00:00:00+00", "2024-01-01 12:00:00+02", None),
        session={"TimeZone": "Asia/Kolkata"},
        asks=[
            _range("without a zone, UTC is meant", 2, 0, min="2024-01-01"),
            _range("the same moment elsewhere", 2, 1, below="2024-01-01T05:00:00-05:00"),
            _range("in UTC", 2, 0, max="2024-01-01 10:00Z"),
            _range("without a zone, by the hour", 2, 1, above="2024-01-01 09:59", max="2024-01-01 10:00"),
        ],
    ),
    Given(
        "a range of infinite moments",
        needs=frozenset({"infinite timestamps"}),
        tables={
            "t": Table(
                {"v": "date", "at": "timestamp", "tz": "timestamptz"},
                [("infinity",) * 3, ("-infinity",) * 3, ("2024-01-01",) * 3, (None,) * 3],
            )
        },
        asks=[
            _range("dates", 3, 2, min="0001-01-01", max="9999-12-31"),
            _range("dates, infinity included", 3, 1, min="0001-01-01", max="Infinity"),
            _range("dates, infinity excluded", 3, 2, min="2024-01-01", below="Infinity"),
            Ask("timestamps", Range(column="at", below=math.inf), failed(checked=3, failing=1)),
            Ask("with a zone", Range(column="tz", above=-math.inf, below=math.inf), failed(checked=3, failing=2)),
            Ask("both ends", Range(column="tz", min=-math.inf, max=math.inf), passed(checked=3, failing=0)),
        ],
    ),
    Given(
        "a range of domains",
        needs=frozenset({"domains"}),
        before=only(
            "postgresql",
            "CREATE DOMAIN {schema}.counted AS integer CHECK (VALUE >= 0)",
            "CREATE DOMAIN {schema}.ratio AS real CHECK (VALUE >= 0)",
            "CREATE DOMAIN {schema}.day AS date CHECK (VALUE > '2000-01-01')",
        ),
        tables={"t": Table({"c": "counted", "r": "ratio", "d": "day"}, [(1, 0.1, "2024-01-01"), (None, None, None)])},
        asks=[
            Ask("a bound that the domain refuses", Range(column="c", min=-5, max=0.5), failed(checked=1, failing=1)),
            Ask("single precision", Range(column="r", min=0.1), passed(checked=1, failing=0)),
            Ask("of floats, refused by the domain", Range(column="r", min=-1), passed(checked=1, failing=0)),
            Ask("of dates, refused by the domain", Range(column="d", min="1999-01-01"), passed(checked=1, failing=0)),
        ],
    ),
    _refused("texts", "text", "1", says=["text"]),
    _refused("booleans", "boolean", "true", says=["boolean"]),
    _refused("times", "time", "12:00", says=[]),
    _refused("spans of time", "interval", "1 day", needs=["intervals"], says=["interval"]),
    _refused("documents", "json", "{}", says=["json"]),
    _refused("uuids", "uuid", "6b1c5a60-0d3e-4c5b-8a94-0123456789ab", says=["uuid"]),
    Given(
        "a range of numbers by dates",
        tables={"t": Table({"i": "integer", "n": "numeric", "f": "double"}, [(1, 1, 1.0)])},
        asks=[
            Ask(f"of {name}", Range(column=name, min="2024-01-01"), errored("its bounds are numbers, not '2024-01-01'"))
            for name in "inf"
        ],
    ),
    Given(
        "a range and how many may fail",
        tables=one("integer", *range(200), None),
        asks=[
            Ask("a count", Range(column="v", min=1, max_failing=1), passed(checked=200, failing=1)),
            Ask("a share", Range(column="v", max=198, max_failing="0.5%"), passed(checked=200, failing=1)),
            Ask("a hair less", Range(column="v", max=198, max_failing="0.49%"), failed("allowed 0.49%")),
            Ask(
                "warn by tolerance alone",
                Range(column="v", min=1, max_failing=5, warn={"max_failing": 0}),
                failed("not at least 1, allowed 0", severity="warn", checked=200, failing=1),
            ),
            Ask(
                "warn by a tighter bound",
                Range(column="v", min=0, max=500, warn={"max": 189}),
                failed("10 of 200 rows (5%)", "not between 0 and 189", severity="warn", failing=10),
            ),
            Ask(
                "warn by another kind of bound",
                Range(column="v", min=0, max=500, warn={"above": 0}),
                failed("not more than 0 and at most 500", severity="warn", failing=1),
            ),
            Ask(
                "warn that tolerates as the check does",
                Range(column="v", min=0, max=190, max_failing="5%", warn={"max": 189}),
                passed(checked=200, failing=10),
            ),
            Ask(
                "warn with its own tolerance",
                Range(column="v", min=0, max=190, max_failing="5%", warn={"max": 199, "max_failing": 0}),
                passed(checked=200, failing=0),
            ),
            Ask("broken before warn", Range(column="v", max=100, warn={"max": 50}), failed("at most 100", failing=99)),
        ],
    ),
    Given(
        "a range and filters",
        tables={"t": Table({"v": "integer", "n": "integer"}, [(1, 1), (2, 2), (None, 2), (3, 3), (9, None)])},
        asks=[
            Ask("of the check", Range(column="v", max=1, where="n = 1 OR n = 2 -- these"), failed(checked=2, failing=1)),
            Ask(
                "of both, with warn",
                Range(column="v", min=0, where="n > 1 OR n IS NULL", warn={"min": 3}),
                failed(checked=2, failing=1, severity="warn"),
                Dataset(table="t", where="v < 9 OR v IS NULL"),
            ),
            Ask("a query", Range(column="w", max=2), failed(checked=4, failing=2), Dataset(query="SELECT v AS w FROM t")),
        ],
    ),
    Given(
        "a range of columns with odd names",
        tables={"Odd Table": Table({"user": "integer", "100%": "integer", 'say "hi"': "integer"}, [(1, 2, 3), (None, 2, 3)])},
        asks=[
            Ask(repr(name), Range(column=name, max=2), expect)
            for name, expect in (("user", passed(checked=1)), ("100%", passed(checked=2)), ('say "hi"', failed(failing=2)))
        ],
    ),
    Given(
        "a range that cannot be asked, beside some that can",
        tables=one("integer", 1, 2),
        asks=[
            Ask("no such column", Range(column="w", min=1), errored("no column 'w'")),
            Ask("a bad filter", Range(column="v", min=1, name="bad", where="nope = 1"), errored("nope")),
            Ask("of dates", Range(column="v", min="2024-01-01", name="dates"), errored("its bounds are numbers")),
            Ask("a good one", Range(column="v", min=2), failed(checked=2, failing=1)),
            Ask("keys", Uniqueness(columns=["v"]), passed()),
        ],
    ),
]
