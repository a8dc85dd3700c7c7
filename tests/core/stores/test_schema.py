"""The schema is what the code takes it for, and the way to it disturbs nobody."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import alembic.context
import alembic.op
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.core.stores.embedded import embedded_engine
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from airflow_data_quality.core.stores.results.tables import HISTORY, metadata
from airflow_data_quality.core.stores.schema import FOLDER, ensure
from tests.core.stores.samples import a_run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data_quality.db"


@pytest.fixture
def engine(path: Path) -> Engine:
    return embedded_engine(path)


@pytest.fixture
def migrated(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        ensure(connection, HISTORY, migrates_itself=True)
        yield connection


def test_the_migrations_make_the_tables_that_the_code_knows(migrated: Connection) -> None:
    options = {"version_table": HISTORY.version_table, "compare_type": True, "compare_server_default": True}

    assert compare_metadata(MigrationContext.configure(migrated, opts=options), metadata) == []

    for table in metadata.sorted_tables:
        key = inspect(migrated).get_pk_constraint(table.name)["constrained_columns"]
        assert key == [column.name for column in table.primary_key]


def test_the_keys_are_those_that_hypertables_can_have(migrated: Connection) -> None:
    keys = {table: inspect(migrated).get_pk_constraint(table)["constrained_columns"] for table in metadata.tables}

    assert keys == {
        "statements": ["hash"],
        "runs": ["id"],
        "test_executions": ["id", "started_at"],
        "measurements": ["id", "started_at"],
        "test_state": ["test_key"],
        "daily_outcomes": ["key"],
        "late_days": ["day"],
    }
    assert not any(inspect(migrated).get_unique_constraints(table) for table in keys)


def test_the_code_was_written_for_the_last_revision() -> None:
    assert ScriptDirectory(str(FOLDER), version_locations=[str(HISTORY.folder)]).get_heads() == [HISTORY.head]


def test_foreign_keys_are_kept(migrated: Connection) -> None:
    assert migrated.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_file_that_the_first_revision_made_is_brought_up(path: Path, engine: Engine) -> None:
    first = replace(HISTORY, head="0001")
    with engine.connect() as connection:
        ensure(connection, first, migrates_itself=True)
        assert "samples" not in {column["name"] for column in inspect(connection).get_columns("test_executions")}

    run = a_run()
    assert SqlResultStore.embedded(path).write(run)
    assert SqlResultStore.embedded(path).run(run.id) == run


def test_a_second_migration_changes_nothing(path: Path) -> None:
    store, run = SqlResultStore.embedded(path), a_run()
    store.write(run)
    before = path.read_bytes()

    assert SqlResultStore.embedded(path).run(run.id) == run

    assert path.read_bytes() == before


def test_a_newer_schema_is_refused_and_left_alone(path: Path) -> None:
    store, run = SqlResultStore.embedded(path), a_run()
    store.write(run)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE {HISTORY.version_table} SET version_num = '9999'")

    with pytest.raises(StoreError) as raised:
        store.write(a_run())

    assert str(raised.value) == (
        f"result store {path}: its schema '9999' was made by a newer airflow-provider-data-quality, "
        f"this one knows {HISTORY.head!r}; upgrade the package here, or let this version write somewhere else"
    )
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM runs").fetchone() == (1,)


def test_somebody_elses_tables_are_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE runs (mine)")

    with pytest.raises(StoreError, match="table runs already exists"):
        SqlResultStore.embedded(path).write(a_run())

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("runs",)]


def test_migrating_leaves_logging_output_and_alembics_globals_as_they_were(
    engine: Engine, capfd: pytest.CaptureFixture[str]
) -> None:
    root, other = logging.getLogger(), logging.getLogger("somebody.else")
    before = (root.level, [*root.handlers], other.disabled, logging.root.manager.disable)

    with engine.connect() as connection:
        ensure(connection, HISTORY, migrates_itself=True)

    assert (root.level, [*root.handlers], other.disabled, logging.root.manager.disable) == before
    assert capfd.readouterr() == ("", "")
    assert getattr(alembic.op, "_proxy", None) is None
    assert getattr(alembic.context, "_proxy", None) is None


def python(code: str, *arguments: object) -> str:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_alembic_is_loaded_only_to_migrate(path: Path, tmp_path: Path) -> None:
    SqlResultStore.embedded(path).write(a_run())
    code = """
import sys, uuid
from airflow_data_quality.core.stores.results.sql import SqlResultStore
for path in sys.argv[1:]:
    SqlResultStore.embedded(path).run(uuid.uuid4())
    print("alembic" in sys.modules)
"""

    assert python(code, path, tmp_path / "absent.db").split() == ["False", "True"]


def test_the_nouns_and_the_protocol_need_no_sqlalchemy() -> None:
    code = """
import sys
import airflow_data_quality.core.model.run, airflow_data_quality.core.stores.results.base
print("sqlalchemy" in sys.modules)
"""

    assert python(code) == "False"
