"""Values that stand for "missing", compared with a column of any type without ever making the database stumble."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Sequence
from datetime import time, timezone
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from uuid import UUID

from airflow_data_quality.core.database import NUMBERS, Column
from airflow_data_quality.core.model.moments import parse_moment
from airflow_data_quality.core.model.numbers import exact

if TYPE_CHECKING:
    from sqlglot import exp

Token = bool | int | float | Decimal | str

_UNITS = ("year", "mon|month", "week", "day", "hour", "minute|min", "second|sec")
_INTERVAL = re.compile(
    "".join(rf"(?:[-+]?\d{{1,4}} (?:{unit})s?\b ?)?" for unit in _UNITS)
    + r"(?:[-+]?\d{1,4}:[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?)?",
    re.IGNORECASE,
)
"""The spellings of an interval that no database stumbles over: each unit once, from the largest."""
_TIME = re.compile(
    r"((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?|24:00(?::00)?)(Z|[-+](?:0\d|1[0-5])(?::?[0-5]\d)?)?", re.IGNORECASE
)
_TRUE_FALSE = {"true": True, "t": True, "false": False, "f": False}


def read_tokens(given: Any) -> Any:
    """Refuses what is no list of plain values; a NaN is kept as the text ``NaN``."""
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise ValueError(f"{given!r} is no list; write a list of values: [{given!r}]")
    for token in given:
        if not isinstance(token, Token):
            raise ValueError(f"{token!r} is no plain value; write it as a quoted text: {str(token)!r}")
    return [_as_json_has_it(token) for token in given]


def _as_json_has_it(token: Token) -> Token:
    """Returns a token that JSON gives back as it is: a decimal as text, NaN and infinity too."""
    if isinstance(token, float) and math.isfinite(token):
        return float(token)
    return str(exact(token)) if isinstance(token, float | Decimal) else token


def equals_token(column: Column, token: Token) -> exp.Expression | None:
    """Returns the condition that the column equals the token, or None when it can hold no such value."""
    from sqlglot import exp

    from airflow_data_quality.core.model.nodes import any_of

    equal = [exp.EQ(this=comparand(column), expression=value) for value in literals(column, token)]
    return any_of(equal) if equal else None


def comparand(column: Column) -> exp.Expression:
    """Returns a column as literals of its kind are compared with it: itself, or as text where its kind has no literals."""
    from sqlglot import exp

    value: exp.Expression = exp.column(column.name, quoted=True)
    return value if column.kind in _LITERALS or column.loose else exp.cast(value, "text")


def literals(column: Column, token: Token) -> Sequence[exp.Expression]:
    """Returns what in the column may equal the token: a literal of its kind, and of others where it may hold them."""
    own = literal(column, token)
    found = [] if own is None else [own]
    spelled = _number(token)
    if column.loose and own is None and column.kind in NUMBERS and spelled and spelled.is_finite():
        # A text that spells a number is stored, and compared, as one; NaN and infinity are no such texts.
        number = _as_real(column, token)
        return [] if number is None else [number]
    if column.loose and (own is None or column.kind == "boolean"):
        text = _as_text(column, token)
        found += [] if text is None else [text]
    elif column.loose and column.kind not in _LITERALS:
        found += [] if spelled is None or not spelled.is_finite() else [digits(format(spelled, "f"))]
    return found


def literal(column: Column, token: Token) -> exp.Expression | None:
    """Returns a value as a literal of the column's kind, or None when its type can hold no such value."""
    return _LITERALS.get(column.kind, _as_text)(column, token)


def _text(token: Token) -> str:
    if isinstance(token, bool):
        return str(token).lower()
    return format(exact(token), "f") if isinstance(token, float | Decimal) else str(token)


def _as_text(column: Column, token: Token) -> exp.Expression | None:
    from sqlglot import exp

    # PostgreSQL's text holds no NUL character.
    return exp.Literal.string(_text(token)) if "\0" not in _text(token) and not isinstance(token, bool) else None


def _number(token: Token) -> Decimal | None:
    """Returns the number that a token spells, unless no database type could hold it."""
    if isinstance(token, bool):
        return None
    try:
        number = exact(token) if not isinstance(token, str) else Decimal(token.strip())
    except InvalidOperation:
        return None
    if number.is_nan():
        # A signalling, signed or numbered NaN is spelled by Python alone.
        return number if str(number) == "NaN" else None
    return number if number.is_infinite() or abs(number.adjusted()) < 1_000 else None


