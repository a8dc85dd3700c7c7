"""``max_failing``: how many rows may break a row-level check, as a count or as a share."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator

from airflow_data_quality.core.model.numbers import exact

SHARE = re.compile(r"\+?(\d+(?:\.\d*)?|\.\d+)\s*%")


def parse_max_failing(given: Any) -> int | str:
    """Returns a count of rows as int, or a share of the checked rows as text such as ``"0.5%"``.

    Raises:
        ValueError: for a float, a bool, a negative number or more than 100 %; the text says what to write instead.
    """
    if isinstance(given, float):
        raise ValueError(f"{given!r} could be a count or a share; {_spelling(given)}")
    text = str(given).strip().replace("_", "")
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise ValueError(f"{given!r} is neither a count nor a share; write 5 (rows) or '0.5%'")
    if re.fullmatch(r"\+?\d+", text):
        return int(text)
    match = SHARE.fullmatch(text)
    if match is None:
        raise ValueError(f"{given!r} is neither a count nor a share; write 5 (rows) or '0.5%', nothing below 0")
    if Fraction(match[1]) > 100:
        raise ValueError(f"{given!r} is more than all rows; the most is '100%'")
    return f"{match[1]}%"


def _spelling(given: float) -> str:
    """Returns how to write what a float may have meant, where it may have meant anything."""
    if 0 <= given <= 1:
        return f"write a share as '{_plain(exact(given) * 100)}%', a count as an integer"
    if 1 < given <= 100:
        count = f"{int(given)} for a count, or " if given.is_integer() else ""
        return f"write {count}'{_plain(exact(given))}%' for a share"
    return "write a share as '0%' to '100%', a count as an integer"


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def tolerates(max_failing: int | str, failing: int, checked: int) -> bool:
    """Says whether ``failing`` of ``checked`` rows are allowed; shares are compared as exact fractions.

    0 failing of 0 checked rows are always allowed.
    """
    if isinstance(max_failing, int):
        return failing <= max_failing
    return failing <= Fraction(max_failing.rstrip("%")) / 100 * checked


MaxFailing = Annotated[int | str, BeforeValidator(parse_max_failing)]
"""A field that takes a count or a share of failing rows."""
