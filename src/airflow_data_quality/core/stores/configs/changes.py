"""One change: how it is made, and why it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from airflow_data_quality.core.errors import Conflict, DefinitionError, near
from airflow_data_quality.core.model.stored import StoredTest
from airflow_data_quality.core.stores.configs.base import Change, Item, Kind, Shelf
from airflow_data_quality.core.stores.configs.documents import Stored, text_of

NAMED = 5
"""How many of a long list a message names."""
A_MOMENT = timedelta(microseconds=1)


def changed(before: Item | None, kind: Kind, id: str, stored: Stored | None, by: str) -> Change:
    """Returns the change to something else, or to nothing where ``stored`` is None; it is later than the one before.

    Raises:
        DefinitionError: when nobody makes it.
    """
    if not by.strip():
        raise DefinitionError(f"by is {by!r}; say who changes {kind} {id!r}")
    at = datetime.now(timezone.utc)
    if before is not None:  # the clock of whoever wrote that may be ahead of this one
        at = max(at, before.updated_at + A_MOMENT)
    version = 1 if before is None else before.version + 1
    return Change(before, Item(kind, id, version, None if stored is None else text_of(stored), at), by)


def conflict(shelf: Shelf, now: Item, was: str) -> Conflict:
    """Returns the error for something that is not as the change has seen it."""
    entries = shelf.audit(now.kind, now.id, limit=1)
    by = f" by {entries[0].by}" if entries and entries[0].version == now.version else ""
    state = "deleted" if now.document is None else f"stored with version {now.version}"
    return Conflict(
        f"{now.kind} {now.id!r}: {was}, and now it is {state} (since {now.updated_at.isoformat()}{by}); "
        "read it again, then change what was read",
        ids=[now.id],
    )


def refuse_missing_connection(test: StoredTest, registered: Sequence[str]) -> None:
    """Raises DefinitionError for a test that names a connection which is not registered."""
    conn_id = str(test.dataset.conn_id)
    raise DefinitionError(
        f"test {test.id!r} names the connection {conn_id!r}, which is not registered{near(conn_id, registered)} "
        f"(registered: {some(registered) or 'none'}); register it first: connections: [{{id: {conn_id}}}] in a file of "
        "`tests apply`, or the store's create"
    )


def refuse_named_connection(id: str, tests: Sequence[str]) -> None:
    """Raises DefinitionError for a connection that tests still name."""
    if tests:
        raise DefinitionError(
            f"connection {id!r} cannot be deleted: {len(tests):,} test(s) name it ({some(tests)}); delete them or let them "
            "name another one first"
        )


def some(words: Sequence[str]) -> str:
    """Returns the first few in a row, and how many more there are."""
    more = f" and {len(words) - NAMED:,} more" if len(words) > NAMED else ""
    return ", ".join(map(repr, words[:NAMED])) + more