def _as_integer(column: Column, token: Token) -> exp.Expression | None:
    number = _number(token)
    if number is None or not number.is_finite() or number != int(number) or not -(2**63) <= number < 2**63:
        return None
    return digits(str(int(number)))


def digits(text: str) -> exp.Expression:
    """Returns the number that is spelled by a sign, digits and a point."""
    from sqlglot import exp

    if text.startswith("-"):
        return exp.Paren(this=exp.Neg(this=exp.Literal.number(text[1:])))
    return exp.Literal.number(text)


def _as_numeric(column: Column, token: Token) -> exp.Expression | None:
    from airflow_data_quality.core.model.nodes import typed

    number = _number(token)
    if number is None or (column.loose and (number.is_nan() or not _fits_real(number, "double precision"))):
        return None
    return digits(format(number, "f")) if number.is_finite() else typed(str(number), column.kind, "decimal")


def _as_real(column: Column, token: Token) -> exp.Expression | None:
    from airflow_data_quality.core.model.nodes import typed

    number = _number(token)
    own = column.base or column.type
    # What holds anything (SQLite) holds NaN as NULL.
    if number is None or (column.loose and number.is_nan()) or not _fits_real(number, own):
        return None
    # In the column's own type: as a double, 0.1 would equal no single-precision value.
    return typed(str(number), column.kind, own)


def _fits_real(number: Decimal, type_name: str) -> bool:
    """Says whether a floating-point type has a value for the number: not when it would be infinite, or zero."""
    if not number.is_finite() or number == 0:
        return True
    nearest = float(number)
    if type_name == "real" and math.isfinite(nearest):
        try:
            (nearest,) = struct.unpack("f", struct.pack("f", nearest))
        except OverflowError:
            return False
    return math.isfinite(nearest) and nearest != 0


def _as_boolean(column: Column, token: Token) -> exp.Expression | None:
    from sqlglot import exp

    truth = token if isinstance(token, bool) else _TRUE_FALSE.get(str(token).strip().lower())
    return None if truth is None else exp.Boolean(this=truth)


def _as_moment(column: Column, token: Token) -> exp.Expression | None:
    from airflow_data_quality.core.model.nodes import typed

    text = token.strip() if isinstance(token, str) else ""
    if text.lower() not in ("infinity", "-infinity"):
        try:
            moment = parse_moment(text)
        except ValueError:
            return None
        if column.kind == "date" and (moment.tzinfo or moment.time() != time()):
            return None
        if column.kind == "timestamp" and moment.tzinfo:
            return None
        if column.kind == "timestamptz" and not moment.tzinfo:
            moment = moment.replace(tzinfo=timezone.utc)
        text = moment.isoformat() if column.kind != "date" else moment.date().isoformat()
    return typed(text, column.kind)


def _as_time(column: Column, token: Token) -> exp.Expression | None:
    from airflow_data_quality.core.model.nodes import typed

    own = column.base or column.type
    match = _TIME.fullmatch(str(token).strip())
    if match is None or (match[2] is not None) != ("with time zone" in own):
        return None
    return typed(match[0], column.kind, own)


def _as_interval(column: Column, token: Token) -> exp.Expression | None:
    from airflow_data_quality.core.model.nodes import typed

    text = str(token).strip()
    return typed(text, column.kind) if text and _INTERVAL.fullmatch(text) else None


def _as_binary(column: Column, token: Token) -> exp.Expression | None:
    from airflow_data_quality.core.model.nodes import typed

    if not isinstance(token, str) or not re.fullmatch(r"\\x([0-9a-fA-F]{2})*|[^\\\0]*", token):
        return None
    return typed(token, column.kind, column.base or column.type)


def _as_uuid(column: Column, token: Token) -> exp.Expression | None:
    from airflow_data_quality.core.model.nodes import typed

    try:
        return typed(str(UUID(str(token).strip())), column.kind)
    except ValueError:
        return None


_LITERALS = {
    "text": _as_text,
    "integer": _as_integer,
    "numeric": _as_numeric,
    "real": _as_real,
    "boolean": _as_boolean,
    "date": _as_moment,
    "timestamp": _as_moment,
    "timestamptz": _as_moment,
    "time": _as_time,
    "interval": _as_interval,
    "binary": _as_binary,
    "uuid": _as_uuid,
}
"""Kind → the token as a literal of it; any other kind is compared as text."""
