"""Many rows by one statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Dialect, Table, Text, bindparam, column, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator

Insert = postgresql.Insert | sqlite.Insert
Row = dict[str, Any]


def into(connection: Connection, table: Table) -> Insert:
    """Returns an INSERT that knows what its database does ON CONFLICT."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def put(
    connection: Connection, table: Table, rows: Sequence[Row], finished: Callable[[Insert], Insert] = lambda insert: insert
) -> None:
    """Inserts rows, in the order given; PostgreSQL gets them as one JSON text, whoever the driver is.

    Args:
        connection: with the transaction.
        table: that takes them.
        rows: each with a value for every column.
        finished: says what becomes of those that are there already.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        text = to_json(_plain(table, rows, connection.dialect), inf_nan_mode="strings").decode()
        connection.execute(finished(_from_json(table)), {"rows": text})
    else:
        connection.execute(finished(into(connection, table)), rows)


@cache
def _from_json(table: Table) -> postgresql.Insert:
    names = [each.name for each in table.columns]
    given = func.json_to_recordset(func.cast(bindparam("rows", type_=Text), postgresql.JSON))
    columns = [column(each.name, _bare(each.type)) for each in table.columns]
    return postgresql.insert(table).from_select(
        names, select(given.table_valued(*columns, name="given").render_derived(with_types=True))
    )


def _bare(type_: Any) -> Any:
    return type_.impl_instance if isinstance(type_, TypeDecorator) else type_


def _plain(table: Table, rows: Sequence[Row], dialect: Dialect) -> list[Row]:
    """Returns the rows as the database holds them, in values that JSON has."""
    own = [(each.name, each.type.process_bind_param) for each in table.columns if isinstance(each.type, TypeDecorator)]
    return [{**row, **{name: write(row[name], dialect) for name, write in own}} for row in rows]
