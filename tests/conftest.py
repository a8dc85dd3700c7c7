"""Real parts for all tests: a PostgreSQL from a wheel, and a schema of one's own in it."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import psycopg.conninfo
import pytest
from hypothesis import settings

from demo.postgres import running

# What is found by chance is found by whoever looks for it (DQ_TEST_RANDOM=1), not by whoever comes by.
settings.register_profile("steady", derandomize=True, database=None)
if not os.environ.get("DQ_TEST_RANDOM"):
    settings.load_profile("steady")

# Airflow reads these when it is imported first, which may be before any fixture.
AIRFLOW_HOME = Path(tempfile.mkdtemp(prefix="dq-airflow-"))
atexit.register(shutil.rmtree, AIRFLOW_HOME, ignore_errors=True)
os.environ.update(
    {
        "AIRFLOW_HOME": str(AIRFLOW_HOME),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{AIRFLOW_HOME}/airflow.db",
    }
)

FULL_POSTGRES = os.environ.get("DQ_TEST_POSTGRES_DSN")
"""A full PostgreSQL server (ICU, citext, dblink), for what the wheel's cannot hold."""


@dataclass(frozen=True)
class Sandbox:
    """A schema of a test's own; unqualified names are looked for in it, then in public."""

    url: str
    schema: str

    def execute(self, *statements: str) -> list[tuple[Any, ...]]:
        """Runs statements as the owner, each committed by itself; returns the rows of the last."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            rows: list[tuple[Any, ...]] = []
            for statement in statements:
                cursor = connection.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
            return rows

    def airflow_connection(self) -> str:
        """Returns the schema as an Airflow connection, in the form of an ``AIRFLOW_CONN_…`` variable."""
        info = psycopg.conninfo.conninfo_to_dict(self.url)
        extra = {"options": info["options"]}
        return json.dumps(
            {
                "conn_type": "postgres",
                "host": info["host"],
                "schema": info["dbname"],
                "login": info["user"],
                "password": info.get("password", "hush-hush"),
                "port": int(info.get("port", 5432)),
                "extra": extra,
            }
        )


def _sandbox(server: str) -> Iterator[Sandbox]:
    schema = f"t_{uuid.uuid4().hex[:12]}"
    separator = "&" if urlsplit(server).query else "?"
    sandbox = Sandbox(f"{server}{separator}options=-csearch_path%3D{schema},public", schema)
    sandbox.execute(f"CREATE SCHEMA {schema}")
    yield sandbox
    sandbox.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the tests."""
    with running(tmp_path_factory.mktemp("postgres") / "log") as server:
        yield server.dsn()


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[Sandbox]:
    """A schema of the test's own in the wheel's PostgreSQL."""
    yield from _sandbox(postgres_server)


@pytest.fixture
def full_postgres() -> Iterator[Sandbox]:
    """A schema of the test's own in the server that DQ_TEST_POSTGRES_DSN names."""
    if FULL_POSTGRES is None:
        pytest.skip("needs a PostgreSQL with ICU, citext and dblink: set DQ_TEST_POSTGRES_DSN")
    yield from _sandbox(FULL_POSTGRES)


@pytest.fixture
def untied(monkeypatch: pytest.MonkeyPatch) -> None:
    """What sleeps may do so in any session: its text calls something, for which it would be tied to the first one."""
    from airflow_data_quality.core import inquiry
    from airflow_data_quality.core.sql import planner
    from airflow_data_quality.core.sql.steps import OwnStep, ScanStep

    def plan(*given: Any, **more: Any) -> list[Any]:
        return [replace(step, tied=False) if isinstance(step, OwnStep) else step for step in planner.plan(*given, **more)]

    monkeypatch.setattr(inquiry, "plan", plan)
    monkeypatch.setattr(ScanStep, "tied", False)
