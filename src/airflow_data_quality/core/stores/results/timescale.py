"""What TimescaleDB does for the tables, where it is there: chunks, compression, retention and aggregates.

Set up outside of the migrations: aggregates are not made within a transaction with others, and the extension may come later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
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
CREATE MATERIALIZED VIEW {own}.{name} WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
SELECT test_key, metric, {its}.time_bucket(INTERVAL '{width}', started_at) AS bucket, count(value) AS n,
  min(value) AS min, max(value) AS max, avg(value) AS avg, {its}.last(value, started_at) AS last
FROM {own}.measurements GROUP BY test_key, metric, bucket WITH NO DATA"""
HYPERTABLE = """
SELECT {its}.create_hypertable('{own}.{name}', 'started_at', chunk_time_interval => INTERVAL '{chunk}',
  create_default_indexes => false, migrate_data => true)"""
COMPRESSED = """
ALTER TABLE {own}.{name} SET (timescaledb.compress, timescaledb.compress_segmentby = 'test_key',
  timescaledb.compress_orderby = 'started_at DESC')"""
COMPRESS = "SELECT {its}.add_compression_policy('{own}.{name}', INTERVAL '{after}')"
REFRESH_ALL = "CALL {its}.refresh_continuous_aggregate('{own}.{name}', NULL, NULL)"
REFRESH_DAY = "CALL {its}.refresh_continuous_aggregate('{own}.{name}', DATE '{day}', DATE '{day}' + 1)"
REFRESH = "SELECT {its}.add_continuous_aggregate_policy('{own}.{name}', INTERVAL '{start}', INTERVAL '{end}', INTERVAL '{every}')"
KEEP = "SELECT {its}.add_retention_policy('{own}.{name}', INTERVAL '{days} days')"
KEEP_ALL = "SELECT {its}.remove_retention_policy('{own}.{name}')"
KNOWN = "SELECT hypertable_name FROM timescaledb_information.hypertables WHERE hypertable_schema = '{own}'"
EXTENSION = """
SELECT quote_ident(nspname), current_setting('timescaledb.license', true)
FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'timescaledb'"""
POLICY = """
SELECT coalesce(CAST(jobs.config ->> 'drop_after' AS interval), INTERVAL '0') FROM timescaledb_information.jobs
LEFT JOIN timescaledb_information.continuous_aggregates AS aggregates
  ON aggregates.materialization_hypertable_schema = jobs.hypertable_schema
  AND aggregates.materialization_hypertable_name = jobs.hypertable_name
WHERE proc_name = :kind AND coalesce(aggregates.view_schema, jobs.hypertable_schema) = :own
  AND coalesce(aggregates.view_name, jobs.hypertable_name) = :name"""


@dataclass(frozen=True)
class _Extension:
    """The extension in a database."""

    connection: Connection
    schema: str
    """Where its functions are, which may be anywhere."""
    licence: str

    @classmethod
    def of(cls, connection: Connection) -> _Extension | None:
        """Returns it, or None where it is not."""
        found = connection.execute(text(EXTENSION)).one_or_none()
        return None if found is None else cls(connection, *found)

    @property
    def is_whole(self) -> bool:
        """Whether the licence allows compression, policies and aggregates."""
        return self.licence != "apache"

    def do(self, template: str, **values: Any) -> Any:
        """Runs a statement; returns its first column. ``own`` is the schema of our tables, ``its`` the one of its functions."""
        result = self.connection.execute(text(template.format(own=SCHEMA, its=self.schema, **values)))
        return result.scalars().all() if result.returns_rows else None

    def policy(self, name: str, kind: str) -> timedelta | None:
        """Returns after how long a policy drops, 0 for another kind of policy; None where there is no such policy."""
        found: timedelta | None = self.connection.scalar(text(POLICY), {"kind": kind, "own": SCHEMA, "name": name})
        return found


