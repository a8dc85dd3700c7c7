"""What TimescaleDB does for the tables, where it is there: chunks, compression, retention and aggregates.

Set up outside of the migrations: aggregates are not made within a transaction with others, and the extension may come later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, text

from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results.tables import HISTORY, late_days
from airflow_data_quality.core.stores.schema import MIGRATE, SCHEMA

CHUNK, COMPRESSED_AFTER = "30 days", "7 days"
HYPERTABLES = ("test_executions", "measurements")
HOURLY, DAILY = "measurements_hourly", "measurements_daily"
AGGREGATES = {HOURLY: "1 hour", DAILY: "1 day"}
REFRESHED = {HOURLY: ("3 days", "1 hour", "1 hour"), DAILY: ("7 days", "1 day", "12 hours")}
"""How far back and up to when the policies refresh, and how often; ``writing.ON_TIME`` lies within."""

AGGREGATE = """
CREATE MATERIALIZED VIEW {schema}.{name} WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT test_key, metric, time_bucket(INTERVAL '{width}', started_at) AS bucket, count(value) AS n,
  min(value) AS min, max(value) AS max, avg(value) AS avg, last(value, started_at) AS last
FROM {schema}.measurements GROUP BY test_key, metric, bucket WITH NO DATA"""


def set_up(database: StoreDatabase, retention_days: int) -> Sequence[str]:
    """Does what is not done yet; returns what was done, or why nothing can be."""
    if database.engine.dialect.name != "postgresql":
        return []
    with _outside_transactions(database) as connection:
        if reason := _absent(connection):
            return [reason]
        steps = (_hypertables, _compression, _aggregates, lambda c: _retention(c, retention_days))
        return [done for step in steps for done in step(connection)]


@contextmanager
def _outside_transactions(database: StoreDatabase) -> Iterator[Connection]:
    with database.connected(HISTORY) as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT", patient=True)


def _absent(connection: Connection) -> str | None:
    there = "SELECT extversion, current_setting('timescaledb.license', true) FROM pg_extension WHERE extname = 'timescaledb'"
    found = connection.execute(text(there)).one_or_none()
    if found is None:
        return f"no TimescaleDB in this database: plain tables; after CREATE EXTENSION timescaledb run again: {MIGRATE}"
    if found[1] == "apache":
        return "TimescaleDB with licence 'apache' has no compression and no aggregates: plain tables"
    return None


def _hypertables(connection: Connection) -> Iterator[str]:
    known = set(
        connection.scalars(
            text("SELECT hypertable_name FROM timescaledb_information.hypertables WHERE hypertable_schema = :schema"),
            {"schema": SCHEMA},
        )
    )
    for name in HYPERTABLES:
        if name not in known:
            connection.execute(
                text(
                    f"SELECT create_hypertable('{SCHEMA}.{name}', 'started_at', chunk_time_interval => INTERVAL '{CHUNK}',"
                    " create_default_indexes => false, migrate_data => true)"
                )
            )
            yield f"{name}: a hypertable of chunks of {CHUNK}"


def _compression(connection: Connection) -> Iterator[str]:
    for name in HYPERTABLES:
        if _policy(connection, name, "policy_compression") is None:
            connection.execute(
                text(
                    f"ALTER TABLE {SCHEMA}.{name} SET (timescaledb.compress, timescaledb.compress_segmentby = 'test_key',"
                    " timescaledb.compress_orderby = 'started_at DESC')"
                )
            )
            connection.execute(text(f"SELECT add_compression_policy('{SCHEMA}.{name}', INTERVAL '{COMPRESSED_AFTER}')"))
            yield f"{name}: compressed after {COMPRESSED_AFTER}"


def _aggregates(connection: Connection) -> Iterator[str]:
    for name, width in AGGREGATES.items():
        if connection.scalar(select(func.to_regclass(f"{SCHEMA}.{name}"))) is None:
            connection.execute(text(AGGREGATE.format(schema=SCHEMA, name=name, width=width)))
            yield f"{name}: an aggregate of measurements"
        if _policy(connection, name, "policy_refresh_continuous_aggregate") is None:
            connection.execute(text(f"CALL refresh_continuous_aggregate('{SCHEMA}.{name}', NULL, NULL)"))
            start, end, every = (f"INTERVAL '{span}'" for span in REFRESHED[name])
            connection.execute(text(f"SELECT add_continuous_aggregate_policy('{SCHEMA}.{name}', {start}, {end}, {every})"))
            yield f"{name}: refreshed every {REFRESHED[name][2]}"


def _retention(connection: Connection, days: int) -> Iterator[str]:
    wanted = timedelta(days=days) if days else None
    for name in (*HYPERTABLES, *AGGREGATES):
        policy = _policy(connection, name, "policy_retention")
        if policy == wanted:
            continue
        if policy is not None:
            connection.execute(text(f"SELECT remove_retention_policy('{SCHEMA}.{name}')"))
        if wanted is not None:
            connection.execute(text(f"SELECT add_retention_policy('{SCHEMA}.{name}', INTERVAL '{days} days')"))
        yield f"{name}: " + (f"kept {days} days" if days else "kept for ever")


POLICY = """
SELECT coalesce(CAST(jobs.config ->> 'drop_after' AS interval), INTERVAL '0') FROM timescaledb_information.jobs
LEFT JOIN timescaledb_information.continuous_aggregates AS aggregates
  ON aggregates.materialization_hypertable_schema = jobs.hypertable_schema
  AND aggregates.materialization_hypertable_name = jobs.hypertable_name
WHERE proc_name = :kind AND coalesce(aggregates.view_schema, jobs.hypertable_schema) = :schema
  AND coalesce(aggregates.view_name, jobs.hypertable_name) = :name"""


def _policy(connection: Connection, name: str, kind: str) -> timedelta | None:
    """Returns after how long a policy drops, 0 for another kind of policy; None where there is no such policy."""
    found: Any = connection.scalar(text(POLICY), {"kind": kind, "schema": SCHEMA, "name": name})
    return found  # type: ignore[no-any-return]


def drops_by_itself(connection: Connection) -> bool:
    """Whether policies drop old executions and measurements."""
    if connection.dialect.name != "postgresql" or _absent(connection):
        return False
    return _policy(connection, "measurements", "policy_retention") is not None


def refresh_late(database: StoreDatabase) -> Sequence[str]:
    """Refreshes the aggregates of days to which measurements were added late."""
    if database.engine.dialect.name != "postgresql":
        return []
    with _outside_transactions(database) as connection:
        days = connection.execute(select(late_days).order_by(late_days.c.day)).all()
        for day, writes in days:
            for name in AGGREGATES:
                connection.execute(
                    text(f"CALL refresh_continuous_aggregate('{SCHEMA}.{name}', CAST(:day AS date), CAST(:day AS date) + 1)"),
                    {"day": day},
                )
            # Whoever has written meanwhile has counted up: the day stays for the next time.
            connection.execute(delete(late_days).where(late_days.c.day == day, late_days.c.writes == writes))
    return [f"refreshed the aggregates of {len(days):,} days that runs came late to"] if days else []
