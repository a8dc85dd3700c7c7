"""Texts that are equal though they are spelled differently: citext and collations that do not tell all letters apart."""

from __future__ import annotations

from airflow_data_quality import Completeness, Dataset, Referential, Uniqueness

from .case import Ask, Given, Table, errored, failed, only, passed

CITEXT = {"postgresql": ["CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public"], "sqlite": []}
CI = only("postgresql", "CREATE COLLATION {schema}.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
CI_TEXT = "text COLLATE ci"


def _to(child: str, parent: str, to: str = "p") -> Referential:
    return Referential(columns=[child], to_table=to, to_columns=[parent])


GIVENS = [
    Given(
        "citext",
        needs=frozenset({"citext"}),
        before=CITEXT,
        tables={
            "t": Table(
                {"c": "citext", "t": "text", "n": "integer"}, [("a", "a", 1), ("A", "A", 2), ("b", "b", 3), (None, None, 4)]
            ),
            "p": Table({"c": "citext", "t": "text"}, [("A", "A"), ("a", "a")]),
            "low": Table({"c": "citext", "t": "text"}, [("a", "a"), ("b", "b")]),
        },
        asks=[
            Ask("is doubled", Uniqueness(columns=["c"]), failed(checked=3, failing=1)),
            Ask("differs beside a number", Uniqueness(columns=["c", "n"]), passed(checked=3, failing=0)),
            Ask("counted as rows", Uniqueness(columns=["c"], count="rows"), failed(checked=3, failing=2)),
            Ask("where NULLs are equal", Uniqueness(columns=["c"], nulls="equal"), failed(checked=4, failing=1)),
            Ask("text is not", Uniqueness(columns=["t"]), passed(checked=3, failing=0)),
            Ask("a token in any case", Completeness(column="c", missing_values=["A"]), failed(checked=4, failing=3)),
            Ask("a token in text", Completeness(column="t", missing_values=["A"]), failed(checked=4, failing=2)),
            Ask("to citext", _to("c", "c"), failed(checked=3, failing=1)),
            Ask("to citext in one case", _to("c", "c", "low"), passed(checked=3, failing=0)),
            # Beside a text, citext compares as a text does: both spellings are there, or one is not.
            Ask("text to citext", _to("t", "c"), failed(checked=3, failing=1)),
            Ask("text to citext in one case", _to("t", "c", "low"), failed(checked=3, failing=1)),
            Ask("to text", _to("c", "t"), failed(checked=3, failing=1)),
            # SQLite asks the collation of the key that points.
            Ask("to text in one case", _to("c", "t", "low"), failed(checked=3, failing=1), but={"sqlite": passed(checked=3)}),
        ],
    ),
    Given(
        "a collation that does not tell case apart",
        needs=frozenset({"icu"}),
        before=CI,
        tables={
            "t": Table(
                {"k": CI_TEXT, "t": "text", "c": 'text COLLATE "C"', "n": "integer"},
                [("a", "a", "a", 1), ("A", "A", "A", 2), ("b", "b", "b", 3)],
            ),
            "p": Table({"k": CI_TEXT, "t": "text", "c": 'text COLLATE "C"'}, [("A", "A", "A"), ("a", "a", "a")]),
            "low": Table({"k": CI_TEXT, "t": "text"}, [("a", "a"), ("b", "b")]),
        },
        asks=[
            Ask("is doubled", Uniqueness(columns=["k"]), failed(checked=3, failing=1)),
            Ask("differs beside a number", Uniqueness(columns=["k", "n"]), passed(checked=3, failing=0)),
            Ask("counted as keys", Uniqueness(columns=["k"], count="keys"), failed(checked=3, failing=1)),
            Ask("where NULLs are equal", Uniqueness(columns=["k"], nulls="equal"), failed(checked=3, failing=1)),
            Ask("text is not", Uniqueness(columns=["t"]), passed(checked=3, failing=0)),
            Ask("a token in any case", Completeness(column="k", missing_values=["A"]), failed(checked=3, failing=2)),
            Ask("to its like", _to("k", "k"), failed(checked=3, failing=1)),
            Ask("to its like in one case", _to("k", "k", "low"), passed(checked=3, failing=0)),
            Ask("text to it", _to("t", "k", "low"), passed(checked=3, failing=0)),
            Ask("it to text", _to("k", "t", "low"), passed(checked=3, failing=0)),
            Ask("it to text in both cases", _to("k", "t"), failed(checked=3, failing=1)),
            Ask("two collations that disagree", _to("k", "c"), errored("collation")),
        ],
    ),
    Given(
        "a collation behind a view and a query",
        needs=frozenset({"icu"}),
        before=CI,
        tables={"t": Table({"k": CI_TEXT}, [("a",), ("A",)])},
        after=only("postgresql", 'CREATE VIEW v AS SELECT k, k COLLATE "C" AS c FROM t'),
        asks=[
            Ask("kept by a view", Uniqueness(columns=["k"]), failed(checked=2, failing=1), Dataset(table="v")),
            Ask("changed by a view", Uniqueness(columns=["c"]), passed(checked=2, failing=0), Dataset(table="v")),
            Ask("kept by a query", Uniqueness(columns=["k"]), failed(checked=2, failing=1), Dataset(query="SELECT k FROM t")),
            Ask(
                "changed by a query",
                Uniqueness(columns=["c"]),
                passed(checked=2),
                Dataset(query='SELECT k COLLATE "C" AS c FROM t'),
            ),
            Ask("pointed to by a query", _to("c", "k", "t"), passed(checked=1), Dataset(query="SELECT 'A' AS c")),
        ],
    ),
    Given(
        "a domain of case-blind text",
        needs=frozenset({"citext", "domains"}),
        before={"postgresql": (*CITEXT["postgresql"], "CREATE DOMAIN {schema}.email AS citext CHECK (VALUE LIKE '%@%')")},
        tables={"t": Table({"e": "email", "n": "integer"}, [("a@x", 1), ("A@X", 1), (None, 2)])},
        asks=[
            Ask("is doubled", Uniqueness(columns=["e"]), failed(checked=2, failing=1)),
            Ask("is doubled in a pair", Uniqueness(columns=["e", "n"]), failed(checked=2, failing=1)),
            Ask("points in any case", _to("e", "e", "t"), passed(checked=2, failing=0)),
        ],
    ),
    Given(
        "a text under a collation of another locale",
        needs=frozenset({"icu"}),
        before=only("postgresql", "CREATE COLLATION {schema}.german (provider = icu, locale = 'de')"),
        tables={
            "t": Table({"g": "text COLLATE german", "c": 'text COLLATE "C"'}, [("ä", "ä"), ("a", "a")]),
            "p": Table({"g": "text COLLATE german", "c": 'text COLLATE "C"'}, [("ä", "ä")]),
        },
        asks=[
            Ask("tells letters apart", Uniqueness(columns=["g"]), passed(checked=2, failing=0)),
            Ask("to its like", _to("g", "g"), failed(checked=2, failing=1)),
            # Both compare byte by byte for equality, so there is an answer.
            Ask("to another that does", _to("g", "c"), failed(checked=2, failing=1)),
        ],
    ),
]
