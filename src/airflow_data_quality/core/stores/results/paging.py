"""Pages of rows: what comes behind a key, and where the next page begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, literal, tuple_

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.moments import parse_moment
from airflow_data_quality.core.stores.pages import cursor_of, key_of
from airflow_data_quality.core.stores.types import Moment

T = TypeVar("T")


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
    kinds = [_reader(each.type) for each in order]
    key = tuple_(*(literal(part, each.type) for part, each in zip(key_of(cursor, kinds), order, strict=True)))
    return [tuple_(*order) < key if newest_first else tuple_(*order) > key]


def _reader(type_: Any) -> Callable[[Any], Any]:
    """Returns what makes a part of a key out of the plain data that a cursor holds."""
    if isinstance(type_, Moment):
        return parse_moment
    made: type = type_.python_type
    return made


def cut(rows: Sequence[T], limit: int, key: Callable[[T], tuple[Any, ...]]) -> tuple[Sequence[T], str | None]:
    """Returns as many rows as are shown, and the cursor to the others where one more was found."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], cursor_of(*key(rows[limit - 1]))
