"""Numbers as they are compared: exactly, never rounded.

A float means its shortest decimal spelling (``0.1`` is one tenth), NaN lies within no bound, infinity compares as itself.
"""

from __future__ import annotations

import math
from decimal import Context, Decimal, InvalidOperation, localcontext
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator

DIGITS = 200_000
"""More than any database's number has."""

READABLE = Context(prec=12)
"""Digits that people read of a number; comparing knows all of them."""

Number = int | Decimal
"""A number as it is kept: an integer, or a decimal (infinite or not a number included)."""


def parse_number(given: Any) -> Number:
    """Returns what a user gave as a number.

    Args:
        given: an int, float, Decimal or numeric string; an infinity may be a float or ``"Infinity"``.

    Raises:
        ValueError: for a bool, NaN, or anything that is no number.
    """
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal | str):
        raise ValueError(f"{given!r} is no number; give an integer, a decimal or a numeric string")
    if isinstance(given, int):
        return given
    try:
        number = exact(given) if not isinstance(given, str) else Decimal(given.strip())
    except InvalidOperation:
        raise ValueError(f"{given!r} is no number; give an integer, a decimal or a numeric string") from None
    if number.is_nan():
        raise ValueError("NaN is no bound: no value lies within it")
    if isinstance(given, str) and given.strip().lstrip("+-").isdigit():
        return int(number)
    return number


def exact(value: int | float | Decimal) -> Decimal:
    """Returns ``value`` as the decimal it means; a float is its shortest spelling."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def is_number(value: object) -> bool:
    """Says whether ``value`` is a number to be compared (a bool is not)."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def spell(value: object) -> str:
    """Returns a number as people read it: ``1,234``, ``0.5``, ``infinity``; anything else as text."""
    if not isinstance(value, int | float | Decimal) or isinstance(value, bool):
        return str(value)
    number = exact(value)
    if number.is_nan():
        return "NaN"
    if number.is_infinite():
        return "infinity" if number > 0 else "-infinity"
    if number == number.to_integral_value() and abs(number) < 10**30:
        return f"{int(number):,}"
    text = f"{number:,f}" if abs(number.adjusted()) < 30 else str(number)
    return text.rstrip("0").rstrip(".") if "." in text and "E" not in text else text


def rounded(number: int | float | Decimal) -> int | float | Decimal:
    """Returns a number in as many digits as people read; a whole one, and one that is none, as it is."""
    value = exact(number)
    if not value.is_finite() or (value == value.to_integral_value() and value.adjusted() < 20):
        return number
    return READABLE.normalize(value)


def to_json(number: Any) -> Any:
    """Returns a number as JSON holds it: a decimal as a float when that spells it, else as a string."""
    if not isinstance(number, Decimal):
        return number
    if number.is_finite() and exact(float(number)) == number and math.isfinite(float(number)):
        return float(number)
    return str(number)


GivenNumber = Annotated[
    int | float | Decimal | str,
    PlainValidator(parse_number, json_schema_input_type=int | float | str),
    PlainSerializer(to_json, when_used="json"),
]
"""A field that takes any spelling of a number and keeps a ``Number``."""


def interpolated(low: int | float | Decimal, high: int | float | Decimal, share: Decimal) -> int | float | Decimal:
    """Returns the number that lies a share (0 to 1) of the way from one number to a larger one, exactly; a float for floats."""
    if share == 0 or low == high:
        return low
    a, b = exact(low), exact(high)
    if not (a.is_finite() and b.is_finite()):
        # On the way to or from infinity one is there at once; between the two, or beside NaN, there is nothing.
        return float(a) + float(b)
    with localcontext(Context(prec=DIGITS)):
        number = a + (b - a) * share
    if isinstance(low, float) or isinstance(high, float):
        return float(number)
    return int(number) if number == number.to_integral_value() and isinstance(low, int) else number
