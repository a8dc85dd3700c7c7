# ruff: noqa: TID251 - Airflow itself is measured here
"""What does a DAG file with twenty checks, or a thousand, add to the parsing of any DAG file?

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
FIFTY_PLAIN = """
from airflow.sdk import DAG, BaseOperator

with DAG("plain"):
    for number in range(50):
        BaseOperator(task_id=f"quality_{number}")
"""
THOUSAND = """
from airflow.sdk import DAG
from airflow_data_quality import (
    Completeness, DataQualityOperator, Expression, Freshness, Length, Pattern, Range, Referential, Uniqueness, Values
)

def checks(column):
    return [
        Completeness(column=column, max_failing="0.5%", warn={"max_failing": "0.1%"}),
        Expression(name=f"{column} is sane", sql=f"{column} > 0"),
        Freshness(column=column, max_age="2h"),
        Length(column=column, max=20),
        Pattern(column=column, matches="^[a-z]+$"),
        Range(column=column, min=0, max="1000"),
        Referential(columns=[column], to_table="parents", to_columns=["id"]),
        Uniqueness(columns=[column]),
        Values(column=column, allowed=["a", "b"]),
        Completeness(name=f"{column} again", column=column, where="id > 10", severity="warn"),
    ]

with DAG("thousand"):
    for number in range(TASKS):
        columns = [f"c{column}" for column in range(100 // TASKS)]
        DataQualityOperator(
            task_id=f"quality_{number}",
            conn_id="warehouse",
            table="orders",
            checks=[check for column in columns for check in checks(column)],
        )
"""
PROMISED = "< 200"


def main(url: str) -> None:
    """Asks a process that has imported Airflow's base."""
    with tempfile.TemporaryDirectory(prefix="dq-bench-") as home:
        taken, loaded, unwanted = fresh("benchmarks.dag_parsing", "measured", env={"AIRFLOW_HOME": home})
    if unwanted:
        raise RuntimeError(f"parsing a DAG loads {', '.join(unwanted)}")
    print(f"none of {', '.join(NEVER)} is loaded by it; new modules: ", end="")
    print(", ".join(f"{package} ({count})" for package, count in sorted(loaded.items())), "\n")
    rows = [
        ("a DAG with a BaseOperator", ms(taken["plain"], 1), "", ""),
        ("a DAG with a DataQualityOperator, 20 checks", ms(taken["quality"], 1), added(taken["quality"], taken["plain"], 1), ""),
        ("the same, parsed again in the same process", ms(taken["again"], 1), "", ""),
        ("one operator, 1,000 checks of nine types", ms(taken["one"], 1), added(taken["one"], taken["plain"], 1), PROMISED),
        ("a DAG with 50 BaseOperators", ms(taken["fifty_plain"], 1), "", ""),
        ("50 operators, 1,000 checks", ms(taken["fifty"], 1), added(taken["fifty"], taken["fifty_plain"], 1), PROMISED),
    ]
    table(("DAG file", "ms, median (least)", "added", "promised"), rows)


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

    contestants = {
        "plain": lambda: parsed(PLAIN),
        "quality": lambda: parsed(QUALITY),
        "again": again,
        "one": lambda: parsed(THOUSAND.replace("TASKS", "1")),
        "fifty_plain": lambda: parsed(FIFTY_PLAIN),
        "fifty": lambda: parsed(THOUSAND.replace("TASKS", "50")),
    }
    taken = interleaved({name: turn(work) for name, work in contestants.items()}, rounds=15)
    parsed(PLAIN)
    before = set(sys.modules)
    parsed(QUALITY)
    loaded = new_modules(before)
    return taken, loaded, [package for package in NEVER if package in loaded]
