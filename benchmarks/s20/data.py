"""The tables of S20. Every value is a hash of the row's number: each machine and version makes the same rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.database import execute

SIZES = (100_000, 1_000_000)
DOUBLED = 500
"""How many order_ids are doubled where they are; every other one with its sku."""
STATUSES = ("new", "paid", "packed", "shipped", "delivered", "returned")
CONSTRAINED = ("order_id", "customer_id", "status", "email", "created_at", "sku")
"""The columns without a NULL, declared so where constraints are."""

ORDERS = """\
CREATE UNLOGGED TABLE {name} WITH (autovacuum_enabled = false) AS
SELECT order_id, (CASE WHEN {orphan} = 0 THEN {customers} + 1 + {a} % 1000 ELSE 1 + {a} % {customers} END)::int AS customer_id,
  CASE WHEN {empty} <> 0 THEN least(exp(4 + sqrt(-2 * ln({u})) * cos(2 * pi() * {v})), 20000) END::numeric(12,2) AS amount,
  (1 + {b} % 12)::int AS quantity,
  CASE WHEN {lost} = 0 THEN 'lost' ELSE (ARRAY[{statuses}])[1 + {c} % 6] END AS status,
  'user' || i || CASE WHEN {malformed} = 0 THEN '.' ELSE '@' END || 'example.com' AS email,
  (chr(65 + ({d} % 60 / 26)::int) || chr(65 + ({d} % 60 % 26)::int))::char(2) AS country,
  timestamptz '2026-01-01 00:00:00+00' + i * interval '1 second' AS created_at,
  timestamptz '2026-01-01 01:00:00+00' + i * interval '1 second' AS updated_at,
  'SKU-' || lpad(({e} % 50000)::text, 6, '0') AS sku
FROM (SELECT i, {order_id} AS order_id, {sku_of} AS sku_of FROM ({numbers}) AS n) AS k"""
IN_ORDER = "SELECT i, i AS key FROM generate_series(1, {rows}::bigint) AS i"
AT_RANDOM = """\
SELECT row_number() OVER () AS i, key
FROM (SELECT key FROM generate_series(1, {rows}::bigint) AS key ORDER BY hashint8extended(key, 1)) AS shuffled"""
CUSTOMERS = "CREATE UNLOGGED TABLE {name} AS SELECT i::int AS id FROM generate_series(1, {customers}) AS i"


@dataclass(frozen=True)
class Tables:
    """Orders of one kind and size, and their customers."""

    rows: int
    kind: str = "in_order"
    """``in_order``, ``random`` (keys in random order), ``doubled`` (some keys twice) or ``declared`` (with constraints)."""

    @property
    def orders(self) -> str:
        """The name of the table of orders."""
        return f"s20_{self.kind}_{self.rows}"

    @property
    def customers(self) -> str:
        """The name of the table of customers."""
        return f"s20_customers_{self.rows}"

    def make(self, url: str) -> None:
        """Makes both tables unless they are there, analyzed, and in the cache as far as it reaches."""
        customers = max(self.rows // 20, 1)
        definitions = {
            self.customers: [CUSTOMERS.format(name=self.customers, customers=customers)],
            self.orders: [self._orders(customers), *self._constraints()],
        }
        for name, statements in definitions.items():
            if execute(url, f"SELECT to_regclass('{name}') IS NULL")[0][0]:
                execute(url, *statements, f"VACUUM (ANALYZE) {name}", "CHECKPOINT")

    def drop(self, url: str) -> None:
        """Makes room on the disk."""
        execute(url, f"DROP TABLE IF EXISTS {self.orders}")

    def _orders(self, customers: int) -> str:
        step = max(self.rows // DOUBLED, 2)
        doubled = self.kind == "doubled"
        return ORDERS.format(
            **{"name": self.orders, "customers": customers, "statuses": ", ".join(map(repr, STATUSES))},
            numbers=(AT_RANDOM if self.kind == "random" else IN_ORDER).format(rows=self.rows),
            order_id=f"CASE WHEN key % {step} = 0 THEN key - 1 ELSE key END" if doubled else "key",
            sku_of=f"CASE WHEN key % {2 * step} = 0 THEN i - 1 ELSE i END" if doubled else "i",
            **{"orphan": f"{_hash(2)} % 10000", "empty": f"{_hash(3)} % 1000", "lost": f"{_hash(4)} % 5000"},
            malformed=f"{_hash(5)} % 2000",
            **{"u": _share(6), "v": _share(7), "a": _hash(8), "b": _hash(9), "c": _hash(10), "d": _hash(11)},
            e=_hash(12, "sku_of"),
        )

    def _constraints(self) -> Sequence[str]:
        if self.kind != "declared":
            return ()
        parts = [f"ALTER COLUMN {column} SET NOT NULL" for column in CONSTRAINED]
        return [f"ALTER TABLE {self.orders} {', '.join(parts)}, ADD PRIMARY KEY (order_id)"]


def sizes() -> list[int]:
    """Returns how many rows are asked for, by ``--rows`` or the environment."""
    return [int(float(rows)) for rows in os.environ.get("DQ_BENCH_ROWS", "").split(",") if rows] or list(SIZES)


def chill(url: str) -> None:
    """Makes the operating system forget the server's files.

    The server's own cache is smaller than the tables from a million rows on, and a scan of so large a table does not stay in it.
    """
    ((folder,),) = execute(url, "CHECKPOINT", "SHOW data_directory")
    os.sync()
    for path in Path(str(folder)).rglob("*"):
        if path.is_file() and not path.is_symlink():
            file = os.open(path, os.O_RDONLY)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)


def _hash(seed: int, of: str = "i") -> str:
    return f"(hashint8extended({of}, {seed}) & 9223372036854775807)"


def _share(seed: int) -> str:
    return f"(((hashint8extended(i, {seed}) & 4503599627370495)::float8 + 0.5) / 4503599627370496)"
