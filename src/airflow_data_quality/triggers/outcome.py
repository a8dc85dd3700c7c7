"""A wait for outcomes: the result store is looked at now and then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from functools import cache
from math import inf
from typing import Any

from airflow.triggers.base import TriggerEvent

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.triggers.pause import PauseTrigger, sleep_until

AT_ONCE = 4
"""How many looks a triggerer takes at once, whatever waits in it: as many connections as a store keeps open."""


class OutcomeTrigger(PauseTrigger):
    """Wakes a task when tests have passed since a moment, or at the last one; or for it to say what is wrong.

    The event says only that it is worth a look: the task looks itself.

    Args:
        until: when the first look is due, in ISO form with its time zone.
        wait: what the task must know of its wait when it wakes: plain data. It comes back as the event.
        deadline: when the task is woken in any case.
        every: how many seconds lie between two looks.
        growth: how many times longer each wait is than the one before.
        longest: the longest wait, in seconds; None for any.
        since: outcomes before are not recent.
        meant: the fields of ``Meant``.
    """

    def __init__(
        self,
        *,
        until: str,
        wait: Mapping[str, Any],
        deadline: str,
        every: float,
        growth: float,
        longest: float | None,
        since: str,
        meant: Mapping[str, Any],
    ) -> None:
        super().__init__(until=until, wait=wait)
        self.deadline = deadline
        self.every = every
        self.growth = growth
        self.longest = longest
        self.since = since
        self.meant = dict(meant)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Returns the class and its arguments."""
        path, arguments = super().serialize()
        own = ("deadline", "every", "growth", "longest", "since", "meant")
        return path, {**arguments, **{name: getattr(self, name) for name in own}}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yields one event."""
        deadline, next_look = datetime.fromisoformat(self.deadline), datetime.fromisoformat(self.until)
        every = self.every
        while True:
            await sleep_until(min(next_look, deadline))
            left = (deadline - datetime.now(timezone.utc)).total_seconds()
            if left <= 0 or await self._is_worth_a_look():
                break
            next_look = datetime.now(timezone.utc) + timedelta(seconds=min(every, left))
            every = min(every * self.growth, self.longest or inf)
        yield TriggerEvent(self.wait)  # type: ignore[no-untyped-call]

    async def _is_worth_a_look(self) -> bool:
        """Says whether the tests have passed, or something is wrong that waiting does not mend."""
        try:
            return await asyncio.get_running_loop().run_in_executor(_pool(), self._holds)
        except StoreError as error:
            self.log.warning("not looked: %s", error)
            return False
        except Exception:
            self.log.exception("the look failed; the task is woken to say so")
            return True

    def _holds(self) -> bool:
        """Looks, in a thread: a store may keep one waiting."""
        from airflow_data_quality.core.stores.outcomes import Meant, standing
        from airflow_data_quality.hooks import stores

        since = datetime.fromisoformat(self.since)
        return not standing(Meant(**self.meant), since, stores.result_store(), stores.config_store).blocking


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="data-quality-outcomes")
