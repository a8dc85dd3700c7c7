"""The stores behind the configured connections; unset, both live in one embedded SQLite file in AIRFLOW_HOME."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.providers.common.compat.sdk import BaseHook, conf

from airflow_data_quality.core.errors import DefinitionError, MissingExtra
from airflow_data_quality.hooks.store_databases import CONNECT_SECONDS, store_database

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Connection

    from airflow_data_quality.core.stores.configs.base import Shelf
    from airflow_data_quality.core.stores.configs.store import ConfigStore
    from airflow_data_quality.core.stores.database import StoreDatabase
    from airflow_data_quality.core.stores.results.sql import SqlResultStore
    from airflow_data_quality.core.stores.schedule.store import ScheduleStore

SECTION = "data_quality"
DISTRIBUTED = ("Celery", "Kubernetes", "Edge", "Ecs", "Batch")


def embedded_path() -> Path:
    """Returns where the embedded store lies."""
    return airflow_home() / "data_quality.db"


def result_store() -> SqlResultStore:
    """Returns where the results of runs are kept.

    Raises:
        DefinitionError: for a ``result_conn_id`` that Airflow does not know, or of a type that keeps no results.
    """
    from airflow_data_quality.core.stores.results.sql import SqlResultStore

    days = conf.getint(SECTION, "retention_days", fallback=400)
    return SqlResultStore(_result_database(), retention_days=days)


def schedule_store() -> ScheduleStore:
    """Returns where it is remembered what was due and claimed: beside the results."""
    from airflow_data_quality.core.stores.schedule.store import ScheduleStore

    return ScheduleStore(_result_database())


def _result_database() -> StoreDatabase:
    conn_id = conf.get(SECTION, "result_conn_id", fallback="")
    if not conn_id:
        from airflow_data_quality.core.stores.database import StoreDatabase

        return StoreDatabase.embedded(embedded_path())
    connection = _connection(conn_id, "result_conn_id")
    if connection.conn_type not in ("postgres", "sqlite"):
        raise DefinitionError(
            f"[data_quality] result_conn_id names {conn_id!r}, a connection of type {connection.conn_type!r}; "
            "results are kept in one of type postgres or sqlite"
        )
    return store_database(conn_id, connection)


def config_store() -> ConfigStore:
    """Returns where stored tests and registered connections are kept; one for all who ask in this process.

    Raises:
        DefinitionError: for a ``config_conn_id`` that Airflow does not know, or of a type that keeps no tests.
        MissingExtra: when the provider of that connection's type is not installed.
    """
    conn_id = conf.get(SECTION, "config_conn_id", fallback="")
    return _config_store(conn_id, conf.get(SECTION, "table_prefix", fallback="data_quality_"), str(embedded_path()))


@cache
def _config_store(conn_id: str, prefix: str, path: str) -> ConfigStore:
    """Returns the store, which remembers what it has read: the same one for the same settings."""
    from airflow_data_quality.core.stores.configs.sql import SqlShelf
    from airflow_data_quality.core.stores.configs.store import ConfigStore
    from airflow_data_quality.core.stores.database import StoreDatabase

    if not conn_id:
        return ConfigStore(SqlShelf(StoreDatabase.embedded(path)))
    connection = _connection(conn_id, "config_conn_id")
    if connection.conn_type != "aws":
        return ConfigStore(SqlShelf(store_database(conn_id, connection)))
    return ConfigStore(_dynamodb(conn_id, prefix, connection))


def _dynamodb(conn_id: str, prefix: str, connection: Connection) -> Shelf:
    """Returns the tables behind an ``aws`` connection; endpoint, region, keys and role are what its hook makes of it."""
    try:
        from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
        from botocore.config import Config
    except ImportError as error:
        raise MissingExtra(f"connection {conn_id!r} of type 'aws'", "amazon") from error
    from airflow_data_quality.core.stores.configs.dynamodb import DynamoDbShelf

    config = None if "config_kwargs" in connection.extra_dejson else Config(connect_timeout=CONNECT_SECONDS, read_timeout=30)
    return DynamoDbShelf(
        AwsBaseHook(aws_conn_id=conn_id, client_type="dynamodb", config=config).conn,
        prefix=prefix,
        audit_days=audit_days(),
        point_in_time_recovery=conf.getboolean(SECTION, "point_in_time_recovery", fallback=False),
    )


def audit_days() -> int:
    """Returns for how many days the audit log is kept; 0 for good."""
    days: int = conf.getint(SECTION, "audit_retention_days", fallback=0)
    return days


def _connection(conn_id: str, setting: str) -> Connection:
    try:
        return BaseHook.get_connection(conn_id)
    except Exception as error:
        raise DefinitionError(
            f"[data_quality] {setting} names {conn_id!r}, which cannot be had from Airflow: {error}; "
            "add that connection, or leave the setting empty for the embedded file"
        ) from error


def cautions() -> list[str]:
    """Returns what should be said about where things are kept, one text each."""
    executor = conf.get("core", "executor", fallback="LocalExecutor")
    if not any(name in executor for name in DISTRIBUTED):
        return []
    said = []
    if not conf.get(SECTION, "result_conn_id", fallback=""):
        said.append(
            f"results are kept in {embedded_path()} on this worker alone, while {executor} spreads tasks over many; "
            "set [data_quality] result_conn_id"
        )
    elif not conf.get(SECTION, "spool_path", fallback=""):
        said.append(
            f"results that the store cannot take wait on this worker alone, which may not outlive it under {executor}; "
            "set [data_quality] spool_path to a folder that lasts"
        )
    return said


def airflow_home() -> Path:
    """Returns the folder that Airflow calls its home."""
    return Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser()
