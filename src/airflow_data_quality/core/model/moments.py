"""Points in time as text: ISO 8601 in, on every supported Python the same."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from airflow_data_quality.core.errors import near

_ISO = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:[.,](?P<fraction>\d{1,9}))?\s?(?P<offset>Z|z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?)?"
)


def parse_moment(text: str) -> datetime:
    """Returns the moment that ISO text names; naive without an offset, at midnight without a time.

    Digits beyond the microsecond are cut off.

    Raises:
        ValueError: when it is no such text.
    """
    match = _ISO.fullmatch(text.strip())
    try:
        return _moment(match)
    except (TypeError, ValueError):
        raise ValueError(
            f"{text!r} is no moment; write '2024-01-31', '2024-01-31 12:00' or '2024-01-31T12:00:00+00:00'"
        ) from None


def _moment(match: re.Match[str] | None) -> datetime:
    if match is None:
        raise ValueError
    moment = datetime.fromisoformat(f"{match['date']}T{match['time'] or '00:00'}")
    moment = moment.replace(microsecond=int((match["fraction"] or "0")[:6].ljust(6, "0")))
    if match["offset"] is None:
        return moment
    if match["offset"] in "Zz":
        return moment.replace(tzinfo=timezone.utc)
    digits = match["offset"][1:].replace(":", "").ljust(4, "0")
    return moment.replace(tzinfo=datetime.strptime(f"{match['offset'][0]}{digits}", "%z").tzinfo)


def _read_moment(given: Any) -> Any:
    if isinstance(given, datetime):
        return given.isoformat()
    if isinstance(given, date) or not isinstance(given, str):
        raise ValueError(f"{given!r} is no moment; write it as a quoted text: {str(given)!r}")
    parse_moment(given)
    return given


def _read_zone(given: Any) -> Any:
    try:
        ZoneInfo(given)
    except (KeyError, ValueError, TypeError, OSError):
        raise ValueError(
            f"{given!r} is no time zone{near(str(given), available_timezones())}; write 'UTC' or 'Europe/Berlin'"
        ) from None
    return given


GivenMoment = Annotated[datetime | str, BeforeValidator(_read_moment)]
"""A field that takes a moment and keeps its ISO text."""

Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(timezone.utc))]
"""A field that takes a moment with its time zone and keeps it in UTC."""

ZoneName = Annotated[str, BeforeValidator(_read_zone)]
"""A field that takes the IANA name of a time zone."""
