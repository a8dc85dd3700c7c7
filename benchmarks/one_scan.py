"""Are twenty completeness and volume checks one scan, and what does it cost beside SQL written by hand?"""

from __future__ import annotations

from typing import Any

from airflow_data_quality import Completeness, Volume, connect, run_checks
from benchmarks.database import COLUMNS, ROWS, execute, orders, seq_scans
from benchmarks.harness import interleaved, ms, ratio, table, timed

FILTERS = {
    "DE": "country = 'DE'",
    "FR": "country = 'FR'",
    "paid": "status = 'paid' OR status = 'sent'",
    "big": "amount > 100",
}

CHECKS: list[Any] = [
    Volume(min=1),
    Volume(name="expected", min=ROWS * 9 // 10, max=ROWS * 11 // 10),
    *(Completeness(column=column, max_failing="0.5%") for column in COLUMNS),
    *(Completeness(name=f"email of {name}", column="email", where=where) for name, where in FILTERS.items()),
    *(Completeness(name=f"amount of {name}", column="amount", where=where, max_failing="1%") for name, where in FILTERS.items()),
]

BY_HAND = [
    *("count(*)", "count(*)"),
    *(f"count({column})" for column in COLUMNS),
    *(f"count(*) FILTER (WHERE {where}), count(email) FILTER (WHERE {where})" for where in FILTERS.values()),
    *(f"count(*) FILTER (WHERE {where}), count(amount) FILTER (WHERE {where})" for where in FILTERS.values()),
]


def main(url: str) -> None:
    """Counts the scans, then lets four ways to ask the same take turns."""
    orders(url)
    database = connect(url)

    def ask() -> Any:
        run = run_checks({"table": "orders"}, CHECKS, database)
        if run.verdict != "passed":
            raise RuntimeError(f"the checks {run.verdict}: {[e.message for e in run.executions if e.outcome != 'passed']}")
        return run

    name = execute(url, "SELECT current_database()")[0][0]
    execute(url, f'ALTER DATABASE "{name}" SET max_parallel_workers_per_gather = 0')  # each worker would count
    before = seq_scans(url, "orders")
    run = ask()
    scans = seq_scans(url, "orders") - before
    execute(url, f'ALTER DATABASE "{name}" RESET max_parallel_workers_per_gather')
    print(f"{len(CHECKS)} checks, {len(run.plan.statements)} statement(s) in the plan, seq_scan of the table + {scans}\n")
    if (scans, len(run.plan.statements)) != (1, 1):
        raise RuntimeError("twenty checks must be one scan")

    taken = interleaved(
        {
            "count(*) alone": timed(lambda: execute(url, "SELECT count(*) FROM orders")),
            "one SELECT by hand": timed(lambda: execute(url, f"SELECT {', '.join(BY_HAND)} FROM orders")),
            "run_checks": timed(ask),
            "twenty SELECTs by hand": timed(lambda: execute(url, *(f"SELECT {part} FROM orders" for part in BY_HAND))),
        },
        rounds=5,
    )
    hand = taken["one SELECT by hand"]
    rows = [(way, ms(seconds), ratio(seconds, hand)) for way, seconds in taken.items()]
    table((f"{len(CHECKS)} checks on {ROWS:,} rows", "ms, median (least)", "to one SELECT"), rows)
