"""How old the newest value is: zones, the days the clock is changed, dates, the future, infinity, years before 1."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from airflow_data_quality import Dataset, Freshness, Volume

from .case import Ask, Between, Expect, Given, Table, errored, failed, one, only, passed


def h(hours: float = 0, **more: float) -> timedelta:
    """A span of time, in hours."""
    return timedelta(hours=hours, **more)


def _fresh(max_age: Any, as_of: Any = None, *, timezone: str = "UTC", column: str = "v", **more: Any) -> Freshness:
    return Freshness(column=column, max_age=max_age, as_of=as_of, timezone=timezone, **more)


def _age(name: str, as_of: Any, age: timedelta, *, zone: str = "UTC", column: str = "v", says: tuple[str, ...] = ()) -> Ask:
    """The newest value is exactly so old: allowed to the microsecond."""
    return Ask(name, _fresh(age, as_of, timezone=zone, column=column), passed(*says, value=age))


def _too_old(name: str, as_of: Any, age: timedelta, *, zone: str = "UTC", column: str = "v") -> Ask:
    """The newest value is a microsecond older than allowed."""
    return Ask(name, _fresh(age - h(microseconds=1), as_of, timezone=zone, column=column), failed(value=age))


NONE: Expect = failed("no rows to measure", value=None)

GIVENS = [
    Given(
        "moments with a zone",
        tables=one("timestamptz", "2024-01-01 12:00+00", "2024-01-02 12:00:00.000001+02", None),
        asks=[
            _age("to the microsecond", "2024-01-02T12:00:00Z", h(2, microseconds=-1)),
            _too_old("a microsecond too old", "2024-01-02T12:00:00Z", h(2, microseconds=-1)),
            _age("as_of in another zone", "2024-01-02T12:00:00+02:00", h(22)),
            _age("as_of in Python", datetime(2024, 1, 3, tzinfo=timezone.utc), h(14, microseconds=-1)),
            _age("as_of without a zone is in timezone", "2024-01-02 12:00", h(1, microseconds=-1), zone="Europe/Berlin"),
            _age("as_of as a date is its midnight", "2024-01-03", h(14, microseconds=-1)),
            _age("a midnight in timezone", "2024-01-03", h(13, microseconds=-1), zone="Europe/Berlin"),
            Ask("exactly the moment", _fresh("1s", "2024-01-02T10:00:00.000001Z"), passed(value=h(0))),
        ],
    ),
    Given(
        "values later than as_of",
        tables=one("timestamptz", "2024-01-01 12:00+00", "2024-01-03 12:00+00", "9999-12-31 23:59:59+00", None),
        asks=[
            _age("are left out and counted", "2024-01-02T12:00:00Z", h(24), says=("; 2 later values are left out",)),
            Ask(
                "one is in the singular", _fresh("1s", "2024-01-03T12:00:00Z"), passed("; 1 later value is left out", value=h(0))
            ),
            Ask("all of them", _fresh("1h", "2023-01-01"), failed("no rows to measure", "3 later values", value=None)),
            Ask("by the database's clock", _fresh("1h"), failed("1 later value is left out", value=Between(h(24), h(10**6)))),
            Ask("with a filter", _fresh("1d", "2024-01-02T12:00:00Z", where="v < '2024-01-03'"), passed(value=h(24))),
            Ask("a filter that leaves none", _fresh("1d", "2024-01-02", where="id > 9"), NONE),
            Ask(
                "only warned of", _fresh("2d", "2024-01-02T12:00Z", warn={"max_age": "1h"}), failed(value=h(24), severity="warn")
            ),
        ],
    ),
    Given(
        "infinitely late and early moments",
        needs=frozenset({"infinite timestamps"}),
        tables={
            "t": Table(
                {"tz": "timestamptz", "ts": "timestamp", "d": "date", "low": "timestamp"},
                [("infinity",) * 3 + (None,), ("-infinity",) * 4, ("2024-01-01 00:00+00", "2024-01-01", "2024-01-01", None)],
            )
        },
        asks=[
            _age("with a zone", "2024-01-02", h(24), column="tz", says=("; 1 later value is left out",)),
            _age("without a zone", "2024-01-02", h(24), column="ts", says=("; 1 later value is left out",)),
            _age("of dates", "2024-01-02", h(24), column="d", says=("; 1 later value is left out",)),
            Ask("minus infinity is no age", _fresh("1d", "2024-01-02", column="low"), failed("-infinity", value=None)),
            Ask("nothing but later", _fresh("1d", "2023-01-01", column="ts", where="ts > '2024-01-01'"), NONE),
        ],
    ),
    Given(
        "years before 1 and after 9999",
        needs=frozenset({"years before 1"}),
        tables=one("timestamp", "0044-03-15 12:00 BC", "20000-01-01", None),
        asks=[
            Ask(
                "are older than any calendar", _fresh("1d", "2024-01-01"), failed("0044-03-15T12:00:00 BC", "1 later", value=None)
            )
        ],
    ),
    Given(
        "dates before 1",
        needs=frozenset({"years before 1"}),
        tables=one("date", "0044-03-15 BC", "0100-01-01 BC"),
        asks=[Ask("are older than any calendar", _fresh("1d", "2024-01-01"), failed("0044-03-15 BC", value=None))],
    ),
    Given(
        "the first day there is",
        tables=one("date", "0001-01-01"),
        asks=[
            Ask("has an age", _fresh("1d", "2024-01-01"), failed(value=datetime(2024, 1, 1) - datetime(1, 1, 1))),
            Ask(
                "in the east",
                _fresh("1d", "2024-01-01", timezone="Asia/Tokyo"),
                failed(value=Between(h(17_000_000), h(18_000_000))),
            ),
        ],
    ),
    Given(
        "local times on the day summer time begins",
        tables=one("timestamp", "2024-03-31 00:00"),
        session={"TimeZone": "America/New_York"},
        asks=[
            _age("before the change", "2024-03-31 01:00", h(1), zone="Europe/Berlin"),
            _age("the hour that is left out", "2024-03-31T12:00+02:00", h(11), zone="Europe/Berlin"),
            _age("the same, as_of local too", "2024-03-31 12:00", h(11), zone="Europe/Berlin"),
            _too_old("a microsecond less, as_of local too", "2024-03-31 12:00", h(11), zone="Europe/Berlin"),
            _age("the same, as_of a date", "2024-04-01", h(23), zone="Europe/Berlin"),
            _age("without summer time", "2024-03-31 12:00", h(12)),
            _age("in New York", "2024-03-31 12:00", h(12), zone="America/New_York"),
            _age("UTC and Berlin", "2024-03-31T12:00Z", h(13), zone="Europe/Berlin"),
        ],
    ),
    Given(
        "local times on the day summer time ends",
        tables=one("timestamp", "2024-10-27 00:00"),
        asks=[
            _age("the hour that is there twice", "2024-10-27T12:00+01:00", h(13), zone="Europe/Berlin"),
            _age("the same, as_of local too", "2024-10-27 12:00", h(13), zone="Europe/Berlin"),
            _too_old("a microsecond less, as_of local too", "2024-10-27 12:00", h(13), zone="Europe/Berlin"),
            _age("the same, as_of a date", "2024-10-28", h(25), zone="Europe/Berlin"),
        ],
    ),
    Given(
        "dates and their midnights",
        tables=one("date", "2024-03-30", "2024-03-31", "2024-04-02", None),
        asks=[
            _age("mean their midnight", "2024-03-31T12:00Z", h(12), says=("; 1 later value is left out",)),
            _age("are not later all day long", "2024-03-31T23:59:59Z", h(23, minutes=59, seconds=59)),
            _age("a midnight in timezone", "2024-03-31T12:00+02:00", h(11), zone="Europe/Berlin"),
            _age("a midnight in timezone, as_of local too", "2024-03-31 12:00", h(11), zone="Europe/Berlin"),
            _age("which day it is, timezone says", "2024-03-31T23:00Z", h(32), zone="Asia/Tokyo"),
            Ask(
                "which day it is, in the west",
                _fresh("3h", "2024-03-31T03:00Z", timezone="America/New_York"),
                failed(value=h(23)),
            ),
            _age("as_of as a date", "2024-04-01", h(24)),
        ],
    ),
    Given(
        "moments of a session in another zone and style",
        tables={
            "t": Table(
                {"tz": "timestamptz", "ts": "timestamp", "d": "date"}, [("2024-02-01 03:04+00", "2024-02-01 03:04", "2024-02-01")]
            )
        },
        needs=frozenset({"PostgreSQL's SQL"}),
        session={"TimeZone": "Pacific/Chatham", "DateStyle": "SQL, DMY", "IntervalStyle": "sql_standard"},
        asks=[
            _age("with a zone", "2024-02-01T05:04Z", h(2), column="tz"),
            _age("without a zone", "2024-02-01 05:04", h(2), column="ts"),
            _age("without a zone, elsewhere", "2024-02-01T10:04Z", h(2), column="ts", zone="America/New_York"),
            _age("dates", "2024-02-01 05:04", h(5, minutes=4), column="d"),
            Ask("that is so set", Volume(equals=1, where="current_setting('DateStyle') = 'SQL, DMY'"), passed()),
            Ask("nothing is later", _fresh("1d", "2024-02-01 03:04", column="ts"), passed("newest", value=h(0))),
        ],
    ),
    Given(
        "what was written just now",
        needs=frozenset({"now()"}),
        tables={"t": Table({"tz": "timestamptz", "utc": "timestamp", "d": "date"})},
        after={
            "postgresql": [
                "INSERT INTO t VALUES (now() - interval '90 minutes', (now() AT TIME ZONE 'UTC') - interval '90 minutes', "
                "(now() AT TIME ZONE 'UTC')::date - 1), (NULL, NULL, NULL)"
            ],
            "sqlite": [
                "INSERT INTO t VALUES (strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-90 minutes'), datetime('now', '-90 minutes'), "
                "date('now', '-1 day')), (NULL, NULL, NULL)"
            ],
        },
        session={"TimeZone": "Asia/Kolkata"},
        asks=[
            Ask("is fresh by the database's clock", _fresh("2h", column="tz"), passed("old", value=Between(h(1.5), h(1.6)))),
            Ask("is not", _fresh("1h", column="tz"), failed("allowed 1h", value=Between(h(1.5), h(1.6)))),
            Ask("in UTC when it has no zone", _fresh("2h", column="utc"), passed(value=Between(h(1.5), h(1.6)))),
            Ask(
                "later, when it is meant in another",
                _fresh("2h", column="utc", timezone="America/New_York"),
                failed("1 later value is left out", value=None),
            ),
            Ask("yesterday", _fresh("2d", column="d"), passed(value=Between(h(24), h(48)))),
        ],
    ),
    Given(
        "what has no age",
        tables={"t": Table({"s": "text", "i": "integer", "h": "time"}, [("2024-01-01", 20240101, "12:00")])},
        asks=[
            Ask("a text", _fresh("1h", column="s"), errored("'s' is text", "freshness needs a date or a timestamp")),
            Ask("a number", _fresh("1h", column="i"), errored("'i' is integer")),
            Ask("a time of day", _fresh("1h", column="h"), errored("'h' is time")),
            Ask(
                "made one by a query",
                _fresh("1d", "2024-01-02"),
                passed(value=h(24)),
                Dataset(query="SELECT CAST(s AS date) AS v FROM t"),
                but={"sqlite": errored("'v' is num")},
            ),
        ],
    ),
    Given(
        "domains of moments",
        needs=frozenset({"domains"}),
        before=only(
            "postgresql",
            "CREATE DOMAIN {schema}.moment AS timestamptz",
            "CREATE DOMAIN {schema}.birthday AS date CHECK (VALUE < '2100-01-01')",
            "CREATE DOMAIN {schema}.late AS {schema}.moment NOT NULL",
        ),
        tables={
            "t": Table(
                {"m": "moment", "b": "birthday", "l": "late"}, [("2024-01-01 00:00+00", "2024-01-01", "2024-01-01 00:00+00")]
            )
        },
        asks=[
            _age("a timestamp", "2024-01-02", h(24), column="m"),
            _age("a date", "2024-01-02", h(24), column="b"),
            _age("a domain of a domain", "2024-01-02", h(24), column="l"),
        ],
    ),
]
