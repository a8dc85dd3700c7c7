"""Measured values, and how JSON holds the ones it has no form for.

A JSON number is an int or a float as it is. What JSON cannot hold travels as a mapping that names its kind:
``{"decimal": "12.50"}``, ``{"float": "NaN"}``, ``{"duration": "1d12h"}``, ``{"datetime": "…"}``, ``{"date": "…"}``. NaN is
read as one and the same object, so that two values that hold it compare equal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from airflow_data_quality.core.model.duration import parse_duration, spell_duration

Scalar = int | float | Decimal | str | timedelta | datetime | date | None
"""Any value that a measurement can have."""


def _signed_duration(text: str) -> timedelta:
    if text == "0s":
        return timedelta(0)
    return -parse_duration(text[1:]) if text.startswith("-") else parse_duration(text)


_READERS: Mapping[str, Any] = {
    "decimal": Decimal,
    "float": float,
    "duration": _signed_duration,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
}


def write_scalar(value: Any) -> Any:
    """Returns ``value`` in the JSON form that the module's docstring describes."""
    match value:
        case Decimal():
            return {"decimal": str(value)}
        case float() if not math.isfinite(value):
            return {"float": str(value)}
        case timedelta():
            return {"duration": spell_duration(value)}
        case datetime():
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case _:
            return value


def read_scalar(value: Any) -> Any:
    """Returns the value that ``write_scalar`` wrote; anything else is returned as it is."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, text),) = value.items()
        if kind in _READERS:
            value = _READERS[kind](text)
    if isinstance(value, float | Decimal) and math.isnan(value):
        return math.nan
    return value


MeasuredValue = Annotated[Scalar, BeforeValidator(read_scalar), PlainSerializer(write_scalar, when_used="json")]
"""A field that keeps a measured value and survives JSON."""
