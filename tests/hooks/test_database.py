"""Airflow's hooks as the core's databases."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from airflow_data_quality import Freshness, Volume, run_checks
from airflow_data_quality.core.database import Database
from airflow_data_quality.core.errors import DefinitionError, QueryError, UnknownDialect
from airflow_data_quality.hooks.database import database

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def connection(postgres: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The connection ``warehouse`` as plain data; ``use`` it again after a change."""
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", postgres.airflow_connection())
    return dict(json.loads(postgres.airflow_connection()))


@pytest.mark.parametrize("cursor", [None, "dictcursor", "namedtuplecursor"])
def test_whatever_cursor_the_connection_asks_for(
    postgres: Any, connection: dict[str, Any], monkeypatch: pytest.MonkeyPatch, cursor: str | None
) -> None:
    postgres.execute("CREATE TABLE t AS SELECT 1 AS a")
    if cursor is not None:
        connection["extra"]["cursor"] = cursor
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(connection))
    opened = database("warehouse")
    assert isinstance(opened, Database)
    assert run_checks({"table": "t"}, [Volume(equals=1)], opened).verdict == "passed"


def test_another_database_of_the_same_server(connection: dict[str, Any]) -> None:
    with pytest.raises(QueryError, match='database "elsewhere" does not exist') as raised:
        database("warehouse", name="elsewhere").open()
    assert raised.value.closed


@pytest.mark.parametrize("conn_type", ["generic", "http", "mysql"])
def test_a_connection_that_no_dialect_speaks_for(monkeypatch: pytest.MonkeyPatch, conn_type: str) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps({"conn_type": conn_type}))
    with pytest.raises(UnknownDialect) as raised:
        database("warehouse")
    assert str(raised.value) == (
        f"connection 'warehouse' is of type {conn_type!r}, for which there is no dialect; there are: "
        "postgresql (connection type postgres), sqlite (connection type sqlite). "
        "To add one, subclass airflow_data_quality.core.sql.dialect.Dialect (see CONTRIBUTING)"
    )


# SQLite ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with one row, and the connection ``warehouse`` to it."""
    path = tmp_path / "orders.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE orders (id INTEGER, at TIMESTAMP); INSERT INTO orders VALUES (1, '2024-01-01')")
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps({"conn_type": "sqlite", "host": str(path)}))
    return path


@pytest.mark.parametrize("extra", [{}, {"mode": "ro"}])
def test_a_file_behind_airflows_hook(file: Path, monkeypatch: pytest.MonkeyPatch, extra: dict[str, str]) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps({"conn_type": "sqlite", "host": str(file), "extra": extra}))
    opened = database("warehouse")
    assert isinstance(opened, Database)
    assert opened.dialect == "sqlite"
    checks = [Volume(equals=1), Freshness(column="at", max_age="1d", as_of="2024-01-02")]
    assert run_checks({"table": "orders"}, checks, opened).verdict == "passed"


def test_a_hook_that_would_ask_airflow_again_in_another_thread(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a task's main thread can: there the connection was fetched."""
    opened = database("warehouse")
    monkeypatch.delenv("AIRFLOW_CONN_WAREHOUSE")
    assert run_checks({"table": "orders"}, [Volume(equals=1)], opened).verdict == "passed"


def test_a_file_is_one_database(file: Path) -> None:
    with pytest.raises(DefinitionError, match="leads to one database, a file; leave database='other' out"):
        database("warehouse", name="other")


def test_a_file_that_is_no_database(file: Path) -> None:
    file.write_text("no database, but more than a hundred bytes of text\n" * 10)
    with pytest.raises(QueryError, match="file is not a database") as raised:
        database("warehouse").open()
    assert raised.value.closed
