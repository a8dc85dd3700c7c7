"""A transaction in DynamoDB: its parts, how large it may be, and that it is tried again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from random import SystemRandom
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from airflow_data_quality.core.errors import Conflict, Unstorable
from airflow_data_quality.core.stores.configs.base import Change, moment_text
from airflow_data_quality.core.stores.configs.dynamodb_errors import code_of, reasons_of
from airflow_data_quality.core.stores.configs.dynamodb_tables import EXPIRES, Tables

COUNTER = "#revision"
"""The item of the table of tests that counts all changes; no id begins with #."""
MOST_CHANGES = 49
"""In one transaction: each has two parts, the counter is one more, and 100 is what DynamoDB takes."""
MOST_BYTES = 3_500_000
"""In one transaction; DynamoDB takes 4 MB."""
LARGEST_ITEM = 400 * 1024
RETRIES = 8
FIRST_WAIT, LONGEST_WAIT = 0.05, 2.0
"""In seconds: a retry waits at random up to twice as long as the one before, up to a limit."""
CHANCE = SystemRandom()
"""Processes that were forked from one must not wait for the same time."""
PATIENCE = 30.0
"""After how many seconds nothing is tried again: botocore has retried throttled requests by itself meanwhile."""
PASSES_IN_PARTS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
PASSES = frozenset(
    {"TransactionInProgressException", "ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"}
)

Attributes = dict[str, dict[str, str]]


class Writes:
    """How changes are written to the tables.

    Args:
        client: of boto3, for DynamoDB.
        tables: that take them.
        audit_days: for how many days the log is kept; 0 for good.
    """

    def __init__(self, client: Any, tables: Tables, audit_days: int) -> None:
        self._client = client
        self._tables = tables
        self._audit_days = audit_days

    def batches(self, changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
        """Yields changes in parts of which each fits into a transaction.

        Raises:
            Unstorable: for one that is larger than DynamoDB keeps.
        """
        batch: list[Change] = []
        filled = 0
        for change in changes:
            needed = self._size(change)
            if batch and (len(batch) == MOST_CHANGES or filled + needed > MOST_BYTES):
                yield batch
                batch, filled = [], 0
            batch.append(change)
            filled += needed
        if batch:
            yield batch

    def commit(self, changes: Sequence[Change]) -> None:
        """Makes all changes, or none; see ``Shelf.commit``."""
        for change in changes:
            self._size(change)
        parts = [part for change in changes for part in self._parts(change)]
        count = {"UpdateExpression": "ADD #n :one", "ExpressionAttributeNames": {"#n": "number"}}
        counter = {"TableName": self._tables.documents["test"], "Key": {"id": {"S": COUNTER}}, **count}
        parts.append({"Update": {**counter, "ExpressionAttributeValues": {":one": {"N": "1"}}}})
        try:
            self._transact(parts, str(uuid4()))
        except ClientError as error:
            if lost := _lost(error, changes):
                said = ", ".join(map(repr, lost))
                raise Conflict(f"changed by someone else: {said}; read again", ids=lost) from error
            raise

    def _transact(self, parts: Sequence[Any], token: str) -> None:
        """Sends a transaction until it is not in another's way; by the token DynamoDB knows one that it has made already."""
        deadline = time.monotonic() + PATIENCE
        for attempt in range(RETRIES + 1):
            try:
                self._client.transact_write_items(TransactItems=parts, ClientRequestToken=token)
                return
            except ClientError as error:
                if attempt == RETRIES or not _passes(error) or time.monotonic() > deadline:
                    raise
            time.sleep(CHANCE.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2**attempt)))

    def _parts(self, change: Change) -> Iterator[Any]:
        put: dict[str, Any] = {"TableName": self._tables.documents[change.kind], "Item": _item(change)}
        if change.before is None:
            yield {"Put": {**put, "ConditionExpression": "attribute_not_exists(id)"}}
        else:
            seen = {"ExpressionAttributeNames": {"#v": "version"}, "ExpressionAttributeValues": {":v": _n(change.before.version)}}
            yield {"Put": {**put, "ConditionExpression": "#v = :v", **seen}}
        yield {"Put": {"TableName": self._tables.audit_log, "Item": self._entry(change)}}

    def _entry(self, change: Change) -> Attributes:
        at = change.after.updated_at
        entry = {"entity": {"S": entity(change.kind, change.id)}, "at": {"S": moment_text(at)}}
        entry |= {"version": _n(change.after.version), "by": {"S": change.by}}
        documents = (("before", change.before.document if change.before else None), ("after", change.after.document))
        entry |= {name: {"S": document} for name, document in documents if document is not None}
        if self._audit_days:
            entry[EXPIRES] = _n(int(at.timestamp()) + self._audit_days * 86_400)
        return entry

    def _size(self, change: Change) -> int:
        """Returns how many bytes a change writes."""
        sizes = [_bytes(_item(change)), _bytes(self._entry(change))]
        if max(sizes) > LARGEST_ITEM:
            raise Unstorable(
                f"config store {self._tables.place}: {change.kind} {change.id!r} takes {max(sizes):,} bytes in the log, where "
                f"it stands as it was and as it is; DynamoDB keeps {LARGEST_ITEM:,} in an item: make its texts shorter"
            )
        return sum(sizes)


def entity(kind: str, id: str) -> str:
    """Returns what the log calls a test or a connection."""
    return f"{kind}#{id}"


def _item(change: Change) -> Attributes:
    after = change.after
    item = {"id": {"S": after.id}, "version": _n(after.version), "updated_at": {"S": moment_text(after.updated_at)}}
    item["schema_version"] = _n(after.schema_version)
    return item if after.document is None else {**item, "document": {"S": after.document}}


def _n(number: int) -> dict[str, str]:
    return {"N": str(number)}


def _bytes(item: Attributes) -> int:
    return sum(len(name) + sum(len(value.encode()) for value in typed.values()) for name, typed in item.items())


def _passes(error: ClientError) -> bool:
    codes = {reason.get("Code") for reason in reasons_of(error)} - {None, "None"}
    return codes <= PASSES_IN_PARTS if codes else code_of(error) in PASSES


def _lost(error: ClientError, changes: Sequence[Change]) -> list[str]:
    """Returns the ids whose version was another one; each change has two parts."""
    reasons = list(reasons_of(error))[: 2 * len(changes) : 2]
    pairs = zip(changes, reasons, strict=True) if reasons else ()
    return [change.id for change, reason in pairs if reason.get("Code") == "ConditionalCheckFailed"]
