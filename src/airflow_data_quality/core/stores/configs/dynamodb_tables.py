"""The three tables in DynamoDB: what they are called, what is wrong with them, how they are made."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from airflow_data_quality.core.errors import DefinitionError, StoreError
from airflow_data_quality.core.stores.configs.base import Kind
from airflow_data_quality.core.stores.configs.dynamodb_errors import code_of
from airflow_data_quality.core.stores.schema import MIGRATE

EXPIRES = "expires_at"
BY_ID = (("id", "HASH"),)
KEYS = {"tests": BY_ID, "connections": BY_ID, "audit_log": (("entity", "HASH"), ("at", "RANGE"))}
"""The attributes of each table's key, all of them text: by what it is found, and in which order it is kept."""
WAIT = {"Delay": 1, "MaxAttempts": 180}
"""For a table that is being made, in seconds; AWS takes about ten."""


class Tables:
    """Ours among those of an account and a region.

    Args:
        client: of boto3, for DynamoDB.
        prefix: how their names begin; stores of different prefixes do not see each other.

    Raises:
        DefinitionError: for a prefix that no table may have.
    """

    def __init__(self, client: Any, prefix: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_.-]{0,200}", prefix):
            raise DefinitionError(f"table_prefix is {prefix!r}; names of tables have letters, digits and _ . - only")
        self._client = client
        self.documents: Mapping[Kind, str] = {"test": f"{prefix}tests", "connection": f"{prefix}connections"}
        self.audit_log = f"{prefix}audit_log"
        self.keys = {f"{prefix}{name}": key for name, key in KEYS.items()}
        self.place = f"DynamoDB at {client.meta.endpoint_url} ({client.meta.region_name}), tables {prefix}*"

    def faults(self) -> Sequence[str]:
        """Says what is wrong with the tables; nothing where they may not be looked at."""
        try:
            found = {name: self._described(name) for name in self.keys}
        except ClientError:
            return []
        said = list(self._strangers(found))
        if missing := [name for name, table in found.items() if table is None]:
            said.append(f"there is no table {', '.join(missing)}; run: {MIGRATE}, or name the region and the prefix they have")
        return said

    def make(self, *, audit_days: int, point_in_time_recovery: bool) -> Iterator[str]:
        """Makes what is missing; yields what was done.

        Args:
            audit_days: for how many days the log is kept; 0 leaves that as it is.
            point_in_time_recovery: whether AWS shall be able to bring back any second of the last weeks.

        Raises:
            StoreError: when a table of that name has another key; nothing is made then.
        """
        found = {name: self._described(name) for name in self.keys}
        if strangers := list(self._strangers(found)):
            raise StoreError(f"config store {self.place}: {'; '.join(strangers)}")
        for name in (name for name, table in found.items() if table is None):
            if self._create(name):
                yield f"made the table {name}, billed on demand"
        for name in self.keys:
            self._client.get_waiter("table_exists").wait(TableName=name, WaiterConfig=WAIT)
        for name in self.keys if point_in_time_recovery else ():
            if self._recover(name):
                yield f"turned on point-in-time recovery of {name}"
        if audit_days and self._expire():
            yield f"turned on expiry of {self.audit_log} by {EXPIRES}"

    def _described(self, name: str) -> Mapping[str, Any] | None:
        try:
            table: Mapping[str, Any] = self._client.describe_table(TableName=name)["Table"]
            return table
        except ClientError as error:
            if code_of(error) != "ResourceNotFoundException":
                raise
            return None

    def _strangers(self, found: Mapping[str, Mapping[str, Any] | None]) -> Iterator[str]:
        """Yields what is said of tables that are called as ours, but have another key."""
        for name, table in found.items():
            if table is None:
                continue
            types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
            has = [(key["AttributeName"], types[key["AttributeName"]], key["KeyType"]) for key in table["KeySchema"]]
            needs = [(key, "S", role) for key, role in self.keys[name]]
            if sorted(has) != sorted(needs):
                yield (
                    f"table {name} has the key {_key(has)}, ours has {_key(needs)}: it is somebody else's; "
                    "set [data_quality] table_prefix to another one"
                )

    def _create(self, name: str) -> bool:
        """Makes a table, unless somebody else does so at this moment."""
        key = self.keys[name]
        try:
            self._client.create_table(
                TableName=name,
                AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each, _ in key],
                KeySchema=[{"AttributeName": each, "KeyType": role} for each, role in key],
                BillingMode="PAY_PER_REQUEST",
            )
            return True
        except ClientError as error:
            if code_of(error) != "ResourceInUseException":
                raise
            return False

    def _recover(self, name: str) -> bool:
        described = self._client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        if described.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED":
            return False
        wanted = {"PointInTimeRecoveryEnabled": True}
        for _ in range(WAIT["MaxAttempts"]):  # a new table is not ready for it at once, and no waiter knows when
            try:
                self._client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=wanted)
                return True
            except ClientError as error:
                if code_of(error) != "ContinuousBackupsUnavailableException":
                    raise
                time.sleep(WAIT["Delay"])
        raise StoreError(f"config store {self.place}: {name} is not ready for point-in-time recovery yet; run it again later")

    def _expire(self) -> bool:
        described = self._client.describe_time_to_live(TableName=self.audit_log)["TimeToLiveDescription"]
        if described.get("TimeToLiveStatus") in ("ENABLED", "ENABLING") and described.get("AttributeName") == EXPIRES:
            return False
        specification = {"Enabled": True, "AttributeName": EXPIRES}
        self._client.update_time_to_live(TableName=self.audit_log, TimeToLiveSpecification=specification)
        return True


def _key(parts: Sequence[tuple[str, str, str]]) -> str:
    return ", ".join(f"{name} ({kind}, {role})" for name, kind, role in parts)
