"""Connections of every driver that an Airflow hook hands out, and ``connect``."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
import psycopg.rows
import psycopg2
import psycopg2.extras
import pytest

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.checks.freshness import Freshness
from airflow_data_quality.core.checks.uniqueness import Uniqueness
from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.database import Connection, Database, connect
from airflow_data_quality.core.drivers.postgresql import DbApiConnection, adapt
from airflow_data_quality.core.errors import QueryError, UnknownDialect
from airflow_data_quality.core.runner import run_checks

DRIVERS: dict[str, Callable[[str], Any]] = {
    "psycopg": psycopg.connect,
    "psycopg, rows as dicts": lambda url: psycopg.connect(url, row_factory=psycopg.rows.dict_row),
    "psycopg, never prepared": lambda url: psycopg.connect(url, prepare_threshold=None),
    "psycopg2": psycopg2.connect,
    "psycopg2, rows as dicts": lambda url: psycopg2.connect(url, cursor_factory=psycopg2.extras.RealDictCursor),
}
PSYCOPG_3 = [name for name in DRIVERS if "psycopg2" not in name]


@dataclass(frozen=True)
class Opened:
    """A database that is opened by a driver's own function, as a hook does."""

    url: str
    driver: str
    dialect: str = "postgresql"

    def open(self) -> Connection:
        return adapt(DRIVERS[self.driver](self.url))


@pytest.mark.parametrize("driver", DRIVERS)
def test_every_driver_gives_the_same_answers(postgres: Any, driver: str) -> None:
    postgres.execute(
        'CREATE TABLE t (id bigint, "100%" text, at timestamptz)',
        "INSERT INTO t VALUES (9007199254740993, 'a', now()), (9007199254740992, NULL, now()), (1, 'a', NULL)",
    )
    checks = [
        Volume(equals=3),
        Completeness(column="100%", where='"100%" IS NULL OR "100%" LIKE \'%a%\''),
        Uniqueness(columns=["id"]),
        Uniqueness(columns=["100%"]),
        Freshness(column="at", max_age="1h"),
    ]
    run = run_checks({"table": "t"}, checks, Opened(postgres.url, driver))
    assert [(e.outcome, e.failing, e.checked) for e in run.executions] == [
        ("passed", None, None),
        ("failed", 1, 3),
        ("passed", 0, 3),
        ("failed", 1, 2),
        ("passed", None, None),
    ]


@pytest.mark.parametrize("driver", PSYCOPG_3)
def test_only_one_statement_can_be_sent(postgres: Any, driver: str) -> None:
    connection = Opened(postgres.url, driver).open()
    try:
        with pytest.raises(QueryError, match="multiple commands") as raised:
            connection.query("SELECT 1; CREATE TABLE hole (a int)")
        assert raised.value.sqlstate == "42601"
        assert not raised.value.closed
    finally:
        connection.close()


class Watched(psycopg.Connection[Any]):
    """A connection that remembers how many statements were still prepared when it was closed."""

    prepared: int | None = None

    def close(self) -> None:
        if not self.closed and self.prepared is None:
            counted = self.execute("SELECT count(*) FROM pg_prepared_statements", prepare=False).fetchone()
            self.prepared = counted[0] if counted else None
        super().close()


def test_nothing_stays_prepared_behind(postgres: Any) -> None:
    raw = Watched.connect(postgres.url)
    connection = DbApiConnection(raw)
    connection.query("BEGIN")
    connection.query("SELECT 1")
    connection.close()
    assert raw.prepared == 0


@pytest.mark.parametrize("driver", DRIVERS)
def test_cancel_stops_the_running_statement(postgres: Any, driver: str) -> None:
    connection = Opened(postgres.url, driver).open()
    threading.Timer(0.3, connection.cancel).start()
    started = time.monotonic()
    try:
        with pytest.raises(QueryError) as raised:
            connection.query("SELECT pg_sleep(20)")
        assert raised.value.sqlstate == "57014"
        assert time.monotonic() - started < 10
        assert connection.query("SELECT 1").rows == [(1,)]
    finally:
        connection.close()
    connection.cancel()  # of a closed connection: nothing
    connection.close()


def test_an_error_says_what_the_database_said_and_no_more(postgres: Any) -> None:
    connection = connect(postgres.url).open()
    try:
        with pytest.raises(QueryError) as raised:
            connection.query("SELECT 'secret', emial FROM (SELECT 1 AS email) q")
        assert str(raised.value) == ('column "emial" does not exist HINT:  Perhaps you meant to reference the column "q.email".')
    finally:
        connection.close()


def test_connect_takes_a_drivers_name_and_opens_nothing() -> None:
    for url in ("postgresql://a:hush-hush@nowhere.invalid/b", "postgres://a@b/c", "postgresql+psycopg://a@b/c"):
        database = connect(url)
        assert isinstance(database, Database)
        assert database.dialect == "postgresql"
        assert "hush-hush" not in repr(database)


def test_a_database_of_each_scheme_is_one() -> None:
    for url, dialect in (("postgresql://a@b/c", "postgresql"), ("sqlite:///a.db", "sqlite")):
        assert isinstance(connect(url), Database)
        assert connect(url).dialect == dialect


@pytest.mark.parametrize(("url", "given"), [("mysql://a/b", "'mysql'"), ("warehouse", "a text without ://"), ("", "a text")])
def test_connect_names_what_it_can_open(url: str, given: str) -> None:
    with pytest.raises(UnknownDialect, match=rf"{given}.*write one of postgresql://…, postgres://…, sqlite://…"):
        connect(url)


def test_a_server_that_is_away_is_a_query_error_without_the_password() -> None:
    with pytest.raises(QueryError) as raised:
        connect("postgresql://a:hush-hush@127.0.0.1:1/b").open()
    assert raised.value.closed
    assert "hush-hush" not in str(raised.value)
