"""SQLite 3.35 and later, through Python's own ``sqlite3``."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow_data_quality.core.database import Answer, Connection
from airflow_data_quality.core.drivers.sqlite_functions import Functions
from airflow_data_quality.core.errors import DefinitionError, QueryError

OLDEST = (3, 35)
"""The first version with all of the SQL that is written for it (``AS MATERIALIZED``)."""
STEPS = 10_000
"""How many of SQLite's own instructions, well under a millisecond, lie between two looks at the clock."""

FAULTS = {
    "interrupted": ("57014", ""),
    "database is locked": ("55P03", "another process writes; where it runs in WAL mode, readers need not wait for it"),
    "database table is locked": ("55P03", ""),
    "locking protocol": ("55P03", ""),
    "out of memory": ("53200", ""),
    "database or disk is full": ("53100", ""),
    "disk I/O error": ("58030", ""),
    "unable to open database file": (
        "58030",
        "look at the rights on the file and on its folder: beside a database in WAL mode, readers too must write files",
    ),
    "attempt to write a readonly database": (
        "58030",
        "a process died while it was writing and left a journal, which only a session that may write can roll back: "
        "open the file once with one, such as the sqlite3 shell",
    ),
    "database disk image is malformed": ("XX001", ""),
    "malformed database schema": ("XX001", ""),
    "file is not a database": ("08P01", "it is something else, or encrypted"),
    "string or blob too big": ("54000", ""),
}
"""How SQLite's messages begin of what is no fault of the statement → the SQLSTATE that PostgreSQL has for it, and advice.

Python 3.10 knows the messages alone, not the codes.
"""
OWN_FAULT = "42000"
TOKENS = re.compile(
    r"""'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|/\*.*?(?:\*/|\Z)|"(?P<name>(?:[^"]|"")*)\"""", re.DOTALL
)
"""What holds quotes of its own, and names in double quotes."""


class SqliteConnection:
    """A connection of ``sqlite3``, as it is opened by ``connect`` or handed out by an Airflow hook.

    It changes no data (``PRAGMA query_only``), stops statements by itself, and knows the functions that SQLite lacks.
    """

    one_statement = True

    def __init__(self, raw: sqlite3.Connection) -> None:
        if sqlite3.sqlite_version_info < OLDEST:
            needed = ".".join(map(str, OLDEST))
            raise QueryError(
                f"SQLite {sqlite3.sqlite_version} is too old, {needed} is needed; it comes with Python: take a newer one",
                closed=True,
            )
        self._raw = raw
        self._open = True
        self._functions = Functions()
        self._timeout: float | None = None
        self._deadline: float | None = None
        # Transactions are begun and ended by the dialect's own statements.
        raw.isolation_level = None
        raw.row_factory = None
        # What is no UTF-8 must not keep the rest from being read.
        raw.text_factory = _text
        raw.set_progress_handler(self._late, STEPS)
        self._functions.register(raw)
        self._execute("PRAGMA query_only = ON")

    def limit(self, timeout: timedelta) -> None:
        """Interrupts every later statement after so long."""
        self._timeout = timeout.total_seconds()

    def query(self, sql: str) -> Answer:
        """Runs one statement; ``sqlite3`` takes no second one behind a semicolon."""
        return Answer(*self._execute(sql))

    def describe(self, sql: str) -> Sequence[tuple[str, str]]:
        """Returns the names of a query's columns, each with its declared type, else the type that a CAST gives it.

        SQLite tells these of views and tables only: for a moment the query is one, in the session's own schema.
        """
        self._execute("PRAGMA query_only = OFF")
        try:
            self._execute(f"CREATE TEMP VIEW dq_described AS {sql}")
            self._execute("CREATE TEMP TABLE dq_typed AS SELECT * FROM temp.dq_described LIMIT 0")
            _, declared = self._execute("SELECT name, type FROM pragma_table_xinfo('dq_described', 'temp') ORDER BY cid")
            _, given = self._execute("SELECT type FROM pragma_table_xinfo('dq_typed', 'temp') ORDER BY cid")
        finally:
            self._execute("DROP TABLE IF EXISTS temp.dq_typed")
            self._execute("DROP VIEW IF EXISTS temp.dq_described")
            self._execute("PRAGMA query_only = ON")
        return [(name, type_ or other) for (name, type_), (other,) in zip(declared, given, strict=True)]

    def _execute(self, sql: str) -> tuple[tuple[str, ...], Sequence[tuple[Any, ...]]]:
        self._deadline = None if self._timeout is None else time.monotonic() + self._timeout
        try:
            if '"' in sql and not sql.startswith("PRAGMA"):
                # Else a column that does not exist is a text, when its name is in double quotes.
                explained = sql if sql.startswith("EXPLAIN") else f"EXPLAIN {sql}"
                self._raw.execute(in_backticks(explained)).close()
            cursor = self._raw.execute(sql)
            return tuple(column[0] for column in cursor.description or ()), cursor.fetchall()
        except Exception as error:
            raise self._query_error(error) from error

    def _late(self) -> bool:
        return self._deadline is not None and time.monotonic() > self._deadline

    def _query_error(self, error: Exception) -> QueryError:
        if isinstance(error, sqlite3.Error) and str(error) == "interrupted" and self._late():
            return QueryError(f"interrupted: the statement took longer than its {self._timeout:g} seconds", sqlstate="57014")
        return query_error(error, told=self._functions.take_refusal())

    def cancel(self) -> None:
        """Interrupts the running statement."""
        if self._open:
            self._raw.interrupt()

    def close(self) -> None:
        """Ends the transaction and closes."""
        self._open = False
        try:
            if self._raw.in_transaction:
                self._raw.rollback()
        except sqlite3.Error:
            return
        finally:
            self._raw.close()


