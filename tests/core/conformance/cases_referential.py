"""Which keys are present in another table: NULLs, doubled parents, and keys of two different types."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from airflow_data_quality import Dataset, Referential

from .case import Ask, Expect, Given, Table, errored, failed, only, passed, words

NAN = float("nan")
NO_COLUMN = words(postgresql='column "nope" does not exist', sqlite="no such column: nope")
NUMBERS: dict[str, list[Any]] = {
    "smallint": [1, 2, -3],
    "integer": [1, 2, -3],
    "bigint": [1, 2, -3],
    "numeric": [Decimal("1.0"), Decimal("2.00"), Decimal(-3)],
    "double": [1.0, 2.0, -3.0],
    "real": [1.0, 2.0, -3.0],
}


def _points(*columns: str, to: str = "p", to_columns: tuple[str, ...] = ("k",), **more: Any) -> Referential:
    return Referential(columns=list(columns), to_table=to, to_columns=list(to_columns), **more)


def _across(
    child: str, parent: str, children: list[Any], parents: list[Any], expect: Expect, in_sqlite: Expect | None = None, **more: Any
) -> Given:
    """A key of one type that points to a key of another."""
    tables = {
        "t": Table({"v": child}, [(value,) for value in children]),
        "p": Table({"k": parent}, [(value,) for value in parents]),
    }
    asks = [Ask(f"{child} to {parent}", _points("v"), expect, but={} if in_sqlite is None else {"sqlite": in_sqlite})]
    return Given(f"{child} keys that point to {parent}: {children} to {parents}", asks, tables, **more)


GIVENS = [
    Given(
        "children of some parents",
        tables={
            "t": Table(
                {"a": "integer", "b": "text"}, [(1, "x"), (1, "x"), (2, "x"), (3, "y"), (None, "x"), (1, None), (None, None)]
            ),
            "p": Table({"k": "integer", "l": "text", "live": "boolean"}, [(1, "x", True), (1, "x", True), (3, "y", False)]),
        },
        asks=[
            Ask("one column", _points("a"), failed("1 of 5 rows (20%) have a (a) that is not in p(k)", checked=5, failing=1)),
            Ask("two columns", _points("a", "b", to_columns=("k", "l")), failed(checked=4, failing=1)),
            Ask("order belongs to both", _points("b", "a", to_columns=("l", "k")), failed(checked=4, failing=1)),
            Ask("fewer parents", _points("a", to_where="live"), failed(checked=5, failing=2)),
            Ask("no parents", _points("a", to_where="k < 0"), failed("5 of 5 rows (100%)", checked=5, failing=5)),
            Ask("parents, OR", _points("a", to_where="k = 1 OR k = 3 -- both"), failed(checked=5, failing=1)),
            Ask("fewer children", _points("a", where="b = 'x'"), failed(checked=3, failing=1)),
            Ask("children, OR", _points("a", where="b = 'y' OR a = 2"), failed(checked=2, failing=1)),
            Ask(
                "filtered twice",
                _points("a", where="a > 1"),
                failed(checked=2, failing=1),
                Dataset(table="t", where="a < 3 OR a = 3"),
            ),
            Ask("some may be absent", _points("a", max_failing="20%"), passed("allowed 20%", checked=5, failing=1)),
            Ask("to itself", _points("a", to="t", to_columns=("a",)), passed(checked=5, failing=0)),
            Ask("no such table", _points("a", to="pp"), errored("no table or view 'pp'", "did you mean 'p'")),
            Ask("no such column there", _points("a", to_columns=("kk",)), errored("no column 'kk' in p", "did you mean 'k'")),
            Ask("no such column here", _points("c"), errored("no column 'c' in t")),
            Ask("a bad filter there", _points("a", to_where="nope = 1"), errored(NO_COLUMN)),
            Ask("a filter there that reaches out", _points("a", to_where="true) OR (true"), errored("to_where")),
            Ask("a filter there of nothing", _points("a", to_where="-- k = 1"), errored("to_where is empty")),
            Ask(
                "a text is no number",
                _points("b"),
                errored("operator does not exist: text = integer"),
                but={"sqlite": failed(checked=5, failing=5)},
            ),
        ],
    ),
    Given(
        "parents with NULLs in their keys",
        tables={
            "t": Table({"a": "integer", "b": "integer"}, [(1, 1), (1, None), (2, 2), (None, None)]),
            "p": Table({"k": "integer", "l": "integer"}, [(1, 1), (2, None), (None, 2), (None, None)]),
        },
        asks=[
            Ask("a key with a NULL is no key", _points("a", "b", to_columns=("k", "l")), failed(checked=2, failing=1)),
            Ask("by one of the columns", _points("a", to_columns=("l",)), passed(checked=3, failing=0)),
        ],
    ),
    Given(
        "a parent without rows",
        tables={"t": Table({"a": "integer"}, [(1,), (None,)]), "p": Table({"k": "integer"})},
        asks=[Ask("has no children", _points("a"), failed(checked=1, failing=1))],
    ),
    *(
        _across(child, parent, [*NUMBERS[child], 4, None], NUMBERS[parent], failed(checked=4, failing=1))
        for child in NUMBERS
        for parent in NUMBERS
        if child != parent
    ),
    _across("bigint", "bigint", [2**53 + 1, -(2**63)], [2**53, -(2**63)], failed(checked=2, failing=1)),
    _across("bigint", "numeric", [2**53 + 1, 2**53], [Decimal(2**53)], failed(checked=2, failing=1)),
    _across("numeric", "bigint", [Decimal("1.5"), Decimal("1.0")], [1], failed(checked=2, failing=1)),
    _across(
        "numeric", "numeric", [Decimal("1.0"), Decimal("1.50")], [Decimal("1"), Decimal("1.5")], passed(checked=2, failing=0)
    ),
    _across("double", "double", [0.0, -0.0, 0.1], [-0.0, 0.1], passed(checked=3, failing=0)),
    _across("double", "double", [NAN], [NAN], passed(checked=1, failing=0), needs=frozenset({"NaN equals NaN"})),
    _across("varchar(9)", "text", ["a", "b", "a "], ["a"], failed(checked=3, failing=2)),
    _across("text", "varchar(9)", ["a", "b", "A"], ["a", "a"], failed(checked=3, failing=2)),
    _across("char(5)", "char(9)", ["a", "b"], ["a", "b"], passed(checked=2, failing=0)),
    _across(
        "char(5)", "text", ["a", "b"], ["a", "b "], failed(checked=2, failing=1), needs=frozenset({"char = text drops blanks"})
    ),
    _across("text", "char(5)", ["a", "a "], ["a"], failed(checked=2, failing=1), needs=frozenset({"char = text drops blanks"})),
    _across("date", "timestamp", ["2024-01-01", "2024-01-02"], ["2024-01-01", "2024-01-02 12:00"], failed(checked=2, failing=1)),
    # SQLite's moments and uuids are texts: another spelling is another key.
    _across(
        "timestamptz",
        "timestamptz",
        ["2024-01-01 12:00+00"],
        ["2024-01-01 14:00+02"],
        passed(checked=1, failing=0),
        in_sqlite=failed(checked=1, failing=1),
    ),
    _across(
        "uuid",
        "uuid",
        ["6B1C5A600D3E4C5B8A940123456789AB"],
        ["6b1c5a60-0d3e-4c5b-8a94-0123456789ab"],
        passed(checked=1),
        in_sqlite=failed(checked=1, failing=1),
    ),
    _across(
        "uuid",
        "text",
        ["6b1c5a60-0d3e-4c5b-8a94-0123456789ab"],
        ["x"],
        errored("operator does not exist: uuid = text"),
        in_sqlite=failed(checked=1, failing=1),
    ),
    _across("binary", "binary", ["\\x00", "\\x01"], ["\\x00"], failed(checked=2, failing=1)),
    _across("interval", "interval", ["1 month"], ["30 days"], passed(checked=1), needs=frozenset({"intervals"})),
    _across("name", "text", ["a", "b"], ["a"], failed(checked=2, failing=1), needs=frozenset({"names as a type"})),
    _across(
        "mood",
        "mood",
        *(["sad", "ok"], ["ok"], failed(checked=2, failing=1)),
        needs=frozenset({"enums"}),
        before=only("postgresql", "CREATE TYPE {schema}.mood AS ENUM ('sad', 'ok')"),
    ),
    _across(
        "counted",
        "integer",
        *([1, 2, None], [1], failed(checked=2, failing=1)),
        needs=frozenset({"domains"}),
        before=only("postgresql", "CREATE DOMAIN {schema}.counted AS integer CHECK (VALUE > 0)"),
    ),
    Given(
        "texts under collations of their own",
        needs=frozenset({"collations"}),
        tables={
            "t": Table({"c": 'text COLLATE "C"', "d": "text", "n": "numeric"}, [("a", "a", 1), ("B", "B", 1)]),
            "p": Table({"c": 'text COLLATE "C"', "x": 'text COLLATE "POSIX"', "d": "text", "n": "numeric"}, [("a", "a", "a", 1)]),
        },
        asks=[
            Ask("the same one", _points("c", to_columns=("c",)), failed(checked=2, failing=1)),
            Ask("one and the default", _points("c", to_columns=("d",)), failed(checked=2, failing=1)),
            Ask("the default and one", _points("d", to_columns=("c",)), failed(checked=2, failing=1)),
            # Both compare byte by byte, so there is an answer, and a foreign key between them is allowed.
            Ask("two of them", _points("c", to_columns=("x",)), failed(checked=2, failing=1)),
            Ask("two of them, beside numbers", _points("c", "n", to_columns=("x", "n")), failed(checked=2, failing=1)),
        ],
    ),
    Given(
        "keys called as our statements call theirs",
        tables={
            "c": Table({"k1": "integer", "k0": "integer", "p": "integer"}, [(1, 2, 9), (2, 1, 9)]),
            "p": Table({"k0": "integer", "k1": "integer", "c": "integer"}, [(1, 2, 9)]),
        },
        asks=[
            Ask("crosswise", _points("k1", "k0", to_columns=("k0", "k1")), failed(checked=2, failing=1)),
            Ask("by the tables' own names", _points("p", to_columns=("c",)), passed(checked=2, failing=0)),
            Ask(
                "a filter that names them", _points("p", to_columns=("c",), where="k1 = 1", to_where="k0 = 1"), passed(checked=1)
            ),
            Ask(
                "a filter that names the table",
                _points("p", to_columns=("c",), where="c.k1 = 1", to_where="p.k0 > 5"),
                failed(failing=1),
            ),
        ],
    ),
]
