"""Parts of a long list, each with a cursor that leads to the next; a page begins behind a key, never at a number of rows."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic_core import from_json, to_json

from airflow_data_quality.core.errors import DefinitionError

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of the items, in order, and where the others begin."""

    items: Sequence[T]
    cursor: str | None = None
    """Leads to the next page; None on the last one."""


def cursor_of(*key: Any) -> str:
    """Returns a cursor behind the item with this key, plain data; opaque to whoever carries it."""
    return urlsafe_b64encode(to_json(key)).decode().rstrip("=")


def key_of(cursor: str, length: int) -> Sequence[Any]:
    """Returns the key that ``cursor_of`` was given.

    Raises:
        DefinitionError: for a text that is no cursor of a list whose keys have so many parts.
    """
    try:
        key = from_json(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        key = None
    if not isinstance(key, list) or len(key) != length:
        raise DefinitionError(f"{cursor!r} is no cursor of this list; give the one that came with the page before")
    return key
