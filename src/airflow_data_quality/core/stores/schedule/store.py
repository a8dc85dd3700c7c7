"""Ticks and claims in the result store's database: a due time is claimed once, whoever looks at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, select, update

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.core.model.stored import StoredTest
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results.keys import test_key
from airflow_data_quality.core.stores.results.rows import into
from airflow_data_quality.core.stores.schedule.tables import HISTORY, claims, ticks

TICK = "scheduler"
FIRST_LOOK = timedelta(minutes=1)
"""How far the first tick of all looks back: what was due before anybody looked is not made up for."""
AHEAD = timedelta(minutes=10)
"""How far the clock of whoever looked last may be ahead; further, it was wrong, and would keep the others from looking."""
KEPT = timedelta(days=30)
"""How long it is remembered what was claimed, once it is done."""


Purpose = Literal["due", "asked", "dry"]
"""Why a test runs: its schedule says so, somebody asks for it, or asks for it and keeps nothing."""


@dataclass(frozen=True)
class Due:
    """A test and the moment at which it is due."""

    test: StoredTest
    due_at: datetime
    attempt: int = 0
    """How often that was begun before and came to nothing."""


@dataclass(frozen=True)
class Claim:
    """A due time that somebody has claimed and not done yet."""

    test_id: str
    due_at: datetime
    attempt: int
    purpose: Purpose
    batch: str
    number: int
    claimed_at: datetime
    ended_at: datetime | None
    """When it was first seen that its batch has ended without it."""
    test: Mapping[str, Any]
    """As it was when it was claimed, in plain data."""

    def due(self, *, again: bool = False) -> Due:
        """Returns what it is about; raises StoreError where that cannot be read, for one because its type is not installed."""
        try:
            return Due(StoredTest.of(self.test), self.due_at, self.attempt + again)
        except ValidationError as error:
            reason = error.errors(include_url=False, include_input=False)[0]["msg"]
            raise StoreError(f"test {self.test_id!r} cannot be read here: {reason}") from error


Choose = Callable[[datetime, Collection[str]], Sequence[Sequence[Due]]]
"""Takes since when, and the tests that may still be running; returns what is due, in batches."""


class ScheduleStore:
    """What the scheduler remembers, beside the results.

    Every method raises StoreError, with the place and what to do, when it cannot be had.
    """

    def __init__(self, database: StoreDatabase) -> None:
        self._database = database

    def migrate(self) -> Sequence[str]:
        """Makes what is missing, and drops nothing; returns what was done, one line each."""
        done = self._database.migrate(HISTORY)
        return [done] if done else []

    def maintain(self, *, now: datetime) -> Sequence[str]:
        """Forgets what was done long ago; returns what was done, one line each."""
        with self._database.writing(HISTORY, patient=True) as connection:
            gone = connection.execute(delete(claims).where(claims.c.done_at < now - KEPT)).rowcount
        return [f"forgot {gone} claims that were done more than {KEPT.days} days ago"] if gone else []

    def since(self, *, now: datetime) -> datetime:
        """Returns up to when the last tick has looked; before the first, a minute before ``now``."""
        with self._database.connected(HISTORY) as connection:
            return _looked(connection.scalar(select(ticks.c.at).where(ticks.c.name == TICK)), now)

    def tick(self, batch: str, choose: Choose, *, now: datetime) -> Sequence[int]:
        """Claims what has become due since the last tick, and remembers that it has been looked up to now.

        Ticks that meet wait for each other. One that is killed has claimed nothing, and the next one finds the same.

        Args:
            batch: who will run it: the id of a DAG run.
            choose: says what is due.
            now: up to when.

        Returns:
            The numbers of the batches in which something is claimed: now, or before for the same DAG run.
        """
        with self._database.writing(HISTORY) as connection:
            since = _since(connection, now)
            running = select(claims.c.test_id).where(claims.c.done_at.is_(None), claims.c.purpose != "dry")
            numbers = _claim(connection, batch, choose(since, set(connection.scalars(running))), now, "due")
            connection.execute(update(ticks).where(ticks.c.name == TICK).values(at=max(since, now)))
            return numbers

    def claim(self, batch: str, batches: Sequence[Sequence[Due]], *, now: datetime, purpose: Purpose = "asked") -> Sequence[int]:
        """Claims what somebody asks for beside the schedule, unless the same DAG run has it; returns numbers as ``tick``."""
        with self._database.writing(HISTORY) as connection:
            here = select(claims.c.test_id).where(claims.c.batch == batch, claims.c.done_at.is_(None))
            waiting = set(connection.scalars(here))
            fresh = [[due for due in some if due.test.id not in waiting] for some in batches]
            return _claim(connection, batch, [some for some in fresh if some], now, purpose)

    def claimed(self, batch: str, number: int) -> Sequence[Due]:
        """Returns what a batch is to run and has not done."""
        return [claim.due() for claim in self._open(claims.c.batch == batch, claims.c.number == number)]

    def open(self) -> Sequence[Claim]:
        """Returns every claim that is not done."""
        return self._open()

    def _open(self, *wanted: ColumnElement[bool]) -> Sequence[Claim]:
        columns = [claims.c[field.name] for field in fields(Claim)]
        asked = select(*columns).where(claims.c.done_at.is_(None), *wanted).order_by(claims.c.due_at, claims.c.test_key)
        with self._database.connected(HISTORY) as connection:
            return [Claim(*row) for row in connection.execute(asked)]

    def finish(self, batch: str, number: int, *, now: datetime) -> None:
        """Remembers that a batch has done all that it had claimed."""
        with self._database.writing(HISTORY) as connection:
            wanted = (claims.c.batch == batch, claims.c.number == number, claims.c.done_at.is_(None))
            connection.execute(update(claims).where(*wanted).values(done_at=now))

    def settle(self, done: Collection[Claim], ended: Collection[Claim], *, now: datetime) -> None:
        """Remembers of claims that they are done after all, or that their batch has ended without them."""
        with self._database.writing(HISTORY) as connection:
            for found, column in ((done, "done_at"), (ended, "ended_at")):
                this = (claims.c.test_key == bindparam("key"), claims.c.due_at == bindparam("at"), claims.c.done_at.is_(None))
                keys = [{"key": test_key(claim.test_id), "at": claim.due_at} for claim in found]
                if keys:
                    connection.execute(update(claims).where(*this).values({column: now}), keys)


def _since(connection: Connection, now: datetime) -> datetime:
    """Returns up to when the last tick has looked; nobody else may look until this transaction ends."""
    first = into(connection.dialect.name, ticks).values(name=TICK, at=now - FIRST_LOOK).on_conflict_do_nothing()
    connection.execute(first)
    return _looked(connection.scalar(select(ticks.c.at).where(ticks.c.name == TICK).with_for_update()), now)


def _looked(at: datetime | None, now: datetime) -> datetime:
    return at if at is not None and at <= now + AHEAD else now - FIRST_LOOK


def _claim(
    connection: Connection, batch: str, batches: Sequence[Sequence[Due]], now: datetime, purpose: Purpose
) -> Sequence[int]:
    # A task that is killed or cleared claims for the same DAG run once more: a number that has run stands for nothing new.
    used = connection.scalar(select(func.max(claims.c.number)).where(claims.c.batch == batch))
    rows = [
        {
            "test_key": test_key(due.test.id),
            "due_at": due.due_at,
            "test_id": due.test.id,
            "batch": batch,
            "number": number,
            "purpose": purpose,
            "attempt": due.attempt,
            "claimed_at": now,
            "test": due.test.spec(),
            "ended_at": None,
            "done_at": None,
        }
        for number, some in enumerate(batches, start=0 if used is None else used + 1)
        for due in some
    ]
    if rows:
        rows.sort(key=lambda row: (row["test_key"], row["due_at"]))  # the same order for all who meet
        connection.execute(_claimed_once(connection), rows)
    still = select(claims.c.number).where(claims.c.batch == batch, claims.c.done_at.is_(None))
    return sorted(set(connection.scalars(still)))


def _claimed_once(connection: Connection) -> Any:
    """Returns the INSERT of claims that nobody has; those that are begun once more are there, of a batch that came to nothing."""
    insert = into(connection.dialect.name, claims)
    return insert.on_conflict_do_update(
        index_elements=[claims.c.test_key, claims.c.due_at],
        set_={name: insert.excluded[name] for name in ("batch", "number", "attempt", "claimed_at", "ended_at")},
        where=and_(claims.c.done_at.is_(None), claims.c.attempt < insert.excluded.attempt),
    )
