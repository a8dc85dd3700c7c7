"""What the core needs of a database: to open a connection, to ask, to stop asking; and ``connect(url)``.

A dialect writes the SQL; a connection carries it. What turns a driver's connection into ours stands in ``core/drivers`` and
is imported when it is called: the core itself depends on no driver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any, NamedTuple, Protocol, runtime_checkable

from airflow_data_quality.core.errors import UnknownDialect

NUMBERS = ("integer", "numeric", "real")
"""The kinds of columns that hold numbers."""
MOMENTS = ("date", "timestamp", "timestamptz")
"""The kinds of columns that hold moments; a date is its midnight."""


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
    loose: bool = False
    """Whether values of other kinds may be in it too: SQLite's columns hold what they are given."""


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

    def limit(self, timeout: timedelta) -> None:
        """Stops every later statement after so long, where there is no server to do it."""

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


DRIVERS = {"postgresql": "postgresql", "postgres": "postgresql", "sqlite": "sqlite"}
"""URL scheme → the dialect whose driver opens it."""


def driver(dialect: str) -> Any:
    """Returns what reaches a dialect's databases: ``by_url(url)`` is a Database, ``adapt(raw)`` a hook's connection as ours.

    Loaded by name when asked for, so that a driver's package is needed by those alone who use it.
    """
    return import_module(f"airflow_data_quality.core.drivers.{dialect}")


def connect(url: str) -> Database:
    """Returns the database behind a URL; nothing is opened yet.

    Args:
        url: such as ``postgresql://user@host/name``, ``sqlite:///file.db`` or, from the root, ``sqlite:////data/file.db``.

    Raises:
        UnknownDialect: for a scheme that nothing here opens; the text names those that can be.
        DefinitionError: for a URL of SQLite that names no file.
    """
    scheme, separator, rest = url.partition("://")
    name = scheme.partition("+")[0].lower()
    if not separator or name not in DRIVERS:
        raise UnknownDialect(
            f"{scheme if separator else 'a text without ://'!r} names no database that can be reached by URL; "
            f"write one of {', '.join(f'{name}://…' for name in DRIVERS)}"
        )
    database: Database = driver(DRIVERS[name]).by_url(f"{name}://{rest}")
    return database
