"""How long a question is expected to take, so that the longest begins first and the shortest share a statement.

Nanoseconds for each row as they were measured on PostgreSQL 15 with 10 million rows on one connection. They order what is
asked and decide what is worth a connection of its own; no more hangs on them.
"""

from __future__ import annotations

SCAN = 30.0
AGGREGATE = 20.0
MATCH = 230.0
"""A regular expression."""
SUBQUERY = 3000.0
"""An aggregate that asks a subquery for each row."""
INTEGERS = 150.0
"""To count distinct integers."""
HASHES = 210.0
"""To count distinct hashes."""
GROUPS = 900.0
"""To group rows by a key that is different in each of them."""
VALUES = 130.0
"""To group rows by a column of a few thousand values, or fewer."""
ANTI_JOIN = 210.0
RANK = 60.0
"""To find and sort the few values around a quantile."""
QUERY = 300.0
"""A user's own query; nobody knows."""
UNKNOWN = 1_000_000
"""Rows of what the catalog knows no number of."""


def milliseconds(rows: int | None, each: float) -> float:
    """Returns how long it takes to ask so many rows, None for nobody knows how many, at so many nanoseconds each."""
    return (UNKNOWN if rows is None else rows) * each / 1e6
