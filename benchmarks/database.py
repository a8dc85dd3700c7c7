"""A PostgreSQL from a wheel, and the tables that are measured: those of S20, a suite of twenty checks that is often meant."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from demo.postgres import running

ROWS = 1_000_000
SESSION = "-c jit=off -c enable_presorted_aggregate=off"
"""What every session is told, ours and those of who writes SQL by hand: neither pays for a plan that only looks better."""
WORK_MEM = "64MB"
"""For S20: as much as a server of some memory gives a sort."""

ORDERS = """\
CREATE UNLOGGED TABLE {name} WITH (autovacuum_enabled = false) AS
SELECT i::bigint AS order_id, CASE WHEN i % 10000 = 0 THEN 900000 + i % 7 ELSE 1 + i % 50000 END::int AS customer_id,
  CASE WHEN i % 1000 <> 0 THEN (i % 10000)::numeric(12,2) / 8 END AS amount, (1 + i % 9)::int AS quantity,
  (ARRAY['new', 'paid', 'packed', 'sent', 'done', 'void'])[1 + i % 6] AS status, 'user' || i || '@example.com' AS email,
  (ARRAY['DE', 'FR', 'PL', 'US'])[1 + i % 4]::char(2) AS country,
  timestamptz '2026-01-01 00:00:00+00' + i * interval '1 second' AS created_at,
  timestamptz '2026-01-01 01:00:00+00' + i * interval '1 second' AS updated_at, 'sku-' || i % 50000 AS sku
FROM generate_series(1, {rows}) AS i"""
CUSTOMERS = "CREATE UNLOGGED TABLE {name} AS SELECT i::{type} AS id FROM generate_series(1, 50000) AS i"
COLUMNS = ("order_id", "customer_id", "amount", "quantity", "status", "email", "country", "created_at", "updated_at", "sku")


@contextmanager
def postgres() -> Iterator[str]:
    """Runs a server for as long as it is needed; yields its URL."""
    with tempfile.TemporaryDirectory(prefix="dq-bench-") as folder, running(Path(folder) / "log") as server:
        yield server.dsn()


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Runs statements over a connection of their own, compiled no more than ours are; returns the rows of the last."""
    with psycopg.connect(url, autocommit=True, options=SESSION) as connection:
        rows: list[tuple[object, ...]] = []
        for statement in statements:
            cursor = connection.execute(statement)
            rows = cursor.fetchall() if cursor.description else []
        return rows


def orders(url: str, name: str = "orders", rows: int = ROWS) -> None:
    """Makes the table of orders, and both tables of customers, unless they are there; everything is in the cache then."""
    for table, definition in {
        name: ORDERS.format(name=name, rows=rows),
        "customers": CUSTOMERS.format(name="customers", type="int"),
        "customers_numeric": CUSTOMERS.format(name="customers_numeric", type="numeric"),
    }.items():
        if execute(url, f"SELECT to_regclass('{table}') IS NULL")[0][0]:
            execute(url, definition, f"VACUUM (ANALYZE) {table}")


def seq_scans(url: str, table: str) -> int:
    """Returns how many scans of a table were ever begun, once every other session has told the statistics."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    while execute(url, others)[0][0]:
        time.sleep(0.01)
    ((count,),) = execute(url, f"SELECT seq_scan FROM pg_stat_user_tables WHERE relname = '{table}'")
    return int(str(count))


def airflow_connection(url: str) -> dict[str, str]:
    """Returns the server as the Airflow connection ``warehouse``, in the environment."""
    info = conninfo_to_dict(url)
    place = {"host": info["host"], "schema": info["dbname"], "login": info["user"]}
    return {"AIRFLOW_CONN_WAREHOUSE": json.dumps({"conn_type": "postgres", **place})}
