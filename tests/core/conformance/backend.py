"""The databases that the conformance suite runs on: how each makes the data, and what it never can hold."""

from __future__ import annotations

import math
import os
import sqlite3
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryDirectory
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from airflow_data_quality import connect
from airflow_data_quality.core.database import Answer, Database
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.test import Test

from .case import Ask, Given, Table


@dataclass(frozen=True)
class Place:
    """Where a Given was made."""

    database: Database
    names: Mapping[str, str]
    """What stands for ``{schema}``, ``{odd}`` and ``{database}``."""
    paste: Any
    """Runs one SELECT as a person would in a console; returns its column names and its only row."""

    def text(self, text: str) -> str:
        """Returns a text with the names of this place in it."""
        for name, value in self.names.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def test(self, ask: Ask, given: Given) -> Test:
        """Returns what is asked, under the ask's name, in this place."""
        dataset = ask.dataset or given.dataset
        placed = {name: self.text(value) for name, value in dict(dataset).items() if value is not None}
        check = ask.check
        if hasattr(check, "to_table"):
            check = check.model_copy(update={"to_table": self.text(check.to_table)})
        return Test(id=ask.name, check=check, dataset=Dataset(**placed))


class Backend(ABC):
    """One database. What is not written here is the same for all of them."""

    name: ClassVar[str]
    dialect: ClassVar[str]
    types: ClassVar[Mapping[str, str]] = {}
    """Type as the cases write it → type as this database does, where they differ."""
    never: ClassVar[Mapping[str, str]] = {}
    """What it cannot do, in the words of ``Given.needs`` → why."""

    def why_never(self, given: Given) -> str | None:
        """Returns why this database cannot hold a Given, or None when it can."""
        for need in sorted(given.needs):
            if need in self.never:
                return self.never[need]
        unwritten = [script for script in (given.before, given.after) if script and self.dialect not in script]
        return f"nobody has written this for {self.dialect} yet" if unwritten else None

    def skipped(self) -> str | None:
        """Returns why nothing runs here at all, or None."""
        return None

    @abstractmethod
    def place(self, given: Given, server: str) -> Any:
        """A context manager that makes a Given, yields its Place, and removes it."""

    def create(self, name: str, table: Table) -> Iterator[str]:
        """Yields the statements that make a table."""
        columns = ", ".join(f"{self.quoted(column)} {self.types.get(type_, type_)}" for column, type_ in table.columns.items())
        yield f"CREATE TABLE {self.quoted(name)} ({columns})"
        if table.rows:
            rows = ",\n".join(f"({', '.join(map(self.literal, row))})" for row in table.rows)
            yield f"INSERT INTO {self.quoted(name)} VALUES\n{rows}"

    def quoted(self, name: str) -> str:
        """Returns a name that means itself."""
        return '"' + name.replace('"', '""') + '"'

    def literal(self, value: Any) -> str:
        """Returns a value as this database reads it in an INSERT."""
        if value is None:
            return "NULL"
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, datetime):
            value = value.isoformat(sep=" ")
        return "'" + str(value).replace("'", "''") + "'"


class PostgreSQL(Backend):
    """The PostgreSQL that comes as a wheel."""

    name = "postgresql"
    dialect = "postgresql"
    types: ClassVar[Mapping[str, str]] = {"double": "double precision", "binary": "bytea"}
    never: ClassVar[Mapping[str, str]] = {
        "icu": "this PostgreSQL is built without ICU",
        "citext": "this PostgreSQL comes without the extension citext",
        "dblink": "this PostgreSQL comes without the extension dblink",
        "text that holds NUL": "PostgreSQL's text holds no NUL character",
        "values of any type in any column": "PostgreSQL's columns hold values of their type alone",
        "names longer than 63 bytes": "PostgreSQL cuts names off after 63 bytes",
    }

    @contextmanager
    def place(self, given: Given, server: str) -> Iterator[Place]:
        """Makes two schemas: one where names are looked for, and an oddly named one."""
        import psycopg

        schema = f"c_{uuid.uuid4().hex[:12]}"
        names = {"schema": schema, "odd": f"Odd Schema {schema}"}
        url = self._url(server, {"search_path": f"{schema},public"})
        place = Place(connect(self._url(server, {"search_path": f"{schema},public", **given.session})), names, paste=None)
        with psycopg.connect(url, autocommit=True) as connection:
            (names["database"],) = connection.execute("SELECT current_database()").fetchone() or ("",)
            schemas = [self.quoted(names["schema"]), self.quoted(names["odd"])]
            try:
                self._make(connection, schemas, given, place)
                yield Place(place.database, names, paste=lambda sql: _paste(connection, sql, given.session))
            finally:
                connection.execute(f"DROP SCHEMA IF EXISTS {', '.join(schemas)} CASCADE")

    def _make(self, connection: Any, schemas: Sequence[str], given: Given, place: Place) -> None:
        statements = [f"CREATE SCHEMA {name}" for name in schemas]
        statements += map(place.text, given.before.get(self.dialect, ()))
        for name, table in given.tables.items():
            statements += self.create(name, table)
        statements += map(place.text, given.after.get(self.dialect, ()))
        for statement in statements:
            connection.execute(statement)

    def _url(self, server: str, settings: Mapping[str, str]) -> str:
        options = " ".join(f"-c {name}={value.replace(' ', chr(92) + ' ')}" for name, value in settings.items())
        return f"{server}{'&' if urlsplit(server).query else '?'}options={quote(options)}"


