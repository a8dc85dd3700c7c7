"""What do checks of every type cost at once, beside the best statements and the first ones that are written by hand?"""

from __future__ import annotations

from typing import Any

from airflow_data_quality import (
    Completeness,
    CustomSql,
    Distribution,
    Expression,
    Freshness,
    Length,
    Pattern,
    Range,
    Referential,
    Schema,
    Uniqueness,
    Values,
    Volume,
    connect,
    run_checks,
)
from airflow_data_quality.core.model.check import check_types
from benchmarks.database import ROWS, execute, orders, seq_scans
from benchmarks.harness import interleaved, ms, ratio, table, timed

EMAIL = "^[^@ ]+@[^@ ]+[.][a-z]+$"
STATUSES = ("new", "paid", "packed", "sent", "done", "void")

CHECKS: list[Any] = [
    Volume(min=ROWS),
    Freshness(column="created_at", max_age="1h", as_of="2026-01-12T13:46:40Z"),
    Completeness(column="amount", max_failing="0.5%"),
    Values(column="status", allowed=STATUSES),
    Range(column="amount", min=0, max=2000),
    Length(column="sku", max=12),
    Pattern(column="email", matches=EMAIL),
    Expression(name="updated after created", sql="updated_at >= created_at"),
    Distribution(
        column="amount",
        mean={"min": 600, "max": 650},
        stddev={"max": 500},
        min={"min": 0},
        max={"max": 2000},
        sum={"min": 1},
        missing={"max": 2000},
        median={"min": 600, "max": 650},
    ),
    Distribution(column="status", distinct={"equals": 6}),
    Uniqueness(columns=["order_id"]),
    Referential(columns=["customer_id"], to_table="customers", to_columns=["id"], max_failing="0.1%"),
    CustomSql(name="large orders", sql="SELECT count(*) FROM {dataset} WHERE amount > 1200", max=100_000),
    Schema(columns={"order_id": "bigint", "amount": "decimal"}),
]

SCAN = (
    "count(*)",
    "max(created_at) FILTER (WHERE created_at <= '2026-01-12T13:46:40Z')",
    "count(amount)",
    f"count(*) FILTER (WHERE status NOT IN ({', '.join(map(repr, STATUSES))})), count(status)",
    "count(*) FILTER (WHERE amount < 0 OR amount > 2000)",
    "count(*) FILTER (WHERE length(sku) > 12), count(sku)",
    f"count(*) FILTER (WHERE NOT email ~ '{EMAIL}'), count(email)",
    "count(*) FILTER (WHERE NOT updated_at >= created_at)",
    "avg(amount), stddev(amount), min(amount), max(amount), sum(amount)",
    "count(*) FILTER (WHERE amount < 600), count(*) FILTER (WHERE amount <= 650)",
)
MEDIAN = "percentile_disc(0.5) WITHIN GROUP (ORDER BY amount)"
ORPHANS = "SELECT count(*) FROM orders AS o WHERE NOT EXISTS (SELECT 1 FROM customers AS c WHERE c.id = o.customer_id)"
LARGE = "SELECT count(*) FROM orders WHERE amount > 1200"
BEST = (
    f"SELECT {', '.join(SCAN)} FROM orders",
    f"SELECT {MEDIAN} FROM orders WHERE amount BETWEEN 600 AND 650",
    "SELECT count(*) FROM (SELECT status FROM orders WHERE status IS NOT NULL GROUP BY status) AS s",
    "SELECT count(order_id) - count(DISTINCT order_id) FROM orders",
    ORPHANS,
    LARGE,
)
FIRST = (
    *(f"SELECT {part} FROM orders" for part in SCAN[:-1]),
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) FROM orders",
    "SELECT count(DISTINCT status) FROM orders",
    "SELECT order_id FROM orders GROUP BY order_id HAVING count(*) > 1",
    ORPHANS,
    LARGE,
)


def main(url: str) -> None:
    """Counts statements and scans, then lets three ways to ask the same take turns."""
    orders(url)
    database = connect(url)
    types = {check.type for check in CHECKS}
    if missing := {kind for kind, check in check_types().items() if check.__module__.startswith("airflow_data_quality.")} - types:
        raise RuntimeError(f"no check of type {', '.join(sorted(missing))} is measured")

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
    print(f"{len(CHECKS)} checks of {len(types)} types: {len(run.plan.statements)} statements, seq_scan of the table + {scans}\n")
    shared = [statement for statement in run.plan.statements if len(statement.test_ids) > 1]
    if len(shared) != 1 or len(run.plan.statements) != len(BEST):
        raise RuntimeError(f"one scan and five statements of their own were promised, these were sent:\n{run.plan}")

    taken = interleaved(
        {
            "the best by hand, six statements": timed(lambda: execute(url, *BEST)),
            "run_checks": timed(ask),
            f"written first, {len(FIRST)} statements": timed(lambda: execute(url, *FIRST)),
        },
        rounds=5,
    )
    best = taken["the best by hand, six statements"]
    rows = [(way, ms(seconds), ratio(seconds, best)) for way, seconds in taken.items()]
    table((f"{len(CHECKS)} checks on {ROWS:,} rows", "ms, median (least)", "to the best"), rows)
