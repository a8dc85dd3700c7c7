"""What a config store is made on: a shelf of documents with versions, one counter, and a log.

A shelf knows neither tests nor connections; ``store.py`` puts both on it, whichever shelf it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Literal, Protocol

from airflow_data_quality.core.stores.pages import Page

Kind = Literal["test", "connection"]
KINDS: Sequence[Kind] = ("test", "connection")
SCHEMA_VERSION = 1
"""How documents are written by this code; older ones are read, newer ones refused."""


@dataclass(frozen=True)
class Item:
    """A document as it lies on the shelf."""

    kind: Kind
    id: str
    version: int
    """Counts its changes from 1; it goes on counting where what was deleted is made again."""
    document: str | None
    """JSON text, in which the order of keys is kept; None once it is deleted."""
    updated_at: datetime
    """In UTC; later than that of the version before."""
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True)
class Change:
    """One document in the place of another."""

    before: Item | None
    """What must lie there still; None where nothing ever has."""
    after: Item
    by: str
    """Who changes it."""

    @property
    def kind(self) -> Kind:
        """What is changed."""
        return self.after.kind

    @property
    def id(self) -> str:
        """Which one."""
        return self.after.id


@dataclass(frozen=True)
class AuditEntry:
    """One change, as it is remembered."""

    kind: Kind
    id: str
    version: int
    at: datetime
    by: str
    before: Mapping[str, Any] | None
    """None where it was made."""
    after: Mapping[str, Any] | None
    """None where it was deleted."""


class Shelf(Protocol):
    """Where documents lie. Every method raises StoreError, with the place and what to do, when it cannot be had."""

    @property
    def place(self) -> str:
        """Where that is, in words for messages."""

    def revision(self) -> int:
        """Returns how often anything has been changed: one small read."""

    def items(self, kind: Kind) -> Sequence[Item]:
        """Returns every document of a kind, deleted ones too; at least those of the revision that was read before."""

    def item(self, kind: Kind, id: str) -> Item | None:
        """Returns one document as it is now, a deleted one too; None where nothing ever was."""

    def batches(self, changes: Sequence[Change]) -> Sequence[Sequence[Change]]:
        """Returns changes in their order, in parts of which each can be committed."""

    def commit(self, changes: Sequence[Change]) -> None:
        """Makes the changes of one batch with their audit entries, and counts the revision up by one.

        All are made, or none.

        Raises:
            Conflict: when the version of any document is not the one that the change has seen.
        """

    def audit(self, kind: Kind, id: str, *, cursor: str | None = None, limit: int = 100) -> Page[AuditEntry]:
        """Returns what happened to one document, the newest first."""

    def migrate(self) -> Sequence[str]:
        """Makes what is missing, and drops nothing; returns what was done, one line each."""

    def maintain(self, *, audit_before: datetime | None) -> Sequence[str]:
        """Deletes what was audited before then, where the store does not by itself; returns what was done."""


def moment_text(moment: datetime) -> str:
    """Returns a moment as shelves keep it: of one width, so that texts are in the order of the moments."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
