"""The trigger that wakes a task at a moment."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from airflow.sdk.module_loading import import_string
from airflow.sdk.serde import deserialize, serialize

from airflow_data_quality.triggers import pause
from airflow_data_quality.triggers.pause import PauseTrigger

pytestmark = pytest.mark.filterwarnings("ignore")

WAIT = {"pokes": 3, "began": "2026-01-31T12:00:00+00:00"}


def in_seconds(seconds: float) -> str:
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat()


async def events(trigger: Any) -> list[Any]:
    return [event.payload async for event in trigger.run()]


def test_it_wakes_once_not_before_its_moment_with_what_it_was_given() -> None:
    until = in_seconds(0.3)
    assert asyncio.run(events(PauseTrigger(until=until, wait=WAIT))) == [WAIT]
    assert datetime.now(timezone.utc) >= datetime.fromisoformat(until)


def test_a_moment_that_has_passed_wakes_at_once() -> None:
    assert asyncio.run(events(PauseTrigger(until=in_seconds(-3600), wait=WAIT))) == [WAIT]


def test_it_is_the_same_after_a_journey_through_airflow() -> None:
    path, arguments = PauseTrigger(until=in_seconds(0), wait=WAIT).serialize()
    arrived = import_string(path)(**deserialize(serialize(arguments)))
    assert type(arrived) is PauseTrigger
    assert arrived.serialize() == (path, arguments)


def test_it_looks_at_the_clock_again_while_it_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pause, "LONGEST_NAP", 0.01)
    naps: list[float] = []
    sleep = asyncio.sleep

    async def nap(seconds: float) -> None:
        naps.append(seconds)
        await sleep(seconds)

    monkeypatch.setattr(asyncio, "sleep", nap)
    asyncio.run(events(PauseTrigger(until=in_seconds(0.1), wait=WAIT)))
    assert len(naps) > 1
    assert max(naps) <= 0.01


def test_a_wait_that_is_called_off_ends() -> None:
    async def call_off() -> None:
        waiting = asyncio.ensure_future(events(PauseTrigger(until=in_seconds(3600), wait=WAIT)))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(call_off())
