"""Pages of rows: what comes behind a key, and where the next page begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, literal, tuple_

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.stores.pages import cursor_of, key_of

T = TypeVar("T")
READERS: dict[type, Callable[[Any], Any]] = {datetime: datetime.fromisoformat, UUID: UUID}


def behind(
    order: Sequence[ColumnElement[Any]], cursor: str | None, limit: int, *, newest_first: bool = False
) -> list[ColumnElement[bool]]:
    """Returns the condition of what a cursor has left; none without a cursor.

    Args:
        order: the columns that the list is ordered by, all in one direction, unique together.
        cursor: of the page before.
        limit: how many a page has at most.
        newest_first: whether the order is descending.

    Raises:
        DefinitionError: for a cursor of another list, or a page of nothing.
    """
    if limit < 1:
        raise DefinitionError(f"limit is {limit}; a page has at least 1 item")
    if cursor is None:
        return []
    kinds = [READERS.get(each.type.python_type, each.type.python_type) for each in order]
    key = tuple_(*(literal(part, each.type) for part, each in zip(key_of(cursor, kinds), order, strict=True)))
    return [tuple_(*order) < key if newest_first else tuple_(*order) > key]


def cut(rows: Sequence[T], limit: int, key: Callable[[T], tuple[Any, ...]]) -> tuple[Sequence[T], str | None]:
    """Returns as many rows as are shown, and the cursor to the others where one more was found."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], cursor_of(*key(rows[limit - 1]))
