"""When a schedule is due, whatever the clocks do; an oracle walks minute by minute."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_data_quality.scheduling.cron import latest_due

MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("schedule", "zone", "now", "due"),
    [
        ("0 6 * * *", "UTC", "2026-03-01 06:00", "2026-03-01 06:00"),
        ("0 6 * * *", "UTC", "2026-03-01 06:00:59", "2026-03-01 06:00"),
        ("0 6 * * *", "UTC", "2026-03-01 05:59:59", "2026-02-28 06:00"),
        ("0 6 * * *", "Europe/Berlin", "2026-07-01 12:00", "2026-07-01 04:00"),
        ("30 9 * * mon", "Asia/Kolkata", "2026-03-03 00:00", "2026-03-02 04:00"),
        ("@daily", "America/New_York", "2026-03-01 12:00", "2026-03-01 05:00"),
        ("0 0 29 2 *", "UTC", "2026-03-01 00:00", "2024-02-29 00:00"),
        # Clocks go back from 3 to 2 at 01:00 UTC: half past two is there twice.
        ("30 2 * * *", "Europe/Berlin", "2026-10-25 00:30", "2026-10-25 00:30"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25 01:45", "2026-10-25 00:30"),
        ("30 * * * *", "Europe/Berlin", "2026-10-25 01:10", "2026-10-25 00:30"),
        ("30 * * * *", "Europe/Berlin", "2026-10-25 01:30", "2026-10-25 01:30"),
        ("*/5 * * * *", "Europe/Berlin", "2026-10-25 01:03", "2026-10-25 01:00"),
        # Clocks go forward from 2 to 3 at 01:00 UTC: half past two is not there.
        ("30 2 * * *", "Europe/Berlin", "2026-03-29 01:10", "2026-03-28 01:30"),
        ("30 2 * * *", "Europe/Berlin", "2026-03-29 01:30", "2026-03-29 01:30"),
        ("*/5 * * * *", "Europe/Berlin", "2026-03-29 01:03", "2026-03-29 01:00"),
        # Half an hour, on an island.
        ("45 1 * * *", "Australia/Lord_Howe", "2026-04-04 20:00", "2026-04-04 14:45"),
    ],
)
def test_the_latest_moment_is(schedule: str, zone: str, now: str, due: str) -> None:
    assert latest_due(schedule, zone, utc(now)) == utc(due)


def walked(schedule: str, zone: str, now: datetime) -> datetime | None:
    """Says the same by looking at every minute of the last thirty hours as cron's own rules have it."""
    clock = ZoneInfo(zone)
    hourly = schedule.split()[1].startswith("*")
    at = now.replace(second=0, microsecond=0)
    for _ in range(30 * 60):
        shown = at.astimezone(clock)
        names = [shown.replace(tzinfo=None, fold=0)] if hourly or not shown.fold else []
        if not hourly:
            names += left_out(at, clock)
        if any(croniter.match(schedule, name) for name in names):
            return at
        at -= MINUTE
    return None


def left_out(at: datetime, clock: ZoneInfo) -> list[datetime]:
    """Returns the time that clocks would show had they not gone forward just before, when they have shown it at no moment."""
    offset = (at - timedelta(hours=2)).astimezone(clock).utcoffset()
    assert offset is not None
    name = at.replace(tzinfo=None) + offset
    shown = [name.replace(tzinfo=clock, fold=fold).astimezone(timezone.utc).astimezone(clock) for fold in (0, 1)]
    return [name] if name not in [moment.replace(tzinfo=None, fold=0) for moment in shown] else []


CHANGES = [
    ("Europe/Berlin", utc("2026-03-29 01:00")),
    ("Europe/Berlin", utc("2026-10-25 01:00")),
    ("America/New_York", utc("2026-03-08 07:00")),
    ("America/New_York", utc("2026-11-01 06:00")),
    ("Australia/Lord_Howe", utc("2026-04-04 15:00")),
    ("Australia/Lord_Howe", utc("2026-10-03 15:30")),
    ("Asia/Kathmandu", utc("2026-06-01 00:00")),
    ("UTC", utc("2026-06-01 00:00")),
]
schedules = st.builds(
    "{} {} * * *".format,
    st.sampled_from(["0", "5", "30", "59", "*/20", "15,45", "*"]),
    st.sampled_from(["*", "0", "1", "2", "3", "2-3", "*/2", "22"]),
)


@settings(max_examples=60, deadline=None)
@given(schedule=schedules, change=st.sampled_from(CHANGES), minutes=st.integers(-240, 240))
def test_it_is_what_a_walk_through_the_minutes_finds(schedule: str, change: tuple[str, datetime], minutes: int) -> None:
    zone, at = change
    now = at + minutes * MINUTE

    assert latest_due(schedule, zone, now) == walked(schedule, zone, now)
