"""The config store: stored tests, the connections that they may name, and the log of who changed what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

from airflow_data_quality.core.errors import Conflict, DefinitionError, StoreError
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest, is_id
from airflow_data_quality.core.stores.configs import bulk
from airflow_data_quality.core.stores.configs.base import KINDS, AuditEntry, Change, Item, Kind, Shelf
from airflow_data_quality.core.stores.configs.changes import changed, conflict, refuse_missing_connection, refuse_named_connection
from airflow_data_quality.core.stores.configs.documents import Stored, plain_of, refuse_newer, stored_of
from airflow_data_quality.core.stores.configs.listing import TestFilter, matching, page_of
from airflow_data_quality.core.stores.configs.memory import Memory, Snapshot
from airflow_data_quality.core.stores.configs.selection import selected
from airflow_data_quality.core.stores.pages import Page

S = TypeVar("S", StoredTest, RegisteredConnection)
EVERYTHING = TestFilter()


class ConfigStore:
    """Tests and connections on a shelf. It may be kept and shared by threads; lists come from memory while nothing changes.

    Every method raises StoreError, with the place and what to do, when the shelf cannot be had.

    Args:
        shelf: where they lie.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._memories = {kind: Memory(shelf, kind) for kind in KINDS}

    @property
    def place(self) -> str:
        """Where that is, in words for messages; no password is in it."""
        return self._shelf.place

    def revision(self) -> int:
        """Returns how often anything has been changed: one small read."""
        return self._shelf.revision()

    # Reading ----------------------------------------------------------------------------------------------------------

    def test(self, id: str) -> StoredTest | None:
        """Returns a test as it is now.

        Raises:
            StoreError: when it is there, but cannot be read here.
        """
        found = self._one("test", id)
        return found if isinstance(found, StoredTest) else None

    def connection(self, id: str) -> RegisteredConnection | None:
        """Returns a connection as it is now.

        Raises:
            StoreError: when it is there, but cannot be read here.
        """
        found = self._one("connection", id)
        return found if isinstance(found, RegisteredConnection) else None

    def _one(self, kind: Kind, id: str) -> Stored | None:
        item = self._item(kind, id)
        return None if item is None or item.document is None else stored_of(item, plain_of(item))

    def _item(self, kind: Kind, id: str) -> Item | None:
        return self._shelf.item(kind, id) if is_id(id) else None  # databases refuse to look for some texts

    def tests(self, wanted: TestFilter = EVERYTHING, *, cursor: str | None = None, limit: int = 100) -> Page[StoredTest]:
        """Returns the tests that are asked for, by id; those that cannot be read here are in ``unreadable``.

        Args:
            wanted: what they must be like.
            cursor: of the page before.
            limit: how many a page has at most.

        Raises:
            DefinitionError: for a cursor of another list, or a page of nothing.
        """
        return page_of(matching(self._now("test").present, wanted), cursor, limit)

    def all_tests(self) -> Sequence[StoredTest]:
        """Returns all that can be read, by id."""
        return [known.stored for known in self._now("test").present if isinstance(known.stored, StoredTest)]

    def tests_by_id(self, ids: Collection[str]) -> Sequence[StoredTest]:
        """Returns the tests with these ids that are there and can be read, by id; no other is built."""
        now = self._now("test")
        found = (known for known in map(now.get, sorted(ids)) if known is not None)
        return [known.stored for known in found if isinstance(known.stored, StoredTest)]

    def timetable(self) -> tuple[int, Sequence[tuple[str, str, str]]]:
        """Returns id, schedule and time zone of every enabled test that has a schedule, and the revision for which that is so."""
        now = self._now("test")
        facts = ((known.id, known.facts) for known in now.present)
        return now.revision, [(name, of.schedule, of.timezone) for name, of in facts if of.enabled and of.schedule is not None]

    def deleted(self, kind: Kind = "test") -> frozenset[str]:
        """Returns the ids of what was stored once and is no more."""
        return frozenset(key for key, known in self._now(kind).all.items() if known.item.document is None)

    def connections(self, *, cursor: str | None = None, limit: int = 100) -> Page[RegisteredConnection]:
        """Returns connections by id, as ``tests`` does."""
        return page_of(self._now("connection").present, cursor, limit)

    def all_connections(self) -> Sequence[RegisteredConnection]:
        """Returns all that can be read, by id."""
        return [known.stored for known in self._now("connection").present if isinstance(known.stored, RegisteredConnection)]

    def unreadable(self, kind: Kind = "test") -> dict[str, str]:
        """Returns what is stored but cannot be read here, by id, with the reason; lists leave it out."""
        return {known.id: known.reason for known in self._now(kind).present if known.reason is not None}

    def select(self, names: Sequence[str]) -> Sequence[StoredTest]:
        """Returns the tests that ids and tags (``tag:gold``) stand for, disabled ones too.

        Each comes once, in the order of the names; those of a tag by id.

        Raises:
            DefinitionError: for an id or a tag that no test has.
            StoreError: when a test that is meant cannot be read here.
        """
        return selected(names, self.test, lambda: self._now("test"))

    def audit(self, kind: Kind, id: str, *, cursor: str | None = None, limit: int = 100) -> Page[AuditEntry]:
        """Returns what happened to a test or a connection, the newest first."""
        if kind not in KINDS:
            raise DefinitionError(f"{kind!r} is not kept here; there are: {', '.join(KINDS)}")
        if limit < 1:
            raise DefinitionError(f"limit is {limit}; a page has at least 1 item")
        return self._shelf.audit(kind, id, cursor=cursor, limit=limit) if is_id(id) else Page(())

    def _now(self, kind: Kind) -> Snapshot:
        return self._memories[kind].now()

    # Changing ---------------------------------------------------------------------------------------------------------

    def create(self, stored: S, *, by: str) -> S:
        """Stores what has not been there; returns it with its version.

        Raises:
            Conflict: when it is there.
            DefinitionError: when a test names a connection that is not registered.
        """
        before = self._shelf.item(stored.kind, stored.id)
        if before is not None and before.document is not None:
            raise conflict(self._shelf, before, "it is there already")
        return self._put(before, stored, by)

    def update(self, stored: S, *, by: str) -> S:
        """Stores another form of what is there; returns it with its new version.

        Args:
            stored: with the version that it was read with.
            by: who changes it.

        Raises:
            Conflict: when it is no longer there, or another version is.
            DefinitionError: when it has no version, or a test names a connection that is not registered.
        """
        if stored.version == 0:
            raise DefinitionError(
                f"{stored.kind} {stored.id!r} has version 0, as what was never stored has; read it and change what was read, "
                "or create it"
            )
        before = self._seen(stored.kind, stored.id, stored.version)
        refuse_newer(before)
        return self._put(before, stored, by)

    def delete(self, kind: Kind, id: str, version: int, *, by: str) -> None:
        """Deletes a test or a connection; one that cannot be read here too. Its log stays.

        Raises:
            Conflict: when it is no longer there, or another version is.
            DefinitionError: when tests name the connection.
        """
        before = self._seen(kind, id, version)
        if kind == "connection":
            refuse_named_connection(id, [test.id for test in self._now("test").present if test.facts.conn_id == id])
        self._commit_one(changed(before, kind, id, None, by))

    def apply(self, puts: Sequence[Stored], deletes: Sequence[Stored], *, by: str) -> int:
        """Makes many changes, a batch at a time; returns how many.

        Args:
            puts: each with the version that it takes the place of, 0 for what is new.
            deletes: each with the version that it was read with.
            by: who changes them.

        Raises:
            Conflict: when something has been changed by others; its text says how many changes are stored.
            DefinitionError: when a test would name a connection that is not registered.
        """
        changes = bulk.changes(puts, deletes, {kind: self._now(kind) for kind in KINDS}, by)
        done = 0
        for batch in self._shelf.batches(changes):
            try:
                self._commit(*batch)
            except StoreError as error:
                raise bulk.interrupted(error, done, len(changes), self._shelf.place) from error
            done += len(batch)
        return done

    def _seen(self, kind: Kind, id: str, version: int) -> Item:
        before = self._item(kind, id)
        if before is None:
            raise DefinitionError(f"there is no {kind} {id!r} in {self._shelf.place}; create it")
        if before.version != version or before.document is None:
            raise conflict(self._shelf, before, f"version {version} was seen")
        return before

    def _put(self, before: Item | None, stored: S, by: str) -> S:
        if isinstance(stored, StoredTest):
            self._refuse_missing(stored)
        change = changed(before, stored.kind, stored.id, stored, by)
        self._commit_one(change)
        return stored.model_copy(update={"version": change.after.version})

    def _refuse_missing(self, test: StoredTest) -> None:
        named = self._shelf.item("connection", str(test.dataset.conn_id))
        if named is None or named.document is None:
            refuse_missing_connection(test, [known.id for known in self._now("connection").present])

    def _commit_one(self, change: Change) -> None:
        try:
            self._commit(change)
        except Conflict as lost:
            now = self._shelf.item(change.kind, change.id)
            raise lost if now is None else conflict(self._shelf, now, "someone else was faster") from lost

    def _commit(self, *changes: Change) -> None:
        with self._memories["test"].committing(changes), self._memories["connection"].committing(changes):
            self._shelf.commit(changes)

    # Upkeep -----------------------------------------------------------------------------------------------------------

    def migrate(self) -> Sequence[str]:
        """Makes what is missing, and drops nothing; may run twice. Returns what was done, a line for each."""
        return self._shelf.migrate()

    def maintain(self, *, audit_before: datetime | None) -> Sequence[str]:
        """Deletes what was audited before a moment, where the shelf does not by itself; returns what was done.

        Args:
            audit_before: None keeps all of it.
        """
        return self._shelf.maintain(audit_before=audit_before)
