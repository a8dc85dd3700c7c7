"""Rounds, medians, tables, processes of their own. Knows nothing of what is measured, and imports little on purpose."""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

MARK = "RESULT "


def interleaved(contestants: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Lets the contestants take turns, so that a busy moment of the machine meets all of them; one turn before is not counted.

    Args:
        contestants: name → what runs once and returns how long it took, in seconds.
        rounds: how many turns each has.
    """
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, turn in contestants.items():
            seconds = turn()
            if number:
                taken[name].append(seconds)
    return taken


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """Returns a contestant that does the work and says how long it took."""

    def turn() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return turn


def added(more: Sequence[float], less: Sequence[float], digits: int = 0) -> str:
    """Spells in milliseconds how much longer the one takes than the other: the median over the rounds, and least to least."""
    rounds = statistics.median(a - b for a, b in zip(more, less, strict=True))
    return f"{rounds * 1000:,.{digits}f} ({(min(more) - min(less)) * 1000:,.{digits}f})"


def ms(seconds: Sequence[float], digits: int = 0) -> str:
    """Spells the median of some times in milliseconds, and the least of them."""
    return f"{statistics.median(seconds) * 1000:,.{digits}f} ({min(seconds) * 1000:,.{digits}f})"


def ratio(one: Sequence[float], other: Sequence[float]) -> str:
    """Spells the median of the ratios of each round."""
    return f"{statistics.median(a / b for a, b in zip(one, other, strict=True)):.2f}"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints a table in Markdown, its first column flush left."""
    cells = [list(map(str, row)) for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rule = [f"{'-' * widths[0]}", *("-" * (width - 1) + ":" for width in widths[1:])]
    for first, *rest in (cells[0], rule, *cells[1:]):
        numbers = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        print(f"| {' | '.join([first.ljust(widths[0]), *numbers])} |")
    print(flush=True)


# Processes of their own -----------------------------------------------------------------------------------------------


def fresh(module: str, function: str, *arguments: object, env: Mapping[str, str] | None = None) -> Any:
    """Calls a function of these benchmarks in a new interpreter and returns what it returned, plain data."""
    call = f"print({MARK!r} + json.dumps({function}(*json.loads(sys.argv[1]))))"
    return fresh_code(f"import json, sys\nfrom {module} import {function}\n{call}", json.dumps(arguments), env=env)


def fresh_code(code: str, *arguments: str, env: Mapping[str, str] | None = None) -> Any:
    """Runs code in a new interpreter and returns the JSON that it printed behind ``MARK``.

    Bytecode is written and read: a process that only has to load it is what is measured.
    """
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**inherited, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    results = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    if done.returncode or not results:
        raise RuntimeError(f"a process of its own failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return json.loads(results[-1].removeprefix(MARK))


def forked(work: Callable[[], float]) -> float:
    """Does the work in a fork of this process and returns what it says, its output unheard.

    Call ``gc.freeze`` before, as Airflow's LocalExecutor and DAG processor do before they fork.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with silence():
                answer = work()
            os.write(writer, json.dumps(answer).encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    if os.waitpid(child, 0)[1] != 0:
        raise RuntimeError("a fork failed; run the work without one to see why")
    return float(json.loads(said))


@contextmanager
def silence() -> Iterator[None]:
    """Sends what is written to the standard output to nowhere: logging is measured, a terminal is not."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def freeze() -> None:
    """Does what Airflow does before it forks: what lives now is never looked at by the garbage collector again."""
    gc.collect()
    gc.freeze()


def new_modules(before: set[str]) -> dict[str, int]:
    """Returns the packages of which modules were loaded since, each with how many."""
    counts: dict[str, int] = {}
    for name in set(sys.modules) - before:
        package = name.partition(".")[0]
        counts[package] = counts.get(package, 0) + 1
    return counts
