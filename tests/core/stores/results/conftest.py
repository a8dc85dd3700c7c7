"""The databases that a result store may lie in: each test gets one without rows, of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from airflow_data_quality.core.stores.results.tables import metadata
from tests.core.stores.results.databases import TIMESCALE, Kept, by_psycopg2, own_database

KINDS = ("sqlite", "psycopg", "psycopg2", "timescale")
"""What a module's tests are put to, unless it names fewer."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Puts every test that uses a database to each kind."""
    if "database" in metafunc.fixturenames:
        metafunc.parametrize("database", getattr(metafunc.module, "KINDS", KINDS), indirect=True, scope="module")


@pytest.fixture(scope="module")
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A database of the module's own in the wheel's server."""
    with own_database(postgres_server) as kept:
        yield kept.url


@pytest.fixture(scope="module")
def timescale_url() -> Iterator[str]:
    """A database of the module's own with TimescaleDB in it."""
    if TIMESCALE is None:
        pytest.skip("needs a PostgreSQL with TimescaleDB: set DQ_TEST_TIMESCALE_DSN")
    with own_database(TIMESCALE, "CREATE EXTENSION timescaledb") as kept:
        yield kept.url


@pytest.fixture(scope="module")
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A migrated database of each kind, for all tests of a module."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("store") / "data_quality.db"
        kept = Kept(StoreDatabase.embedded(path), f"sqlite:///{path}")
    else:
        url = request.getfixturevalue("timescale_url" if request.param == "timescale" else "postgres_url")
        kept = Kept(by_psycopg2(url) if request.param == "psycopg2" else StoreDatabase.by_url(url), url)
    kept.store.migrate()
    yield kept
    kept.database.engine.dispose()


@pytest.fixture
def kept(database: Kept) -> Kept:
    """It, without rows."""
    for name in metadata.tables:
        database.ask(f"TRUNCATE {name}" if database.on_postgres else f"DELETE FROM {name}")
    return database


@pytest.fixture
def store(kept: Kept) -> SqlResultStore:
    """A store without results."""
    return kept.store


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """An empty database of the test's own, where nobody has migrated anything."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/made/by/all/data_quality.db"
        yield Kept(StoreDatabase.by_url(url), url)
        return
    with own_database(request.getfixturevalue("postgres_server")) as kept:
        yield kept


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where an embedded file may be made."""
    return tmp_path / "data_quality.db"
