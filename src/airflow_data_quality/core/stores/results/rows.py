"""Many rows by one statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Dialect, Table, Text, bindparam, cast, column, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

from airflow_data_quality.core.stores.schema import SCHEMA

Insert = postgresql.Insert | sqlite.Insert
Row = dict[str, Any]
Write = Callable[[Any, Dialect], Any]


def into(dialect: str, table: Table) -> Insert:
    """Returns an INSERT that knows what its database does ON CONFLICT."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def add(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Inserts rows that nobody else can have inserted, by the fastest way that the driver has."""
    if connection.dialect.driver == "psycopg":
        _copy(connection, table, rows)
    else:
        put(connection, table, list(rows))


def plain(insert: Any) -> Any:
    """Leaves an INSERT as it is."""
    return insert


def put(connection: Connection, table: Table, rows: Sequence[Row], finished: Callable[[Any], Any] = plain) -> None:
    """Inserts rows, in the order given; PostgreSQL gets them as one JSON text, whoever the driver is.

    Args:
        connection: with the transaction.
        table: that takes them.
        rows: each with a value for every column.
        finished: a function, always the same for a purpose, that says what becomes of those that are there already.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        given = [dict(zip(table.columns.keys(), row, strict=True)) for row in _values(table, rows, connection.dialect)]
        text = to_json(given, inf_nan_mode="strings").decode()
        connection.execute(_from_json(table, finished), {"rows": text})
    else:
        connection.execute(finished(into(connection.dialect.name, table)), rows)


def _copy(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Sends rows by psycopg's COPY, in the transaction that is open; its errors become SQLAlchemy's."""
    columns = ", ".join(table.columns.keys())
    import psycopg

    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY {SCHEMA}.{table.name} ({columns}) FROM STDIN") as copy:
            for row in _values(table, rows, connection.dialect):
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance("COPY", None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect) from error


@cache
def _from_json(table: Table, finished: Callable[[Any], Any]) -> Any:
    names = [each.name for each in table.columns]
    given = func.json_to_recordset(cast(bindparam("rows", type_=Text), postgresql.JSON))
    columns = [column(each.name, _bare(each.type)) for each in table.columns]
    rows = select(given.table_valued(*columns, name="given").render_derived(with_types=True))
    return finished(postgresql.insert(table).from_select(names, rows))


def _bare(type_: Any) -> Any:
    return type_.impl_instance if isinstance(type_, TypeDecorator) else type_


def _values(table: Table, rows: Iterable[Row], dialect: Dialect) -> Iterator[Sequence[Any]]:
    """Yields the rows as the database holds them, their values in the order of the columns."""
    columns: list[tuple[str, Write | None]] = [
        (each.name, each.type.process_bind_param if isinstance(each.type, TypeDecorator) else None) for each in table.columns
    ]
    for row in rows:
        yield [row[name] if write is None else write(row[name], dialect) for name, write in columns]
