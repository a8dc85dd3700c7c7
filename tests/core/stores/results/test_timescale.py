"""What TimescaleDB does for the tables, on a real server that has it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from airflow_data_quality.core.stores.results.timescale import DAILY
from tests.core.stores.results.databases import TIMESCALE, Kept, own_database
from tests.core.stores.samples import a_run, a_task

NOW = datetime.now(timezone.utc).replace(microsecond=0)
EXTENSION = "CREATE EXTENSION timescaledb"
ALL = ("test_executions", "measurements", "measurements_hourly", "measurements_daily")
NO_JOBS = "SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs WHERE hypertable_schema IS NOT NULL"
"""What jobs do is done by hand, when it is wanted."""

pytestmark = pytest.mark.skipif(TIMESCALE is None, reason="needs a PostgreSQL with TimescaleDB: set DQ_TEST_TIMESCALE_DSN")


@contextmanager
def with_all(*statements: str) -> Iterator[Kept]:
    """A database in the server, whose licence must allow everything."""
    if licence_is_apache():
        pytest.skip("this server has TimescaleDB with the licence 'apache'")
    with own_database(str(TIMESCALE), *statements) as kept:
        yield kept


@pytest.fixture
def plain() -> Iterator[Kept]:
    """A database without the extension, in a server that has it."""
    with with_all() as kept:
        yield kept


@pytest.fixture
def kept() -> Iterator[Kept]:
    """A database with the extension, and a store that keeps everything."""
    with with_all(EXTENSION) as kept:
        kept.store.migrate()
        kept.ask(NO_JOBS)
        yield kept


@cache
def licence_is_apache() -> bool:
    with own_database(str(TIMESCALE), EXTENSION) as kept:
        return kept.ask("SELECT current_setting('timescaledb.license')") == [("apache",)]


def hypertables(kept: Kept) -> dict[str, bool]:
    ours = "timescaledb_information.hypertables WHERE hypertable_schema = 'data_quality'"
    return dict(kept.ask(f"SELECT hypertable_name, compression_enabled FROM {ours}"))


def policies(kept: Kept, kind: str) -> list[Any]:
    return kept.ask(f"SELECT config FROM timescaledb_information.jobs WHERE proc_name = 'policy_{kind}' ORDER BY 1::text")


def compress(kept: Kept) -> int:
    chunks = kept.ask("SELECT count(compress_chunk(chunk, true)) FROM show_chunks('measurements') AS chunk")
    kept.ask("SELECT count(compress_chunk(chunk, true)) FROM show_chunks('test_executions') AS chunk")
    return int(chunks[0][0])


def hourly(kept: Kept) -> list[Any]:
    return kept.ask("SELECT metric, n, min, max, avg, last FROM measurements_hourly ORDER BY bucket, test_key")


def test_the_step_says_what_it_did_and_a_second_does_nothing() -> None:
    with with_all(EXTENSION) as kept:
        store = SqlResultStore(kept.database)

        said = store.migrate()

        assert said == [
            "results: made the tables, now at 0003",
            "test_executions: a hypertable of chunks of 30 days",
            "measurements: a hypertable of chunks of 30 days",
            "test_executions: compressed after 7 days",
            "measurements: compressed after 7 days",
            "measurements_hourly: an aggregate of measurements",
            "measurements_hourly: refreshed every 1 hour",
            "measurements_daily: an aggregate of measurements",
            "measurements_daily: refreshed every 12 hours",
            *(
                f"{name}: kept 400 days"
                for name in ("test_executions", "measurements", "measurements_hourly", "measurements_daily")
            ),
        ]
        assert store.migrate() == []
        assert hypertables(kept) == {"test_executions": True, "measurements": True}


def test_many_may_set_it_up_at_once() -> None:
    with with_all(EXTENSION) as kept:
        with ThreadPoolExecutor(4) as pool:
            said = list(pool.map(lambda _: kept.store.migrate(), range(4)))

        lines = [line for each in said for line in each]
        assert len(lines) == len(set(lines)) == 9
        assert hypertables(kept) == {"test_executions": True, "measurements": True}


def test_without_the_extension_the_tables_are_plain_until_it_comes(plain: Kept) -> None:
    runs = [a_run(at=NOW - timedelta(days=days)) for days in (0, 40, 90, 700)]
    first, again = plain.store.migrate(), plain.store.migrate()
    assert (
        first[1:]
        == again
        == ["no TimescaleDB here: plain tables; after CREATE EXTENSION timescaledb run again: airflow data-quality migrate"]
    )
    for run in runs:
        plain.store.write(run)

    plain.ask(EXTENSION)
    assert plain.store.write(runs[0]) is False
    said = plain.store.migrate()

    assert said[0] == "test_executions: a hypertable of chunks of 30 days"
    assert [plain.store.run(run.id) for run in runs] == runs
    assert [row[:3] for row in hourly(plain)] == [("row_count", 1, 5.0)] * 4


def test_the_licence_apache_means_plain_tables() -> None:
    if not licence_is_apache():
        pytest.skip("needs a server whose configuration says timescaledb.license = 'apache'")
    with own_database(str(TIMESCALE), EXTENSION) as kept:
        store, run = SqlResultStore(kept.database), a_run()

        assert store.migrate()[1:] == ["TimescaleDB with licence 'apache' has no compression and no aggregates: plain tables"]

        assert store.write(run)
        assert store.run(run.id) == run
        assert hypertables(kept) == {}
        assert store.maintain(now=NOW)[0] == "deleted 1 of runs older than 400 days"


def test_late_writes_go_into_compressed_chunks_and_are_counted_in_aggregates(kept: Kept) -> None:
    at = NOW.replace(minute=10, second=0) - timedelta(days=100)
    first, late = a_run(at=at, origin=a_task()), a_run(at=at + timedelta(minutes=5), origin=a_task(try_number=2))
    kept.store.write(first)
    kept.store.maintain(now=NOW)
    assert compress(kept) == 1
    assert [row[1] for row in hourly(kept)] == [1]

    assert kept.store.write(late)
    assert kept.store.write(late) is False

    assert [row[1] for row in hourly(kept)] in ([1], [2]), "what real-time aggregation sees of it is not ours"
    assert kept.store.maintain(now=NOW) == ["refreshed the aggregates of 1 days that runs came late to"]
    assert kept.store.maintain(now=NOW) == []
    assert hourly(kept) == [("row_count", 2, 5.0, 5.0, 5.0, 5.0)]
    assert [kept.store.run(run.id) for run in (first, late)] == [first, late]
    (rate,) = kept.store.pass_rates(at.date(), at.date())
    assert rate.tally.passed == 1
    assert [each.run_id for each in kept.store.executions_of_test(first.executions[0].test_id)] == [late.id, first.id]
    assert len(kept.store.measurement_history(first.executions[0].test_id)) == 2
    assert list(kept.store.latest_executions()) == [*late.executions, *first.executions]


def test_a_write_of_today_is_left_to_the_policies(kept: Kept) -> None:
    kept.store.write(a_run(at=NOW))

    assert kept.ask("SELECT * FROM late_days") == []


def test_a_write_that_comes_while_a_day_is_refreshed_keeps_the_day(kept: Kept) -> None:
    at = NOW.replace(minute=0, second=0) - timedelta(days=50)
    kept.store.write(a_run(at=at))
    late = [a_run(at=at + timedelta(minutes=1))]

    def write_meanwhile(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if f"'data_quality.{DAILY}'" in statement and late:
            kept.store.write(late.pop())

    event.listen(kept.database.engine, "after_cursor_execute", write_meanwhile)
    kept.store.maintain(now=NOW)
    event.remove(kept.database.engine, "after_cursor_execute", write_meanwhile)

    assert not late
    assert kept.ask("SELECT day, writes FROM late_days") == [(at.date(), 2)]
    assert kept.store.maintain(now=NOW) == ["refreshed the aggregates of 1 days that runs came late to"]
    assert kept.ask("SELECT * FROM late_days") == []
    assert [row[1] for row in hourly(kept)] == [2]


def test_retention_follows_the_setting(kept: Kept) -> None:
    assert policies(kept, "retention") == []
    for days in (30, 60):
        said = SqlResultStore(kept.database, retention_days=days).migrate()
        assert said == [f"{name}: kept {days} days" for name in ALL]
        assert [config["drop_after"] for (config,) in policies(kept, "retention")] == [f"{days} days"] * 4

    assert kept.store.migrate()[0] == "test_executions: kept for ever"
    assert policies(kept, "retention") == []


def test_what_the_policy_drops_is_gone_and_the_rest_follows(kept: Kept) -> None:
    old, new = a_run(test_ids=["old"], at=NOW - timedelta(days=100)), a_run(test_ids=["new"], at=NOW)
    for run in (old, new):
        kept.store.write(run)
    compress(kept)
    store = SqlResultStore(kept.database, retention_days=30)
    store.migrate()
    kept.ask(NO_JOBS)
    for (job,) in kept.ask("SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention'"):
        with kept.database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(f"CALL run_job({job})")

    assert kept.ask("SELECT test_id FROM test_executions") == [("new",)]
    assert store.run(old.id) is None
    assert store.write(old) is False
    said = store.maintain(now=NOW)

    assert [line for line in said if line.startswith("deleted")] == [
        f"deleted {n} of {name} older than 30 days" for n, name in ((1, "runs"), (3, "daily_outcomes"), (1, "test_state"))
    ]
    assert [state.test_id for state in store.states()] == ["new"]
    assert store.run(new.id) == new


def test_without_a_policy_maintain_deletes_from_compressed_chunks(kept: Kept) -> None:
    old, new = a_run(test_ids=["old"], at=NOW - timedelta(days=100)), a_run(test_ids=["new"], at=NOW)
    for run in (old, new):
        kept.store.write(run)
    compress(kept)

    SqlResultStore(kept.database, retention_days=30).maintain(now=NOW)

    assert kept.ask("SELECT test_id FROM test_executions") == [("new",)]
    assert kept.ask("SELECT count(*) FROM measurements") == [(1,)]


def test_reads_of_compressed_chunks_leave_the_others_alone(kept: Kept) -> None:
    runs = [a_run(test_ids=[f"test {n}" for n in range(20)], at=NOW - timedelta(days=days)) for days in range(10, 400, 30)]
    for run in runs:
        kept.store.write(run)
    assert compress(kept) > 10

    plans = kept.plans(lambda store: store.run(runs[5].id))

    read = [plan for plan in plans if "_hyper_" in plan]
    assert len(read) == 2
    assert all(len({word for word in plan.split() if word.startswith("_hyper_") and "_chunk" in word}) <= 3 for plan in read), (
        read
    )


def test_a_role_that_does_not_own_the_tables_is_told(plain: Kept) -> None:
    plain.store.migrate()
    plain.ask(EXTENSION)
    name = f"r_{uuid4().hex[:12]}"
    plain.ask(f"CREATE ROLE {name} LOGIN")
    plain.ask(f"GRANT USAGE ON SCHEMA data_quality TO {name}")
    plain.ask(f"GRANT SELECT ON ALL TABLES IN SCHEMA data_quality TO {name}")
    other = StoreDatabase.by_url(plain.url.replace("postgres@", f"{name}@"))

    with pytest.raises(StoreError, match=r'must be owner of .*"test_executions"'):
        SqlResultStore(other).migrate()

    other.engine.dispose()
    plain.ask(f"DROP OWNED BY {name}")
    plain.ask(f"DROP ROLE {name}")
