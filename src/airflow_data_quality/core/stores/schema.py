"""Which schema a database has, and the way to the one that this code was written for.

A store asks with one SELECT. Only where the answer is another one is Alembic loaded, and the way up is one transaction:
two that start at the same moment wait for each other, and one that is killed leaves nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from airflow_data_quality.core.errors import StoreError

HEAD = "0002"
"""The revision that this code reads and writes."""
VERSION_TABLE = "data_quality_version"
FOLDER = Path(__file__).with_name("migrations")

_VERSION = Table(VERSION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True))
_ALEMBIC = Lock()
"""Alembic hands its context to revisions by global names: one thread at a time."""


def ensure(connection: Connection) -> None:
    """Brings the database to ``HEAD`` unless it is there; needs a connection without an open transaction.

    Raises:
        StoreError: when a newer version of this package has been there.
    """
    if _asked(connection) != HEAD:
        _upgrade(connection)


def _asked(connection: Connection) -> str | None:
    try:
        return connection.scalar(select(_VERSION.c.version_num))
    except (OperationalError, ProgrammingError):
        return None  # no such table most likely; if it is anything worse, the upgrade meets it again
    finally:
        connection.rollback()


def _upgrade(connection: Connection) -> None:
    connection.execution_options(will_write=True)
    with connection.begin():
        stored = _asked_inside(connection)
        if stored != HEAD:  # where many start at once, all but the first find the work done
            _migrate(connection, stored)


def _migrate(connection: Connection, stored: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    try:
        _refuse_newer(stored, {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()})
        with _ALEMBIC, _quiet():
            command.upgrade(config, HEAD)
    except CommandError as error:
        raise StoreError(f"its schema cannot be brought to {HEAD!r}: {error}") from error


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


def _asked_inside(connection: Connection) -> str | None:
    """Asks in a way that does not break the transaction where there is no such table."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(select(_VERSION.c.version_num))


def _refuse_newer(stored: str | None, known: set[str]) -> None:
    if stored is not None and stored not in known:
        raise StoreError(
            f"its schema {stored!r} was made by a newer airflow-provider-data-quality, this one knows {HEAD!r}; "
            "upgrade the package here, or let this version write somewhere else"
        )
