"""What SQLite lacks and the SQL that is written for it needs, in Python.

``REGEXP``
    searches a text for one of Python's regular expressions.
``STDDEV_SAMP``
    the deviation of a sample; NULL for fewer than two values.
``dq_length(text)``
    the number of its characters, NUL and what stands behind it too.
``dq_moment(value, kind)``
    a date or timestamp as ISO 8601 text, such that later ones sort later: of those with a zone, in UTC. An error for what
    is none, or has a zone where the others have none, or the other way round. ``dq_moment_or_self`` leaves that as it is.
``dq_no_number(value)``
    an error: a text or bytes among numbers, which SQLite would take for 0 or for more than any number.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Callable
from datetime import datetime, time, timezone
from functools import lru_cache
from typing import Any

from airflow_data_quality.core.model.moments import parse_moment

REMEMBERED = 1024
"""How many moments are remembered: within a row, the same one is asked for several times."""


class Functions:
    """The functions of one session, and why the last of them refused its arguments: SQLite does not pass that on."""

    def __init__(self) -> None:
        self._refusal = ""

    def take_refusal(self) -> str:
        """Returns why a function has refused its arguments since this was last asked, or nothing."""
        refusal, self._refusal = self._refusal, ""
        return refusal

    def register(self, raw: sqlite3.Connection) -> None:
        """Makes the functions known to a connection."""
        raw.create_function("regexp", 2, self._told(_regexp), deterministic=True)
        raw.create_function("dq_length", 1, len, deterministic=True)
        raw.create_function("dq_moment", 2, lru_cache(REMEMBERED)(self._told(moment)), deterministic=True)
        raw.create_function("dq_moment_or_self", 2, lru_cache(REMEMBERED)(_moment_or_self), deterministic=True)
        # Not deterministic: SQLite may ask such a one before it knows whether it must.
        raw.create_function("dq_no_number", 1, self._told(_no_number))
        deviation: Any = StddevSamp  # typeshed would have every aggregate be an integer
        raw.create_aggregate("stddev_samp", 1, deviation)

    def _told(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def told(*arguments: Any) -> Any:
            try:
                return function(*arguments)
            except ValueError as error:
                self._refusal = str(error)
                raise

        return told


@lru_cache(256)
def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"invalid regular expression {text!r}: {error}") from None


def _regexp(pattern: str | None, value: Any) -> bool | None:
    if pattern is None or value is None:
        return None
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return _pattern(pattern).search(text) is not None


def moment(value: Any, kind: str) -> str | None:
    """Returns a stored moment as text that sorts as the moments do; see the module.

    Args:
        value: what is in the column.
        kind: ``date``, ``timestamp`` (no value has a zone) or ``timestamptz`` (every value has one).

    Raises:
        ValueError: for what is no such moment; the text does not repeat the value, which may be nobody's business.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"a {kind} column holds a number or bytes where a moment such as '2024-01-31 12:00:00' is meant")
    try:
        found = _read(value)
    except ValueError:
        raise ValueError(f"a {kind} column holds a text that is no moment such as '2024-01-31 12:00:00'") from None
    if (found.tzinfo is not None) != (kind == "timestamptz"):
        have, others = ("with", "none") if found.tzinfo else ("without", "one")
        raise ValueError(f"a moment {have} a zone stands among others that have {others}")
    if kind == "date" and found.time() != time():
        raise ValueError("a date column holds a time of day")
    return found.date().isoformat() if kind == "date" else _in_utc(found).isoformat()


def _read(text: str) -> datetime:
    """Returns the moment that a text names, in the usual spellings several times as fast; raises ValueError."""
    if len(text) >= 19 and text[4] == text[7] == "-" and text[10] in " T" and text[13] == text[16] == ":":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # Python 3.10 reads no Z, and not every fraction of a second
    return parse_moment(text)


def _in_utc(found: datetime) -> datetime:
    """Returns a moment without a zone; one that has none as it stands."""
    if found.tzinfo is None:
        return found
    try:
        return found.astimezone(timezone.utc).replace(tzinfo=None)
    except OverflowError:
        raise ValueError("a moment lies before the year 1 or after 9999 in UTC") from None


def _moment_or_self(value: Any, kind: str) -> Any:
    try:
        return moment(value, kind)
    except ValueError:
        return value


def _no_number(value: Any) -> Any:
    raise ValueError(f"{'bytes stand' if isinstance(value, bytes) else 'a text stands'} where numbers are meant")


class StddevSamp:
    """The deviation of a sample by Welford's method, which does not subtract large sums of squares from each other."""

    def __init__(self) -> None:
        self._count = 0
        self._mean = 0.0
        self._squares = 0.0

    def step(self, value: Any) -> None:
        """Takes a number; NULL is none."""
        if value is None:
            return
        self._count += 1
        distance = value - self._mean
        self._mean += distance / self._count
        self._squares += distance * (value - self._mean)

    def finalize(self) -> float | None:
        """Returns the deviation; None for fewer than two values."""
        return math.sqrt(self._squares / (self._count - 1)) if self._count > 1 else None
