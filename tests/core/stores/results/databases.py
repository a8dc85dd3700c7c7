"""A database for results as tests see it, and how they make one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import psycopg2
from sqlalchemy import Connection, event, make_url, text

from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from airflow_data_quality.core.stores.results.tables import metadata

TIMESCALE = os.environ.get("DQ_TEST_TIMESCALE_DSN")
"""A PostgreSQL server that has the extension TimescaleDB; tests make databases of their own in it."""


@dataclass(frozen=True)
class Kept:
    """A database for results, and what is in it."""

    database: StoreDatabase
    url: str

    @property
    def store(self) -> SqlResultStore:
        """A store in it."""
        return SqlResultStore(self.database, retention_days=0)  # TimescaleDB would drop old samples when it likes

    @property
    def on_postgres(self) -> bool:
        """Whether it is a PostgreSQL."""
        return self.database.schema is not None

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection on which tables are called as they are."""
        with self.database.engine.connect() as connection:
            if self.on_postgres:
                connection.execute(text("SET search_path = data_quality, public"))
                connection.commit()
            yield connection
            if self.on_postgres:
                connection.execute(text("RESET search_path"))
                connection.commit()

    def ask(self, sql: str, **values: Any) -> list[Any]:
        """Runs a statement; returns its rows as tuples."""
        with self.connected() as connection, connection.begin():
            result = connection.execute(text(sql), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def plans(self, call: Callable[[SqlResultStore], Any]) -> Sequence[str]:
        """Returns how the database goes about every question that the call asks about our tables."""
        asked = []

        def remember(connection: Any, cursor: Any, statement: str, values: Any, *rest: Any) -> None:
            asked.append((statement, values))

        event.listen(self.database.engine, "before_cursor_execute", remember)
        try:
            call(self.store)
        finally:
            event.remove(self.database.engine, "before_cursor_execute", remember)
        names = [*metadata.tables]
        explain = "EXPLAIN" if self.on_postgres else "EXPLAIN QUERY PLAN"
        with self.connected() as connection:
            return [
                "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", values))
                for statement, values in asked
                if statement.startswith("SELECT")
                and any(f"FROM {name}" in statement.replace("data_quality.", "") for name in names)
            ]


@contextmanager
def own_database(server: str, *statements: str) -> Iterator[Kept]:
    """Makes a database in a server, with what the statements make in it; it is gone afterwards, whoever is in it."""
    name = f"t_{uuid4().hex[:12]}"
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
    kept = Kept(StoreDatabase.by_url(url), url)
    try:
        yield kept
    finally:
        kept.database.engine.dispose()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def by_psycopg2(url: str) -> StoreDatabase:
    """Returns the database by the older driver, as a hook may have it."""
    return StoreDatabase.opened_by("postgresql+psycopg2", lambda: psycopg2.connect(url), "an older driver's")
