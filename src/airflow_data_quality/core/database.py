"""What the core needs of a database: to open a connection, to ask, to stop asking; and ``connect(url)``.

A dialect writes the SQL; a connection carries it. The adapters that turn a driver's connection into ours are imported
when they are called: the core itself depends on no driver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

from airflow_data_quality.core.errors import MissingExtra, QueryError, UnknownDialect


@dataclass(frozen=True)
class Column:
    """A column as the catalog has it."""

    name: str
    """The exact name."""
    type: str
    """The database's own name of the type, for messages."""
    kind: str
    """What it is, in words that every database shares: ``integer numeric real text boolean date time timestamp
    timestamptz interval uuid json binary enum other``; ``real`` is any binary floating-point type."""
    base: str = ""
    """The type behind a domain; the type itself where there is none."""
    declared: str = ""
    """The type with its length or precision, as it was declared."""
    nullable: bool = True
    """Whether a NULL may be in it; True where the catalog does not say."""
    exact: bool = False
    """Whether values that compare equal are the same value in every way (false for numeric scale, float −0, citext,
    nondeterministic collations, blank-padded text)."""


class Answer(NamedTuple):
    """What a statement returned."""

    names: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


@runtime_checkable
class Connection(Protocol):
    """One session. Every method but ``cancel`` belongs to the thread that opened it."""

    @property
    def one_statement(self) -> bool:
        """Whether the driver or the server refuses a second statement behind a semicolon."""

    def query(self, sql: str) -> Answer:
        """Sends one statement and returns all that comes back; raises QueryError."""

    def describe(self, sql: str) -> Sequence[tuple[str, Any]]:
        """Returns the names of a statement's result columns, each with the driver's code of its type."""

    def cancel(self) -> None:
        """Stops the running statement, from any thread; does nothing when none runs."""

    def close(self) -> None:
        """Ends the session; never raises."""


@runtime_checkable
class Database(Protocol):
    """A place that can be asked."""

    @property
    def dialect(self) -> str:
        """The name of the dialect it speaks, such as ``postgresql``."""

    def open(self) -> Connection:
        """Opens a session of its own in autocommit mode; raises QueryError."""


class DbApiConnection:
    """A connection of psycopg 3 or psycopg2, as they are handed out by ``connect`` or by an Airflow hook."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        # Transactions are begun and ended by the dialect's own statements.
        raw.autocommit = True
        self.one_statement = False
        self._how_to_open: dict[str, Any] = {}
        self._how_to_send: dict[str, Any] = {}
        if any(base.__module__.partition(".")[0] == "psycopg" for base in type(raw).__mro__):
            from psycopg.rows import tuple_row

            # Whatever rows and preparing the connection was set to, a pooler's None included.
            self._how_to_open["row_factory"] = tuple_row
            self._how_to_send["prepare"] = True
            self.one_statement = True
            raw.prepare_threshold = 5
            if raw.info.parameter_status("client_encoding") == "SQL_ASCII":
                # A server that knows no encoding; the driver would hand out its texts as bytes.
                raw.execute("SET client_encoding TO 'UTF8'")
        else:
            from psycopg2.extensions import cursor

            self._how_to_open["cursor_factory"] = cursor
            if raw.encoding == "SQLASCII":
                raw.set_client_encoding("UTF8")

    def query(self, sql: str) -> Answer:
        """Sends one statement; psycopg 3 prepares it, so that the server takes no second one behind a semicolon."""
        description, rows = self._execute(sql)
        return Answer(tuple(column[0] for column in description), [tuple(row) for row in rows])

    def describe(self, sql: str) -> Sequence[tuple[str, Any]]:
        """Sends one statement and looks at the columns of its result alone."""
        description, _ = self._execute(sql)
        return [(column[0], column[1]) for column in description]

    def _execute(self, sql: str) -> tuple[Sequence[Any], Sequence[Any]]:
        try:
            with self._raw.cursor(**self._how_to_open) as cursor:
                cursor.execute(sql, **self._how_to_send)
                return (cursor.description, cursor.fetchall()) if cursor.description else ((), ())
        except Exception as error:
            raise self._query_error(error) from error

    def _query_error(self, error: Exception) -> QueryError:
        sqlstate = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
        return QueryError(_first_lines(error), sqlstate=sqlstate, closed=bool(self._raw.closed))

    def cancel(self) -> None:
        """Asks the server to stop the running statement."""
        if not self._raw.closed:
            self._raw.cancel()

    def close(self) -> None:
        """Drops what was prepared, ends the transaction and closes."""
        try:
            if not self._raw.closed:
                with self._raw.cursor() as cursor:
                    # Inside the transaction: after it a pooler may have handed this session to another client.
                    cursor.execute("DEALLOCATE ALL")
                    cursor.execute("ROLLBACK")
        except Exception:  # noqa: BLE001 - nothing to lose: the session was read-only and is closed below
            return
        finally:
            self._raw.close()


def _first_lines(error: Exception) -> str:
    """Returns a driver's message on one line, without the echo of the statement (``LINE 1: … ^``)."""
    lines = str(error).strip().splitlines()
    kept: list[str] = []
    for line in lines:
        if line.startswith("LINE "):
            break
        kept.append(line.strip())
    details = [line.strip() for line in lines[len(kept) :] if line.startswith(("DETAIL:", "HINT:", "CONTEXT:"))]
    return " ".join(part for part in kept + details if part) or type(error).__name__


@dataclass(frozen=True, repr=False)
class PostgresDatabase:
    """A PostgreSQL that is reached by URL, through psycopg 3."""

    url: str
    dialect: str = "postgresql"

    def __repr__(self) -> str:
        # Not even the host: an @ in a password that is not written as %40 would make part of it one.
        return "<PostgreSQL by URL>"

    def open(self) -> Connection:
        """Opens a session; raises MissingExtra without psycopg and QueryError when the server says no."""
        try:
            import psycopg
            import psycopg.conninfo
        except ImportError as error:
            raise MissingExtra("a connection to PostgreSQL", "postgres") from error
        try:
            given = psycopg.conninfo.conninfo_to_dict(self.url)
        except psycopg.Error:
            given = {"host": "@"}
        if "@" in str(given.get("host", "")):
            # What libpq says would repeat what it could not read, or took for a host: that may be the password.
            text = "the URL cannot be read; special characters in user and password are written as %XX"
            raise QueryError(text, closed=True)
        try:
            return DbApiConnection(psycopg.connect(self.url, autocommit=True))
        except psycopg.Error as error:
            raise QueryError(_first_lines(error), sqlstate=getattr(error, "sqlstate", None), closed=True) from error


ADAPTERS = {"postgresql": PostgresDatabase, "postgres": PostgresDatabase}
"""URL scheme → what opens it."""


def connect(url: str) -> Database:
    """Returns the database behind a URL such as ``postgresql://user@host/name``; nothing is opened yet.

    Raises:
        UnknownDialect: for a scheme that nothing here opens; the text names those that can be.
    """
    scheme, separator, rest = url.partition("://")
    driver = scheme.partition("+")[0].lower()
    if not separator or driver not in ADAPTERS:
        raise UnknownDialect(
            f"{scheme if separator else 'a text without ://'!r} names no database that can be reached by URL; "
            f"write one of {', '.join(f'{name}://…' for name in ADAPTERS)}"
        )
    return ADAPTERS[driver](f"{driver}://{rest}")
