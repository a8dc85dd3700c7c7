"""One look at what is due: what came to nothing is begun again, what has become due is claimed, in batches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.core.model.stored import StoredTest
from airflow_data_quality.core.stores.results.answers import TestState
from airflow_data_quality.core.stores.results.base import ResultStore
from airflow_data_quality.core.stores.schedule.store import Claim, Due, ScheduleStore
from airflow_data_quality.scheduling import RUN
from airflow_data_quality.scheduling.due import Entry, batches, due, is_backing_off

GRACE = timedelta(minutes=10)
"""How long a claim whose batch has ended without it waits for what may still be on its way to the result store."""
ATTEMPTS = 3
"""How often a due time is begun at most."""

Load = Callable[[Collection[str]], Sequence[StoredTest]]
"""Takes ids; returns the tests as they are now."""
Ended = Callable[[Collection[tuple[str, int]]], Mapping[tuple[str, int], bool]]
"""Takes batches, each a DAG run and its number there; returns those that have ended, and whether they succeeded."""


@dataclass
class Tick:
    """What a tick found, besides what it claimed."""

    numbers: Sequence[int] = ()
    """The batches in which something was claimed."""
    again: list[str] = field(default_factory=list)
    """The tests that are begun again, for the batch they were in came to nothing."""
    given_up: list[str] = field(default_factory=list)
    """The tests whose due time came to nothing as often as it may."""
    running: list[str] = field(default_factory=list)
    """The tests that are due, but still run from before."""
    left_alone: list[str] = field(default_factory=list)
    """The tests that keep erroring and are asked less often."""
    unreadable: list[str] = field(default_factory=list)
    """Why a claim cannot be begun again, one text each."""

    def said(self) -> Sequence[str]:
        """Returns what a person should know, one line each."""
        lines = {
            "begun again, for the batch they were in came to nothing": self.again,
            f"given up for this time: begun {ATTEMPTS} times, they came to nothing": self.given_up,
            "due, but still run from before: this due time is left out": self.running,
            "left alone for now, for they keep erroring": self.left_alone,
        }
        told = [f"{len(ids)} test(s) are {what}: {', '.join(ids)}" for what, ids in lines.items() if ids]
        return [*told, *self.unreadable]


def tick(
    batch: str,
    *,
    timetable: Sequence[Entry],
    load: Load,
    schedule: ScheduleStore,
    results: ResultStore,
    ended: Ended,
    now: datetime,
    per_connection: int,
    most: int,
) -> Tick:
    """Claims what has become due since the last tick.

    Args:
        batch: who will run it: the id of the DAG run.
        timetable: of all tests that may be due, as they are now.
        load: fetches the tests that are.
        schedule: what was claimed before.
        results: knows which claims have executions after all, and which tests keep erroring.
        ended: asks which of some batches have ended.
        now: up to when.
        per_connection: how many batches a connection has at most.
        most: how many batches there may be at all.

    Raises:
        StoreError: when either store cannot be had; the next tick finds the same then.
    """
    seen = Tick()
    again = _begun_again(schedule, results, ended, now, seen)
    at = due(timetable, since=schedule.since(now=now), now=now)
    # Loaded before the tick's transaction, for which others wait; who was faster has claimed it, and it is left out there.
    tests = {test.id: test for test in load(at)} if at else {}
    erroring = _erroring(results) if at else {}

    def choose(since: datetime, running: Collection[str]) -> Sequence[Sequence[Due]]:
        due_now = [test_id for test_id in tests if at[test_id] > since]
        fresh = [test_id for test_id in due_now if test_id not in running]
        seen.running += [test_id for test_id in due_now if test_id in running]
        alone = {test_id for test_id in fresh if test_id in erroring and is_backing_off(erroring[test_id], now)}
        seen.left_alone += sorted(alone)
        chosen = [*again, *(Due(tests[test_id], at[test_id]) for test_id in fresh if test_id not in alone)]
        return batches(chosen, per_connection=per_connection, most=most)

    seen.numbers = schedule.tick(batch, choose, now=now)
    return seen


def _erroring(results: ResultStore) -> Mapping[str, TestState]:
    found: dict[str, TestState] = {}
    cursor: str | None = None
    while True:
        page = results.states(outcome="errored", cursor=cursor, limit=1000)
        found.update((state.test_id, state) for state in page.items)
        cursor = page.cursor
        if cursor is None:
            return found


def _begun_again(schedule: ScheduleStore, results: ResultStore, ended: Ended, now: datetime, seen: Tick) -> list[Due]:
    """Settles what is claimed and not done: done after all, ended just now, or to be begun again, which is returned."""
    claims = schedule.open()
    over = ended({(claim.batch, claim.number) for claim in claims}) if claims else {}
    done: list[Claim] = []
    just_ended: list[Claim] = []
    again: list[Due] = []
    for claim in claims:
        succeeded = over.get((claim.batch, claim.number))
        if succeeded is None:
            continue
        # A batch that succeeded has measured; where nothing of it is stored, it waits in a spool, and is not measured twice.
        # What somebody asked for is theirs to ask for again.
        if succeeded or claim.purpose != "due" or _is_stored(results, claim):
            done.append(claim)
        elif claim.ended_at is None:
            just_ended.append(claim)
        elif now - claim.ended_at >= GRACE:
            _begin_again(claim, again, done, seen)
    schedule.settle(done, just_ended, now=now)
    return again


def _is_stored(results: ResultStore, claim: Claim) -> bool:
    """Says whether the result store has what the claim's own task found."""
    dag_id, _, run_id = claim.batch.partition("/")
    found = results.executions_of_task(dag_id=dag_id, run_id=run_id, task_id=RUN, map_index=claim.number)
    return any(execution.test_id == claim.test_id for execution in found)


def _begin_again(claim: Claim, again: list[Due], done: list[Claim], seen: Tick) -> None:
    if claim.attempt + 1 >= ATTEMPTS:
        done.append(claim)
        seen.given_up.append(claim.test_id)
        return
    try:
        again.append(claim.due(again=True))
    except StoreError as error:
        done.append(claim)
        seen.unreadable.append(str(error))
    else:
        seen.again.append(claim.test_id)
