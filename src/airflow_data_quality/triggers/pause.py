"""A wait that costs the triggerer a timer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

LONGEST_NAP = 60.0
"""Seconds after which the clock is looked at again: it may be set while one sleeps."""


class PauseTrigger(BaseTrigger):
    """Wakes a task at a moment.

    Args:
        until: the moment, in ISO form with its time zone.
        wait: what the task must know of its wait when it wakes: plain data. It comes back as the event, the only thing that
            every way of running a task hands on.
    """

    def __init__(self, *, until: str, wait: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.until = until
        self.wait = dict(wait)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Returns the class and its arguments."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {"until": self.until, "wait": self.wait}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yields one event, at the moment."""
        await sleep_until(datetime.fromisoformat(self.until))
        yield TriggerEvent(self.wait)  # type: ignore[no-untyped-call]


async def sleep_until(moment: datetime) -> None:
    """Returns at the moment, at once when it has passed."""
    while (left := (moment - datetime.now(timezone.utc)) / timedelta(seconds=1)) > 0:
        await asyncio.sleep(min(left, LONGEST_NAP))
