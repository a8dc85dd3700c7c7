"""Length: characters, not bytes; padding is none; what is no text cannot be asked."""

from __future__ import annotations

from typing import Any

from airflow_data_quality import Dataset, Length, Uniqueness, Volume

from .case import Ask, Expect, Given, Table, errored, failed, one, only, passed


def _length(name: str, of: int, failing: int, *says: str, **given: Any) -> Ask:
    expect = (failed if failing else passed)(*says, checked=of, failing=failing)
    return Ask(name, Length(column="v", **given), expect)


def _refused(kind: str, type_: str, value: Any, *needs: str, **but: Expect) -> Given:
    return Given(
        f"the length of {kind}",
        needs=frozenset(needs),
        tables=one(type_, value),
        asks=[
            Ask("cannot be asked", Length(column="v", min=1), errored("column 'v' is ", "length needs a text"), but=but),
            Ask("rows can", Volume(min=1), passed()),
        ],
    )


GIVENS = [
    Given("the length of nothing", tables=one("text"), asks=[_length("none fails", 0, 0, min=1, max=2)]),
    Given("the length of NULLs alone", tables=one("text", None, None), asks=[_length("none is looked at", 0, 0, min=1)]),
    Given(
        "the length of texts",
        tables=one("text", "", "a", "ab", "abc", " ", "  a  ", "two\nlines", "ü日🦆", "it's", "e\u0301", None),
        asks=[
            _length("at least", 10, 1, "1 of 10 rows (10%) have a v that is not at least 1 characters long, allowed 0", min=1),
            _length("at most", 10, 3, max=3),
            _length("between", 10, 5, "not between 2 and 4 characters long", min=2, max=4),
            _length("exactly", 10, 8, min=3, max=3),
            _length("empty ones alone", 10, 9, max=0),
            _length("anything", 10, 0, min=0),
            _length("more than there is", 10, 10, min=10**9),
            _length("more than any number", 10, 10, min=10**30),
            _length("no more than any number", 10, 0, max=10**30),
        ],
    ),
    Given(
        "the length of texts of a fixed length",
        tables={"t": Table({"v": "varchar(5)", "w": "varchar"}, [("abcde", "x" * 10_000), ("a ", ""), (None, None)])},
        asks=[
            _length("blanks count", 2, 1, min=2, max=4),
            Ask("long ones", Length(column="w", min=10_000), failed(checked=2, failing=1)),
        ],
    ),
    Given(
        "the length of blank-padded texts",
        needs=frozenset({"char = text drops blanks"}),
        tables=one("char(5)", "ab", "", " a  ", None),
        asks=[
            _length("padding does not count", 3, 0, max=2),
            _length("nor do blanks at the end", 3, 1, min=1, max=2),
            _length("leading ones do", 3, 1, min=2, max=2),
        ],
    ),
    Given(
        "the length of labels",
        needs=frozenset({"enums"}),
        before=only("postgresql", "CREATE TYPE {schema}.mood AS ENUM ('sad', 'merry', '')"),
        tables=one("mood", "sad", "merry", "", None),
        asks=[_length("as texts", 3, 2, min=1, max=3)],
    ),
    Given(
        "the length of texts in a domain",
        needs=frozenset({"domains", "names as a type"}),
        before=only("postgresql", "CREATE DOMAIN {schema}.word AS varchar(9) CHECK (VALUE <> '')"),
        tables={"t": Table({"v": "word", "n": "name"}, [("abc", "name"), (None, None)])},
        asks=[
            _length("of a domain", 1, 1, max=2),
            Ask("of a name", Length(column="n", min=4, max=4), passed(checked=1, failing=0)),
        ],
    ),
    Given(
        "the length of texts whatever their case",
        needs=frozenset({"citext"}),
        before={"postgresql": ["CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public"], "sqlite": []},
        tables=one("citext", "ab", "ABC", None),
        asks=[_length("characters", 2, 1, max=2)],
    ),
    _refused("integers", "integer", 1),
    _refused("exact numbers", "numeric", 1),
    _refused("booleans", "boolean", "true"),
    _refused("dates", "date", "2024-01-01"),
    _refused("bytes", "binary", "\\x61"),
    _refused("documents", "json", "{}"),
    _refused("uuids", "uuid", "6b1c5a60-0d3e-4c5b-8a94-0123456789ab", sqlite=passed(checked=1, failing=0)),
    _refused("arrays", "integer[]", "{1}", "arrays"),
    Given(
        "a length and how many may fail",
        tables=one("text", *["ab"] * 190, *["abc"] * 9, "", None),
        asks=[
            Ask("a count", Length(column="v", min=1, max_failing=1), passed(checked=200, failing=1)),
            Ask("a share", Length(column="v", min=1, max_failing="0.5%"), passed(checked=200, failing=1)),
            Ask("a hair less", Length(column="v", min=1, max_failing="0.49%"), failed("allowed 0.49%")),
            Ask(
                "warn by a tighter bound",
                Length(column="v", max=5, warn={"max": 2}),
                failed("9 of 200 rows", "not at most 2", severity="warn", failing=9),
            ),
            Ask(
                "warn by tolerance",
                Length(column="v", min=1, max=3, max_failing="1%", warn={"max_failing": 0}),
                failed("not between 1 and 3", "allowed 0", severity="warn", failing=1),
            ),
            Ask("warn that holds", Length(column="v", max=9, warn={"max": 3}), passed(failing=0)),
        ],
    ),
    Given(
        "a length and filters",
        tables={"t": Table({"v": "text", "n": "integer"}, [("a", 1), ("ab", 2), (None, 2), ("abc", 3), ("", None)])},
        asks=[
            Ask("of the check", Length(column="v", max=1, where="n = 1 OR n = 2 -- these"), failed(checked=2, failing=1)),
            Ask(
                "of both",
                Length(column="v", min=1, where="n > 1 OR n IS NULL"),
                failed(checked=2, failing=1),
                Dataset(table="t", where="v <> 'abc' OR v IS NULL"),
            ),
        ],
    ),
    Given(
        "the length of columns with odd names",
        tables={"Odd Table": Table({"user": "text", "100%": "text", 'say "hi"': "text"}, [("a", "b", "cd"), (None, "b", "d")])},
        asks=[
            Ask(repr(name), Length(column=name, max=1), expect)
            for name, expect in (("user", passed(checked=1)), ("100%", passed(checked=2)), ('say "hi"', failed(failing=1)))
        ],
    ),
    Given(
        "a length that cannot be asked, beside one that can",
        tables=one("text", "a", "bc"),
        asks=[
            Ask("no such column", Length(column="w", min=1), errored("no column 'w'")),
            Ask("no text", Length(column="id", min=1), errored("column 'id' is integer; length needs a text")),
            Ask("a bad filter", Length(column="v", min=1, name="bad", where="nope = 1"), errored("nope")),
            Ask("a good one", Length(column="v", max=1), failed(checked=2, failing=1)),
            Ask("keys", Uniqueness(columns=["v"]), passed()),
        ],
    ),
]
