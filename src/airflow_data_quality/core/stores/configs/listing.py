"""Which of the stored tests are asked for, and a page of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.stores.configs.memory import Remembered
from airflow_data_quality.core.stores.pages import Page, cursor_of, key_of


@dataclass(frozen=True)
class TestFilter:
    """What a test must be like; a field that is None asks for nothing, the others for all that they say."""

    __test__ = False

    conn_id: str | None = None
    dataset: str | None = None
    """The table as it is written in the test, or the query on one line."""
    type: str | None = None
    tag: str | None = None
    """One of its tags or of those of its check."""
    owner: str | None = None
    enabled: bool | None = None
    text: str | None = None
    """Stands in its id, label, description, dataset, owner or tags, in capitals or not."""


MATCHES: Mapping[str, Callable[[Remembered, Any], bool]] = {
    "conn_id": lambda known, wanted: known.facts.conn_id == wanted,
    "dataset": lambda known, wanted: known.facts.dataset == wanted,
    "type": lambda known, wanted: known.facts.type == wanted,
    "tag": lambda known, wanted: wanted in known.facts.tags,
    "owner": lambda known, wanted: known.facts.owner == wanted,
    "enabled": lambda known, wanted: known.facts.enabled == wanted,
    "text": lambda known, wanted: wanted in known.words,
}


def matching(known: Sequence[Remembered], wanted: TestFilter) -> Sequence[Remembered]:
    """Returns those that are asked for, in their order."""
    for field in fields(wanted):
        value = getattr(wanted, field.name)
        if value is not None:
            matches, value = MATCHES[field.name], value.casefold() if field.name == "text" else value
            known = [each for each in known if matches(each, value)]
    return known


def page_of(known: Sequence[Remembered], cursor: str | None, limit: int) -> Page[Any]:
    """Returns what comes behind a cursor; what cannot be read is left out.

    Raises:
        DefinitionError: for a cursor of another list, or a page of nothing.
    """
    if limit < 1:
        raise DefinitionError(f"limit is {limit}; a page has at least 1 item")
    start = 0 if cursor is None else bisect_right(known, key_of(cursor, (_id,))[0], key=lambda each: each.id)
    readable = (each.stored for each in islice(known, start, None) if each.stored is not None)
    items = list(islice(readable, limit + 1))
    return Page(items) if len(items) <= limit else Page(items[:limit], cursor_of(items[limit - 1].id))


def _id(part: Any) -> str:
    if not isinstance(part, str):
        raise TypeError
    return part
