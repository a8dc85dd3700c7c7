"""Parts of a long list, each with a cursor that leads to the next; a page begins behind a key, never at a number of rows."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic_core import from_json, to_json

from airflow_data_quality.core.errors import DefinitionError

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Sequence[T]):
    """Some of the items, in order, and where the others begin; itself the sequence of its items."""

    items: Sequence[T]
    cursor: str | None = None
    """Leads to the next page; None on the last one."""

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, place: Any) -> Any:
        return self.items[place]


def cursor_of(*key: Any) -> str:
    """Returns a cursor behind the item with this key, plain data; opaque to whoever carries it."""
    return urlsafe_b64encode(to_json(key)).decode().rstrip("=")


def key_of(cursor: str, kinds: int | Sequence[Callable[[Any], Any]]) -> Sequence[Any]:
    """Returns the key that ``cursor_of`` was given.

    Args:
        cursor: as it came with the page before.
        kinds: how many parts a key of the list has, or what makes each of them out of plain data.

    Raises:
        DefinitionError: for a text that is no cursor of a list with such keys.
    """
    length = kinds if isinstance(kinds, int) else len(kinds)
    try:
        key = from_json(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(key, list) or len(key) != length:
            raise ValueError
        return key if isinstance(kinds, int) else [make(part) for make, part in zip(kinds, key, strict=True)]
    except (ValueError, TypeError, AttributeError):
        raise DefinitionError(f"{cursor!r} is no cursor of this list; give the one that came with the page before") from None
