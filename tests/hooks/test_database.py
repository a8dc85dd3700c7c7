"""Airflow's hooks as the core's databases."""

from __future__ import annotations

import json
from typing import Any

import pytest

from airflow_data_quality import Volume, run_checks
from airflow_data_quality.core.database import Database
from airflow_data_quality.core.errors import QueryError, UnknownDialect
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


@pytest.mark.parametrize("conn_type", ["sqlite", "http", "mysql"])
def test_a_connection_that_no_dialect_speaks_for(monkeypatch: pytest.MonkeyPatch, conn_type: str) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps({"conn_type": conn_type}))
    with pytest.raises(UnknownDialect, match=rf"'warehouse' is of type '{conn_type}'.*there are: postgresql"):
        database("warehouse")
