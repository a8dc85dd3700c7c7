"""A shelf in DynamoDB: two tables of documents, one of the log, and a counter that a single read looks at.

A change is one transaction: the document on condition of its version, its audit entry, and the counter.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Any

from pydantic_core import from_json

from airflow_data_quality.core.model.moments import parse_moment
from airflow_data_quality.core.stores.configs.base import AuditEntry, Change, Item, Kind
from airflow_data_quality.core.stores.configs.dynamodb_errors import explained
from airflow_data_quality.core.stores.configs.dynamodb_tables import Tables
from airflow_data_quality.core.stores.configs.dynamodb_writes import COUNTER, Writes, entity
from airflow_data_quality.core.stores.pages import Page, cursor_of, key_of

SEGMENTS = 4
"""In how many parts a table is read at the same time."""


class DynamoDbShelf:
    """A shelf behind a boto3 client; it may be shared by threads. Nothing is asked before it is used.

    Args:
        client: for DynamoDB; endpoint, region and credentials are its own.
        prefix: how the tables' names begin; stores of different prefixes do not see each other.
        audit_days: for how many days new audit entries are kept; 0 for good.
        point_in_time_recovery: whether ``migrate`` turns it on.
    """

    def __init__(
        self, client: Any, *, prefix: str = "data_quality_", audit_days: int = 0, point_in_time_recovery: bool = False
    ) -> None:
        self._client = client
        self._tables = Tables(client, prefix)
        self._writes = Writes(client, self._tables, audit_days)
        self._audit_days = audit_days
        self._point_in_time_recovery = point_in_time_recovery

    @property
    def place(self) -> str:
        """See ``Shelf.place``."""
        return self._tables.place

    def revision(self) -> int:
        """See ``Shelf.revision``; one GetItem."""
        with self._explained():
            counter = self._get(self._tables.documents["test"], COUNTER)
            return int(counter["number"]["N"]) if counter else 0

    def items(self, kind: Kind) -> Sequence[Item]:
        """See ``Shelf.items``; a parallel Scan."""
        with self._explained(), ThreadPoolExecutor(SEGMENTS) as pool:
            parts = pool.map(partial(self._segment, kind), range(SEGMENTS))
            return [item for part in parts for item in part]

    def item(self, kind: Kind, id: str) -> Item | None:
        """See ``Shelf.item``; one GetItem."""
        with self._explained():
            found = self._get(self._tables.documents[kind], id)
            return _item(kind, found) if found else None

    def batches(self, changes: Sequence[Change]) -> Sequence[Sequence[Change]]:
        """See ``Shelf.batches``.

        Raises:
            Unstorable: for one that is larger than DynamoDB keeps.
        """
        return list(self._writes.batches(changes))

    def commit(self, changes: Sequence[Change]) -> None:
        """See ``Shelf.commit``; one TransactWriteItems."""
        with self._explained():
            self._writes.commit(changes)

    def audit(self, kind: Kind, id: str, *, cursor: str | None = None, limit: int = 100) -> Page[AuditEntry]:
        """See ``Shelf.audit``."""
        ask: dict[str, Any] = {"KeyConditionExpression": "#entity = :entity", "ExpressionAttributeNames": {"#entity": "entity"}}
        ask["ExpressionAttributeValues"] = {":entity": {"S": entity(kind, id)}}
        if cursor is not None:
            ask["KeyConditionExpression"] += " AND #at < :at"
            ask["ExpressionAttributeNames"]["#at"] = "at"
            ask["ExpressionAttributeValues"][":at"] = {"S": key_of(cursor, (_text,))[0]}
        entries = self._newest(ask, limit + 1)
        shown = [_audited(kind, id, entry) for entry in entries[:limit]]
        return Page(shown, cursor_of(entries[limit - 1]["at"]["S"]) if len(entries) > limit else None)

    def migrate(self) -> Sequence[str]:
        """See ``Shelf.migrate``."""
        with self._explained():
            return list(self._tables.make(audit_days=self._audit_days, point_in_time_recovery=self._point_in_time_recovery))

    def maintain(self, *, audit_before: datetime | None) -> Sequence[str]:
        """See ``Shelf.maintain``; DynamoDB deletes audit entries by itself."""
        return []

    def _explained(self) -> AbstractContextManager[None]:
        return explained(self.place, self._tables.faults)

    def _get(self, table: str, id: str) -> Any:
        return self._client.get_item(TableName=table, Key={"id": {"S": id}}, ConsistentRead=True).get("Item")

    def _segment(self, kind: Kind, segment: int) -> Sequence[Item]:
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._tables.documents[kind], ConsistentRead=True, Segment=segment, TotalSegments=SEGMENTS
        )
        return [_item(kind, found) for page in pages for found in page["Items"] if found["id"]["S"] != COUNTER]

    def _newest(self, ask: dict[str, Any], most: int) -> Sequence[Any]:
        """Returns entries of the log; a page of DynamoDB's may be shorter than was asked for."""
        with self._explained():
            pages = self._client.get_paginator("query").paginate(
                **ask,
                TableName=self._tables.audit_log,
                ConsistentRead=True,
                ScanIndexForward=False,
                PaginationConfig={"MaxItems": most, "PageSize": most},
            )
            return [entry for page in pages for entry in page["Items"]]


def _text(part: Any) -> str:
    if not isinstance(part, str):
        raise TypeError
    return part


def _item(kind: Kind, found: Any) -> Item:
    document = found["document"]["S"] if "document" in found else None
    at, schema = parse_moment(found["updated_at"]["S"]), int(found["schema_version"]["N"])
    return Item(kind, found["id"]["S"], int(found["version"]["N"]), document, at, schema)


def _audited(kind: Kind, id: str, entry: Any) -> AuditEntry:
    before, after = (from_json(entry[name]["S"]) if name in entry else None for name in ("before", "after"))
    return AuditEntry(kind, id, int(entry["version"]["N"]), parse_moment(entry["at"]["S"]), entry["by"]["S"], before, after)
