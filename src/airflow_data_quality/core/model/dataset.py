"""A table, view or query behind one connection, with an optional row filter."""

from __future__ import annotations

from typing import Any

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.templates import Definition


class Dataset(Definition):
    """What is checked: exactly one of ``table`` and ``query``."""

    table: str | None = None
    """A dotted path whose parts may be double-quoted: ``orders``, ``public.orders``, ``"Odd Schema"."Select"``."""
    query: str | None = None
    """One SELECT; its result is the dataset."""
    where: str | None = None
    """A row condition in the database's own SQL; only rows for which it is true belong to the dataset."""
    conn_id: str | None = None
    """The Airflow connection it lies behind; without one the suite's or the operator's is meant."""

    def check_together(self) -> None:
        """Refuses both or neither of table and query."""
        if (self.table is None) == (self.query is None):
            raise ValueError("give exactly one of table and query")

    @property
    def text(self) -> str:
        """The table's name, or the query on one line: what ids and messages show."""
        return self.table if self.table is not None else " ".join((self.query or "").split())

    def spec(self) -> dict[str, Any]:
        """Returns plain data that builds the same dataset again; it may travel by XCom."""
        return self.model_dump(mode="json", exclude_none=True)


def split_path(table: str) -> list[tuple[str, bool]]:
    """Splits a dotted path into its parts, each with whether it was double-quoted.

    Raises:
        DefinitionError: for an empty part, an open quote, or more than three parts.
    """
    parts: list[tuple[str, bool]] = []
    rest = table.strip()
    while True:
        part, quoted, rest = _first_part(rest, table)
        parts.append((part, quoted))
        if not rest:
            break
        rest = rest[1:]
    if len(parts) > 3:
        raise DefinitionError(f"table {table!r} has {len(parts)} parts; at most database.schema.table are allowed")
    return parts


def _first_part(rest: str, table: str) -> tuple[str, bool, str]:
    if rest.startswith('"'):
        end = _closing_quote(rest)
        part, rest = rest[1:end].replace('""', '"'), rest[end + 1 :]
        if end == -1 or (rest and not rest.startswith(".")):
            raise DefinitionError(f'table {table!r}: a quoted part must be closed by " and followed by a dot or nothing')
        quoted = True
    else:
        part, dot, tail = rest.partition(".")
        rest, quoted = dot + tail, False
        if '"' in part:
            raise DefinitionError(f"table {table!r}: a quote inside a part; quote the whole part and double the quote")
    if not part or (rest == "."):
        raise DefinitionError(f"table {table!r} has an empty part; write name, schema.name or database.schema.name")
    return part, quoted, rest


def _closing_quote(text: str) -> int:
    position = 1
    while position < len(text):
        if text[position] == '"':
            if text[position + 1 : position + 2] != '"':
                return position
            position += 1
        position += 1
    return -1
