"""Does the memory of the client grow with the table?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.database import execute, orders
from benchmarks.harness import fresh, table

SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
TINY = 10
CHECKS: list[Any] = [
    {"volume": {"min": 1}},
    {"completeness": "email"},
    {"freshness": {"column": "created_at", "max_age": "5200w"}},
    {"uniqueness": ["order_id"]},
    {"uniqueness": ["email"]},
    {"referential": {"columns": ["customer_id"], "to_table": "customers", "to_columns": ["id"], "max_failing": "1%"}},
]


def main(url: str) -> None:
    """Asks fresh processes for the memory at their highest, beside one that fetches rows."""
    orders(url, "orders_tiny", TINY)
    rows = []
    for size in SIZES:
        name = "orders" if size == 1_000_000 else f"orders_{size}"
        orders(url, name, size)
        rows.append((f"run_checks, {size:,} rows", f"{fresh('benchmarks.client_memory', 'checked', url, name) / 1024:,.1f}"))
        if size == SIZES[-1]:
            execute(url, f"DROP TABLE {name}")
    fetched = fresh("benchmarks.client_memory", "fetched", url, "orders") / 1024
    rows.append(("for scale: order_id of 1,000,000 rows, fetched", f"{fetched:,.1f}"))
    table((f"{len(CHECKS)} checks of 5 types", "MB more at the peak"), rows)


def checked(url: str, name: str) -> int:
    """Returns by how many kB the peak rises when checks run that have run before, on next to no rows."""
    from airflow_data_quality import connect, run_checks

    run_checks({"table": "orders_tiny"}, CHECKS, connect(url))
    before = peak()
    run = run_checks({"table": name}, CHECKS, connect(url))
    if run.verdict != "passed":
        raise RuntimeError(f"the checks {run.verdict}: {[e.message for e in run.executions if e.outcome != 'passed']}")
    return peak() - before


def fetched(url: str, name: str) -> int:
    """Returns by how many kB the peak rises when one column is fetched."""
    execute(url, "SELECT order_id FROM orders_tiny")
    before = peak()
    execute(url, f"SELECT order_id FROM {name}")
    return peak() - before


def peak() -> int:
    """Returns the highest resident memory of this process so far, in kB; Linux alone says so."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
