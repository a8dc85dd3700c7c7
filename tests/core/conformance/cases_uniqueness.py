"""Which keys are equal, and how the ones that occur twice are counted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import product

from airflow_data_quality import Uniqueness

from .case import Ask, Given, Table, errored, failed, one, only, passed

NAN = float("nan")
INF = float("inf")

# nulls, count → (checked, failing) of the key below.
PAIRS = {
    ("distinct", "surplus"): (5, 2),
    ("distinct", "rows"): (5, 4),
    ("distinct", "keys"): (5, 2),
    ("equal", "surplus"): (12, 6),
    ("equal", "rows"): (12, 11),
    ("equal", "keys"): (12, 5),
}
SINGLE = {
    ("distinct", "surplus"): (5, 3),
    ("distinct", "rows"): (5, 5),
    ("distinct", "keys"): (5, 2),
    ("equal", "surplus"): (8, 5),
    ("equal", "rows"): (8, 8),
    ("equal", "keys"): (8, 3),
}
TYPES = {
    "integer": (1, 2, -1),
    "text": ("x", "y", ""),
    "numeric": (Decimal("1.5"), Decimal(2), Decimal(-1)),
    "date": ("2024-01-01", "2024-01-02", "1900-01-01"),
    "double": (1.5, 2.5, -1.0),
}


def _modes(columns: list[str], known: dict[tuple[str, str], tuple[int, int]]) -> list[Ask]:
    return [
        Ask(
            f"nulls {nulls}, count {count}",
            Uniqueness(columns=columns, nulls=nulls, count=count),  # type: ignore[arg-type]
            failed(checked=known[nulls, count][0], failing=known[nulls, count][1]),
        )
        for nulls, count in product(("distinct", "equal"), ("surplus", "rows", "keys"))
    ]


def _twice(name: str, type_: str, *values: object, failing: int, apart_in: Sequence[str] = (), **more: object) -> Given:
    """A column in which equal values are spelled differently; a dialect may know them as texts only, which differ."""
    but = dict.fromkeys(apart_in, passed(failing=0))
    asks = [
        Ask("are equal", Uniqueness(columns=["v"]), failed(checked=len(values), failing=failing), but=but),
        Ask("are equal in a pair", Uniqueness(columns=["one", "v"]), failed(checked=len(values), failing=failing), but=but),
        Ask("are equal where NULLs are", Uniqueness(columns=["v"], nulls="equal"), failed(failing=failing), but=but),
    ]
    table = Table({"one": "integer", "v": type_}, [(1, value) for value in values])
    return Given(name, asks, {"t": table}, **more)  # type: ignore[arg-type]


def _apart(name: str, type_: str, *values: object, needs: frozenset[str] = frozenset()) -> Given:
    """A column in which no two values are equal, however near they are."""
    asks = [
        Ask("differ", Uniqueness(columns=["v"]), passed(checked=len(values), failing=0)),
        Ask("differ in a pair", Uniqueness(columns=["one", "v"]), passed(checked=len(values), failing=0)),
    ]
    return Given(name, asks, {"t": Table({"one": "integer", "v": type_}, [(1, value) for value in values])}, needs)


GIVENS = [
    *(
        Given(
            f"doubled keys of {type_}, some of them NULL",
            asks=_modes(["v"], SINGLE),
            tables=one(type_, *(values[0],) * 3, *(values[1],) * 2, None, None, None),
        )
        for type_, values in TYPES.items()
    ),
    Given(
        "doubled pairs, some of them partly NULL",
        tables={
            "t": Table(
                {"a": "integer", "b": "text"},
                [
                    *[(1, "x"), (1, "x"), (1, "y"), (2, "y"), (2, "y")],
                    *[(1, None), (1, None), (None, "x"), (None, "x"), (None, None), (None, None), (None, None)],
                ],
            )
        },
        asks=[
            *_modes(["a", "b"], PAIRS),
            Ask("a filter first", Uniqueness(columns=["a", "b"], where="b = 'x'"), failed(checked=2, failing=1)),
            Ask("a filter on NULL", Uniqueness(columns=["b"], nulls="equal", where="a IS NULL"), failed(checked=5, failing=3)),
            Ask("order means nothing", Uniqueness(columns=["b", "a"]), failed(checked=5, failing=2)),
            Ask("as a share", Uniqueness(columns=["a", "b"], max_failing="40%"), passed(checked=5, failing=2)),
            Ask("as too large a share", Uniqueness(columns=["a", "b"], max_failing="39.99%"), failed(checked=5, failing=2)),
            Ask("a missing column", Uniqueness(columns=["a", "c"]), errored("no column 'c'")),
        ],
    ),
    Given(
        "one NULL is equal to no other",
        tables=one("integer", 0, 1, None),
        asks=[
            Ask("nulls distinct", Uniqueness(columns=["v"]), passed(checked=2, failing=0)),
            Ask("nulls equal", Uniqueness(columns=["v"], nulls="equal"), passed(checked=3, failing=0)),
            Ask("keys", Uniqueness(columns=["v"], nulls="equal", count="keys"), passed(checked=3, failing=0)),
        ],
    ),
    _apart("big integers that a float cannot tell apart", "bigint", 2**53, 2**53 + 1, 2**53 - 1, -(2**53) - 1, -(2**53)),
    _apart("the ends of 64 bits", "bigint", 2**63 - 1, 2**63 - 2, -(2**63), -(2**63) + 1, 0, -1, 1),
    _twice("big integers", "bigint", 2**53 + 1, 2**53 + 1, 2**53, failing=1),
    _twice("negative keys", "integer", -1, -1, -2, -2, -2, 2, 1, failing=3),
    _twice("scale of exact numbers", "numeric", Decimal("1.0"), Decimal("1.00"), Decimal("1"), Decimal("10"), failing=2),
    _twice("zero with and without a sign", "double", 0.0, -0.0, 1.0, failing=1),
    _twice("zero of single precision", "real", 0.0, -0.0, 1.0, failing=1),
    _twice("NaN", "double", NAN, NAN, INF, -INF, failing=1, needs=frozenset({"NaN equals NaN"})),
    _twice("infinity", "double", INF, INF, -INF, failing=1),
    _apart("floats that look alike", "double", 0.1 + 0.2, 0.3),
    _twice("texts", "text", "a", "a", "A", failing=1),
    _apart("texts that look alike", "text", "a", "A", "a ", " a", "ä", "a\u0308", "", " "),
    _apart("varying texts", "varchar(9)", "a", "A", "a ", ""),
    _twice("blank-padded texts", "char(5)", "a", "a  ", "b", failing=1, apart_in=["sqlite"]),
    _twice(
        "moments written in other zones",
        "timestamptz",
        *("2024-01-01 12:00+00", "2024-01-01 14:00+02"),
        failing=1,
        apart_in=["sqlite"],
    ),
    _apart("local times", "timestamp", "2024-01-01 12:00", "2024-01-01 14:00", "2024-01-01 12:00:00.000001"),
    _twice("dates", "date", "2024-01-01", "2024-01-01", "0001-01-01", failing=1),
    _twice("booleans", "boolean", "true", "true", "false", failing=1),
    _twice(
        "uuids",
        "uuid",
        *("6b1c5a60-0d3e-4c5b-8a94-0123456789ab", "6B1C5A600D3E4C5B8A940123456789AB"),
        failing=1,
        apart_in=["sqlite"],
    ),
    _twice("bytes", "binary", "\\x00", "\\x00", "\\x0000", failing=1),
    _twice("spans of time", "interval", "30 days", "1 month", "720 hours", "1 day", failing=2, needs=frozenset({"intervals"})),
    _twice("money", "money", "1.5", "1.50", "2", failing=1, needs=frozenset({"money"})),
    _twice("arrays", "integer[]", "{1,2}", "{1, 2}", "{2,1}", failing=1, needs=frozenset({"arrays"})),
    _twice("bits", "bit(3)", "101", "101", "100", failing=1, needs=frozenset({"bits"})),
    _twice("ranges", "int4range", "[1,2)", "[1,1]", "[1,3)", failing=1, needs=frozenset({"ranges"})),
    _twice("JSON documents", "jsonb", '{"a": 1.0, "b": 2}', '{"b": 2, "a": 1.00}', "null", failing=1, needs=frozenset({"jsonb"})),
    _twice(
        "labels of an enum",
        "mood",
        *("ok", "ok", "sad"),
        failing=1,
        needs=frozenset({"enums"}),
        before=only("postgresql", "CREATE TYPE {schema}.mood AS ENUM ('sad', 'ok')"),
    ),
    _twice(
        "a domain of exact numbers",
        "price",
        *(Decimal("1.0"), Decimal("1.00")),
        failing=1,
        needs=frozenset({"domains"}),
        before=only("postgresql", "CREATE DOMAIN {schema}.price AS numeric"),
    ),
    Given(
        "types that know no equality",
        needs=frozenset({"json", "points", "xml"}),
        tables={"t": Table({"j": "json", "p": "point"}, [("{}", "(0,0)"), ("{}", "(0,0)")])},
        asks=[
            Ask("plain JSON", Uniqueness(columns=["j"]), errored("could not identify an equality operator for type json")),
            Ask("points", Uniqueness(columns=["p"]), errored("could not identify an equality operator for type point")),
        ],
    ),
    Given(
        "columns called as our statements call theirs",
        tables={
            "c": Table(
                {"n": "integer", "k0": "integer", "checked": "integer", "keys": "text", "q": "integer", "m0": "integer"},
                [(1, 1, 1, "a", 1, 1), (1, 2, 1, "a", 1, 1), (2, 2, 3, "b", 2, 2)],
            )
        },
        asks=[
            Ask("n", Uniqueness(columns=["n"], count="keys"), failed(checked=3, failing=1)),
            Ask("n and k0", Uniqueness(columns=["n", "k0"]), passed(checked=3, failing=0)),
            Ask("checked and keys", Uniqueness(columns=["checked", "keys"]), failed(checked=3, failing=1)),
            Ask("q and m0", Uniqueness(columns=["q", "m0"], count="rows"), failed(checked=3, failing=2)),
        ],
    ),
]
