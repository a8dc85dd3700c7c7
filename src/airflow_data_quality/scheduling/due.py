"""Which stored tests are due, and in which batches they run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from croniter import croniter

from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.stores.results.answers import TestState
from airflow_data_quality.core.stores.schedule.store import Due
from airflow_data_quality.scheduling.cron import NEAR, latest_due

Entry = Sequence[str]
"""The id of a test, its schedule and its time zone."""
SHORT = timedelta(minutes=30)
"""Up to how long a time between two ticks is looked at minute by minute."""
LONGEST_BACKOFF = timedelta(hours=12)
"""A test that is due once a day is never left out."""


def due(timetable: Iterable[Entry], *, since: datetime, now: datetime) -> dict[str, datetime]:
    """Returns what became due after ``since``, up to ``now``: the ids of tests, each with its latest due time.

    Args:
        timetable: of the tests that may be due.
        since: when that was asked last, with a time zone.
        now: with a time zone.
    """
    found: dict[tuple[str, str], datetime | None] = {}
    named: dict[tuple[str, str, str], bool] = {}
    latest = {}
    for test_id, schedule, zone in timetable:
        key = (schedule, zone)
        if key not in found:
            found[key] = _due(schedule, zone, since, now) if _may_be_due(schedule, zone, since, now, named) else None
        at = found[key]
        if at is not None:
            latest[test_id] = at
    return latest


def _due(schedule: str, zone: str, since: datetime, now: datetime) -> datetime | None:
    at = latest_due(schedule, zone, now)
    return at if at is not None and at > since else None


def _may_be_due(schedule: str, zone: str, since: datetime, now: datetime, named: dict[tuple[str, str, str], bool]) -> bool:
    """Says no to most schedules at little cost: none of the minutes that have passed is one of theirs.

    Args:
        schedule: which may be due.
        zone: in which it is read.
        since: the first moment that has passed.
        now: the last one.
        named: remembers minute, hour and zone → whether they name one of these minutes.
    """
    if schedule.startswith("@"):
        return True
    minute, hour, _ = schedule.split(" ", 2)
    key = (minute, hour, zone)
    if key not in named:
        passed = _passed(zone, since, now)
        minutes, hours = _values(f"{minute} * * * *", 0), _values(f"0 {hour} * * *", 1)
        named[key] = passed is None or any(m in minutes and h in hours for h, m in passed)
    return named[key]


@lru_cache(maxsize=1000)
def _passed(zone: str, since: datetime, now: datetime) -> frozenset[tuple[int, int]] | None:
    """Returns the minutes between two moments, as the clocks of a zone show them; None for too many, or while clocks change."""
    clock = ZoneInfo(zone)
    if now - since > SHORT or len({(now + near).astimezone(clock).utcoffset() for near in (-NEAR, NEAR)}) > 1:
        return None
    first = since.replace(second=0, microsecond=0)
    shown = ((first + timedelta(minutes=n)).astimezone(clock) for n in range(int((now - first).total_seconds() // 60) + 1))
    return frozenset((at.hour, at.minute) for at in shown)


@lru_cache(maxsize=10_000)
def _values(expression: str, field: int) -> frozenset[int]:
    """Returns what one field of a cron expression names."""
    values = croniter.expand(expression)[0][field]
    return frozenset(range(60)) if values == ["*"] else frozenset(map(int, values))


def is_backing_off(state: TestState, now: datetime) -> bool:
    """Says whether a test that keeps erroring is left alone for now: half as long again as it has been erroring."""
    if state.outcome != "errored":
        return False
    return now < state.started_at + min((state.started_at - state.since) / 2, LONGEST_BACKOFF)


def batches(claimed: Sequence[Due], *, per_connection: int, most: int) -> list[list[Due]]:
    """Returns what is claimed in batches of about equal size; tests of one dataset are in one batch, to be planned together.

    What came to nothing before is in batches of its own, a dataset each: what kills its worker takes no other with it.

    Args:
        claimed: each test once.
        per_connection: how many batches a connection has at most.
        most: how many batches there may be at all; beyond it several connections share one.
    """
    again = _by_dataset(d for d in claimed if d.attempt)
    made = [group for groups in again.values() for group in groups]
    for groups in _by_dataset(d for d in claimed if not d.attempt).values():
        made += _packed(groups, per_connection)
    return made if len(made) <= most else _packed(made, most)


def _by_dataset(claimed: Iterable[Due]) -> Mapping[str, list[list[Due]]]:
    """Returns connection → what is claimed of each of its datasets."""
    groups: dict[Dataset, list[Due]] = defaultdict(list)
    for one in claimed:
        groups[one.test.dataset].append(one)
    of_connection: dict[str, list[list[Due]]] = defaultdict(list)
    for dataset, group in groups.items():
        of_connection[str(dataset.conn_id)].append(group)
    return of_connection


def _packed(groups: Sequence[list[Due]], most: int) -> list[list[Due]]:
    """Returns the groups in so many batches at most: the largest first, each where there is least."""
    made: list[list[Due]] = [[] for _ in range(min(most, len(groups)))]
    for group in sorted(groups, key=len, reverse=True):
        min(made, key=len).extend(group)
    return made