def _paste(connection: Any, sql: str, session: Mapping[str, str]) -> tuple[list[str], tuple[Any, ...]]:
    for name, value in session.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))
    cursor = connection.execute(sql)
    (row,) = cursor.fetchall()
    return [column.name for column in cursor.description], row


class FullPostgreSQL(PostgreSQL):
    """A PostgreSQL server with all that Debian packs: ICU, citext, dblink."""

    name = "full_postgresql"
    url = os.environ.get("DQ_TEST_POSTGRES_DSN")
    never: ClassVar[Mapping[str, str]] = {
        need: why for need, why in PostgreSQL.never.items() if need not in ("icu", "citext", "dblink")
    }

    def skipped(self) -> str | None:
        """Says how to make it run."""
        return None if self.url else "needs a PostgreSQL with ICU, citext and dblink: set DQ_TEST_POSTGRES_DSN"

    @contextmanager
    def place(self, given: Given, server: str) -> Iterator[Place]:
        """The same, there."""
        with super().place(given, self.url or server) as place:
            yield place


def _pasted(answer: Answer) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    (row,) = answer.rows
    return answer.names, row


class SQLite(Backend):
    """A file, made by the SQLite that comes with Python."""

    name = "sqlite"
    dialect = "sqlite"
    types: ClassVar[Mapping[str, str]] = {
        "double": "double precision",
        "binary": "blob",
        "citext": "text COLLATE NOCASE",
        'text COLLATE "C"': "text COLLATE BINARY",
        'text COLLATE "POSIX"': "text COLLATE RTRIM",
    }
    never: ClassVar[Mapping[str, str]] = {
        "NaN equals NaN": "SQLite stores NaN as NULL",
        "numeric NaN": "SQLite stores NaN as NULL",
        "numeric infinity": "SQLite's exact numbers are integers and floats",
        "schemas": "a URL of SQLite names one file, whose only schema is main",
        "PostgreSQL's SQL": "these are PostgreSQL's own spellings",
        "arrays": "SQLite has no arrays",
        "bits": "SQLite has no bit strings",
        "char = text drops blanks": "SQLite pads no texts",
        "dblink": "SQLite reads no other server",
        "domains": "SQLite has no domains",
        "enums": "SQLite has no enums",
        "exact decimals": "SQLite's numbers are integers or floats",
        "icu": "SQLite is built without ICU",
        "infinite timestamps": "SQLite's moments are texts, and none of them is infinite",
        "intervals": "SQLite has no spans of time",
        "jsonb": "SQLite's JSON is a text",
        "money": "SQLite has no money",
        "names as a type": "SQLite has no type for names",
        "names that differ by case": "SQLite tells no names apart by case",
        "partitions": "SQLite's tables have no partitions",
        "points": "SQLite has no points",
        "ranges": "SQLite has no ranges",
        "system tables": "SQLite's only system table is no dataset",
        "tables without columns": "SQLite's tables have columns",
        "years before 1": "SQLite's moments are texts, which no other database reads before the year 1",
    }

    @contextmanager
    def place(self, given: Given, server: str) -> Iterator[Place]:
        """Makes a file, and another that only some sessions attach."""
        with TemporaryDirectory(prefix="dq-sqlite-") as folder:
            database = connect(f"sqlite:///{folder}/c.db")
            names = {"schema": "main", "odd": "Odd Schema", "database": "no_database"}
            place = Place(database, names, paste=None)
            with closing(sqlite3.connect(f"{folder}/c.db", isolation_level=None)) as made:
                made.execute("PRAGMA journal_mode = WAL")
                statements = [*map(place.text, given.before.get(self.dialect, ()))]
                for name, table in given.tables.items():
                    statements += self.create(name, table)
                for statement in [*statements, *map(place.text, given.after.get(self.dialect, ()))]:
                    made.execute(statement)
            # With the functions that statements for SQLite may call.
            console = database.open()
            try:
                yield Place(database, names, paste=lambda sql: _pasted(console.query(sql)))
            finally:
                console.close()

    def create(self, name: str, table: Table) -> Iterator[str]:
        """The same, with values as Python's ``sqlite3`` stores them in a column of that type."""
        types = list(table.columns.values())
        rows = [tuple(self._stored(value, type_) for value, type_ in zip(row, types, strict=True)) for row in table.rows]
        yield from super().create(name, Table(table.columns, rows))

    def _stored(self, value: Any, type_: str) -> Any:
        """Returns moments in ISO 8601 with a whole zone, booleans as numbers, bytes as such."""
        if value is None or not isinstance(value, str):
            return value
        if type_ == "timestamptz" and value[-3] in "+-":
            return f"{value}:00"
        if type_ == "boolean":
            return int(value == "true")
        return bytes.fromhex(value.removeprefix("\\x")) if type_ == "binary" else value

    def literal(self, value: Any) -> str:
        """Bytes in hexadecimal; NaN is NULL and infinity what is larger than any float, as when Python stores them."""
        if isinstance(value, bytes):
            return f"x'{value.hex()}'"
        if isinstance(value, bool):
            return str(int(value))
        if isinstance(value, float):
            return "NULL" if math.isnan(value) else repr(value).replace("inf", "9e999")
        return super().literal(value)


BACKENDS: Sequence[Backend] = (PostgreSQL(), SQLite(), FullPostgreSQL())
