"""The tables of the SQL shelf are what the code takes them for; what is wrong with them is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.core.stores.configs.sql import SqlShelf
from airflow_data_quality.core.stores.configs.store import ConfigStore
from airflow_data_quality.core.stores.configs.tables import HISTORY, metadata
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from airflow_data_quality.core.stores.schema import FOLDER
from tests.core.stores.configs.samples import a_connection, a_test
from tests.core.stores.results.databases import Kept, own_database
from tests.core.stores.samples import a_run


@pytest.fixture(params=["sqlite", "postgres"])
def migrated(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A connection to a database that has just been migrated; on it tables are called as they are."""
    if request.param == "sqlite":
        kept = Kept(StoreDatabase.embedded(request.getfixturevalue("path")), "")
        kept.database.migrate(HISTORY)
    else:
        kept = Kept(request.getfixturevalue("postgres_database"), "")
    with kept.connected() as connection:
        yield connection


def test_the_migrations_make_the_tables_that_the_code_knows(migrated: Connection) -> None:
    options = {"version_table": HISTORY.version_table, "compare_type": True, "compare_server_default": True}

    assert compare_metadata(MigrationContext.configure(migrated, opts=options), metadata) == []

    for table in metadata.sorted_tables:
        key = inspect(migrated).get_pk_constraint(table.name)["constrained_columns"]
        assert key == [column.name for column in table.primary_key]
    assert migrated.execute(text("SELECT id FROM revision")).all() == [(1,)]


def test_the_code_was_written_for_the_last_revision() -> None:
    assert ScriptDirectory(str(FOLDER), version_locations=[str(HISTORY.folder)]).get_heads() == [HISTORY.head]


def test_migrating_twice_says_what_was_done_once(path: Path) -> None:
    store = ConfigStore(SqlShelf(StoreDatabase.embedded(path)))

    assert store.migrate() == ["configs: made the tables, now at 0001"]
    store.create(a_connection(), by="ann")
    assert store.migrate() == []
    assert len(store.all_connections()) == 1


def test_a_database_that_nobody_has_migrated_says_how(postgres_server: str) -> None:
    with own_database(postgres_server) as kept:
        store = ConfigStore(SqlShelf(kept.database))

        with pytest.raises(StoreError, match="it has no tables of ours; run: airflow data-quality migrate"):
            store.all_tests()

        assert store.migrate() == ["configs: made the tables, now at 0001"]
        assert store.all_tests() == []


def test_a_schema_of_a_newer_version_is_left_alone(embedded: ConfigStore, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE {HISTORY.version_table} SET version_num = '9999'")

    for use in (embedded.all_tests, embedded.migrate, lambda: embedded.create(a_test(), by="ann")):
        with pytest.raises(StoreError, match=r"its schema '9999' was made by a newer .*upgrade the package here"):
            use()


def test_a_counter_that_somebody_has_emptied_is_missed(embedded: ConfigStore, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM revision")

    for use in (embedded.all_tests, embedded.revision):
        with pytest.raises(StoreError, match="its table revision has no row"):
            use()
    with pytest.raises(StoreError, match="its table revision must have one row"):
        embedded.create(a_test(), by="ann")


def test_results_and_configs_live_in_one_file_and_know_nothing_of_each_other(embedded: ConfigStore, path: Path) -> None:
    results, run = SqlResultStore.embedded(path), a_run()

    assert results.write(run)
    test = embedded.create(a_test(), by="ann")

    assert results.run(run.id) == run
    assert embedded.all_tests() == [test]


def test_a_file_that_cannot_be_had_says_which(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = ConfigStore(SqlShelf(StoreDatabase.embedded(tmp_path / "file" / "data_quality.db")))

    with pytest.raises(StoreError, match=f"^config store {tmp_path}/file/data_quality.db: "):
        store.all_tests()


@pytest.mark.parametrize("shelf", ["sqlite", "postgres"], indirect=True)
def test_a_log_that_is_older_than_wanted_is_deleted(store: ConfigStore) -> None:
    store.create(a_test(), by="ann")
    now = datetime.now(timezone.utc)

    assert store.maintain(audit_before=None) == []
    assert store.maintain(audit_before=now - timedelta(days=1)) == []
    assert store.maintain(audit_before=now + timedelta(days=1))[0].startswith("deleted 2 audit entries from before ")

    assert list(store.audit("test", "orders-volume")) == []
    assert len(store.all_tests()) == 1
