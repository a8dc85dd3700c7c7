"""PostgreSQL, through psycopg 3 or psycopg2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from airflow_data_quality.core.database import Answer, Connection
from airflow_data_quality.core.errors import MissingExtra, QueryError

CONTROL = ("BEGIN ", "SAVEPOINT ", "RELEASE SAVEPOINT ", "ROLLBACK")
"""How statements begin that are ours alone and are not prepared: before its transaction has begun, a pooler may send each
message of a prepared statement to another server."""


class DbApiConnection:
    """A connection of psycopg 3 or psycopg2, as they are handed out by ``connect`` or by an Airflow hook."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        # Transactions are begun and ended by the dialect's own statements.
        raw.autocommit = True
        self.one_statement = False
        self._how_to_open: dict[str, Any] = {}
        self._how_to_send: dict[str, Any] = {}
        self._how_to_control: dict[str, Any] = {}
        if any(base.__module__.partition(".")[0] == "psycopg" for base in type(raw).__mro__):
            from psycopg.rows import tuple_row

            # Whatever rows and preparing the connection was set to, a pooler's None included.
            self._how_to_open["row_factory"] = tuple_row
            self._how_to_send["prepare"] = True
            self._how_to_control["prepare"] = False
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

    def limit(self, timeout: timedelta) -> None:
        """Does nothing: the server is told by the dialect."""

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
                cursor.execute(sql, **(self._how_to_control if sql.startswith(CONTROL) else self._how_to_send))
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
                    cursor.execute("DEALLOCATE ALL", **self._how_to_control)
                    cursor.execute("ROLLBACK", **self._how_to_control)
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


adapt = DbApiConnection
"""What makes a hook's connection one of ours."""
by_url = PostgresDatabase
"""What makes a URL a database."""
