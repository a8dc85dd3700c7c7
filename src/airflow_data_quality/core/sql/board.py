"""What is asked of one database and what came of it: sessions take steps from it, each when what it builds on is known."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from airflow_data_quality.core.sql.steps import Ask, Question, Step


@dataclass(frozen=True)
class Sent:
    """A statement that was sent, for which questions, and how it went."""

    sql: str
    asks: tuple[Ask, ...]
    duration_ms: float
    error: str | None = None


@dataclass(frozen=True)
class Found:
    """What came back for one question: its values, or why there are none."""

    values: tuple[Any, ...] = ()
    error: Exception | None = None
    facts: tuple[str, ...] = ()
    """How it was found, for people."""


@dataclass
class Board:
    """Steps that are open, statements that were sent, answers that were found; safe for any number of threads."""

    steps: Sequence[Step]
    """In the order in which they are best begun."""
    on_progress: Callable[[int, int], None] | None = None
    sent: list[Sent] = field(default_factory=list)
    found: dict[Ask, Found] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._open = list(self.steps)
        self._taken = 0
        self._sessions = 0
        self._left = False
        self._closed = False
        self._changed = threading.Condition()

    def enter(self) -> bool:
        """Says whether a session is still wanted; one that is must leave again."""
        with self._changed:
            self._sessions += not self._closed
            return not self._closed

    def leave(self) -> None:
        """Tells that a session takes no more steps."""
        with self._changed:
            self._sessions -= 1
            self._changed.notify_all()

    def take(self, *, first: bool = True) -> Step | None:
        """Returns the next step, waiting for what it builds on; None when there is none left.

        Steps that are tied to the first session are given to it alone.
        """
        with self._changed:
            while mine := [step for step in self._open if first or not step.tied]:
                ready = next((step for step in mine if all(ask in self.found for ask in step.before)), None)
                if ready is not None:
                    self._open.remove(ready)
                    self._taken += 1
                    return ready
                if not self._taken and first:
                    raise LookupError(f"nobody answers what {mine[0]} builds on")
                if not self._taken and self._left:
                    return None
                self._changed.wait()
            return None

    def done(self, step: Step) -> None:
        """Tells that a step was taken to its end."""
        with self._changed:
            self._taken -= 1
            self._changed.notify_all()
            if self.on_progress is not None:
                self.on_progress(len(self.steps) - len(self._open) - self._taken, len(self.steps))

    def give_up(self, step: Step, error: Exception) -> None:
        """Notes why a step's questions have no answer, those that have one left alone."""
        for ask in step.asks:
            self.found.setdefault(ask, Found(error=error))

    def close(self, lost: Exception | None) -> None:
        """Waits until every session that has entered has left; what is open then has no answer, for this reason.

        Called when the first session takes no more steps.
        """
        with self._changed:
            self._left = True
            self._changed.notify_all()
            while self._sessions:
                self._changed.wait()
            self._closed = True
            for step in self._open:
                self.give_up(step, lost or LookupError("nobody was left to ask it"))
            self._open.clear()

    def answer(self, asked: Question) -> Found:
        """Returns what was found for a question, the rows that were looked at before those of them that fail."""
        found = self.found[asked.asks]
        if asked.checked is None or found.error is not None:
            return found
        rows = self.found[asked.checked]
        return rows if rows.error is not None else replace(found, values=(*rows.values, *found.values))

    def duration_ms(self, asks: Iterable[Ask]) -> float:
        """Returns how long the statements took that were sent for any of these questions, once all are answered."""
        return sum(self.sent[number].duration_ms for number in {n for ask in asks for n in self._sent_for.get(ask, ())})

    @cached_property
    def _sent_for(self) -> Mapping[Ask, Sequence[int]]:
        """Which statements were sent for each question."""
        numbers: dict[Ask, list[int]] = {}
        for number, sent in enumerate(self.sent):
            for ask in sent.asks:
                numbers.setdefault(ask, []).append(number)
        return numbers
