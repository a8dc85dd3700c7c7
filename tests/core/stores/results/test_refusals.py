"""What is said when a database is not as it must be: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from airflow_data_quality.core.stores.results.tables import HISTORY, metadata
from tests.core.stores.results.databases import Kept, own_database
from tests.core.stores.samples import a_run


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[Kept]:
    """An empty database of the test's own in a PostgreSQL."""
    with own_database(postgres_server) as kept:
        yield kept


@contextmanager
def as_role(kept: Kept, *grants: str) -> Iterator[SqlResultStore]:
    """The store as a user sees it who has these rights only."""
    name = f"r_{uuid4().hex[:12]}"
    for statement in (f"CREATE ROLE {name} LOGIN", *(f"{grant} TO {name}" for grant in grants)):
        kept.ask(statement)
    database = StoreDatabase.by_url(kept.url.replace("postgres@", f"{name}@"))
    yield SqlResultStore(database)
    database.engine.dispose()
    for statement in (f"DROP OWNED BY {name}", f"DROP ROLE {name}"):
        kept.ask(statement)


def test_tables_that_nobody_has_made_are_asked_for(postgres: Kept) -> None:
    with pytest.raises(StoreError) as raised:
        postgres.store.write(a_run())

    place = postgres.store.place
    assert str(raised.value) == f"result store {place}: it has no tables of ours; run: airflow data-quality migrate"


def test_a_migration_says_what_it_did_and_a_second_does_nothing(fresh: Kept) -> None:
    assert fresh.store.migrate()[0] == f"results: made the tables, now at {HISTORY.head}"
    assert not [line for line in fresh.store.migrate() if line.startswith("results")]


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_a_table_that_is_gone_is_told(fresh: Kept, table: str) -> None:
    fresh.store.migrate()
    fresh.ask(f"DROP TABLE {table}")

    with pytest.raises(StoreError, match=f"no table {table}; the tables are not what their version says, .* run: airflow data"):
        fresh.store.migrate()
    if table in ("runs", "statements", "test_executions", "measurements", "test_state", "daily_outcomes"):
        with pytest.raises(StoreError, match="the tables are not what their version says, somebody else has changed them: bring"):
            fresh.store.write(a_run())


def test_a_column_that_is_gone_is_told(fresh: Kept) -> None:
    fresh.store.migrate()
    fresh.ask("ALTER TABLE test_executions DROP COLUMN samples")

    with pytest.raises(StoreError, match=r"samples.* the tables are not what their version says"):
        fresh.store.write(a_run())

    assert fresh.ask("SELECT count(*) FROM runs") == [(0,)]


def test_tables_without_a_version_are_left_alone(fresh: Kept) -> None:
    if fresh.on_postgres:
        fresh.ask("CREATE SCHEMA data_quality")
    fresh.ask("CREATE TABLE data_quality.runs (mine int)" if fresh.on_postgres else "CREATE TABLE runs (mine)")

    with pytest.raises(StoreError, match=r'runs"? already exists; a table of that name is there already and not by us: move it'):
        fresh.store.migrate()

    fresh.ask("SELECT mine FROM runs")


def test_a_schema_that_is_newer_than_the_package_is_refused_by_all(fresh: Kept) -> None:
    fresh.store.migrate()
    fresh.ask(f"UPDATE {HISTORY.version_table} SET version_num = '9999'")

    for call in (lambda: fresh.store.write(a_run()), fresh.store.migrate, fresh.store.summary):
        with pytest.raises(StoreError, match="its schema '9999' was made by a newer airflow-provider-data-quality"):
            call()


def test_an_older_schema_is_not_touched_on_the_way(postgres: Kept) -> None:
    postgres.store.migrate()
    postgres.ask(f"UPDATE {HISTORY.version_table} SET version_num = '0002'")

    with pytest.raises(StoreError, match=f"its tables are at revision '0002', this version needs '{HISTORY.head}'; run: airflow"):
        postgres.store.write(a_run())


def test_a_role_that_may_not_create_is_told(postgres: Kept) -> None:
    with as_role(postgres) as store, pytest.raises(StoreError) as raised:
        store.migrate()

    assert "permission denied for database" in str(raised.value)
    assert "to migrate, be the owner of the schema data_quality or have CREATE in the database" in str(raised.value)


def test_a_role_that_may_not_look_is_told_and_not_asked_to_migrate(postgres: Kept) -> None:
    postgres.store.migrate()

    with as_role(postgres) as store, pytest.raises(StoreError) as raised:
        store.run(uuid4())

    assert "permission denied for schema data_quality; this needs a right that the user does not have" in str(raised.value)


def test_a_role_that_may_only_read_reads_and_is_told_when_it_writes(postgres: Kept) -> None:
    postgres.store.migrate()
    run = a_run()
    postgres.store.write(run)
    grants = ("GRANT USAGE ON SCHEMA data_quality", "GRANT SELECT ON ALL TABLES IN SCHEMA data_quality")

    with as_role(postgres, *grants) as store:
        assert store.run(run.id) == run
        with pytest.raises(
            StoreError, match=r"permission denied for table runs; .* to write, USAGE on the schema and SELECT, INSERT"
        ):
            store.write(a_run())


def test_a_role_that_may_write_and_not_migrate_is_enough_for_runs(postgres: Kept) -> None:
    postgres.store.migrate()
    grants = (
        "GRANT USAGE ON SCHEMA data_quality",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA data_quality",
    )

    with as_role(postgres, *grants) as store:
        run = a_run()
        assert store.write(run)
        assert store.run(run.id) == run
        assert store.maintain(now=run.started_at) == []


def test_a_server_that_is_read_only_is_told(postgres: Kept) -> None:
    postgres.store.migrate()
    read_only = StoreDatabase.by_url(postgres.url + "&options=-c%20default_transaction_read_only%3Don")
    store = SqlResultStore(read_only)

    with pytest.raises(StoreError, match=r"read-only transaction; .* name the primary server, not a replica"):
        store.write(a_run())

    assert store.run(uuid4()) is None
    read_only.engine.dispose()


def test_a_server_that_is_not_there_is_told_with_its_place(tmp_path: object) -> None:
    database = StoreDatabase.by_url(f"postgresql://someone:secret@/nowhere?host={tmp_path}")

    with pytest.raises(StoreError) as raised:
        SqlResultStore(database).write(a_run())

    assert "No such file or directory Is the server running" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_database_that_is_not_there_is_told(postgres: Kept) -> None:
    database = StoreDatabase.by_url(postgres.url.replace("/t_", "/no_"))

    with pytest.raises(StoreError, match=r'database "no_.*" does not exist'):
        SqlResultStore(database).write(a_run())


def test_moments_of_every_year_are_read_whatever_the_zone_of_the_session(postgres: Kept) -> None:
    postgres.store.migrate()
    far = StoreDatabase.by_url(postgres.url + "&options=-c%20timezone%3DAmerica/Los_Angeles")

    for at in ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00"):
        moment = a_run().started_at.fromisoformat(at)
        run = a_run(at=moment.replace(second=0)).model_copy(update={"started_at": moment, "finished_at": moment})
        assert SqlResultStore(far).write(run)
        assert SqlResultStore(far).run(run.id) == run
    far.engine.dispose()


def test_a_transaction_sees_what_others_have_committed_whatever_the_server_does_by_default(postgres: Kept) -> None:
    postgres.store.migrate()
    strict = StoreDatabase.by_url(postgres.url + "&options=-c%20default_transaction_isolation%3Dserializable")

    with strict.writing(HISTORY) as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"

    strict.engine.dispose()
