"""A wait by itself: deferrals and what they hand on, timeouts, what errors do, stopping."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.exceptions import AirflowRescheduleException
from airflow.providers.common.compat.sdk import (
    AirflowException,
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    TaskDeferred,
)

from airflow_data_quality.sensors.waiting import Seen, WaitingSensor
from airflow_data_quality.triggers.pause import PauseTrigger

pytestmark = pytest.mark.filterwarnings("ignore")


class Lookout(WaitingSensor):
    """Sees what it is given, one thing a poke, the last of them for good."""

    def __init__(self, *, sights: Any = (), **kwargs: Any) -> None:
        super().__init__(task_id="lookout", **kwargs)
        self.sights = list(sights)

    def poke(self, context: Any) -> Seen:
        sight = self.sights.pop(0) if len(self.sights) > 1 else self.sights[0]
        if isinstance(sight, Exception):
            raise sight
        return Seen(sight == "land", f"{sight} at poke {self.pokes}", sight)


def now() -> datetime:
    return datetime.now(timezone.utc)


def deferred(go: Callable[..., Any], *given: Any) -> tuple[PauseTrigger, TaskDeferred]:
    with pytest.raises(TaskDeferred) as raised:
        go(*given)
    assert isinstance(raised.value.trigger, PauseTrigger)
    assert raised.value.method_name == "go_on"
    return raised.value.trigger, raised.value


def resumed(lookout: Lookout, **event: Any) -> Any:
    """Wakes it as Airflow does."""
    return lookout.resume_execution("go_on", {"event": {"pokes": 0, "began": now().isoformat(), **event}}, {})


def test_what_is_there_at_once_is_not_deferred() -> None:
    assert Lookout(sights=["land"], deferrable=True).execute({}) == "land"


def test_a_deferral_hands_on_the_pokes_and_the_beginning() -> None:
    before = now()
    lookout = Lookout(sights=["sea"], deferrable=True)
    first, _ = deferred(lookout.execute, {})
    assert first.wait["pokes"] == 1
    assert before <= datetime.fromisoformat(first.wait["began"]) <= now()
    again = Lookout(sights=["sea", "land"], deferrable=True)
    second, _ = deferred(again.resume_execution, "go_on", {"event": first.wait}, {})
    assert second.wait == {**first.wait, "pokes": 2}
    assert again.resume_execution("go_on", {"event": second.wait}, {}) == "land"
    assert again.pokes == 3


@pytest.mark.parametrize("waits", [{"poke_interval": 0}, {"timeout": 5}, {"poke_interval": 0, "exponential_backoff": True}])
def test_nobody_lets_go_of_the_slot_for_less_than_ten_seconds(waits: dict[str, Any]) -> None:
    earliest = now() + timedelta(seconds=10)
    lookout = Lookout(sights=["sea"], deferrable=True, **waits)
    trigger, _ = deferred(lookout.execute, {})
    assert datetime.fromisoformat(trigger.until) >= earliest
    rescheduled = Lookout(sights=["sea"], mode="reschedule", **waits)
    with pytest.raises(AirflowRescheduleException) as raised:
        rescheduled.execute({"ti": SimpleNamespace(get_first_reschedule_date=lambda context: None)})
    assert raised.value.reschedule_date >= earliest


def test_the_last_poke_is_at_the_timeout() -> None:
    began = now() - timedelta(seconds=540)
    lookout = Lookout(sights=["sea"], deferrable=True, poke_interval=300, timeout=600)
    trigger, _ = deferred(lambda: resumed(lookout, began=began.isoformat()))
    left = datetime.fromisoformat(trigger.until) - began
    assert timedelta(seconds=590) < left < timedelta(seconds=660)


def test_airflow_gives_up_by_itself_a_while_after_the_timeout_when_no_triggerer_wakes_it() -> None:
    lookout = Lookout(sights=["sea"], deferrable=True, timeout=600)
    _, told = deferred(lookout.execute, {})
    assert timedelta(seconds=600) < told.timeout <= timedelta(seconds=900)
    gone = {"error": "Trigger timeout"}
    with pytest.raises(AirflowSensorTimeout):
        lookout.resume_execution("__fail__", gone, {})
    with pytest.raises(AirflowSkipException):
        Lookout(sights=["sea"], soft_fail=True).resume_execution("__fail__", gone, {})


@pytest.mark.parametrize("modes", [{}, {"deferrable": True}])
def test_the_timeout_is_counted_from_the_first_poke_and_says_what_was_seen(modes: dict[str, Any]) -> None:
    late = (now() - timedelta(hours=3)).isoformat()
    text = r"waited 3h.*, allowed 2h, and it is not there\. Seen last, at poke 8: sea at poke 8"
    with pytest.raises(AirflowSensorTimeout, match=text):
        resumed(Lookout(sights=["sea"], timeout=7200, **modes), pokes=7, began=late)
    with pytest.raises(AirflowSkipException, match=text):
        resumed(Lookout(sights=["sea"], timeout=7200, soft_fail=True, **modes), pokes=7, began=late)


def test_what_comes_at_the_last_poke_is_in_time() -> None:
    late = (now() - timedelta(hours=3)).isoformat()
    assert resumed(Lookout(sights=["land"], timeout=7200, deferrable=True), began=late) == "land"


def test_waits_grow_with_exponential_backoff_up_to_max_wait() -> None:
    def wait(pokes: int, **more: Any) -> float:
        lookout = Lookout(sights=["sea"], deferrable=True, poke_interval=60, exponential_backoff=True, timeout=1e6, **more)
        before = now()
        trigger, _ = deferred(lambda: resumed(lookout, pokes=pokes - 1))
        return (datetime.fromisoformat(trigger.until) - before).total_seconds()

    assert 30 <= wait(1) < 90
    assert 480 <= wait(5) < 990
    assert 120 <= wait(5, max_wait=120) < 150


@pytest.mark.parametrize("go", [lambda lookout: lookout.execute({}), resumed])
def test_an_error_fails_the_task_unless_it_was_asked_for(go: Callable[[Lookout], Any]) -> None:
    fog = AirflowException("fog")
    for more in ({}, {"soft_fail": True}):
        with pytest.raises(AirflowException, match=r"^fog$") as raised:
            go(Lookout(sights=[fog], **more))
        assert type(raised.value) is AirflowException
    with pytest.raises(AirflowSkipException, match="fog"):
        go(Lookout(sights=[fog], never_fail=True))
    assert go(Lookout(sights=[fog, "land"], silent_fail=True, poke_interval=0)) == "land"
    with pytest.raises(AirflowSensorTimeout, match="Seen last, at poke 1: the poke failed: fog"):
        go(Lookout(sights=[fog], silent_fail=True, timeout=0))
    with pytest.raises(AirflowFailException, match="reef"):
        go(Lookout(sights=[AirflowFailException("reef")], silent_fail=True))
    with pytest.raises(AirflowSkipException, match="reef"):
        go(Lookout(sights=[AirflowFailException("reef")], soft_fail=True))


def test_stopped_while_it_sleeps_it_ends_at_once() -> None:
    lookout = Lookout(sights=["sea"], poke_interval=3600)
    timer = threading.Timer(0.1, lookout.on_kill)
    timer.start()
    with pytest.raises(AirflowException, match="the task was stopped while it waited, after poke 1"):
        lookout.execute({})
    timer.join()


def test_airflows_setting_says_whether_it_is_deferred(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Lookout().deferrable
    monkeypatch.setenv("AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE", "True")
    assert Lookout().deferrable
    assert not Lookout(deferrable=False).deferrable
