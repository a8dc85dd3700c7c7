"""The SQL databases behind Airflow connections, for stores."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseHook

from airflow_data_quality.core.errors import DataQualityError, DefinitionError, MissingExtra

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Connection

    from airflow_data_quality.core.stores.database import StoreDatabase

CONNECT_SECONDS = 10
"""How long a PostgreSQL that does not answer is waited for, unless its connection says otherwise."""


def store_database(conn_id: str, connection: Connection) -> StoreDatabase:
    """Returns the database behind a connection; nothing is opened yet.

    Raises:
        DefinitionError: for a connection that leads to no SQL database.
        MissingExtra: when the provider of that connection type is not installed.
    """
    place = f"{conn_id} ({connection.conn_type} at {connection.host or 'its socket'})"
    try:
        if connection.conn_type == "sqlite":
            return _file(conn_id, connection)
        return _postgres(conn_id, place) if connection.conn_type == "postgres" else _any_database(conn_id, place)
    except DataQualityError:
        raise
    except Exception as error:
        raise DefinitionError(f"connection {conn_id!r} leads to no database that a store can use: {error}") from error


def _file(conn_id: str, connection: Connection) -> StoreDatabase:
    from airflow_data_quality.core.stores.database import StoreDatabase

    if not connection.host:
        raise DefinitionError(f"connection {conn_id!r} of type sqlite names no file; its host is the file's path")
    return StoreDatabase.embedded(connection.host)


@cache
def _postgres(conn_id: str, place: str) -> StoreDatabase:
    """Returns the PostgreSQL behind a connection, whose credentials are asked for anew whenever it is opened."""
    try:
        from airflow.providers.postgres.hooks import postgres
    except ImportError as error:
        raise MissingExtra(f"connection {conn_id!r} of type 'postgres'", "postgres") from error
    from airflow_data_quality.core.stores.database import StoreDatabase

    def connect() -> Any:
        hook = postgres.PostgresHook(postgres_conn_id=conn_id)
        hook.connection.extra = json.dumps({"connect_timeout": CONNECT_SECONDS, **hook.connection.extra_dejson})
        return _plain(hook.get_conn())

    driver = "psycopg" if getattr(postgres, "USE_PSYCOPG3", False) else "psycopg2"
    return StoreDatabase.opened_by(f"postgresql+{driver}", connect, place)


def _plain(raw: Any) -> Any:
    """Returns a connection as SQLAlchemy needs it: rows are tuples, and nothing is prepared, which a pooler may lose."""
    if hasattr(raw, "row_factory"):
        from psycopg.rows import tuple_row

        raw.row_factory = tuple_row
        raw.prepare_threshold = None
    else:
        raw.cursor_factory = None
    return raw


@cache
def _any_database(conn_id: str, place: str) -> StoreDatabase:
    from airflow.providers.common.sql.hooks.sql import DbApiHook

    from airflow_data_quality.core.stores.database import StoreDatabase

    hook = BaseHook.get_hook(conn_id)
    if not isinstance(hook, DbApiHook):
        raise DefinitionError(f"connection {conn_id!r} is neither of type aws nor a database; its hook is {type(hook).__name__}")
    return StoreDatabase.behind(hook.get_sqlalchemy_engine(), place)
