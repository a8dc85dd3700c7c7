"""``max_failing`` and ``warn``: counts and shares, exactly at their edge."""

from __future__ import annotations

from airflow_data_quality import Completeness, Uniqueness

from .case import Ask, Given, Table, failed, passed


def _of(rows: int, null: int) -> dict[str, Table]:
    return {"t": Table({"v": "integer"}, [(None,)] * null + [(number,) for number in range(rows - null)])}


def _held(name: str, max_failing: int | str, **more: object) -> Ask:
    return Ask(name, Completeness(column="v", max_failing=max_failing, **more), passed())  # type: ignore[arg-type]


def _broken(name: str, max_failing: int | str, *says: str, severity: str = "error", **more: object) -> Ask:
    check = Completeness(column="v", max_failing=max_failing, **more)  # type: ignore[arg-type]
    return Ask(name, check, failed(*says, severity=severity))


GIVENS = [
    Given(
        "1 of 200 rows failing",
        tables=_of(200, 1),
        asks=[
            _held("exactly the share", "0.5%"),
            _held("the share, longer written", "0.500000000000000000000000%"),
            _held("a count", 1),
            _held("a count as text", "1"),
            _held("all", "100%"),
            _broken(
                "a hair below", "0.4999999999999999999999999%", "1 of 200 rows (0.5%)", "allowed 0.4999999999999999999999999%"
            ),
            _broken("none", 0, "allowed 0"),
            _broken("none, as a share", "0%", "allowed 0%"),
            _held("warn at the edge", "1%", warn={"max_failing": "0.5%"}),
            _broken("warn below", "0.5%", "allowed 0.499%", warn={"max_failing": "0.499%"}, severity="warn"),
            _broken("warn by count", "0.5%", "allowed 0", warn={"max_failing": 0}, severity="warn"),
            _broken("both broken", "0.4%", "allowed 0.4%", warn={"max_failing": "0.1%"}),
        ],
    ),
    Given(
        "1 of 3 rows failing",
        tables=_of(3, 1),
        asks=[
            _held("a share that no fraction of ten can spell", "33.33333333333333333333333333333333333334%"),
            _broken("a hair less", "33.33333333333333333333333333333333333333%"),
        ],
    ),
    Given(
        "7 of 1,000 rows failing",
        tables=_of(1000, 7),
        asks=[
            # 0.007 * 1000 is 7.000000000000001 as a float, and 0.7 / 100 is no exact one.
            _held("the share that floats get wrong", "0.7%"),
            _broken("a hair less", "0.69999999999999999999%"),
            _held("the count", 7),
            _broken("one less", 6, "7 of 1,000 rows (0.7%)"),
        ],
    ),
    Given("no row at all", tables=_of(0, 0), asks=[_held("0 of 0 at 0", 0), _held("0 of 0 at 0%", "0%")]),
    Given(
        "every row failing", tables=_of(5, 5), asks=[_held("all are allowed", "100%"), _broken("nearly all", "99.99%", "(100%)")]
    ),
    Given(
        "shares of what was checked, not of all rows",
        tables={"t": Table({"v": "integer"}, [(1,), (1,), (2,), (3,), (None,), (None,), (None,), (None,)])},
        asks=[
            Ask("full keys only", Uniqueness(columns=["v"], max_failing="25%"), passed(checked=4, failing=1)),
            Ask("a hair less", Uniqueness(columns=["v"], max_failing="24.9%"), failed(checked=4, failing=1)),
            Ask("all rows", Uniqueness(columns=["v"], nulls="equal", max_failing="50%"), passed(checked=8, failing=4)),
            Ask(
                "of the filtered",
                Completeness(column="v", max_failing="50%", where="v > 1 OR v IS NULL"),
                failed(checked=6, failing=4),
            ),
        ],
    ),
]
