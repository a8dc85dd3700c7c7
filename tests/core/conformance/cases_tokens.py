"""``missing_values`` against every type: equal where the type can hold the token, left out where it cannot."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from airflow_data_quality import Completeness

from .case import Ask, Expect, Given, Table, failed, one, only, passed

NAN = float("nan")
FLT_MAX, DBL_MAX = 3.4028234663852886e38, 1.7976931348623157e308
LEFT_OUT = "only NULL was looked for"


def _missing(name: str, *tokens: Any, of: int, failing: int, says: tuple[str, ...] = (), in_sqlite: int | None = None) -> Ask:
    """So many rows fail; what is said to be left out is looked for in SQLite, where any value may be in any column."""
    expect: Expect = (failed if failing else passed)(*says, checked=of, failing=failing)
    but = {"sqlite": failed(checked=of, failing=in_sqlite or failing)} if says or in_sqlite else {}
    return Ask(name, Completeness(column="v", missing_values=list(tokens)), expect, but=but)


GIVENS = [
    Given(
        "tokens in text",
        tables=one("text", "", " ", "N/A", "n/a", "-1", "0", "1.0", "true", "it's", "100%", "ü", None),
        asks=[
            _missing("empty", "", of=12, failing=2),
            _missing("a blank is not empty", " ", of=12, failing=2),
            _missing("case matters", "N/A", of=12, failing=2),
            _missing("an integer is its digits", -1, of=12, failing=2),
            _missing("a float is its shortest spelling", 1.0, of=12, failing=2),
            _missing("a decimal keeps its scale", Decimal("1.0"), of=12, failing=2),
            _missing("quote, percent, umlaut", "it's", "100%", "ü", of=12, failing=4),
            _missing("what looks like SQL is a text", "' OR '1'='1", "it''s", "\\", of=12, failing=1),
            _missing("several, each row once", "", "", " ", "N/A", of=12, failing=4),
            _missing("truth is no text", True, of=12, failing=1, says=(LEFT_OUT, "v (text)")),
            _missing("nor is NUL", "\0", of=12, failing=1, says=(LEFT_OUT,)),
            _missing("huge", 10**40, "x" * 10_000, of=12, failing=1),
        ],
    ),
    Given(
        "tokens in blank-padded text",
        tables=one("char(5)", "ab", "", "N/A", None),
        asks=[
            _missing("padding is not content", "ab", of=4, failing=2),
            _missing("empty is blank", "", of=4, failing=2),
            _missing("nor are blanks in the token", "N/A  ", of=4, failing=2, in_sqlite=1),
        ],
    ),
    Given(
        "tokens in integers",
        tables=one("integer", -1, 0, 1, 999, None),
        asks=[
            _missing("minus one", -1, of=5, failing=2),
            _missing("as text", "-1", " 999 ", of=5, failing=3),
            _missing("as a whole float", 1.0, Decimal("0.0"), of=5, failing=3),
            _missing("a fraction is none", 0.5, "1.5", of=5, failing=1, says=(LEFT_OUT, "v (integer)")),
            _missing("text is none", "", "N/A", "x'", of=5, failing=1, says=(LEFT_OUT,)),
            _missing("some that fit, some that do not", "", "N/A", -1, of=5, failing=2),
            _missing("NaN is none", NAN, of=5, failing=1, says=(LEFT_OUT,)),
            _missing("infinity is none", "Infinity", float("inf"), of=5, failing=1, says=(LEFT_OUT,)),
            _missing("beyond 64 bits", 2**63, -(2**63) - 1, 10**40, "1e400", of=5, failing=1, says=(LEFT_OUT,)),
            _missing("beyond the column, within 64 bits", 2**31, 2**63 - 1, -(2**63), of=5, failing=1),
            _missing("truth is no number", True, False, of=5, failing=1, says=(LEFT_OUT,)),
            _missing("dates are none", "1970-01-01", of=5, failing=1, says=(LEFT_OUT,)),
        ],
    ),
    Given(
        "tokens in big integers",
        tables=one("bigint", 2**63 - 1, -(2**63), 2**53 + 1, 2**53, None),
        asks=[
            _missing("the largest", 2**63 - 1, of=5, failing=2),
            _missing("the smallest", -(2**63), of=5, failing=2),
            _missing("next to what a float can tell apart", 2**53 + 1, of=5, failing=2),
            _missing("as text", "9007199254740993", of=5, failing=2),
        ],
    ),
    Given(
        "tokens in small integers",
        tables=one("smallint", -32768, 0, None),
        asks=[
            _missing("that fit", -32768, of=3, failing=2),
            _missing("that do not", 99999, of=3, failing=1),
        ],
    ),
    Given(
        "tokens in exact numbers",
        tables=one("numeric", Decimal("1.50"), Decimal(-1), Decimal("0.1"), Decimal(10) ** 40, None),
        asks=[
            _missing("scale does not matter", Decimal("1.5"), of=5, failing=2),
            _missing("nor in text", "1.500", "-1.0", of=5, failing=3),
            _missing("a float means its spelling", 0.1, of=5, failing=2),
            _missing("huge", 10**40, of=5, failing=2),
            _missing("beyond any float", "1e400", Decimal("1e-400"), of=5, failing=1),
            _missing("text is none", "", "N/A", "1,5", of=5, failing=1, says=(LEFT_OUT,)),
            _missing("spellings of Python that no number has", "sNaN", "NaN12", of=5, failing=1, says=(LEFT_OUT,)),
        ],
    ),
    Given(
        "tokens in numbers of a fixed scale",
        tables=one("numeric(5,2)", Decimal("-9.99"), Decimal("1.00"), None),
        asks=[
            _missing("that fit", -9.99, of=3, failing=2),
            _missing("that do not", 10**9, "1.005", "1e300", of=3, failing=1),
        ],
    ),
    Given(
        "NaN in exact numbers",
        needs=frozenset({"numeric NaN"}),
        tables=one("numeric", Decimal("NaN"), Decimal(1), None),
        asks=[
            _missing("as a float", NAN, of=3, failing=2),
            _missing("as text", "nan", of=3, failing=2),
            _missing("as a decimal", Decimal("NaN"), of=3, failing=2),
        ],
    ),
    Given(
        "infinity in exact numbers",
        needs=frozenset({"numeric infinity"}),
        tables=one("numeric", Decimal("Infinity"), Decimal("-Infinity"), Decimal(1)),
        asks=[
            _missing("one of them", float("inf"), of=3, failing=1),
            _missing("both, as text", "Infinity", "-inf", of=3, failing=2),
        ],
    ),
    Given(
        "tokens in double precision",
        tables=one("double", -1.0, 0.1, DBL_MAX, -DBL_MAX, 5e-324, 1e22, None),
        asks=[
            _missing("minus one", -1, of=7, failing=2),
            _missing("a tenth", 0.1, of=7, failing=2),
            _missing("a tenth as text", "0.10", of=7, failing=2),
            _missing("the largest there is", DBL_MAX, of=7, failing=2),
            _missing("the lowest there is, as text", "-1.7976931348623157e308", of=7, failing=2),
            _missing("the smallest there is", 5e-324, of=7, failing=2),
            _missing("a large one", 1e22, of=7, failing=2),
            _missing("too large", "1e400", Decimal("-1e309"), 10**400, of=7, failing=1, says=(LEFT_OUT,)),
            _missing("too small to be told from 0", "1e-400", of=7, failing=1, says=(LEFT_OUT,)),
            _missing("text is none", "", "N/A", "sNaN", of=7, failing=1, says=(LEFT_OUT, "v (double precision)")),
        ],
    ),
    Given(
        "tokens in single precision",
        tables=one("real", 0.1, -1.0, FLT_MAX, None),
        asks=[
            _missing("a tenth is the column's own tenth", 0.1, of=4, failing=2),
            _missing("minus one as text", "-1.0", of=4, failing=2),
            _missing("the largest there is", FLT_MAX, of=4, failing=2),
            _missing("the largest there is, in short", "3.4028235e38", of=4, failing=2, in_sqlite=1),
            _missing("too large", 1e39, "1e300", of=4, failing=1, says=(LEFT_OUT,)),
        ],
    ),
    Given(
        "tokens in booleans",
        tables=one("boolean", "true", "false", None),
        asks=[
            _missing("false", False, of=3, failing=2),
            _missing("as text", "true", of=3, failing=2),
            _missing("numbers are no truth", 0, 1, 0.0, of=3, failing=1, says=(LEFT_OUT, "v (boolean)"), in_sqlite=3),
            _missing("nor is other text", "", "N/A", "maybe", of=3, failing=1, says=(LEFT_OUT,)),
        ],
    ),
    Given(
        "tokens in dates",
        tables=one("date", "1900-01-01", "9999-12-31", "2024-02-29", None),
        asks=[
            _missing("the first and the last", "1900-01-01", "9999-12-31", of=4, failing=3),
            _missing("as midnight", "1900-01-01 00:00", of=4, failing=2),
            _missing("later that day is no date", "1900-01-01 12:00", of=4, failing=1, says=(LEFT_OUT,)),
            _missing("a day that never was", "2023-02-29", "0000-00-00", of=4, failing=1, says=(LEFT_OUT, "v (date)")),
            _missing("text and numbers are none", "", "N/A", 0, -1, True, of=4, failing=1, says=(LEFT_OUT,)),
            _missing("day first is not read", "29/02/2024", of=4, failing=1, says=(LEFT_OUT,)),
        ],
    ),
    Given(
        "tokens in timestamps",
        tables=one("timestamp", "1970-01-01 00:00:00", "2024-01-01 12:30:00.123456", None),
        asks=[
            _missing("as a date", "1970-01-01", of=3, failing=2),
            _missing("to the microsecond", "2024-01-01T12:30:00.123456", of=3, failing=2),
            _missing("less is not equal", "2024-01-01 12:30", of=3, failing=1),
            _missing("a zone has no place", "1970-01-01T00:00:00Z", of=3, failing=1, says=(LEFT_OUT,)),
            _missing("text and numbers are none", "", "N/A", 0, of=3, failing=1, says=(LEFT_OUT,)),
        ],
    ),
    Given(
        "tokens in timestamps with a zone",
        tables=one("timestamptz", "1970-01-01 00:00:00+00", "2024-01-01 12:00:00+02", None),
        session={"TimeZone": "Asia/Kolkata"},
        asks=[
            _missing("without a zone, UTC is meant", "1970-01-01", of=3, failing=2),
            _missing("the same moment elsewhere", "2024-01-01T05:00:00-05:00", of=3, failing=2),
            _missing("text is none", "", of=3, failing=1, says=(LEFT_OUT, "v (timestamp with time zone)")),
        ],
    ),
    Given(
        "infinite moments as tokens",
        needs=frozenset({"infinite timestamps"}),
        tables={
            "t": Table({"v": "date", "at": "timestamptz"}, [("infinity", "infinity"), ("-infinity", "-infinity"), (None, None)])
        },
        asks=[
            _missing("in dates", "infinity", of=3, failing=2),
            _missing("both", "infinity", "-infinity", of=3, failing=3),
            Ask("in timestamps", Completeness(column="at", missing_values=["Infinity"]), failed(checked=3, failing=2)),
        ],
    ),
    Given(
        "tokens in uuids",
        tables=one("uuid", "00000000-0000-0000-0000-000000000000", "6b1c5a60-0d3e-4c5b-8a94-0123456789ab", None),
        asks=[
            _missing("the zero uuid", "00000000-0000-0000-0000-000000000000", of=3, failing=2),
            _missing("any spelling", "6B1C5A600D3E4C5B8A940123456789AB", of=3, failing=2, in_sqlite=1),
            _missing("text and numbers are none", "", "N/A", 0, -1, of=3, failing=1, says=(LEFT_OUT, "v (uuid)")),
        ],
    ),
    Given(
        "tokens in types without a literal of ours",
        needs=frozenset({"jsonb", "arrays", "time"}),
        tables={
            "t": Table(
                {"j": "jsonb", "a": "integer[]", "h": "time", "b": "binary"},
                [("{}", "{}", "00:00", "\\x"), ("null", "{1}", "12:00", "\\x00"), (None, None, None, None)],
            )
        },
        asks=[
            Ask("an empty object", Completeness(column="j", missing_values=["{}"]), failed(checked=3, failing=2)),
            Ask("a JSON null is a value", Completeness(column="j"), failed(checked=3, failing=1)),
            Ask("unless it is named", Completeness(column="j", missing_values=["null"]), failed(checked=3, failing=2)),
            Ask("an empty array", Completeness(column="a", missing_values=["{}"]), failed(checked=3, failing=2)),
            Ask("midnight", Completeness(column="h", missing_values=["00:00:00"]), failed(checked=3, failing=2)),
            Ask("midnight, in short", Completeness(column="h", missing_values=["00:00"]), failed(checked=3, failing=2)),
            Ask("no bytes", Completeness(column="b", missing_values=["\\x"]), failed(checked=3, failing=2)),
            Ask("numbers and text", Completeness(column="j", missing_values=[-1, "", "N/A"]), failed(checked=3, failing=1)),
        ],
    ),
    Given(
        "tokens in a session that spells values otherwise",
        needs=frozenset({"PostgreSQL's SQL"}),
        tables={"t": Table({"s": "interval", "b": "binary", "at": "timestamp"}, [("1 day", "\\x61", "2024-02-01 00:00")])},
        session={"IntervalStyle": "sql_standard", "bytea_output": "escape", "DateStyle": "SQL, DMY"},
        asks=[
            Ask("a span of time", Completeness(column="s", missing_values=["1 day"]), failed(checked=1, failing=1)),
            Ask("bytes", Completeness(column="b", missing_values=["\\x61"]), failed(checked=1, failing=1)),
            Ask("a moment", Completeness(column="at", missing_values=["2024-02-01"]), failed(checked=1, failing=1)),
        ],
    ),
    Given(
        "tokens in enums",
        needs=frozenset({"enums"}),
        before=only("postgresql", "CREATE TYPE {schema}.mood AS ENUM ('sad', 'unknown', '')"),
        tables=one("mood", "sad", "unknown", "", None),
        asks=[
            _missing("a label", "unknown", of=4, failing=2),
            _missing("the empty label", "", of=4, failing=2),
            _missing("what is no label is never there", "N/A", -1, of=4, failing=1),
        ],
    ),
    Given(
        "tokens in domains",
        needs=frozenset({"domains"}),
        before=only(
            "postgresql",
            "CREATE DOMAIN {schema}.counted AS integer CHECK (VALUE >= 0)",
            "CREATE DOMAIN {schema}.weight AS double precision CHECK (VALUE >= 0)",
            'CREATE DOMAIN {schema}."Odd Real" AS real',
            "CREATE DOMAIN {schema}.word AS text CHECK (VALUE <> '')",
            "CREATE DOMAIN {schema}.inner_count AS integer",
            "CREATE DOMAIN {schema}.outer_count AS {schema}.inner_count",
        ),
        tables={
            "t": Table(
                {"c": "counted", "w": "weight", "r": '"Odd Real"', "s": "word", "o": "outer_count"},
                [(1, 1.5, 0.1, "a", 1), (None, None, None, None, None)],
            )
        },
        asks=[
            Ask("of integers", Completeness(column="c", missing_values=[-1, 1]), failed(checked=2, failing=2)),
            Ask("of floats, one that the domain refuses", Completeness(column="w", missing_values=[-1]), failed(failing=1)),
            Ask("of floats", Completeness(column="w", missing_values=[1.5]), failed(checked=2, failing=2)),
            Ask("of single precision", Completeness(column="r", missing_values=[0.1]), failed(checked=2, failing=2)),
            Ask("of single precision, too large", Completeness(column="r", missing_values=[1e300]), failed(failing=1)),
            Ask("of text, one that the domain refuses", Completeness(column="s", missing_values=[""]), failed(failing=1)),
            Ask("of a domain of integers", Completeness(column="o", missing_values=[1.0]), failed(checked=2, failing=2)),
        ],
    ),
    Given(
        "tokens over several columns",
        tables={"t": Table({"a": "integer", "b": "text"}, [(1, "x"), (-1, "x"), (1, "-1"), (1, ""), (None, None)])},
        asks=[
            Ask("any of them", Completeness(columns=["a", "b"], missing_values=[-1]), failed(checked=5, failing=3)),
            Ask(
                "said for the one that none fits",
                Completeness(columns=["a", "b"], missing_values=[""]),
                failed("none of the missing_values can stand in a (integer)", checked=5, failing=2),
                but={"sqlite": failed(checked=5, failing=2)},
            ),
            Ask("many tokens", Completeness(column="a", missing_values=list(range(2, 700))), failed(checked=5, failing=1)),
        ],
    ),
]
