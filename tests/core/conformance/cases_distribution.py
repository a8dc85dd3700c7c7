"""Statistics: what they are of, exactly, and what they are not of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from airflow_data_quality import Dataset, Distribution, Volume

from .case import Ask, Between, Given, Table, errored, failed, one, only, passed, words

NAN, INF = float("nan"), float("inf")
HUGE, HUGER = (Decimal(f"123456789012345678901234567890.123456789{digit}") for digit in (0, 1))
QUANTILES = ("median", "p01", "p50", "p99")
OF_NUMBERS = ("mean", "stddev", "min", "max", "sum", *QUANTILES)


def _is(statistic: str, value: Any, *, name: str | None = None, column: str = "v", **more: Any) -> Ask:
    """Asks for exactly this value."""
    check = Distribution(column=column, **{statistic: {"equals": value}}, **more)
    return Ask(name or f"{statistic} is {value}", check, passed(f"{statistic} ", value=value, **more.get("facts", {})))


def _no(statistic: str, *says: str, limit: Any = None, name: str | None = None, column: str = "v", **more: Any) -> Ask:
    """Asks what cannot hold."""
    check = Distribution(column=column, **{statistic: limit or {"min": -INF, "max": INF}}, **more)
    return Ask(name or f"{statistic}: {says[0]}", check, failed(*says))


def _within(statistic: str, low: Any, high: Any, value: Any, *, held: bool) -> Ask:
    check = Distribution(column="v", **{statistic: {"min": low, "max": high}})  # type: ignore[arg-type]
    expected = passed(value=value) if held else failed(f"{statistic} ", value=value)
    return Ask(f"{statistic} in {low} to {high}", check, expected)


def _small(scale: Any) -> list[Ask]:
    """The statistics of 0, 0, 0, 4, NULL, times a number."""
    return [
        _is("mean", 1 * scale),
        _is("stddev", 2 * scale),
        _is("min", 0 * scale),
        _is("max", 4 * scale),
        _is("sum", 4 * scale),
        _is("median", 0 * scale),
        _is("p01", 0 * scale),
        _is("p66", 0 * scale),
        _is("p75", 1 * scale),
        _is("distinct", 2),
        _is("missing", 1),
        Ask(
            "all at once",
            Distribution(
                column="v",
                mean={"equals": 1 * scale},
                stddev={"equals": 2 * scale},
                sum={"above": 4 * scale},
                p75={"below": 1 * scale},
                distinct={"max": 1},
                missing={"max": 1},
            ),
            failed(
                "sum ", "(allowed more than ", "p75 ", "distinct 2 (allowed at most 1)", "missing 1 as allowed", value=4 * scale
            ),
        ),
    ]


GIVENS = [
    Given("statistics of integers", tables=one("integer", None, 0, 0, 0, 4), asks=_small(1)),
    Given("statistics of small integers", tables=one("smallint", None, 0, 0, 0, 40), asks=_small(10), alone=False),
    Given("statistics of large integers", tables=one("bigint", None, 0, 0, 0, 4 * 10**15), asks=_small(10**15), alone=False),
    Given("statistics of decimals", tables=one("numeric(12,2)", None, 0, 0, 0, 2), asks=_small(Decimal("0.5")), alone=False),
    Given("statistics of doubles", tables=one("double", None, 0, 0, 0, 2), asks=_small(0.5), alone=False),
    Given("statistics of single-precision numbers", tables=one("real", None, 0, 0, 0, 2), asks=_small(0.5), alone=False),
    Given(
        "statistics of an empty table",
        tables=one("integer"),
        asks=[
            *(_no(name, f"{name} has no rows to measure") for name in OF_NUMBERS),
            _is("distinct", 0),
            _is("missing", 0),
            Ask(
                "some are there all the same",
                Distribution(column="v", mean={"min": 0}, missing={"equals": 0}),
                failed("mean has no rows to measure, allowed at least 0, missing 0 as allowed (exactly 0)", value=None),
            ),
        ],
    ),
    Given(
        "statistics of NULLs",
        tables=one("numeric", None, None, None),
        asks=[*(_no(name, f"{name} has no rows to measure") for name in OF_NUMBERS), _is("distinct", 0), _is("missing", 3)],
    ),
    Given(
        "statistics of one value",
        tables=one("integer", 7, None),
        asks=[
            *(_is(name, 7) for name in ("mean", "min", "max", "sum", *QUANTILES)),
            _no("stddev", "stddev has no rows to measure (it needs two)"),
            _is("distinct", 1),
        ],
    ),
    Given(
        "statistics of equal values",
        tables=one("integer", 7, 7, 7, 7),
        asks=[
            *(_is(name, 7) for name in ("mean", "min", "max", *QUANTILES)),
            _is("stddev", 0),
            _is("distinct", 1),
            _is("missing", 0),
        ],
    ),
    Given(
        "quantiles of one to a hundred",
        tables={"t": Table({"v": "integer"}, [(number,) for number in range(100, 0, -1)])},
        asks=[
            _within("median", 50, 51, Decimal("50.5"), held=True),
            _within("median", "50.5", "50.5000000000000000000000001", Decimal("50.5"), held=True),
            _within("median", "50.5000000000000000000000001", 51, Decimal("50.5"), held=False),
            _within("median", 50, "50.4999999999999999999999999", Decimal("50.5"), held=False),
            _within("median", 51, 60, Decimal("50.5"), held=False),
            _within("median", 40, 50, Decimal("50.5"), held=False),
            _within("median", 90, 99, Decimal("50.5"), held=False),
            _within("median", -9, 2, Decimal("50.5"), held=False),
            _within("median", -INF, INF, Decimal("50.5"), held=True),
            _within("median", "-1e400", "1e400", Decimal("50.5"), held=True),
            _within("median", "-1e-400", "1e-400", Decimal("50.5"), held=False),
            _within("median", -(2**63) - 1, 2**63, Decimal("50.5"), held=True),
            _within("p01", 1, 2, Decimal("1.99"), held=True),
            _within("p99", 99, 100, Decimal("99.01"), held=True),
            _within("p33", 33, 34, Decimal("33.67"), held=True),
            Ask(
                "of some rows",
                Distribution(column="v", median={"equals": 2}, where="v < 4 -- or so"),
                passed("median 2 as allowed", value=2),
            ),
            Ask(
                "of some rows of some",
                Distribution(column="v", p50={"equals": 3}, sum={"equals": 5}, where="v < 4 OR v < 2"),
                failed("p50 2.5 (allowed exactly 3), sum 5 as allowed", value=Decimal("2.5")),
                Dataset(table="t", where="v > 1 OR v IS NULL"),
            ),
            Ask(
                "of no rows", Distribution(column="v", median={"min": 0}, where="1 = 0"), failed("no rows to measure", value=None)
            ),
            Ask(
                "of a query",
                Distribution(column="half", median={"equals": 25}, distinct={"equals": 51}),
                passed(value=25),
                Dataset(query="SELECT CAST(v / 2 AS integer) AS half FROM t"),
            ),
            Ask(
                "of a filter that nobody can read to its end",
                Distribution(column="v", median={"min": 0}, where="v < 4 /* open"),
                errored(words(postgresql="unterminated /* comment", sqlite="incomplete input")),
            ),
        ],
    ),
    Given(
        "statistics that warn",
        tables=one("integer", 1, 2, 3),
        asks=[
            Ask(
                "held",
                Distribution(column="v", mean={"min": 0}, warn={"median": {"equals": 2}}),
                passed("mean 2", "median 2", value=2),
            ),
            Ask(
                "only those of warn are broken",
                Distribution(column="v", mean={"min": 0}, warn={"p99": {"max": 2}}),
                failed("p99 2.98 (allowed at most 2), mean 2 as allowed", value=Decimal("2.98"), severity="warn"),
            ),
            Ask(
                "a main one is broken",
                Distribution(column="v", mean={"min": 5}, warn={"p99": {"max": 2}}),
                failed("mean 2 (allowed at least 5)", value=2),
            ),
            Ask(
                "one statistic, two bounds",
                Distribution(column="v", median={"max": 5}, warn={"median": {"max": 1}}),
                failed("median 2 (allowed at most 1)", value=2, severity="warn"),
            ),
            Ask("of severity warn", Distribution(column="v", mean={"max": 1}, severity="warn"), failed(value=2, severity="warn")),
            Ask("of severity info", Distribution(column="v", mean={"max": 1}, severity="info"), failed(value=2, severity="info")),
        ],
    ),
    Given(
        "columns with odd names, and their statistics",
        tables={
            "Order Lines": Table(
                {"100%": "integer", "user": "integer", 'q"uote': "numeric", "apo'strophe": "double"}, [(1, 2, 3, 4)] * 3
            )
        },
        asks=[
            Ask(
                name,
                Distribution(column=name, mean={"equals": value}, median={"equals": value}, distinct={"equals": 1}),
                passed(value=value),
            )
            for value, name in enumerate(["100%", "USER", 'q"uote', "apo'strophe"], 1)
        ]
        + [Ask("an expression is no name", Distribution(column="user + 1", mean={"min": 0}), errored("no column 'user + 1'"))],
    ),
    Given(
        "statistics of what is infinite",
        tables=one("double", INF, 1.5, None, 2.5),
        asks=[
            _is("max", INF),
            _is("sum", INF),
            _is("mean", INF),
            _is("min", 1.5),
            _is("median", 2.5),
            _is("p99", INF, name="on the way to infinity one is there"),
            _no("max", "max infinity (allowed at most 9)", limit={"max": 9}),
            _is("distinct", 3),
        ],
    ),
    Given(
        "statistics of what is no number",
        needs=frozenset({"NaN equals NaN"}),
        tables=one("double", NAN, 1.5, -INF, NAN, INF),
        asks=[
            *(
                _no(name, f"{name} NaN (allowed between -infinity and infinity)")
                for name in ("mean", "stddev", "max", "sum", "p99")
            ),
            _is("min", -INF),
            _is("median", INF, name="NaN is the largest"),
            _is("distinct", 4),
            _is("missing", 0),
            _no("median", "median infinity", limit={"below": INF}, name="less than infinity"),
            _is("median", 1.5, name="without NaN", where="v <> 'NaN'"),
        ],
    ),
    Given(
        "zero with either sign",
        tables=one("double", -0.0, 0.0),
        asks=[_is("distinct", 1), _is("min", 0), _is("max", 0), _is("median", 0), _is("sum", 0)],
    ),
    Given(
        "single precision means its shortest spelling",
        needs=frozenset({"single precision"}),
        tables=one("real", "0.1", "0.1", "0.3"),
        asks=[
            _is("min", 0.1),
            _is("max", 0.3),
            _is("median", 0.1),
            _is("p75", 0.2),
            _is("distinct", 2),
            _no("max", "max 0.3 (allowed more than 0.3)", limit={"above": 0.3}),
        ],
    ),
    Given(
        "the largest integers there are",
        tables=one("bigint", 2**63 - 1, 2**63 - 1, -(2**63)),
        asks=[
            _is("min", -(2**63)),
            _is("max", 2**63 - 1),
            _is("median", 2**63 - 1),
            _is("p75", 2**63 - 1),
            Ask(
                "their sum",
                Distribution(column="v", sum={"equals": 2**63 - 2}),
                passed(value=2**63 - 2),
                but={"sqlite": errored("integer overflow")},
            ),
            _within("median", 2**63 - 1, 2**64, 2**63 - 1, held=True),
            _within("median", -(2**70), 2**63 - 2, 2**63 - 1, held=False),
        ],
    ),
    Given(
        "decimals with many digits",
        needs=frozenset({"exact decimals"}),
        tables=one("numeric", HUGE, HUGER, Decimal("0.1"), Decimal("0.10")),
        asks=[
            _is("max", HUGER),
            _is("p99", Decimal("123456789012345678901234567890.123456789097")),
            _is("p33", Decimal("0.1")),
            _is("distinct", 3, name="0.1 and 0.10 are one"),
            _no("max", "(allowed at most 123,456,789,012,345,678,901,234,567,890.123456789)", limit={"max": HUGE}),
        ],
    ),
    Given(
        "decimals that are none",
        needs=frozenset({"numeric NaN", "numeric infinity"}),
        tables=one("numeric", "NaN", "Infinity", "1.5"),
        asks=[
            _no("max", "max NaN"),
            _no("mean", "mean NaN"),
            _is("median", INF),
            _is("min", Decimal("1.5")),
            _is("distinct", 3),
            _no("p75", "p75 NaN"),
            _is("p25", INF, name="between a number and infinity"),
        ],
    ),
    Given(
        "statistics of domains",
        needs=frozenset({"domains"}),
        before=only("postgresql", "CREATE DOMAIN cents AS numeric(12,2)", "CREATE DOMAIN few AS cents CHECK (VALUE < 100)"),
        tables=one("few", Decimal("1.50"), Decimal("2.25"), None),
        asks=[_is("mean", Decimal("1.875")), _is("median", Decimal("1.875")), _is("max", Decimal("2.25")), _is("distinct", 2)],
    ),
    Given(
        "counts of every kind of column",
        tables={
            "t": Table(
                {"s": "text", "b": "boolean", "d": "date", "at": "timestamptz", "n": "time", "raw": "binary", "c": "char(3)"},
                [
                    ("it's\n", "true", "2024-01-01", "2024-01-01 00:00:00+00", "12:00", "\\x00", "a"),
                    ("it's", "false", "2024-01-02", "2024-01-01 01:00:00+01", "12:00", "\\x00ff", "b"),
                    ("", "true", None, "2024-01-02 00:00:00+00", None, None, "b"),
                    (None,) * 7,
                ],
            )
        },
        asks=[
            *(
                Ask(
                    column,
                    Distribution(column=column, distinct={"equals": distinct}, missing={"equals": missing}),
                    passed(value=distinct),
                    but=but,
                )
                for column, distinct, missing, but in (
                    ("s", 3, 1, {}),
                    ("b", 2, 1, {}),
                    ("d", 2, 2, {}),
                    # As texts, one moment in two zones is two.
                    ("at", 2, 1, {"sqlite": failed(value=3)}),
                    ("n", 1, 2, {}),
                    ("raw", 2, 2, {}),
                    ("c", 2, 1, {}),
                )
            ),
            *(
                Ask(
                    f"no mean of {column}",
                    Distribution(column=column, mean={"min": 0}, missing={"min": 0}),
                    errored(f"column '{column}' is ", "mean can be asked of numbers only (distinct and missing of any column)"),
                )
                for column in ("s", "b", "d", "at", "n", "raw", "c")
            ),
        ],
    ),
    Given(
        "counts of kinds of PostgreSQL's own",
        needs=frozenset({"jsonb", "enums", "intervals", "uuids", "arrays", "money"}),
        before=only("postgresql", "CREATE TYPE mood AS ENUM ('sad', 'happy')"),
        tables={
            "t": Table(
                {"j": "jsonb", "k": "json", "m": "mood", "i": "interval", "u": "uuid", "a": "integer[]", "e": "money"},
                [
                    ('{"a": 1, "b": 2}', "{}", "sad", "1 day", "6f1f1c5e-0000-4000-8000-000000000000", "{1,2}", "1"),
                    ('{"b": 2, "a": 1}', "{}", "sad", "24 hours", "6F1F1C5E-0000-4000-8000-000000000000", "{1,2}", "2"),
                ],
            )
        },
        asks=[
            *(
                _is("distinct", distinct, name=column, column=column)
                for column, distinct in zip("jmiuae", (1, 1, 1, 1, 1, 2), strict=True)
            ),
            Ask(
                "json equals nothing",
                Distribution(column="k", distinct={"min": 0}),
                errored("could not identify an equality operator"),
            ),
            _is("missing", 0, name="but may be missing", column="k"),
            *(
                Ask(f"no median of {column}", Distribution(column=column, median={"min": 0}), errored("numbers only"))
                for column in "jkmiuae"
            ),
        ],
    ),
    Given(
        "texts that are equal without being the same",
        needs=frozenset({"citext"}),
        before=only("postgresql", "CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public"),
        tables=one("citext", "a", "A", "b"),
        asks=[_is("distinct", 2)],
    ),
    Given(
        "what is asked once of many",
        tables=one("double", 1, 2, 3, 4),
        asks=[
            Ask("rows", Volume(equals=4), passed(value=4)),
            Ask("mean and median", Distribution(column="v", mean={"equals": 2.5}, median={"equals": 2.5}), passed(value=2.5)),
            Ask(
                "deviation", Distribution(column="v", stddev={"min": 1}), passed(value=Between(1.2909944487358, 1.2909944487359))
            ),
            Ask(
                "of a bad filter", Distribution(column="v", mean={"min": 0}, median={"min": 0}, where="nope > 1"), errored("nope")
            ),
            Ask("a quantile that is 4", Distribution(column="v", p90={"equals": 4}, where="v > 3"), passed(value=4)),
        ],
    ),
]
