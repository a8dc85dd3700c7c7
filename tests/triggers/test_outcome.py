"""The trigger that looks for outcomes: in threads of its own, now and then, until its deadline."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.module_loading import import_string
from airflow.sdk.serde import deserialize, serialize

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.hooks import stores
from airflow_data_quality.triggers import outcome
from airflow_data_quality.triggers.outcome import OutcomeTrigger
from tests.core.stores.samples import a_run
from tests.dag_runs import store

__all__ = ["store"]

pytestmark = pytest.mark.filterwarnings("ignore")

WAIT = {"pokes": 3, "began": "2026-01-31T12:00:00+00:00"}


def at(seconds: float) -> str:
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat()


def trigger(**arguments: Any) -> OutcomeTrigger:
    given = {
        "until": at(0),
        "wait": WAIT,
        "deadline": at(60),
        "every": 0.01,
        "growth": 1,
        "longest": None,
        "since": at(-3600),
        "meant": {"names": ["dag/q/a"], "conn_id": None, "table": None},
    }
    return OutcomeTrigger(**{**given, **arguments})


async def events(trigger: Any) -> list[Any]:
    return [event.payload async for event in trigger.run()]


def passed(store: Any, *test_ids: str) -> None:
    store.write(a_run(test_ids=test_ids, at=datetime.now(timezone.utc)))


class Looks:
    """Counts the looks, and does something at one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, acts: dict[int, Any]) -> None:
        self.threads: list[str] = []
        look = OutcomeTrigger._holds

        def counted(trigger: OutcomeTrigger) -> bool:
            self.threads.append(threading.current_thread().name)
            if (act := acts.get(len(self.threads))) is not None:
                act()
            return look(trigger)

        monkeypatch.setattr(OutcomeTrigger, "_holds", counted)


def test_it_wakes_once_when_the_tests_have_passed(store: Any) -> None:
    passed(store, "dag/q/a")
    assert asyncio.run(events(trigger())) == [WAIT]


def test_it_looks_until_an_outcome_arrives_and_in_a_thread_of_its_own(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = Looks(monkeypatch, {3: lambda: passed(store, "dag/q/a")})
    assert asyncio.run(events(trigger())) == [WAIT]
    assert len(looks.threads) == 3
    assert all(name.startswith("data-quality-outcomes") for name in looks.threads)


def test_it_wakes_at_the_deadline_though_nothing_came(store: Any) -> None:
    deadline = at(0.2)
    assert asyncio.run(events(trigger(deadline=deadline))) == [WAIT]
    assert datetime.now(timezone.utc) >= datetime.fromisoformat(deadline)


def test_a_deadline_that_has_passed_wakes_at_once_without_a_look(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = Looks(monkeypatch, {})
    assert asyncio.run(events(trigger(deadline=at(-1), until=at(3600)))) == [WAIT]
    assert looks.threads == []


def test_a_store_that_is_away_is_looked_at_again(store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    away = tmp_path / "away"
    away.write_text("this is no database, however much of it is read: " * 100)
    paths = iter([away, away])
    monkeypatch.setattr(stores, "embedded_path", lambda: next(paths, tmp_path / "data_quality.db"))
    with pytest.raises(StoreError):
        stores.result_store().states()
    passed(store, "dag/q/a")
    looks = Looks(monkeypatch, {})
    assert asyncio.run(events(trigger())) == [WAIT]
    assert len(looks.threads) == 2


def test_what_waiting_does_not_mend_wakes_the_task(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = Looks(monkeypatch, {})
    assert asyncio.run(events(trigger(meant={"names": ["tag:nobody"], "conn_id": None, "table": None}))) == [WAIT]
    assert len(looks.threads) == 1


def test_waits_grow_up_to_the_longest_and_the_deadline(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    due: list[float] = []

    async def jump(moment: datetime) -> None:
        due.append((moment - datetime.now(timezone.utc)).total_seconds())
        if len(due) > 5:
            passed(store, "dag/q/a")

    monkeypatch.setattr(outcome, "sleep_until", jump)
    asyncio.run(events(trigger(every=100, growth=2, longest=500, deadline=at(1000))))
    assert [round(seconds, -1) for seconds in due] == [0, 100, 200, 400, 500, 500]


def test_no_wait_outlasts_the_deadline(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    due: list[datetime] = []

    async def jump(moment: datetime) -> None:
        due.append(moment)
        if len(due) > 3:
            passed(store, "dag/q/a")

    monkeypatch.setattr(outcome, "sleep_until", jump)
    deadline = at(450)
    asyncio.run(events(trigger(every=100, growth=1e300, deadline=deadline)))
    assert max(due) <= datetime.fromisoformat(deadline)


def test_many_that_wait_share_few_threads(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = Looks(monkeypatch, {})
    passed(store, "dag/q/a")

    async def all_of_them() -> list[Any]:
        return await asyncio.gather(*(events(trigger()) for _ in range(50)))

    assert asyncio.run(all_of_them()) == [[WAIT]] * 50
    assert len(looks.threads) == 50
    assert len(set(looks.threads)) <= outcome.AT_ONCE


def test_it_is_the_same_after_a_journey_through_airflow() -> None:
    path, arguments = trigger(longest=60.0).serialize()
    arrived = import_string(path)(**deserialize(serialize(arguments)))
    assert type(arrived) is OutcomeTrigger
    assert arrived.serialize() == (path, arguments)
