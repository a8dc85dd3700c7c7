"""The SQLite file that keeps everything where nothing is installed."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from airflow_data_quality.core.errors import StoreError

PATIENCE_SECONDS = 30.0
"""How long one writer waits for the others."""
OLDEST = (3, 35, 0)
"""The first SQLite that knows RETURNING."""


@cache
def embedded_engine(path: Path) -> Engine:
    """Returns an engine for the file; nothing is opened or made before it is used, and nothing stays open after.

    One engine serves a path for good: it remembers the statements that it has compiled.
    """
    if sqlite3.sqlite_version_info < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise StoreError(f"this Python has SQLite {sqlite3.sqlite_version}; the embedded store needs {oldest} or later")
    engine = create_engine("sqlite://", creator=partial(_open, path), poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "begin", _begin)
    return engine


def _open(path: Path) -> sqlite3.Connection:
    _make(path)
    connection = sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)
    try:
        _use_wal(connection)
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _make(path: Path) -> None:
    """Makes an empty file that only its owner may read, and its folder."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _use_wal(connection: sqlite3.Connection) -> None:
    """Turns the write-ahead log on; SQLite itself does not wait when two do so at the same moment."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin(connection: Connection) -> None:
    """Begins what the driver leaves to us; a writer waits here for the others rather than halfway."""
    will_write = connection.get_execution_options().get("will_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if will_write else "BEGIN")
