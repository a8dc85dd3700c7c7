"""``where``, of a check and of its dataset: whatever is written there stays within its parentheses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_data_quality import Completeness, Dataset, Freshness, Referential, Uniqueness, Volume

from .case import Ask, Expect, Given, Table, errored, failed, passed, words

ROWS = {
    "t": Table(
        {"id": "integer", "s": "text", "at": "date"},
        [
            (1, "a", "2024-01-01"),
            (2, "it's", "2024-01-02"),
            (3, "50%", "2024-01-03"),
            (4, ")", None),
            (5, None, "2024-01-05"),
            (5, "a", None),
        ],
    )
}
CONDITIONS = {
    "OR": ("id = 1 OR id = 5", 3),
    "OR without a space": ("(id=1)OR(id=5)", 3),
    "AND, OR": ("id > 1 AND s = 'a' OR id = 1", 2),
    "a trailing comment": ("id < 3 -- the first two", 2),
    "a trailing comment with a parenthesis": ("id < 3 -- ) the first two (", 2),
    "a comment inside": ("id /* ) */ < 3", 2),
    "lines": ("\n id < 3\n AND\n id > 1\n", 1),
    "Windows lines": ("id < 3\r\nAND -- both\r\nid > 1\r\n", 1),
    "a quote": ("s = 'it''s'", 1),
    "a quoted parenthesis": ("s = ')'", 1),
    "a quoted comment": ("s <> '--' AND s <> '/*'", 5),
    "a quoted semicolon": ("s <> ';'", 5),
    "a quoted placeholder": ("s <> '$1' AND s <> '%s' AND s <> '?'", 5),
    "a percent sign": ("s LIKE '50%'", 1),
    "modulo": ("id % 2 = 0", 2),
    "a quoted name": ('"id" = 5 AND "t"."s" IS NULL', 1),
    "a subquery": ("id IN (SELECT id FROM t WHERE s = 'a')", 3),
    "no row": ("id > 99", 0),
    "never true": ("s = NULL", 0),
    "always true": ("1 = 1", 6),
    "CASE": ("CASE WHEN s IS NULL THEN 1 ELSE 0 END = 1", 1),
    "unicode": ("s <> 'ä日本' AND s <> '\u00a0'", 5),
}
REFUSED = {
    "a comment only": ("-- id = 1", "is empty"),
    "an open parenthesis": ("(id = 1", "opens a parenthesis"),
    "a closed parenthesis": ("id = 1)", "closes a parenthesis"),
    "beyond its parentheses": ("1 = 1) OR (1 = 1", "closes a parenthesis"),
    "a semicolon": ("id = 1;", "semicolon"),
    "a second statement": ("id = 1; DROP TABLE t", "semicolon"),
    "a placeholder": ("id = $1", "placeholder $1"),
    "an open quote": ("s = 'a", words(postgresql="unterminated quoted string", sqlite="unrecognized token: \"'a")),
    "an open name": ('"id = 1', "could not be asked"),
    "an open comment": ("id = 1 /*", words(postgresql="unterminated /* comment", sqlite="incomplete input")),
    "half a condition": ("id =", "syntax error"),
    "no condition": ("id", "boolean"),
    "an aggregate": ("COUNT(*) > 1", "aggregate"),
    "no column of that name": ("nope = 1", words(postgresql='"nope" does not exist', sqlite="no such column: nope")),
    "no value of that type": ("id = 'x'", "invalid input syntax"),
    "division by zero": ("1 / (id - 1) = 1", "division by zero"),
}
IN_SQLITE = {"no condition": (6, 1), "no value of that type": (0, 0), "division by zero": (1, 0)}
"""What SQLite says nothing about: how many rows there are then, and how many of them repeat an id."""


def _everywhere(name: str, check: dict[str, Any], dataset: Dataset, rows: int, full: int) -> list[Ask]:
    """The same rows for every type of check: ``full`` of them have a text."""
    return [
        Ask(f"{name}: rows", Volume(equals=rows, **check), passed(value=rows), dataset),
        Ask(
            f"{name}: NULLs", Completeness(column="s", max_failing=9, **check), passed(checked=rows, failing=rows - full), dataset
        ),
        Ask(f"{name}: keys", Uniqueness(columns=["s"], max_failing=9, **check), passed(checked=full), dataset),
        Ask(
            f"{name}: children",
            Referential(columns=["s"], to_table="t", to_columns=["s"], **check),
            passed(checked=full, failing=0),
            dataset,
        ),
    ]


def _refused(about: str, kind: str, dataset: bool = False) -> list[Ask]:
    """Each filter that cannot be asked, in one check or in its dataset."""
    asks = []
    for name, (where, says) in REFUSED.items():
        on = {} if dataset else {"where": where}
        check = Uniqueness(columns=["id"], max_failing=9, **on) if kind == "key" else Volume(min=0, **on)  # type: ignore[arg-type]
        but: Mapping[str, Expect] = {}
        if name in IN_SQLITE:
            rows, doubled = IN_SQLITE[name]
            but = {"sqlite": passed(checked=rows, failing=doubled) if kind == "key" else passed(value=rows)}
        asks.append(Ask(f"{about}: {name}", check, errored(says), Dataset(table="t", where=where) if dataset else None, but))
    return asks


def _full(name: str, rows: int) -> int:
    with_the_null = ("OR", "OR without a space", "a quoted name", "a subquery", "always true", "CASE")
    return rows - 1 if name in with_the_null else rows


GIVENS = [
    Given(
        "filters of a check",
        tables=ROWS,
        asks=[
            ask
            for name, (where, rows) in CONDITIONS.items()
            for ask in _everywhere(name, {"where": where}, Dataset(table="t"), rows, _full(name, rows))
        ],
    ),
    Given(
        "filters of a dataset",
        tables=ROWS,
        alone=False,
        asks=[
            ask
            for name, (where, rows) in CONDITIONS.items()
            for ask in _everywhere(name, {}, Dataset(table="t", where=where), rows, _full(name, rows))
        ],
    ),
    Given(
        "filters of both",
        tables=ROWS,
        asks=[
            *_everywhere("OR and OR", {"where": "id = 1 OR s = 'a'"}, Dataset(table="t", where="id = 5 OR id = 2"), 1, 1),
            *_everywhere("comments in both", {"where": "id > 1 -- )"}, Dataset(table="t", where="id < 4 -- ("), 2, 2),
            *_everywhere("nothing in common", {"where": "id > 3"}, Dataset(table="t", where="id < 3"), 0, 0),
            Ask(
                "the newest of them",
                Freshness(column="at", max_age="1d", as_of="2024-01-04", where="id = 1 OR id = 3 -- not 5"),
                passed(),
                Dataset(table="t", where="id < 5 OR id > 5"),
            ),
            Ask(
                "nothing fresh in them",
                Freshness(column="at", max_age="1d", as_of="2024-01-04", where="id = 1 OR id = 4"),
                failed("3d old"),
                Dataset(table="t", where="s = 'a' OR s = ')'"),
            ),
            Ask(
                "tokens and OR",
                Completeness(column="s", missing_values=["a"], where="id = 1 OR id = 2"),
                failed(checked=2, failing=1),
            ),
            Ask(
                "tokens and OR and columns",
                Completeness(columns=["s", "at"], missing_values=["a"], where="id = 1 OR id = 4 OR id = 3"),
                failed(checked=3, failing=2),
            ),
        ],
    ),
    Given(
        "filters that cannot be asked, each beside one that can",
        tables=ROWS,
        asks=[
            *_refused("check", "rows"),
            *_refused("key", "key"),
            *_refused("dataset", "rows", dataset=True),
            Ask("dataset: empty", Volume(min=0), errored("where of the dataset is empty"), Dataset(table="t", where="")),
            Ask("the rows", Volume(equals=6), passed(value=6)),
            Ask("a filter that can", Volume(equals=2, where="id < 3 -- ("), passed(value=2)),
            Ask("a key that can", Uniqueness(columns=["id"]), failed(checked=6, failing=1)),
        ],
    ),
]
