"""An Airflow hook that speaks the core's ``Database``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from airflow.providers.common.compat.sdk import BaseHook
from airflow.providers.common.sql.hooks.sql import DbApiHook

from airflow_data_quality.core.database import Connection, driver
from airflow_data_quality.core.errors import DefinitionError, MissingExtra, QueryError, UnknownDialect
from airflow_data_quality.core.sql.dialect import Dialect, load_dialects


@dataclass(frozen=True)
class HookDatabase:
    """The database behind an Airflow connection, opened by its hook's own ``get_conn``."""

    hook: DbApiHook
    dialect: str

    def open(self) -> Connection:
        """Opens a session; raises QueryError when the server says no."""
        try:
            connection: Connection = driver(self.dialect).adapt(self.hook.get_conn())
            return connection
        except QueryError:
            raise
        except Exception as error:
            raise QueryError(str(error).strip() or type(error).__name__, closed=True) from error


def database(conn_id: str, *, hook_params: dict[str, Any] | None = None, name: str | None = None) -> HookDatabase:
    """Returns the database behind an Airflow connection; nothing is opened yet.

    Args:
        conn_id: any Airflow connection whose hook is a DbApiHook and whose database has a dialect here.
        hook_params: keyword arguments of the hook.
        name: another database of the same server than the connection names.

    Raises:
        UnknownDialect: for a connection that is no such database; the text names the dialects there are.
        DefinitionError: for ``name`` where a connection leads to one database only.
        MissingExtra: when the provider of that connection type is not installed.
    """
    connection = BaseHook.get_connection(conn_id)
    dialect = _dialect(conn_id, connection.conn_type or "")
    try:
        hook = connection.get_hook(hook_params=hook_params or {})  # type: ignore[no-untyped-call]
    except Exception as error:
        if "Unknown hook type" in str(error) or isinstance(error, ImportError):
            raise MissingExtra(f"connection {conn_id!r} of type {connection.conn_type!r}", dialect.extra) from error
        raise
    if not isinstance(hook, DbApiHook):
        raise UnknownDialect(f"the hook of connection {conn_id!r} is no DbApiHook but {type(hook).__name__}")
    # Fetched here, in the main thread, which alone speaks with Airflow's supervisor. Some hooks would ask again in ``get_conn``.
    fetched = hook.connection
    setattr(hook, "get_connection", lambda conn_id: fetched)  # noqa: B010 - a method of the class
    if name is not None:
        if not dialect.databases:
            raise DefinitionError(f"connection {conn_id!r} leads to one database, a file; leave database={name!r} out")
        setattr(hook, "database" if hasattr(hook, "database") else "schema", name)
    return HookDatabase(hook, dialect.name)


def _dialect(conn_id: str, conn_type: str) -> type[Dialect]:
    load_dialects()
    for dialect in Dialect.registry.values():
        if conn_type in dialect.conn_types:
            return dialect
    there_are = ", ".join(f"{d.name} (connection type {' or '.join(d.conn_types)})" for d in Dialect.registry.values())
    raise UnknownDialect(
        f"connection {conn_id!r} is of type {conn_type!r}, for which there is no dialect; there are: {there_are}. "
        "To add one, subclass airflow_data_quality.core.sql.dialect.Dialect (see CONTRIBUTING)"
    )
