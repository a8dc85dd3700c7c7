"""S20 as one who knows PostgreSQL writes it: the optimum on one and on two connections, and what one writes first.

Each form was the fastest of many on PostgreSQL 15 and 18; benchmarks/README.md has the others. Statements that wait for what
another one found are one job; jobs are taken longest first, in one snapshot.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from typing import Any

import psycopg

from benchmarks.database import SESSION
from benchmarks.s20.data import CONSTRAINED, STATUSES, Tables
from benchmarks.s20.suite import EMAIL, GIVEN, MEDIAN, Answers, as_of

Connection = psycopg.Connection[tuple[Any, ...]]
Job = Callable[[Connection], Answers]

COUNTRIES = "SELECT count(country) FROM (SELECT country FROM {orders} GROUP BY country) AS c"
LOST = """\
SELECT count(*) FROM {orders} AS o
WHERE o.customer_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {customers} AS c WHERE c.id = o.customer_id)"""
SURPLUS = "SELECT count(order_id) - count(DISTINCT order_id) FROM {orders}"
SURPLUS_PAIRS = """\
SELECT coalesce(sum(n - 1), 0)::bigint FROM (
  SELECT count(*) AS n
  FROM (SELECT order_id, sku FROM {orders} WHERE order_id IS NOT NULL AND sku IS NOT NULL ORDER BY order_id, sku) AS sorted
  GROUP BY order_id, sku HAVING count(*) > 1
) AS doubled"""
WINDOW = "SELECT amount FROM {orders} WHERE amount BETWEEN {low} AND {high} ORDER BY amount OFFSET {skipped} LIMIT {values}"

# What one writes first: nothing wrong with it.
FIRST_SURPLUS = "SELECT coalesce(sum(n - 1), 0)::bigint FROM (SELECT count(*) AS n FROM {orders} GROUP BY {key}) AS k WHERE n > 1"
FIRST_MEDIAN = "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) FROM {orders}"
FIRST_COUNTRIES = "SELECT count(DISTINCT country) FROM {orders}"


def optimum(url: str, tables: Tables, connections: int, *, proved: bool = False) -> Answers:
    """Asks by the best statements there are, on so many connections; with ``proved``, not for what the catalog knows."""
    keys = _known_keys if proved else _keys
    waiting: deque[Job] = deque(
        (
            lambda connection: _scanned(connection, tables, proved),
            lambda connection: keys(connection, tables),
            lambda connection: {"customers": _value(connection, LOST, tables)},
            lambda connection: {"countries": _value(connection, COUNTRIES, tables)},
        )
    )

    def work(session: Connection) -> Answers:
        found: Answers = {}
        with suppress(IndexError):  # nothing waits any more
            while True:
                found |= waiting.popleft()(session)
        return found

    with ThreadPoolExecutor(connections) as pool, ExitStack() as stack:
        first, *others = pool.map(lambda _: stack.enter_context(closing(_opened(url))), range(connections))
        if others:
            ((snapshot,),) = first.execute("SELECT pg_export_snapshot()").fetchall()
            for session in others:
                session.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
        return _told({name: value for found in pool.map(work, (first, *others)) for name, value in found.items()}, tables)


def first_thought(url: str, tables: Tables) -> Answers:
    """Asks by six statements that come to mind first."""
    with closing(_opened(url)) as connection:
        found = dict(zip(_scan(tables), _row(connection, _select(_scan(tables)), tables), strict=True))
        found["amount in the middle"] = _value(connection, FIRST_MEDIAN, tables)
        found["countries"] = _value(connection, FIRST_COUNTRIES, tables)
        for name, key in (("order_id unique", "order_id"), ("order_id and sku unique", "order_id, sku")):
            found[name] = _value(connection, FIRST_SURPLUS.replace("{key}", key), tables)
        found["customers"] = _value(connection, LOST, tables)
        return _told(found, tables)


def floor(url: str, tables: Tables) -> None:
    """Does no more than look at every row."""
    with closing(_opened(url)) as connection:
        _value(connection, "SELECT count(*) FROM {orders}", tables)


def _scan(tables: Tables, known: Collection[str] = ()) -> dict[str, str]:
    """Returns what one pass over the rows tells: answer → aggregate; the columns that are known to be full are not counted."""
    return {
        "rows": "count(*)",
        **{f"{column} given": f"count({column})" for column in GIVEN if column not in known},
        "status": f"count(*) FILTER (WHERE status NOT IN ({', '.join(map(repr, STATUSES))}))",
        "email": f"count(*) FILTER (WHERE NOT email ~ '{EMAIL}')",
        "amount": "count(*) FILTER (WHERE amount < 0 OR amount > 5000)",
        "quantity: min": "min(quantity)",
        "quantity: max": "max(quantity)",
        "amount on average: mean": "avg(amount)",
        "amount on average: stddev": "stddev_samp(amount)",
        "age": f"max(created_at) FILTER (WHERE created_at <= '{as_of(tables).isoformat()}')",
        "sku": "count(*) FILTER (WHERE length(sku) > 12)",
    }


def _scanned(connection: Connection, tables: Tables, proved: bool) -> Answers:
    """Scans, counts on both sides of the median's bounds, and then looks between them alone."""
    low, high = MEDIAN
    counts = {"below": f"count(*) FILTER (WHERE amount < {low})", "within": f"count(*) FILTER (WHERE amount <= {high})"}
    asked = _scan(tables, CONSTRAINED if proved else ()) | counts
    found = dict(zip(asked, _row(connection, _select(asked), tables), strict=True))
    below, values = found.pop("below"), found["amount given"]
    rank, even = divmod(values - 1, 2)
    if not below <= rank <= rank + even < found.pop("within"):
        raise RuntimeError(f"the median of {tables.orders} does not lie between {low} and {high}")
    window = WINDOW.format(orders=tables.orders, low=low, high=high, skipped=rank - below, values=1 + even)
    middle = [amount for (amount,) in connection.execute(window).fetchall()]
    return found | {"amount in the middle": sum(middle) / len(middle)}


def _keys(connection: Connection, tables: Tables) -> Answers:
    """A unique key makes every key that holds it unique: pairs are looked at only where order_ids are doubled."""
    surplus = _value(connection, SURPLUS, tables)
    pairs = _value(connection, SURPLUS_PAIRS, tables) if surplus else 0
    return {"order_id unique": surplus, "order_id and sku unique": pairs}


def _known_keys(connection: Connection, tables: Tables) -> Answers:
    return {"order_id unique": 0, "order_id and sku unique": 0}


def _told(found: Answers, tables: Tables) -> Answers:
    """Returns what was found in the words of the suite: rows that fail instead of rows that do not."""
    rows = found["rows"]
    given = {f"{column} given": rows - found.get(f"{column} given", rows) for column in GIVEN}
    return {**found, **given, "rows as expected": rows, "age": as_of(tables) - found["age"]}


def _opened(url: str) -> Connection:
    connection = psycopg.connect(url, autocommit=True, options=SESSION)
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    return connection


def _select(asked: Mapping[str, str]) -> str:
    return f"SELECT {', '.join(asked.values())} FROM {{orders}}"


def _row(connection: Connection, sql: str, tables: Tables) -> tuple[Any, ...]:
    text = sql.replace("{orders}", tables.orders).replace("{customers}", tables.customers)
    (row,) = connection.execute(text).fetchall()
    return row


def _value(connection: Connection, sql: str, tables: Tables) -> Any:
    return _row(connection, sql, tables)[0]
