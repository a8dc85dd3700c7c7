"""Many changes at once: all are looked at before the first is made, in an order in which no test lacks its connection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from airflow_data_quality.core.errors import Conflict, DefinitionError, StoreError
from airflow_data_quality.core.model.stored import StoredTest
from airflow_data_quality.core.stores.configs.base import Change, Item, Kind
from airflow_data_quality.core.stores.configs.changes import (
    changed,
    refuse_missing_connection,
    refuse_named_connection,
    some,
)
from airflow_data_quality.core.stores.configs.documents import Stored, refuse_newer
from airflow_data_quality.core.stores.configs.memory import Snapshot

Now = Mapping[Kind, Snapshot]


def changes(puts: Sequence[Stored], deletes: Sequence[Stored], now: Now, by: str) -> list[Change]:
    """Returns the changes: connections come first and go last.

    Raises:
        Conflict: when any of them is no longer as it was seen; it has their ids.
        DefinitionError: when two are about the same, or a test would be left without its connection.
    """
    _refuse_doubled([*puts, *deletes])
    _refuse_stale(puts, deletes, now)
    _refuse_dangling(puts, deletes, now)
    first = sorted(puts, key=lambda stored: stored.kind != "connection")
    last = sorted(deletes, key=lambda stored: stored.kind == "connection")
    return [
        *(changed(_item(stored, now), stored.kind, stored.id, stored, by) for stored in first),
        *(changed(_item(stored, now), stored.kind, stored.id, None, by) for stored in last),
    ]


def interrupted(error: StoreError, done: int, total: int, place: str) -> StoreError:
    """Returns an error that also says how many of the changes are stored."""
    said = f"{done:,} of {total:,} changes are stored in {place}, the others are not: {error}"
    return Conflict(said, ids=error.ids) if isinstance(error, Conflict) else type(error)(said)


def _item(stored: Stored, now: Now) -> Item | None:
    known = now[stored.kind].all.get(stored.id)
    return None if known is None else known.item


def _refuse_doubled(given: Sequence[Stored]) -> None:
    counts = Counter(f"{stored.kind} {stored.id}" for stored in given)
    if doubled := [name for name, count in counts.items() if count > 1]:
        raise DefinitionError(f"{len(doubled):,} are given more than once: {some(doubled)}; give each once")


def _refuse_stale(puts: Sequence[Stored], deletes: Sequence[Stored], now: Now) -> None:
    def version(stored: Stored) -> int:
        known = now[stored.kind].get(stored.id)
        return 0 if known is None else known.item.version

    stale = [stored for stored in puts if version(stored) != stored.version]
    stale += [stored for stored in deletes if version(stored) != stored.version or stored.version == 0]
    if stale:
        ids = [stored.id for stored in stale]
        raise Conflict(
            f"{len(ids):,} have been changed since they were read, so nothing is stored: {some(ids)}; read everything again",
            ids=ids,
        )
    for stored in puts:
        if item := _item(stored, now):
            refuse_newer(item)


def _refuse_dangling(puts: Sequence[Stored], deletes: Sequence[Stored], now: Now) -> None:
    given = {(stored.kind, stored.id) for stored in (*puts, *deletes)}
    tests = [stored for stored in puts if isinstance(stored, StoredTest)]
    left = [known.id for known in now["connection"].present if ("connection", known.id) not in given]
    registered = {*left, *(stored.id for stored in puts if stored.kind == "connection")}
    for test in tests:
        if test.dataset.conn_id not in registered:
            refuse_missing_connection(test, sorted(registered))
    for gone in (stored.id for stored in deletes if stored.kind == "connection"):
        untouched = (known for known in now["test"].present if ("test", known.id) not in given)
        refuse_named_connection(gone, [known.id for known in untouched if known.facts.conn_id == gone])
