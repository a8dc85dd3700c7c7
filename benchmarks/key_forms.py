"""How close are uniqueness and referential checks to the best SQL by hand, and how far from what one writes first?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow_data_quality import connect, run_checks
from benchmarks.database import ROWS, execute, orders
from benchmarks.harness import interleaved, ms, ratio, table, timed

DOUBLED = "SELECT count(*) FROM (SELECT 1 FROM orders GROUP BY {key} HAVING count(*) > 1) AS k"
LOST = """SELECT (SELECT count(customer_id) FROM orders), (SELECT count(*) FROM orders AS c
WHERE c.customer_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {parent} AS p WHERE p.id = c.customer_id))"""
JOINED = """SELECT count(c.customer_id), count(*) FILTER (WHERE c.customer_id IS NOT NULL AND p.id IS NULL)
FROM orders AS c LEFT JOIN (SELECT DISTINCT id FROM {parent}) AS p ON p.id = c.customer_id"""

QUESTIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "unique, integer key": (
        {"uniqueness": ["order_id"]},
        "SELECT count(order_id) - count(DISTINCT order_id) FROM orders",
        DOUBLED.format(key="order_id"),
    ),
    "unique, text key": (
        {"uniqueness": ["email"]},
        "SELECT count(email) - count(DISTINCT hashtextextended(email, 0)) FROM orders",
        DOUBLED.format(key="email"),
    ),
    "unique, compound key": (
        {"uniqueness": ["order_id", "sku"]},
        """SELECT count(*) - count(DISTINCT hashtextextended(sku, hashint8extended(order_id, 0))) FROM orders
        WHERE order_id IS NOT NULL AND sku IS NOT NULL""",
        DOUBLED.format(key="order_id, sku"),
    ),
    "referential, int to int": (
        {"referential": {"columns": ["customer_id"], "to_table": "customers", "to_columns": ["id"], "max_failing": "1%"}},
        JOINED.format(parent="customers"),
        LOST.format(parent="customers"),
    ),
    "referential, int to numeric": (
        {"referential": {"columns": ["customer_id"], "to_table": "customers_numeric", "to_columns": ["id"], "max_failing": "1%"}},
        JOINED.format(parent="customers_numeric"),
        LOST.format(parent="customers_numeric"),
    ),
}
"""What is asked → the check, the best SQL for it, and what one writes first."""


def main(url: str) -> None:
    """Lets the three ways take turns, question by question."""
    orders(url)
    rows = []
    for question, (check, best, first) in QUESTIONS.items():
        taken = interleaved({"ours": asked(url, check), "best": by_hand(url, best), "first": by_hand(url, first)}, rounds=4)
        ratios = [ratio(taken[way], taken["best"]) for way in ("ours", "first")]
        rows.append((question, *(ms(taken[way]) for way in ("best", "ours", "first")), *ratios))
    head = (f"{ROWS:,} rows, ms, median (least)", "best by hand", "run_checks", "written first", "ours to best", "first to best")
    table(head, rows)


def asked(url: str, check: dict[str, Any]) -> Callable[[], float]:
    """Returns the check as a contestant, from the connection to the verdict."""

    def ask() -> None:
        (execution,) = run_checks({"table": "orders"}, [check], connect(url)).executions
        if execution.outcome != "passed":
            raise RuntimeError(execution.message)

    return timed(ask)


def by_hand(url: str, sql: str) -> Callable[[], float]:
    """Returns SQL as a contestant, from the connection to the answer."""
    return timed(lambda: execute(url, sql))
