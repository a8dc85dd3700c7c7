"""The wait of a sensor: the same in every mode, and at its end it says what was seen."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.exceptions import AirflowRescheduleException
from airflow.providers.common.compat.sdk import (
    AirflowException,
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
    BaseSensorOperator,
    PokeReturnValue,
    conf,
)

from airflow_data_quality.core.model.duration import rough_duration

if TYPE_CHECKING:
    from airflow.sdk import Context
    from airflow.triggers.base import BaseTrigger

SOONEST = timedelta(seconds=10)
"""How long a task is deferred or rescheduled at least: a busy scheduler may take the end of a shorter wait for a failure."""
GRACE = timedelta(minutes=5)
"""How long after its timeout a deferred task is given up by Airflow itself, when no triggerer has woken it."""


class Seen(PokeReturnValue):
    """What one poke has seen.

    Args:
        is_done: whether it is what was waited for.
        text: for people, on one line.
        xcom_value: what the task returns when it is done.
    """

    def __init__(self, is_done: bool, text: str, xcom_value: Any = None) -> None:
        super().__init__(is_done, xcom_value)
        self.text = text


class WaitingSensor(BaseSensorOperator):
    """Pokes until it sees what it waits for, in a worker's slot, rescheduled or deferred.

    ``poke_interval``, ``timeout``, ``exponential_backoff``, ``soft_fail``, ``silent_fail`` and ``never_fail`` are Airflow's and
    mean in each mode what they mean in mode ``poke``; the last poke is at the timeout, and what it saw is in the error.

    Args:
        deferrable: whether it waits in the triggerer, whatever ``mode`` says; from Airflow's configuration by default.
        **kwargs: those of BaseSensorOperator.
    """

    def __init__(self, *, deferrable: bool | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if deferrable is None:
            deferrable = conf.getboolean("operators", "default_deferrable", fallback=False)
        self.deferrable = deferrable
        self.pokes = 0
        """Counts the pokes of a try, over all deferrals and reschedules."""
        self._stopped: threading.Event | None = None

    @abstractmethod
    def poke(self, context: Context) -> Seen:
        """Looks once."""

    def trigger(self, context: Context, until: datetime, wait: Mapping[str, Any]) -> BaseTrigger:
        """Returns what wakes the task for its next poke.

        Args:
            context: Airflow's, of the task.
            until: when that is due.
            wait: what the event must carry.
        """
        from airflow_data_quality.triggers.pause import PauseTrigger

        return PauseTrigger(until=until.isoformat(), wait=wait)

    # The story of a wait ----------------------------------------------------------------------------------------------

    def execute(self, context: Context) -> Any:
        """Waits; returns what the last poke gives.

        Raises:
            AirflowSensorTimeout: what is waited for did not come in time; AirflowSkipException with ``soft_fail``.
        """
        began = None
        if self.reschedule:
            self.pokes = int(context.get("task_reschedule_count") or 0)
            began = context["ti"].get_first_reschedule_date(context)
        return self._wait(context, began or _now())

    def go_on(self, context: Context, event: Mapping[str, Any]) -> Any:
        """Waits on after a deferral."""
        self.pokes = event["pokes"]
        return self._wait(context, datetime.fromisoformat(event["began"]))

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Goes on after a deferral; Airflow's own way would take any fault for a failure that ``soft_fail`` skips."""
        if next_method == self.go_on.__name__:
            return self.go_on(context, **(next_kwargs or {}))
        return super().resume_execution(next_method, next_kwargs, context)

    def on_kill(self) -> None:
        """Ends the wait."""
        self._stopped = self._stopped or threading.Event()
        self._stopped.set()
        super().on_kill()

    def _wait(self, context: Context, began: datetime) -> Any:
        self._stopped = self._stopped or threading.Event()
        while True:
            self.pokes += 1
            seen = self._look(context, self._stopped)
            if seen.is_done:
                self.log.info("there after %s: %s", _spell(_now() - began), seen.text)
                return seen.xcom_value
            if _now() - began >= timedelta(seconds=self.timeout):
                self._give_up(began, seen)
            self.log.info("not yet (poke %s): %s", self.pokes, seen.text)
            self._pause(context, began, self._stopped)

    def _look(self, context: Context, stopped: threading.Event) -> Seen:
        """Pokes; what goes wrong fails the task, or skips it, or is no more than nothing seen, as was asked for."""
        try:
            return self.poke(context)
        except AirflowSkipException:
            raise
        except (AirflowSensorTimeout, AirflowTaskTimeout, AirflowFailException) as error:
            if self.soft_fail or self.never_fail:
                raise AirflowSkipException(str(error)) from error
            raise
        except Exception as error:
            if self.silent_fail and not stopped.is_set():
                self.log.exception("the poke failed, which silent_fail lets pass")
                return Seen(False, f"the poke failed: {error}")
            if self.never_fail:
                raise AirflowSkipException(str(error)) from error
            raise

    def _give_up(self, began: datetime, seen: Seen) -> NoReturn:
        lasted, allowed = _spell(_now() - began), rough_duration(timedelta(seconds=self.timeout))
        text = f"waited {lasted}, allowed {allowed}, and it is not there. Seen last, at poke {self.pokes}: {seen.text}"
        raise AirflowSkipException(text) if self.soft_fail else AirflowSensorTimeout(text)

    def _pause(self, context: Context, began: datetime, stopped: threading.Event) -> None:
        """Lets time pass until the next poke, which is at the timeout at the latest."""
        lasted = _now() - began
        left = timedelta(seconds=self.timeout) - lasted
        interval = timedelta(seconds=self._get_next_poke_interval(began, lasted.total_seconds, self.pokes))
        interval = min(interval, left)
        until = _now() + max(interval, SOONEST)
        if self.deferrable:
            trigger = self.trigger(context, until, {"pokes": self.pokes, "began": began.isoformat()})
            self.defer(trigger=trigger, method_name=self.go_on.__name__, timeout=max(left, SOONEST) + GRACE)
        if self.reschedule:
            raise AirflowRescheduleException(until)  # type: ignore[no-untyped-call]
        if stopped.wait(max(interval.total_seconds(), 0)):
            raise AirflowException(f"the task was stopped while it waited, after poke {self.pokes}")


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _spell(span: timedelta) -> str:
    return rough_duration(span) if span >= timedelta(seconds=1) else "less than 1s"
