"""The moments that a cron expression names in a time zone, whatever its clocks do.

As cron itself has it: where clocks go back, an expression for every hour is due in both hours of one name, any other one only in
the first; where they go forward, what is meant for an hour that there is not is due as long after the change as it was meant
to be after the beginning of that hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, croniter

NEAR = timedelta(hours=3)
"""How far before and behind a change of the clocks its traces are looked for; no change is larger."""


def latest_due(schedule: str, zone: str, now: datetime) -> datetime | None:
    """Returns the latest moment, not later than ``now``, at which a schedule is due.

    Args:
        schedule: five fields of cron, or a preset such as ``@hourly``.
        zone: the IANA name of the time zone in which it is read.
        now: with a time zone.

    Returns:
        The moment in UTC; None where there is none in the years that croniter looks at.
    """
    clock = ZoneInfo(zone)
    hourly = _is_hourly(schedule)
    local = now.astimezone(clock)
    changes = local.utcoffset() != (now - NEAR).astimezone(clock).utcoffset() or (
        local.utcoffset() != (now + NEAR).astimezone(clock).utcoffset()
    )
    naive = local.replace(tzinfo=None, fold=0)
    # croniter's previous moment is strictly before: a second later, the present minute counts.
    steps = croniter(schedule, naive + (NEAR if changes else timedelta(0)) + timedelta(seconds=1), ret_type=datetime)
    best: datetime | None = None
    while True:
        try:
            wanted: datetime = steps.get_prev()
        except CroniterBadDateError:
            return best
        best = max((at for at in _moments(wanted, clock, hourly) if at <= now and (best is None or at > best)), default=best)
        if best is not None and wanted <= naive - (NEAR if changes else timedelta(0)):
            return best


def _is_hourly(schedule: str) -> bool:
    """Says whether an expression is for every hour of the days that it names."""
    return schedule == "@hourly" or (not schedule.startswith("@") and schedule.split()[1].startswith("*"))


def _moments(wanted: datetime, clock: ZoneInfo, hourly: bool) -> list[datetime]:
    """Returns the moments in UTC at which the clocks show a time, or are taken to."""
    shown = [wanted.replace(tzinfo=clock, fold=fold).astimezone(timezone.utc) for fold in (0, 1)]
    if not hourly:
        return shown[:1]
    return [at for at in shown if at.astimezone(clock).replace(tzinfo=None) == wanted]