def set_up(database: StoreDatabase, retention_days: int) -> Sequence[str]:
    """Does what is not done yet; returns what was done, or why nothing can be."""
    if database.engine.dialect.name != "postgresql":
        return []
    with _outside_transactions(database) as connection:
        extension = _Extension.of(connection)
        if extension is None:
            return [f"no TimescaleDB here: plain tables; after CREATE EXTENSION timescaledb run again: {MIGRATE}"]
        if not extension.is_whole:
            return ["TimescaleDB with licence 'apache' has no compression and no aggregates: plain tables"]
        steps = (_hypertables, _compression, _aggregates, partial(_retention, days=retention_days))
        with _alone(connection):
            return [done for step in steps for done in step(extension)]


@contextmanager
def _outside_transactions(database: StoreDatabase) -> Iterator[Connection]:
    with database.connected(HISTORY) as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT", patient=True)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Lets whoever comes at the same moment wait: they find the work done."""
    key = func.hashtext(f"{SCHEMA} timescale")
    connection.execute(select(func.pg_advisory_lock(key)))
    try:
        yield
    finally:
        connection.execute(select(func.pg_advisory_unlock(key)))


def _hypertables(extension: _Extension) -> Iterator[str]:
    known = extension.do(KNOWN)
    for name in HYPERTABLES:
        if name not in known:
            extension.do(HYPERTABLE, name=name, chunk=CHUNK)
            yield f"{name}: a hypertable of chunks of {CHUNK}"


def _compression(extension: _Extension) -> Iterator[str]:
    for name in HYPERTABLES:
        if extension.policy(name, "policy_compression") is None:
            extension.do(COMPRESSED, name=name)
            extension.do(COMPRESS, name=name, after=COMPRESSED_AFTER)
            yield f"{name}: compressed after {COMPRESSED_AFTER}"


def _aggregates(extension: _Extension) -> Iterator[str]:
    for name, width in AGGREGATES.items():
        if extension.connection.scalar(select(func.to_regclass(f"{SCHEMA}.{name}"))) is None:
            extension.do(AGGREGATE, name=name, width=width)
            yield f"{name}: an aggregate of measurements"
        if extension.policy(name, "policy_refresh_continuous_aggregate") is None:
            extension.do(REFRESH_ALL, name=name)  # what is older than a policy looks back is seen no other way
            start, end, every = REFRESHED[name]
            extension.do(REFRESH, name=name, start=start, end=end, every=every)
            yield f"{name}: refreshed every {every}"


def _retention(extension: _Extension, days: int) -> Iterator[str]:
    wanted = timedelta(days=days) if days else None
    for name in (*HYPERTABLES, *AGGREGATES):
        policy = extension.policy(name, "policy_retention")
        if policy == wanted:
            continue
        if policy is not None:
            extension.do(KEEP_ALL, name=name)
        if wanted is not None:
            extension.do(KEEP, name=name, days=days)
        yield f"{name}: " + (f"kept {days} days" if days else "kept for ever")


def drops_by_itself(connection: Connection) -> bool:
    """Whether policies drop old executions and measurements."""
    if connection.dialect.name != "postgresql":
        return False
    extension = _Extension.of(connection)
    return extension is not None and extension.is_whole and extension.policy("measurements", "policy_retention") is not None


def refresh_late(database: StoreDatabase) -> Sequence[str]:
    """Refreshes the aggregates of days to which measurements were added late."""
    if database.engine.dialect.name != "postgresql":
        return []
    with _outside_transactions(database) as connection:
        days = connection.execute(select(late_days).order_by(late_days.c.day)).all()
        extension = _Extension.of(connection) if days else None
        if extension is None:
            return []
        for day, writes in days:
            for name in AGGREGATES:
                extension.do(REFRESH_DAY, name=name, day=day.isoformat())
            # Whoever has written meanwhile has counted up: the day stays for the next time.
            connection.execute(delete(late_days).where(late_days.c.day == day, late_days.c.writes == writes))
    return [f"refreshed the aggregates of {len(days):,} days that runs came late to"]
