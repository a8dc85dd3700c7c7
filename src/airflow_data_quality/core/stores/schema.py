"""Which schema a database has, and the way to the one that this code was written for.

A store asks with one SELECT. Only where the answer is another one is Alembic loaded, and the way up is one transaction:
two that start at the same moment wait for each other, and one that is killed leaves nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.schema import CreateSchema

from airflow_data_quality.core.errors import StoreError, listed
from airflow_data_quality.core.stores.reasons import HALF_MIGRATED, sqlstate

FOLDER = Path(__file__).with_name("migrations")
SCHEMA = "data_quality"
"""Where the tables lie in a database that others use too."""
MIGRATE = "airflow data-quality migrate"

NO_SUCH_TABLE = {"42P01", "3F000", None}
"""SQLSTATEs of a table, or its schema, that is not there; SQLite has none."""

_ALEMBIC = Lock()
"""Alembic hands its context to revisions by global names: one thread at a time."""


@dataclass(frozen=True)
class History:
    """The revisions of one kind of store, by the folder that holds them."""

    name: str
    """The folder's."""
    store: str
    """What messages call whoever uses it."""
    head: str
    """The revision that this code reads and writes."""
    version_table: str
    metadata: MetaData
    """The tables as the code knows them."""

    @property
    def folder(self) -> Path:
        """Where the revisions are."""
        return FOLDER / self.name

    @cached_property
    def version(self) -> Table:
        """The table that says where a database is."""
        return Table(self.version_table, MetaData(), Column("version_num", String(32), primary_key=True))


def ensure(connection: Connection, history: History, *, migrates_itself: bool) -> None:
    """Sees to it that the database is at ``history.head``; needs a connection without an open transaction.

    Args:
        connection: to the database.
        history: of the store that is about to use it.
        migrates_itself: whether it is brought there now, or whoever runs it is asked to.

    Raises:
        StoreError: when it is not there and does not migrate itself, or a newer version of this package has been there.
    """
    stored = _asked(connection, history)
    if stored == history.head:
        return
    if migrates_itself:
        migrate(connection, history)
        return
    _refuse_newer(stored, history)
    state = (
        f"its tables are at revision {stored!r}, this version needs {history.head!r}" if stored else "it has no tables of ours"
    )
    raise StoreError(f"{state}; run: {MIGRATE}")


def migrate(connection: Connection, history: History, *, schema: str | None = None) -> str | None:
    """Brings the database to ``history.head``, in one transaction; returns what was done, None where nothing was.

    Args:
        connection: to the database, without an open transaction.
        history: of the store that will use it.
        schema: where the tables lie; it is made where it is missing.

    Raises:
        StoreError: when a newer version of this package has been there, or somebody else's tables are in the way.
    """
    connection = connection.execution_options(will_write=True, patient=True)
    with connection.begin():
        if schema is not None:
            _use(connection, schema)
        stored = _asked_inside(connection, history, schema)
        if stored == history.head:  # where many start at once, all but the first find the work done
            _refuse_incomplete(connection, history, schema)
            return None
        _upgrade(connection, history, stored, schema)
    return f"{history.name}: {'made the tables' if stored is None else f'migrated from {stored}'}, now at {history.head}"


def _use(connection: Connection, schema: str) -> None:
    """Makes the schema where it is missing, one at a time, and lets what has no schema mean it for this transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"{schema} migrate"})
    if not inspect(connection).has_schema(schema):  # IF NOT EXISTS would ask for the right to create schemas all the same
        connection.execute(CreateSchema(schema))
    connection.execute(text("SELECT set_config('search_path', quote_ident(:name), true)"), {"name": schema})


def _asked(connection: Connection, history: History) -> str | None:
    try:
        stored: str | None = connection.scalar(select(history.version.c.version_num))
        return stored
    except (OperationalError, ProgrammingError) as error:
        if connection.invalidated or sqlstate(error) not in NO_SUCH_TABLE:
            raise
        return None  # no such table most likely; if it is anything worse, whatever comes next meets it again
    finally:
        connection.rollback()


def _asked_inside(connection: Connection, history: History, schema: str | None) -> str | None:
    """Asks in a way that does not break the transaction where there is no such table."""
    if not inspect(connection).has_table(history.version_table, schema=schema):
        return None
    return connection.scalar(select(history.version.c.version_num))


def _upgrade(connection: Connection, history: History, stored: str | None, schema: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    options = {"connection": connection, "version_table": history.version_table, "lies_in": schema}
    config = Config(attributes=options)
    config.set_main_option("script_location", _literal(FOLDER))
    config.set_main_option("version_locations", _literal(history.folder))
    config.set_main_option("path_separator", "newline")
    _refuse_newer(stored, history)
    try:
        with _ALEMBIC, _quiet():
            command.upgrade(config, history.head)
    except CommandError as error:
        raise StoreError(f"its schema cannot be brought to {history.head!r}: {error}") from error


def _refuse_incomplete(connection: Connection, history: History, schema: str | None) -> None:
    there = inspect(connection).get_table_names(schema=schema)
    if gone := sorted(set(history.metadata.tables) - set(there)):
        raise StoreError(f"no table {listed(gone)}; {HALF_MIGRATED.format(migrate=MIGRATE)}")


def _literal(path: Path) -> str:
    return str(path).replace("%", "%%")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps Alembic's progress out of the log of the task that happens to come first."""
    logger = logging.getLogger("alembic")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def _refuse_newer(stored: str | None, history: History) -> None:
    known = {path.stem.partition("_")[0] for path in history.folder.glob("[0-9]*.py")}
    if stored is not None and stored not in known:
        raise StoreError(
            f"its schema {stored!r} was made by a newer airflow-provider-data-quality, this one knows {history.head!r}; "
            "upgrade the package here, or let this version write somewhere else"
        )
