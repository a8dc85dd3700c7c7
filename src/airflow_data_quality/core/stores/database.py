"""An SQL database that a store lives in: how it is reached, whose tables it has, what is said when it cannot be had."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, IntegrityError, SQLAlchemyError
from typing_extensions import Self

from airflow_data_quality.core.errors import Conflict, DefinitionError, MissingExtra, StoreError, Unstorable
from airflow_data_quality.core.stores.embedded import embedded_engine
from airflow_data_quality.core.stores.reasons import reason
from airflow_data_quality.core.stores.schema import MIGRATE, SCHEMA, History, ensure, migrate

TIMEOUT_SECONDS = 60
"""After how long PostgreSQL stops a statement of ours; migrating and maintaining may take longer."""
POOL: dict[str, Any] = {"pool_size": 4, "max_overflow": 4, "pool_pre_ping": True, "pool_recycle": 1800}

OF_THE_DATA = (DataError, IntegrityError, OverflowError, Unstorable)
"""What is wrong with one thing that was to be stored, and not with the store."""

_pooled: WeakSet[Engine] = WeakSet()
"""Engines whose open connections belong to the process that opened them."""


@dataclass(frozen=True)
class StoreDatabase:
    """A database for stores. It may be kept, shared by threads and carried over a fork."""

    engine: Engine
    place: str
    """What messages call it; no password is in it."""
    schema: str | None = None
    """Where the tables lie in it, where it is used by others too."""
    migrates_itself: bool = False
    """Whether it is brought to the newest schema by whoever comes first."""

    @classmethod
    def embedded(cls, path: str | PathLike[str]) -> Self:
        """Returns the database in an SQLite file, which is made by the first use; its folder too."""
        absolute = Path(path).absolute()
        return cls(embedded_engine(absolute), str(absolute), migrates_itself=True)

    @classmethod
    def by_url(cls, url: str) -> Self:
        """Returns the database behind an SQLAlchemy URL, such as ``postgresql+psycopg://user@host/name``.

        Raises:
            DefinitionError: for a URL that SQLAlchemy cannot read.
            MissingExtra: when its driver is not installed.
        """
        try:
            made = make_url(url)
        except ArgumentError:
            raise DefinitionError(
                "the URL of the store cannot be read; it looks like postgresql+psycopg://user@host/name"
            ) from None
        if made.get_backend_name() == "sqlite":
            if not made.database:
                raise DefinitionError("the URL of the store names no file; it looks like sqlite:////folder/data_quality.db")
            return cls.embedded(made.database)
        if made.drivername == "postgresql":
            made = made.set(drivername="postgresql+psycopg")
        try:
            return cls.behind(create_engine(made, hide_parameters=True, **POOL), made.render_as_string())
        except ImportError as error:
            raise MissingExtra(f"a store behind {made.drivername}", "postgres") from error

    @classmethod
    def opened_by(cls, drivername: str, open: Callable[[], Any], place: str) -> Self:
        """Returns the database whose connections ``open`` makes, by the driver that SQLAlchemy calls ``drivername``."""
        return cls.behind(create_engine(f"{drivername}://", creator=open, hide_parameters=True, **POOL), place)

    @classmethod
    def behind(cls, engine: Engine, place: str) -> Self:
        """Returns the database of an engine, which is made ready for stores."""
        schema = None
        if engine.dialect.name == "postgresql":
            schema = SCHEMA
            event.listen(engine, "begin", _settle)
            # Whoever waits for another's lock must see what that one has committed, whatever a server's default is.
            engine = engine.execution_options(schema_translate_map={None: schema}, isolation_level="READ COMMITTED")
        _pooled.add(engine)
        return cls(engine, place, schema)

    @contextmanager
    def connected(self, history: History) -> Iterator[Connection]:
        """Opens a connection to a database of the right schema; what goes wrong becomes a StoreError with the place."""
        with self._explained(history), self.engine.connect() as connection:
            ensure(connection, history, migrates_itself=self.migrates_itself)
            yield connection

    @contextmanager
    def writing(self, history: History, *, patient: bool = False) -> Iterator[Connection]:
        """Opens a connection with one transaction on it, committed at the end, rolled back after an error.

        Args:
            history: of the store that writes.
            patient: whether its statements may take as long as they need.
        """
        with self.connected(history) as connection:
            connection.execution_options(will_write=True, patient=patient)
            with connection.begin():
                yield connection

    def migrate(self, history: History) -> str | None:
        """Brings the tables of a kind of store to the newest revision; returns what was done, None where nothing was."""
        with self._explained(history), self.engine.connect() as connection:
            return migrate(connection, history, schema=self.schema)

    @contextmanager
    def _explained(self, history: History) -> Iterator[None]:
        try:
            yield
        except (StoreError, SQLAlchemyError, OSError, ValueError, OverflowError) as error:
            if isinstance(error, Conflict | DefinitionError):
                raise
            kind = Unstorable if isinstance(error, OF_THE_DATA) else StoreError
            raise kind(f"{history.store} {self.place}: {reason(error, MIGRATE)}") from error


def _settle(connection: Connection) -> None:
    """Says for a transaction how long its statements may take, and that moments are read in UTC, where every one can be held."""
    limit = 0 if connection.get_execution_options().get("patient", False) else TIMEOUT_SECONDS
    settings = f"set_config('statement_timeout', '{limit}s', true), set_config('timezone', 'UTC', true)"
    connection.exec_driver_sql(f"SELECT {settings}")


def _forget() -> None:
    for engine in _pooled:
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget)
