"""A database that remembers the sessions it has opened and what was sent over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from airflow_data_quality.core.database import Answer, Connection, Database


class Session:
    """A real session, listened to."""

    def __init__(self, real: Connection, place: Opened) -> None:
        self.real, self.place = real, place
        self.asked: list[str] = []
        self.pid: int = real._raw.info.backend_pid  # type: ignore[attr-defined]

    @property
    def one_statement(self) -> bool:
        return self.real.one_statement

    def limit(self, timeout: Any) -> None:
        self.real.limit(timeout)

    def query(self, sql: str) -> Answer:
        self.asked.append(sql)
        self.place.about_to_send(self, sql)
        return self.real.query(sql)

    def describe(self, sql: str) -> Sequence[tuple[str, Any]]:
        return self.real.describe(sql)

    def cancel(self) -> None:
        self.real.cancel()

    def close(self) -> None:
        self.real.close()


class Opened:
    """Opens the first session here, and each other where it is told."""

    dialect = "postgresql"

    def __init__(self, first: Database, *others: Database, before: Callable[[Session, int], None] | None = None) -> None:
        self._first, self._others, self._before = first, others, before
        self.opened = 0
        self.sent = 0
        self.sessions: list[Session] = []

    def open(self) -> Session:
        self.opened += 1
        database = self._others[(self.opened - 2) % len(self._others)] if self._others and self.opened > 1 else self._first
        session = Session(database.open(), self)
        self.sessions.append(session)
        return session

    def about_to_send(self, session: Session, sql: str) -> None:
        self.sent += 1
        if self._before is not None:
            self._before(session, self.sent)

    @property
    def measuring(self) -> int:
        """How many sessions have asked for more than the catalog and the transaction."""
        return sum(any(" AS m0" in sql or " AS keys" in sql or " AS failing" in sql for sql in s.asked) for s in self.sessions)
