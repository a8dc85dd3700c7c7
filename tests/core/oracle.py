"""What every check must find in a list of rows, in plain Python: slow, simple, and nothing shared with the core."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

Row = Mapping[str, Any]
Condition = Callable[[Row], bool | None]
"""True, False, or None for what SQL does not know."""

INFINITY = datetime.max
"""What stands for ``infinity`` among timestamps here."""


@dataclass(frozen=True)
class Result:
    """What an execution must say."""

    outcome: str
    checked: int | None = None
    failing: int | None = None
    value: Any = None


def key(value: Any) -> Any:
    """Returns something that is equal exactly when PostgreSQL holds the values for equal."""
    if isinstance(value, float | Decimal) and math.isnan(value):
        return "NaN"
    return value


def larger(value: Any, limit: int) -> bool | None:
    """``value > limit`` as PostgreSQL sees it: unknown for NULL, true for NaN."""
    if value is None:
        return None
    return True if key(value) == "NaN" else bool(value > limit)


def either(*truths: bool | None) -> bool | None:
    """OR of three-valued truths."""
    return True if True in truths else None if None in truths else False


def filtered(rows: Sequence[Row], *conditions: Condition | None) -> list[Row]:
    """Keeps the rows for which every condition is true."""
    return [row for row in rows if all(condition is None or condition(row) is True for condition in conditions)]


def _keys(rows: Sequence[Row], columns: Sequence[str]) -> list[tuple[Any, ...]]:
    return [tuple(key(row[column]) for column in columns) for row in rows]


def _judged(failing: int, checked: int, max_failing: int | str) -> Result:
    if isinstance(max_failing, str):
        held = Fraction(failing) * 100 <= Fraction(max_failing.rstrip("%")) * checked
    else:
        held = failing <= max_failing
    return Result("passed" if held else "failed", checked, failing, failing)


def volume(rows: Sequence[Row], low: int, high: int) -> Result:
    """Counts."""
    return Result("passed" if low <= len(rows) <= high else "failed", value=len(rows))


def completeness(rows: Sequence[Row], columns: Sequence[str], missing: Mapping[str, Any], max_failing: int | str) -> Result:
    """Looks for NULL, and for each column's missing values."""
    failing = sum(
        any(row[column] is None or key(row[column]) in [key(m) for m in missing.get(column, ())] for column in columns)
        for row in rows
    )
    return _judged(failing, len(rows), max_failing)


def uniqueness(rows: Sequence[Row], columns: Sequence[str], nulls: str, count: str, max_failing: int | str) -> Result:
    """Counts each key."""
    keys = [k for k in _keys(rows, columns) if nulls == "equal" or None not in k]
    doubled = [n for n in Counter(keys).values() if n > 1]
    failing = {"surplus": sum(doubled) - len(doubled), "rows": sum(doubled), "keys": len(doubled)}[count]
    return _judged(failing, len(keys), max_failing)


def referential(
    rows: Sequence[Row], columns: Sequence[str], parents: Sequence[Row], to_columns: Sequence[str], max_failing: int | str
) -> Result:
    """Looks each key up."""
    keys = [k for k in _keys(rows, columns) if None not in k]
    there = _keys(parents, to_columns)
    return _judged(sum(k not in there for k in keys), len(keys), max_failing)


def freshness(rows: Sequence[Row], column: str, as_of: datetime, max_age: timedelta) -> Result:
    """Subtracts the newest value that is not later."""
    moments = [row[column] for row in rows if row[column] is not None and row[column] <= as_of]
    if not moments:
        return Result("failed")
    age = as_of - max(moments)
    return Result("passed" if age <= max_age else "failed", value=age)
