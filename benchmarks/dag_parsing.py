# ruff: noqa: TID251 - Airflow itself is measured here
"""What does a DAG file with one operator and twenty checks add to the parsing of any DAG file?

Airflow parses each file in a fork of a process that has imported Airflow and frozen its heap, again and again: so the
imports are paid each time. ``from airflow.sdk import DAG, BaseOperator`` is what any DAG file has loaded.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable

from benchmarks.harness import added, forked, freeze, fresh, interleaved, ms, new_modules, table

NEVER = ("sqlglot", "sqlalchemy", "alembic", "boto3", "fastapi", "psycopg", "psycopg2")

PLAIN = """
from airflow.sdk import DAG, BaseOperator

with DAG("plain"):
    BaseOperator(task_id="quality")
"""
QUALITY = """
from airflow.sdk import DAG
from airflow_data_quality import Completeness, DataQualityOperator, Volume

with DAG("quality"):
    DataQualityOperator(
        task_id="quality",
        conn_id="warehouse",
        table="orders",
        checks=[Volume(min=1), *(Completeness(column=f"c{number}", max_failing="0.5%") for number in range(19))],
    )
"""


def main(url: str) -> None:
    """Asks a process that has imported Airflow's base."""
    with tempfile.TemporaryDirectory(prefix="dq-bench-") as home:
        taken, loaded, unwanted = fresh("benchmarks.dag_parsing", "measured", env={"AIRFLOW_HOME": home})
    if unwanted:
        raise RuntimeError(f"parsing a DAG loads {', '.join(unwanted)}")
    print(f"none of {', '.join(NEVER)} is loaded by it; new modules: ", end="")
    print(", ".join(f"{package} ({count})" for package, count in sorted(loaded.items())), "\n")
    rows = [
        ("a DAG with a BaseOperator", ms(taken["plain"], 1), ""),
        ("a DAG with a DataQualityOperator", ms(taken["quality"], 1), added(taken["quality"], taken["plain"], 1)),
        ("the same, parsed again in the same process", ms(taken["again"], 1), ""),
    ]
    table(("20 checks", "ms, median (least)", "added"), rows)


def measured() -> tuple[dict[str, list[float]], dict[str, int], list[str]]:
    """Parses in forks, then once here to see what that loads."""
    from airflow.sdk import DAG, BaseOperator  # noqa: F401

    freeze()

    def parsed(text: str) -> float:
        started = time.perf_counter()
        exec(compile(text, "dag.py", "exec"), {"__name__": "dag"})
        return time.perf_counter() - started

    def again() -> float:
        parsed(QUALITY)
        return parsed(QUALITY)

    def turn(work: Callable[[], float]) -> Callable[[], float]:
        return lambda: forked(work)

    contestants = {"plain": lambda: parsed(PLAIN), "quality": lambda: parsed(QUALITY), "again": again}
    taken = interleaved({name: turn(work) for name, work in contestants.items()}, rounds=15)
    parsed(PLAIN)
    before = set(sys.modules)
    parsed(QUALITY)
    loaded = new_modules(before)
    return taken, loaded, [package for package in NEVER if package in loaded]
