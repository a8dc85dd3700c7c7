"""Expression: rows for which a condition is false, however it is written; what is no condition harms no other."""

from __future__ import annotations

from typing import Any

from airflow_data_quality import Completeness, Dataset, Expression, Uniqueness, Volume

from .case import Ask, Given, Table, errored, failed, one, passed, words

ROWS = {
    "t": Table(
        {"id": "integer", "s": "text", "n": "numeric"},
        [(1, "a", 1), (2, "it's", 2), (3, "50%", 3), (4, ")", None), (5, None, -5), (5, "a", None)],
    )
}
CONDITIONS = {
    "a comparison": ("id < 4", 3),
    "unknown does not fail": ("n > 0", 1),
    "unless it is asked for": ("n > 0 AND n IS NOT NULL", 3),
    "unknown in an OR": ("n > 0 OR s = 'a'", 0),
    "OR": ("id = 1 OR id = 5", 3),
    "OR without a space": ("(id=1)OR(id=5)", 3),
    "NOT": ("NOT id = 1", 1),
    "of several columns": ("n = id", 1),
    "a trailing comment": ("id < 5 -- nearly all", 2),
    "a trailing comment with a parenthesis": ("id < 5 -- ) nearly all (", 2),
    "a comment inside": ("id /* ) */ < 5", 2),
    "lines": ("\n id < 5\n AND\n id > 1\n", 3),
    "Windows lines": ("id < 5\r\nAND -- both\r\nid > 1\r\n", 3),
    "a quote": ("s <> 'it''s'", 1),
    "a quoted parenthesis": ("s <> ')'", 1),
    "a quoted comment": ("s <> '--' AND s <> '/*'", 0),
    "a quoted semicolon": ("s <> ';'", 0),
    "a quoted placeholder": ("s <> '$1' AND s <> '%s' AND s <> '?'", 0),
    "a percent sign": ("s NOT LIKE '50%'", 1),
    "modulo": ("id % 2 = 1", 2),
    "a quoted name": ('"id" < 5 OR "t"."s" = \'a\'', 0),
    "a subquery": ("id IN (SELECT id FROM t WHERE s = 'a')", 3),
    "CASE": ("CASE WHEN s IS NULL THEN 0 ELSE 1 END = 1", 1),
    "always true": ("1 = 1", 0),
    "never true": ("1 = 0", 6),
    "never known": ("s = NULL", 0),
    "unicode": ("s <> 'ä日本' AND s <> '\u00a0'", 0),
}
REFUSED: dict[str, tuple[str, Any]] = {
    "nothing": ("", "sql is empty"),
    "blanks": (" \n\t", "sql is empty"),
    "a comment only": ("-- id = 1", "sql is empty"),
    "an open parenthesis": ("(id = 1", "opens a parenthesis"),
    "a closed parenthesis": ("id = 1)", "closes a parenthesis"),
    "beyond its parentheses": ("1 = 1) OR (1 = 1", "closes a parenthesis"),
    "a semicolon": ("id = 1;", "semicolon"),
    "a second statement": ("id = 1; DROP TABLE t", "semicolon"),
    "a placeholder": ("id = $1", words(postgresql="placeholder $1")),
    "an open quote": ("s = 'a", "could not be asked"),
    "an open name": ('"id = 1', "could not be asked"),
    "an open comment": ("id = 1 /*", "could not be asked"),
    "half a condition": ("id =", words(postgresql="syntax error", sqlite="syntax error")),
    "an aggregate": ("COUNT(*) > 1", "aggregate"),
    "no column of that name": ("nope = 1", "nope"),
}


def _expression(name: str, sql: str, **more: Any) -> Expression:
    return Expression(name=name, sql=sql, **more)


