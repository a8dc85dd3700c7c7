"""S20: the contestants, their answers, their turns."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.client_memory import peak
from benchmarks.database import WORK_MEM, execute
from benchmarks.harness import fresh, interleaved, ms, ratio, table
from benchmarks.s20 import by_hand
from benchmarks.s20.data import Tables, chill, sizes
from benchmarks.s20.suite import Answers, answers, checks, confirm

ROUNDS = {100_000: 9, 1_000_000: 5}
FEW_ROUNDS = 3
KINDS = {
    "in_order": "",
    "random": ", keys in random order",
    "doubled": ", 500 order_ids doubled",
    "declared": ", PRIMARY KEY and NOT NULL declared",
}
HAND = "by hand, {}"
OURS = "run_checks, {}"
CONNECTIONS = {1: "one connection", 2: "two connections"}
ALMOST = Decimal("1e-9")
"""By how much a mean or a deviation may differ: servers and clients round differently."""


@dataclass
class Contestant:
    """One way to ask, and what its turns took."""

    ask: Callable[[], Answers | None]
    client: list[float] = field(default_factory=list)
    """Seconds of this process's own work, turn by turn; the first does not count."""

    def turn(self) -> float:
        """Asks once; returns how long it took."""
        worked, started = time.process_time(), time.perf_counter()
        self.ask()
        seconds = time.perf_counter() - started
        self.client.append(time.process_time() - worked)
        return seconds


def main(url: str) -> None:
    """Measures every size and kind of table, then the cold cache, then the memory."""
    tuned(url)
    for rows in sizes():
        for kind in KINDS:
            compete(url, Tables(rows, kind))
            if kind != "in_order":
                Tables(rows, kind).drop(url)
    largest = Tables(max(sizes()))
    cold(url, largest)
    memory(url, largest)


def tuned(url: str) -> None:
    """Gives every later session as much memory for a sort as S20 is measured with."""
    name = execute(url, "SELECT current_database()")[0][0]
    execute(url, f"ALTER DATABASE \"{name}\" SET work_mem = '{WORK_MEM}'")


def contestants(url: str, tables: Tables) -> dict[str, Contestant]:
    """Returns who takes part: all in order, the best ones alone elsewhere; the yardstick is the first of each pair."""
    ways: dict[str, Callable[[], Answers | None]] = {}
    for connections, words in CONNECTIONS.items():
        if tables.kind == "declared":
            ways[HAND.format(f"{words}, nothing believed")] = _hand(url, tables, connections)
        ways[HAND.format(words)] = _hand(url, tables, connections, proved=tables.kind == "declared")
        ways[OURS.format(words)] = ours(url, tables, connections)
    if tables.kind == "in_order":
        ways["written first, six statements"] = lambda: by_hand.first_thought(url, tables)
        ways["count(*) alone"] = lambda: by_hand.floor(url, tables)
    return {name: Contestant(ask) for name, ask in ways.items()}


def ours(url: str, tables: Tables, connections: int) -> Callable[[], Answers]:
    """Returns the suite as a contestant, from the connection to the verdict."""
    from airflow_data_quality import connect

    suite = checks(tables)

    def ask() -> Answers:
        run = _run_checks()({"table": tables.orders}, suite, connect(url), max_parallel=connections)
        confirm(run, tables)
        return answers(run)

    return ask


def compete(url: str, tables: Tables) -> None:
    """Lets the contestants take turns on a table, once all of them have given the same answers."""
    tables.make(url)
    ways = contestants(url, tables)
    agree({name: way.ask() for name, way in ways.items()})
    rounds = ROUNDS.get(tables.rows, FEW_ROUNDS)
    taken = interleaved({name: way.turn for name, way in ways.items()}, rounds)
    print(f"### {tables.rows:,} rows{KINDS[tables.kind]}, {rounds} rounds\n")
    report(taken, {name: way.client[1:] for name, way in ways.items()}, tables)


def agree(given: Mapping[str, Answers | None]) -> None:
    """Raises unless all that gave answers gave the same."""
    (first, expected), *others = ((name, answer) for name, answer in given.items() if answer is not None)
    for name, answer in others:
        odd = {q: (expected.get(q), answer.get(q)) for q in {*expected, *answer} if not _same(expected.get(q), answer.get(q))}
        if odd:
            raise RuntimeError(f"{first!r} and {name!r} do not agree: {odd}")


def report(taken: Mapping[str, Sequence[float]], client: Mapping[str, Sequence[float]], tables: Tables) -> None:
    """Prints the times, each beside the optimum on as many connections, and records them where that is asked for."""
    rows = []
    for name, seconds in taken.items():
        rows.append((name, ms(seconds), *(ratio(seconds, taken[HAND.format(w)]) for w in CONNECTIONS.values()), ms(client[name])))
        record("s20", tables, name, seconds, client[name])
    head = ("S20", "ms, median (least)", *(f"to {HAND.format(w)}" for w in CONNECTIONS.values()), "client CPU, ms")
    table(head, rows)


def record(question: str, tables: Tables, contestant: str, seconds: Sequence[float], client: Sequence[float]) -> None:
    """Appends what one contestant took to the file of ``--record``, one JSON object a line."""
    path = os.environ.get("DQ_BENCH_RECORD")
    if path:
        line = {"question": question, "rows": tables.rows, "kind": tables.kind, "contestant": contestant}
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8") as file:
            print(json.dumps({**line, "seconds": list(seconds), "client_seconds": list(client)}), file=file)


def cold(url: str, tables: Tables) -> None:
    """Asks once each from files that nobody has read, as after the restart of a machine."""
    taken, client = {}, {}
    for name, way in contestants(url, tables).items():
        if not name.startswith("count"):
            chill(url)
            taken[name] = [way.turn()]
            client[name] = way.client
    print(f"### {tables.rows:,} rows, once each from a cold cache\n")
    report(taken, client, Tables(tables.rows, "cold"))


def memory(url: str, tables: Tables) -> None:
    """Asks a process that has imported what any Airflow task has, by how much its memory rises."""
    with tempfile.TemporaryDirectory(prefix="dq-bench-") as home:
        ways = ("nothing", "imported", "run")
        risen = {way: fresh("benchmarks.s20.contest", "risen", url, tables.rows, way, env={"AIRFLOW_HOME": home}) for way in ways}
    rows = [(f"S20 on {tables.rows:,} rows", f"{(risen['run'] - risen['nothing']) / 1024:,.1f}", "< 40")]
    rows.append(("of it, imports and the models of the checks", f"{(risen['imported'] - risen['nothing']) / 1024:,.1f}", ""))
    table(("above a bare Airflow task", "MB more at the peak", "promised"), rows)


def risen(url: str, rows: int, way: str) -> int:
    """Returns the peak in kB of a process with Airflow's base: with nothing more, with the suite built, with it run."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook  # noqa: F401, TID251
    from airflow.sdk import BaseOperator  # noqa: F401, TID251

    tables = Tables(rows)
    if way == "imported":
        _run_checks()
        checks(tables)
    elif way == "run":
        ours(url, tables, 2)()
    return peak()


def _hand(url: str, tables: Tables, connections: int, *, proved: bool = False) -> Callable[[], Answers]:
    return lambda: by_hand.optimum(url, tables, connections, proved=proved)


def _run_checks() -> Any:
    from airflow_data_quality import run_checks

    return run_checks


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, int | float | Decimal) and isinstance(other, int | float | Decimal):
        return abs(Decimal(one) - Decimal(other)) <= ALMOST * abs(Decimal(one))
    return bool(one == other)
