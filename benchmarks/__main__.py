"""``python -m benchmarks``: answers every question, or those that are named, over one PostgreSQL."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from datetime import date
from importlib import import_module
from importlib.metadata import version

from benchmarks.database import execute, postgres

QUESTIONS = (
    *("one_scan", "import_package", "operator_overhead", "client_memory", "key_forms", "dag_parsing", "every_check"),
    *("validating", "many_checks", "s20", "result_store", "config_store", "scheduling"),
)
ON_REQUEST = ("peers",)
"""Downloads other tools, and takes long: asked only when named."""
SHOWN = ("apache-airflow", "apache-airflow-providers-postgres", "psycopg", "pydantic", "sqlalchemy", "sqlglot")


def main() -> None:
    """Says where it runs, then asks."""
    known = (*QUESTIONS, *ON_REQUEST)
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help=f"some of {', '.join(known)}; all but peers by default")
    parser.add_argument("--rows", help="for s20, peers and result_store: how many rows, such as 1e5,1e6,1e7")
    parser.add_argument("--record", help="for s20 and peers: a file to which every time is appended as a line of JSON")
    given = parser.parse_args()
    chosen = given.questions or QUESTIONS
    if unknown := set(chosen) - set(known):
        parser.error(f"no question is called {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    told = {"DQ_BENCH_ROWS": given.rows, "DQ_BENCH_RECORD": given.record}
    os.environ.update({name: value for name, value in told.items() if value})
    started = time.monotonic()
    with postgres() as url:
        print_machine(url)
        for name in chosen:
            question = import_module(f"benchmarks.{name}")
            print(f"## {name}: {(question.__doc__ or '').splitlines()[0]}\n", flush=True)
            question.main(url)
    print(f"took {time.monotonic() - started:.0f} s")


def print_machine(url: str) -> None:
    """Prints what the numbers depend on."""
    ((server,),) = execute(url, "SHOW server_version")
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{date.today()} · {platform.machine()} · {os.cpu_count()} cores · load before {load}")
    packages = " · ".join(f"{name} {version(name)}" for name in SHOWN)
    print(f"{platform.system()} · Python {sys.version.split()[0]} · PostgreSQL {server} · {packages}\n")


if __name__ == "__main__":
    main()
