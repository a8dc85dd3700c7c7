"""What do we add to the database's own time with twenty checks and with a thousand, and how long does a thousand take?

Our own time is what a run takes less what its connections take, over one connection. A thousand plain checks on one table are
asked in two ways: as teams do, with bounds of their own on what others measure too, and with a thousand different aggregates.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from airflow_data_quality import Completeness, Range, connect, run_checks
from benchmarks.database import COLUMNS
from benchmarks.harness import interleaved, ms, ratio, table
from benchmarks.s20.data import Tables
from benchmarks.s20.suite import checks

TABLES = Tables(100_000)
MANY, FEW = 1_000, 20
PROMISED = {FEW: "< 50", MANY: "< 1,000"}


@dataclass
class Clock:
    """How long the database was asked, in seconds."""

    seconds: float = 0.0


class Timed:
    """A database or a connection whose every method is timed; connections that it opens are too."""

    def __init__(self, inner: Any, clock: Clock) -> None:
        self._inner, self._clock = inner, clock

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def timed(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                answer = found(*arguments, **named)
            finally:
                self._clock.seconds += time.perf_counter() - started
            return Timed(answer, self._clock) if name == "open" else answer

        return timed


def main(url: str) -> None:
    """Lets few and many checks take turns, by all they take and by what we take."""
    TABLES.make(url)
    suites = {
        "S20": checks(TABLES),
        f"{FEW} plain checks": plain(FEW),
        f"{MANY:,} plain checks, 10 aggregates": plain(MANY),
        f"{MANY:,} plain checks, {MANY:,} aggregates": different(MANY),
    }
    own: dict[str, list[float]] = {name: [] for name in suites}

    def turn(name: str, suite: list[Any]) -> Callable[[], float]:
        def run() -> float:
            clock, started = Clock(), time.perf_counter()
            outcome = run_checks({"table": TABLES.orders}, suite, Timed(connect(url), clock), max_parallel=1)
            seconds = time.perf_counter() - started
            if any(execution.outcome not in ("passed", "failed") for execution in outcome.executions):
                raise RuntimeError(f"{name}: {[e.message for e in outcome.executions if e.outcome == 'errored'][:3]}")
            own[name].append(seconds - clock.seconds)
            return seconds

        return run

    taken = interleaved({name: turn(name, suite) for name, suite in suites.items()}, rounds=7)
    few = taken[f"{FEW} plain checks"]
    rows = [
        (name, ms(seconds), ratio(seconds, few), ms(own[name][1:]), PROMISED[MANY if len(suites[name]) == MANY else FEW])
        for name, seconds in taken.items()
    ]
    head = (f"{TABLES.rows:,} rows, one connection", "ms, median (least)", f"to {FEW} plain checks", "ours alone, ms", "promised")
    table(head, rows)


def plain(count: int) -> list[Any]:
    """Returns checks that only count what others count too, each with a bound of its own."""
    columns = [COLUMNS[number % len(COLUMNS)] for number in range(count)]
    return [Completeness(name=f"check {n}", column=column, max_failing=1000 + n) for n, column in enumerate(columns)]


def different(count: int) -> list[Any]:
    """Returns checks of which each needs an aggregate of its own."""
    return [Range(name=f"check {number}", column="quantity", min=-number) for number in range(count)]
