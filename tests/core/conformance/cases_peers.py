"""Where other tools' numbers differ on the same data: what ours are."""

from __future__ import annotations

from decimal import Decimal

from airflow_data_quality import Completeness, Freshness, Referential, Uniqueness, Volume

from .case import Ask, Given, Table, failed, passed

NAN = float("nan")

GIVENS = [
    Given(
        "the traps of other tools",
        tables={
            "e": Table(
                {"id": "integer", "v": "integer", "s": "text", "a": "integer", "b": "integer", "f": "double", "d": "date"},
                [
                    (1, 1, "a", 1, 1, 1.5, None),
                    (2, 1, "b", 2, 1, NAN, None),
                    (3, None, None, None, 1, None, None),
                    (4, None, "", None, None, 2.5, None),
                    (5, 5, " x", 5, None, 9.5, None),
                    (6, 7, "a", None, 1, 1.0, None),
                    (7, 7, "B", 3, 4, 1.0, None),
                ],
            ),
            "allowed": Table({"s": "text"}, [("a",), ("b",), (None,)]),
        },
        asks=[
            Ask("duplicates: surplus of full keys", Uniqueness(columns=["v"]), failed("2 of 5 rows (40%)", checked=5, failing=2)),
            Ask(
                "duplicates: all copies", Uniqueness(columns=["v"], count="rows"), failed("4 of 5", "(80%)", checked=5, failing=4)
            ),
            Ask("duplicates: keys", Uniqueness(columns=["v"], count="keys"), failed(checked=5, failing=2)),
            Ask("a pair with a NULL equals no other", Uniqueness(columns=["a", "b"]), passed(checked=3, failing=0)),
            Ask("unless NULLs are equal", Uniqueness(columns=["a", "b"], nulls="equal"), failed(checked=7, failing=1)),
            Ask(
                "NULL is in every set",
                Referential(columns=["s"], to_table="allowed", to_columns=["s"]),
                failed(checked=6, failing=3),
            ),
            Ask("blank text is there", Completeness(column="s"), failed(checked=7, failing=1)),
            Ask("unless it stands for missing", Completeness(column="s", missing_values=[""]), failed(checked=7, failing=2)),
            Ask("no date is not fresh", Freshness(column="d", max_age="100d"), failed("no rows to measure", value=None)),
        ],
    ),
    Given(
        "1 NULL in 30,000 rows",
        tables={"big": Table({"v": "integer"}, [(None,), *((number,) for number in range(29_999))])},
        asks=[
            Ask(
                "is not rounded away",
                Completeness(column="v", max_failing="0%"),
                failed("1 of 30,000 rows", checked=30_000, failing=1),
            ),
            Ask("is exactly its share", Completeness(column="v", max_failing="0.00333334%"), passed(failing=1)),
            Ask("and not a hair less", Completeness(column="v", max_failing="0.00333333%"), failed(failing=1)),
            Ask("all are counted", Volume(equals=Decimal(30_000)), passed("30,000 rows", value=30_000)),
            Ask("no key twice", Uniqueness(columns=["v"]), passed(checked=29_999, failing=0)),
        ],
    ),
]
