"""Small tests and connections to store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from airflow_data_quality.core.stores.configs.base import AuditEntry, Change, Item, Kind, Shelf
from airflow_data_quality.core.stores.pages import Page


def a_connection(id: str = "warehouse", **fields: Any) -> RegisteredConnection:
    """A connection that tests may name."""
    return RegisteredConnection.of({"id": id, **fields})


def a_test(id: str = "orders-volume", *, conn_id: str = "warehouse", table: str = "public.orders", **fields: Any) -> StoredTest:
    """A test that counts rows."""
    usual = {"check": {"volume": {"min": 1}}, "dataset": {"table": table, "conn_id": conn_id}}
    return StoredTest.of({"id": id, **usual, **fields})


class Counted:
    """A shelf that counts what it is asked, and lets something happen before it commits."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.asked: list[str] = []
        self.before_commit: Callable[[], object] = lambda: None

    @property
    def place(self) -> str:
        return self._shelf.place

    def revision(self) -> int:
        self.asked.append("revision")
        return self._shelf.revision()

    def items(self, kind: Kind) -> Any:
        self.asked.append(f"items {kind}")
        return self._shelf.items(kind)

    def item(self, kind: Kind, id: str) -> Item | None:
        self.asked.append(f"item {kind}")
        return self._shelf.item(kind, id)

    def batches(self, changes: Any) -> Any:
        return self._shelf.batches(changes)

    def commit(self, changes: list[Change]) -> None:
        before, self.before_commit = self.before_commit, lambda: None
        before()
        self._shelf.commit(changes)

    def audit(self, kind: Kind, id: str, **given: Any) -> Page[AuditEntry]:
        return self._shelf.audit(kind, id, **given)

    def migrate(self) -> Any:
        return self._shelf.migrate()

    def maintain(self, **given: Any) -> Any:
        return self._shelf.maintain(**given)
