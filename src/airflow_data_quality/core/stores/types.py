"""Column types that databases have no equal form for."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

NUL, SUB = "\x00", "\x1a"


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; one without a time zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turns it to UTC."""
        if value is None or value.tzinfo is timezone.utc:
            return value
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Gives back the zone, which not every database keeps."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=timezone.utc)


class AnyText(TypeDecorator[str]):
    """Text of any characters; PostgreSQL holds no NUL, so there it stands as ``SUB 0``, and SUB itself as ``SUB 1``."""

    impl = Text()
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Writes what the database can hold."""
        if value is None or dialect.name != "postgresql" or not (NUL in value or SUB in value):
            return value
        return value.replace(SUB, SUB + "1").replace(NUL, SUB + "0")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Reads what was meant."""
        if value is None or dialect.name != "postgresql" or SUB not in value:
            return value
        return value.replace(SUB + "0", NUL).replace(SUB + "1", SUB)


class Json(TypeDecorator[Any]):
    """Plain data as JSON text; None is NULL.

    No column of SQLite's own type JSON: it reads a long integer or decimal as a float and so changes it.
    """

    impl = Text()
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Writes it."""
        return None if value is None else to_json(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Reads it."""
        return None if value is None else from_json(value)