def in_backticks(sql: str) -> str:
    """Returns a statement whose double-quoted names are in backticks: these are never taken for texts."""

    def requoted(token: re.Match[str]) -> str:
        name = token["name"]
        return token[0] if name is None else "`" + name.replace('""', '"').replace("`", "``") + "`"

    return TOKENS.sub(requoted, sql)


def query_error(error: Exception, *, told: str = "", closed: bool = False) -> QueryError:
    """Returns what SQLite or Python's driver said: the reason that a function of ours told, or the message with advice."""
    text = str(error).strip() or ("out of memory" if isinstance(error, MemoryError) else type(error).__name__)
    sqlstate, advice = next((fault for message, fault in FAULTS.items() if text.startswith(message)), (OWN_FAULT, ""))
    return QueryError(told or (f"{text}; {advice}" if advice else text), sqlstate=sqlstate, closed=closed)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


@dataclass(frozen=True)
class SqliteDatabase:
    """A file, opened to be read only."""

    path: Path
    dialect: str = "sqlite"

    def open(self) -> Connection:
        """Opens a session; raises QueryError for what is no database file. It never makes one."""
        if self.path.is_dir():
            raise QueryError(f"{self.path} is a folder; name the database's file in it", closed=True)
        if not self.path.is_file():
            seen = "is no plain file" if self.path.exists() else f"does not exist (seen from {Path.cwd()})"
            raise QueryError(f"the file {self.path} {seen}", closed=True)
        try:
            return adapt(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True))
        except sqlite3.Error as error:
            raise query_error(error, closed=True) from error


def adapt(raw: sqlite3.Connection) -> Connection:
    """Returns a hook's connection as ours; raises QueryError, and closes it, when the file cannot be read."""
    try:
        connection = SqliteConnection(raw)
        connection.query("PRAGMA schema_version")
    except QueryError as error:
        raw.close()
        raise QueryError(str(error), sqlstate=error.sqlstate, closed=True) from error
    return connection


def by_url(url: str) -> SqliteDatabase:
    """Reads ``sqlite:///relative.db`` and ``sqlite:////from/the/root.db``; what follows the three slashes is the path as it is.

    Raises:
        DefinitionError: for a URL that names no file, one in memory among them: each session would have one of its own.
    """
    _, _, rest = url.partition("://")
    if not rest.startswith("/") or rest.strip("/") in ("", ":memory:"):
        raise DefinitionError(
            f"{url!r} names no file; write sqlite:///relative.db, or sqlite:////from/the/root.db with four slashes "
            "(a database in memory is seen by the session alone that made it: there would be nothing to check)"
        )
    return SqliteDatabase(Path(rest[1:]))
