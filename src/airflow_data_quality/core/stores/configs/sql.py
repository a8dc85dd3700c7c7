"""A shelf in an SQL database: the embedded SQLite file, PostgreSQL, or any other that SQLAlchemy speaks to.

A transaction that writes counts the revision up first: its row is held until the end, so writers come one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from airflow_data_quality.core.errors import Conflict, StoreError
from airflow_data_quality.core.model.moments import parse_moment
from airflow_data_quality.core.stores.configs.base import KINDS, AuditEntry, Change, Item, Kind, moment_text
from airflow_data_quality.core.stores.configs.tables import HISTORY, audit_log, documents, revision
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.pages import Page, cursor_of, key_of

MOST_CHANGES = 500
"""In one transaction, during which others wait; and ids that one statement names."""
UP = update(revision).values(number=revision.c.number + 1)


class SqlShelf:
    """A shelf that takes a connection for each call.

    Args:
        database: where it is; an embedded file is migrated by the first call, another by ``migrate``.
    """

    def __init__(self, database: StoreDatabase) -> None:
        self._database = database

    @property
    def place(self) -> str:
        """See ``Shelf.place``."""
        return self._database.place

    def revision(self) -> int:
        """See ``Shelf.revision``."""
        with self._database.connected(HISTORY) as connection:
            number: int | None = connection.scalar(select(revision.c.number))
            if number is None:
                raise StoreError("its table revision has no row; whoever emptied it must bring it back")
            return number

    def items(self, kind: Kind) -> Sequence[Item]:
        """See ``Shelf.items``."""
        with self._database.connected(HISTORY) as connection:
            return [_item(kind, row) for row in connection.execute(select(documents[kind]))]

    def item(self, kind: Kind, id: str) -> Item | None:
        """See ``Shelf.item``."""
        table = documents[kind]
        with self._database.connected(HISTORY) as connection:
            row = connection.execute(select(table).where(table.c.id == id)).one_or_none()
            return None if row is None else _item(kind, row)

    def batches(self, changes: Sequence[Change]) -> Sequence[Sequence[Change]]:
        """See ``Shelf.batches``."""
        return [changes[start : start + MOST_CHANGES] for start in range(0, len(changes), MOST_CHANGES)]

    def commit(self, changes: Sequence[Change]) -> None:
        """See ``Shelf.commit``."""
        with self._database.writing(HISTORY) as connection:
            if connection.execute(UP).rowcount != 1:
                raise StoreError("its table revision must have one row; whoever emptied it must bring it back")
            for kind in KINDS:
                _write(connection, kind, [change for change in changes if change.kind == kind])
            connection.execute(insert(audit_log), [_entry(change) for change in changes])

    def audit(self, kind: Kind, id: str, *, cursor: str | None = None, limit: int = 100) -> Page[AuditEntry]:
        """See ``Shelf.audit``."""
        columns = audit_log.c
        ask = select(audit_log).where(columns.kind == kind, columns.id == id).order_by(columns.version.desc()).limit(limit + 1)
        if cursor is not None:
            ask = ask.where(columns.version < key_of(cursor, (int,))[0])
        with self._database.connected(HISTORY) as connection:
            entries = [_audited(row) for row in connection.execute(ask)]
        return Page(entries) if len(entries) <= limit else Page(entries[:limit], cursor_of(entries[limit - 1].version))

    def migrate(self) -> Sequence[str]:
        """See ``Shelf.migrate``."""
        done = self._database.migrate(HISTORY)
        return [done] if done else []

    def maintain(self, *, audit_before: datetime | None) -> Sequence[str]:
        """See ``Shelf.maintain``."""
        if audit_before is None:
            return []
        with self._database.writing(HISTORY, patient=True) as connection:
            gone = connection.execute(delete(audit_log).where(audit_log.c.at < moment_text(audit_before))).rowcount
        return [f"deleted {gone:,} audit entries from before {audit_before.isoformat()}"] if gone else []


def _write(connection: Connection, kind: Kind, changes: Sequence[Change]) -> None:
    """Checks versions, then writes; nobody else writes meanwhile."""
    if not changes:
        return
    table = documents[kind]
    found = connection.execute(select(table.c.id, table.c.version).where(table.c.id.in_([change.id for change in changes])))
    versions = {row.id: row.version for row in found}
    seen = {change.id: change.before.version for change in changes if change.before is not None}
    if in_the_way := [change.id for change in changes if versions.get(change.id) != seen.get(change.id)]:
        raise Conflict(f"changed by someone else: {', '.join(map(repr, in_the_way))}; read again", ids=in_the_way)
    new = [_row(change) for change in changes if change.before is None]
    others = [{"key": change.id, **_row(change)} for change in changes if change.before is not None]
    if new:
        connection.execute(insert(table), new)
    if others:
        connection.execute(update(table).where(table.c.id == bindparam("key")), others)


def _row(change: Change) -> dict[str, Any]:
    after = change.after
    return {
        "id": after.id,
        "version": after.version,
        "document": after.document,
        "updated_at": moment_text(after.updated_at),
        "schema_version": after.schema_version,
    }


def _entry(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "id": change.id,
        "version": change.after.version,
        "at": moment_text(change.after.updated_at),
        "by": change.by,
        "before": None if change.before is None else change.before.document,
        "after": change.after.document,
    }


def _item(kind: Kind, row: Row[Any]) -> Item:
    return Item(kind, row.id, row.version, row.document, parse_moment(row.updated_at), row.schema_version)


def _audited(row: Row[Any]) -> AuditEntry:
    before, after = (None if text is None else from_json(text) for text in (row.before, row.after))
    return AuditEntry(row.kind, row.id, row.version, parse_moment(row.at), row.by, before, after)
