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
    "validating",
)
SHOWN = ("apache-airflow", "apache-airflow-providers-postgres", "psycopg", "pydantic", "sqlalchemy", "sqlglot")


def main() -> None:
    """Says where it runs, then asks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help=f"one of {', '.join(QUESTIONS)}; all by default")
    chosen = parser.parse_args().questions or QUESTIONS
    if unknown := set(chosen) - set(QUESTIONS):
        parser.error(f"no question is called {', '.join(sorted(unknown))}; there are: {', '.join(QUESTIONS)}")
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
