"""The shelves that a config store may lie on: each test gets an empty one of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert

from airflow_data_quality.core.stores.configs.base import Shelf
from airflow_data_quality.core.stores.configs.dynamodb import DynamoDbShelf
from airflow_data_quality.core.stores.configs.sql import SqlShelf
from airflow_data_quality.core.stores.configs.store import ConfigStore
from airflow_data_quality.core.stores.configs.tables import HISTORY, metadata, revision
from airflow_data_quality.core.stores.database import StoreDatabase
from tests.core.stores.configs.samples import a_connection
from tests.core.stores.results.databases import own_database
from tests.dynamodb import dynamodb_client, dynamodb_server, new_prefix

KINDS = ("sqlite", "postgres", "dynamodb")


@pytest.fixture(scope="session")
def dynamodb_endpoint() -> Iterator[str]:
    """A DynamoDB that lives as long as the tests."""
    with dynamodb_server() as endpoint:
        yield endpoint


@pytest.fixture
def client(dynamodb_endpoint: str) -> Any:
    """A client of it."""
    return dynamodb_client(dynamodb_endpoint)


@pytest.fixture(scope="module")
def postgres_database(postgres_server: str) -> Iterator[StoreDatabase]:
    """A migrated database of the module's own in the wheel's server."""
    with own_database(postgres_server) as kept:
        kept.database.migrate(HISTORY)
        yield kept.database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where an embedded file may be made."""
    return tmp_path / "data_quality.db"


@pytest.fixture(params=KINDS)
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """An empty shelf of each kind."""
    if request.param == "dynamodb":
        made = DynamoDbShelf(request.getfixturevalue("client"), prefix=new_prefix())
        made.migrate()
        return made
    if request.param == "sqlite":
        return SqlShelf(StoreDatabase.embedded(request.getfixturevalue("path")))
    database = request.getfixturevalue("postgres_database")
    with database.writing(HISTORY) as connection:
        for table in metadata.sorted_tables:
            connection.execute(delete(table))
        connection.execute(insert(revision), [{"id": 1, "number": 0}])
    return SqlShelf(database)


@pytest.fixture
def store(shelf: Shelf) -> ConfigStore:
    """A store in which one connection is registered, called warehouse."""
    store = ConfigStore(shelf)
    store.create(a_connection(), by="setup")
    return store


@pytest.fixture
def embedded(path: Path) -> ConfigStore:
    """The same in an embedded file, for what no shelf has a part in."""
    store = ConfigStore(SqlShelf(StoreDatabase.embedded(path)))
    store.create(a_connection(), by="setup")
    return store
