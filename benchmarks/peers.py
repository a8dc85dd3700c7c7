"""How long do Airflow's common-sql operators, dbt, Soda and Great Expectations take for S20?

Not asked by default: it makes an environment for each under ``.bench`` and downloads what ``s20/peers/*.txt`` pins. Every tool
asks as its users do, in a process that has imported and prepared everything; each answer is held against what is known.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from benchmarks.database import airflow_connection
from benchmarks.harness import interleaved, ms, ratio, table
from benchmarks.s20.contest import FEW_ROUNDS, ROUNDS, record, tuned
from benchmarks.s20.data import STATUSES, Tables, sizes
from benchmarks.s20.suite import EMAIL, GIVEN, as_of, held

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks" / "s20" / "peers"
ENVIRONMENTS = ROOT / ".bench"
UV = ROOT / ".uv" / "bin" / "uv"
ONE, TWO = "run_checks, one connection", "run_checks, two connections"
OWN = ""
"""The environment of the checkout itself."""
PEERS = {
    ONE: (OWN, "ours", "1"),
    TWO: (OWN, "ours", "2"),
    "Airflow common-sql": (OWN, "with_common_sql"),
    "dbt, two threads": ("dbt", "with_dbt"),
    "Soda 3": ("soda3", "with_soda3"),
    "Soda 4": ("soda4", "with_soda4"),
    "Great Expectations, boolean only": ("great_expectations", "with_gx", "BOOLEAN_ONLY"),
    "Great Expectations, default": ("great_expectations", "with_gx", "SUMMARY"),
}
"""Name → environment, script, arguments."""
SILENT = {
    **{"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "GX_ANALYTICS_ENABLED": "false", "SODA_CORE_TELEMETRY_ENABLED": "false"},
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
}
"""Nobody tells anyone else what is measured here."""


@dataclass
class Peer:
    """A process that asks when it is its turn."""

    name: str
    process: subprocess.Popen[str]
    tables: Tables
    log: Path
    client: list[float] = field(default_factory=list)
    peak_mb: float = 0.0
    left_out: set[str] = field(default_factory=set)

    def turn(self) -> float:
        """Lets it ask once; raises when it answers what is not so."""
        answer = self._asked({})
        known = held(self.tables)
        if wrong := {q: said for q, said in answer["outcomes"].items() if known[q] != said}:
            raise RuntimeError(f"{self.name} on {self.tables.orders} says what is not so: {wrong}")
        self.left_out = set(known) - set(answer["outcomes"])
        self.client.append(answer["client"])
        self.peak_mb = answer["peak_mb"]
        return float(answer["seconds"])

    def _asked(self, question: Mapping[str, Any]) -> Any:
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError(f"{self.name} has no pipes")
        print(json.dumps(question), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} has ended:\n{self.log.read_text()[-4000:]}")
        return json.loads(line)


def main(url: str) -> None:
    """Makes the environments, then lets all of them take turns on each size, and on doubled keys."""
    tuned(url)
    pythons = {name: environment(name) for name in dict.fromkeys(place for place, *_ in PEERS.values())}
    for rows in sizes():
        for tables in (Tables(rows), Tables(rows, "doubled")):
            tables.make(url)
            compete(url, tables, pythons)


def environment(name: str) -> Path:
    """Returns the interpreter of a tool's own environment, made when it is not there or its pins have changed."""
    if name == OWN:
        return Path(sys.executable)
    folder, pins = ENVIRONMENTS / name, HERE / f"{name}.txt"
    python, stamp = folder / "bin" / "python", folder / "pins.txt"
    if not stamp.exists() or stamp.read_bytes() != pins.read_bytes():
        print(f"installing what {pins.relative_to(ROOT)} pins", file=sys.stderr)
        uv = str(UV) if UV.exists() else "uv"
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, "--requirement", pins], check=True)
        shutil.copyfile(pins, stamp)
    return python


def compete(url: str, tables: Tables, pythons: Mapping[str, Path]) -> None:
    """Lets the tools take turns on a table."""
    rounds = ROUNDS.get(tables.rows, FEW_ROUNDS)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dq-bench-")))
        peers = {name: stack.enter_context(peer(name, url, tables, pythons, home)) for name in PEERS}
        taken = interleaved({name: peer.turn for name, peer in peers.items()}, rounds)
    print(f"### {tables.rows:,} rows{', 500 order_ids doubled' if tables.kind == 'doubled' else ''}, {rounds} rounds\n")
    report(taken, peers, tables)


def report(taken: Mapping[str, Sequence[float]], peers: Mapping[str, Peer], tables: Tables) -> None:
    """Prints the times beside ours, and who could not ask what."""
    rows = []
    for name, seconds in taken.items():
        client = peers[name].client[1:]
        to_ours = [ratio(seconds, taken[ours]) for ours in (ONE, TWO)]
        rows.append((name, ms(seconds), *to_ours, ms(client), f"{peers[name].peak_mb:,.0f}"))
        record("peers", tables, name, seconds, client)
    table(("S20", "ms, median (least)", "to ours on one", "to ours on two", "client CPU, ms", "client MB at the peak"), rows)
    for name, one in peers.items():
        if one.left_out:
            print(f"{name} cannot ask: {', '.join(sorted(one.left_out))}\n")


@contextmanager
def peer(name: str, url: str, tables: Tables, pythons: Mapping[str, Path], home: Path) -> Iterator[Peer]:
    """Starts a tool's process and tells it what to ask; ends it with the block."""
    place, script, *arguments = PEERS[name]
    log = home / f"{name}.log"
    own = {"HOME": str(home), "AIRFLOW_HOME": str(home), "PYTHONPATH": str(ROOT) if place == OWN else ""}
    env = {**os.environ, **airflow_connection(url), **SILENT, **own}
    (home / ".soda").mkdir(exist_ok=True)
    (home / ".soda" / "config.yml").write_text("send_anonymous_usage_stats: false\n", encoding="utf-8")
    command = [str(pythons[place]), str(HERE / f"{script}.py"), *arguments]
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=env, cwd=home
        )
    try:
        if process.stdin is None:
            raise RuntimeError("no pipe")
        print(json.dumps(question(url, tables)), file=process.stdin, flush=True)
        yield Peer(name, process, tables, log)
    finally:
        process.kill()
        process.communicate()


def question(url: str, tables: Tables) -> dict[str, Any]:
    """Returns all that a tool must know, as plain data."""
    info = conninfo_to_dict(url)
    return {
        **{"url": url, "host": info["host"], "dbname": info["dbname"], "user": info["user"]},
        **{"orders": tables.orders, "customers": tables.customers, "rows": tables.rows, "kind": tables.kind},
        **{"statuses": STATUSES, "email": EMAIL, "given": GIVEN, "as_of": as_of(tables).isoformat()},
    }