GIVENS = [
    Given(
        "a condition on every row",
        tables=ROWS,
        asks=[
            Ask(name, _expression(name, sql), (failed if failing else passed)(checked=6, failing=failing))
            for name, (sql, failing) in CONDITIONS.items()
        ],
    ),
    Given(
        "a condition on no row",
        tables=one("integer"),
        asks=[Ask("none breaks it", _expression("e", "1 = 0", max_failing="0%"), passed(checked=0, failing=0))],
    ),
    Given(
        "a condition on NULLs alone",
        tables=one("integer", None, None),
        asks=[
            Ask("is unknown", _expression("e", "v > 0"), passed(checked=2, failing=0)),
            Ask("or not", _expression("n", "v IS NOT NULL"), failed(checked=2, failing=2)),
        ],
    ),
    Given(
        "a condition and filters",
        tables=ROWS,
        asks=[
            Ask(
                "of the check",
                _expression("e", "id = 2 OR id = 5", where="id = 1 OR id = 2 -- these"),
                failed("1 of 2 rows (50%) break the condition id = 2 OR id = 5, allowed 0", checked=2, failing=1),
            ),
            Ask(
                "of both",
                _expression("b", "n > 0 -- (", where="s = 'a' OR s IS NULL -- )"),
                failed(checked=2, failing=1),
                Dataset(table="t", where="id = 5 OR id = 2 -- ("),
            ),
            Ask("a query", _expression("q", "w < 5"), failed(failing=2), Dataset(query="SELECT id AS w FROM t")),
        ],
    ),
    Given(
        "a condition and how many may fail",
        tables=one("integer", *range(200)),
        asks=[
            Ask("a count", _expression("a", "v > 0", max_failing=1), passed(checked=200, failing=1)),
            Ask("a share", _expression("b", "v > 0", max_failing="0.5%"), passed(checked=200, failing=1)),
            Ask("a hair less", _expression("c", "v > 0", max_failing="0.49%"), failed("allowed 0.49%")),
            Ask(
                "warn",
                _expression("d", "v > 4", max_failing="5%", warn={"max_failing": 4}),
                failed("allowed 4", severity="warn", failing=5),
            ),
        ],
    ),
    Given(
        "a condition on columns with odd names",
        tables={"Odd Table": Table({"user": "integer", "100%": "integer", 'say "hi"': "integer"}, [(1, 2, 3), (None, 2, 3)])},
        asks=[
            Ask("quoted", _expression("a", '"user" = 1 AND "100%" = 2 AND "say ""hi""" = 3'), passed(checked=2, failing=0)),
            Ask("a name with a quote", _expression('say "hi" 100%', '"say ""hi""" <> 3'), failed(checked=2, failing=2)),
        ],
    ),
    Given(
        "conditions that cannot be asked, each beside one that can",
        tables=ROWS,
        asks=[
            *(Ask(name, _expression(name, sql), errored(says)) for name, (sql, says) in REFUSED.items()),
            Ask("a filter that cannot", _expression("w", "id > 0", where="id ="), errored("could not be asked")),
            Ask("a condition that can", _expression("good", "id < 5 -- ("), failed(checked=6, failing=2)),
            Ask("rows", Volume(equals=6), passed(value=6)),
            Ask("NULLs", Completeness(column="s"), failed(checked=6, failing=1)),
            Ask("keys", Uniqueness(columns=["id"]), failed(checked=6, failing=1)),
        ],
    ),
    Given(
        "conditions in PostgreSQL's own words",
        needs=frozenset({"PostgreSQL's SQL"}),
        tables=ROWS,
        asks=[
            Ask("no condition", _expression("no truth", "id"), errored("boolean")),
            Ask("no value of that type", _expression("no number", "id = 'x'"), errored("invalid input syntax")),
            Ask("division by zero", _expression("division", "1 / (id - 1) = 1"), errored("division by zero")),
            Ask("a window", _expression("a window", "row_number() OVER () < 5"), errored("window")),
            Ask("a cast and a pattern", _expression("cast", "id::text ~ '^[1-4]$'"), failed(checked=6, failing=2)),
            Ask("a dollar-quoted text", _expression("dollars", "s <> $$it's$$"), failed(checked=6, failing=1)),
            Ask("a tagged one", _expression("tag", "s <> $q$ ) $q$ AND s <> $q$it's$q$"), failed(checked=6, failing=1)),
            Ask("an E-string", _expression("escape", r"s <> E'it\'s'"), failed(checked=6, failing=1)),
            Ask("a function", _expression("function", "coalesce(n, 0) >= 0"), failed(checked=6, failing=1)),
            Ask("a good one", _expression("good", "id < 5"), failed(checked=6, failing=2)),
        ],
    ),
]
