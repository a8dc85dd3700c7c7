"""Spans of time as people write them: ``2h``, ``1d12h``, ISO ``PT2H``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_NUMBER = {"w": r"\d+", "d": r"\d+", "h": r"\d+", "m": r"\d+", "s": r"\d+(?:\.\d{1,6})?"}
SHORT = re.compile("".join(rf"(?:(?P<{unit}>{_NUMBER[unit]}){unit})?" for unit in UNITS))
ISO = re.compile(r"P(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d{1,6})?)S)?)?")
ALLOWED = "write '2h', '1d12h' (w d h m s, in that order), ISO 'PT2H', or a timedelta"


def parse_duration(given: Any) -> timedelta:
    """Returns a span longer than zero.

    Raises:
        ValueError: for a bare number, a bool, a span of zero or less, months and years (their length varies), or any other
            text; it says what may be written.
    """
    if isinstance(given, timedelta):
        span = given
    elif isinstance(given, str):
        match = SHORT.fullmatch(given.strip()) or ISO.fullmatch(given.strip())
        parts = {unit: value for unit, value in match.groupdict().items() if value} if match else {}
        if not parts or given.strip().endswith("T"):
            raise ValueError(f"{given!r} is no duration; {ALLOWED}")
        span = _span(given, parts)
    else:
        raise ValueError(f"{given!r} has no unit; {ALLOWED}")
    if span <= timedelta(0):
        raise ValueError(f"{given!r} is not longer than zero; {ALLOWED}")
    return span


def _span(given: str, parts: dict[str, str]) -> timedelta:
    seconds, _, micros = parts.pop("s", "0").partition(".")
    whole = {UNITS[unit]: int(value) for unit, value in parts.items()}
    try:
        return timedelta(**whole, seconds=int(seconds), microseconds=int(micros.ljust(6, "0")))
    except OverflowError:
        raise ValueError(f"{given!r} is longer than {timedelta.max.days:,} days") from None


def spell_duration(span: timedelta) -> str:
    """Returns the canonical text, days first and exact to the microsecond: ``1d12h``, ``-5m``, ``0s``."""
    if span < timedelta(0):
        return f"-{spell_duration(-span)}"
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    second_text = f"{seconds}.{span.microseconds:06d}".rstrip("0") if span.microseconds else str(seconds)
    parts = [(str(span.days), "d"), (str(hours), "h"), (str(minutes), "m"), (second_text, "s")]
    return "".join(number + unit for number, unit in parts if number != "0") or "0s"


def rough_duration(span: timedelta) -> str:
    """Returns a span as a person says it, in its two largest units: ``3d 4h``, ``12m 5s``."""
    whole = timedelta(days=span.days, seconds=span.seconds) if span >= timedelta(seconds=1) else span
    return " ".join(re.findall(r"-?\d+(?:\.\d+)?[dhms]", spell_duration(whole))[:2])


GivenDuration = Annotated[
    timedelta | str,
    BeforeValidator(parse_duration),
    PlainSerializer(lambda span: spell_duration(span) if isinstance(span, timedelta) else span, when_used="json"),
]
"""A field that takes any spelling of a duration and keeps a timedelta."""
