"""The tables as the code reads and writes them; ``migrations`` makes them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, MetaData, String, Table, Text, Uuid

from airflow_data_quality.core.stores.schema import History
from airflow_data_quality.core.stores.types import Json, Moment

metadata = MetaData()
HISTORY = History("results", "result store", head="0002", version_table="data_quality_version", metadata=metadata)

statements = Table(
    "statements",
    metadata,
    Column("hash", String(64), primary_key=True, comment="SHA-256 of the text in UTF-8, in hexadecimal digits"),
    Column("text", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("source", Text, nullable=False),
    Column("dag_id", Text),
    Column("dag_run_id", Text),
    Column("task_id", Text),
    Column("map_index", Integer),
    Column("try_number", Integer),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("score", Double),
    Column("passed", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("errored", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Column("plan", Json, nullable=False),
    Index("runs_by_task", "dag_id", "dag_run_id", "task_id", "map_index", "try_number"),
)

test_executions = Table(
    "test_executions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("started_at", Moment, primary_key=True),
    Column("run_id", Uuid, ForeignKey("runs.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("test_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("dimension", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("conn_id", Text),
    Column("outcome", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("value", Double),
    Column("checked", BigInteger),
    Column("failing", BigInteger),
    Column("message", Text, nullable=False),
    Column("error", Text),
    Column("duration_ms", Double, nullable=False),
    Column("statement", String(64), ForeignKey("statements.hash")),
    Column("exact_value", Json),
    Column("bounds", Json),
    Column("judgements", Json, nullable=False),
    Column("check_spec", Json, nullable=False),
    Column("dataset_spec", Json, nullable=False),
    Column("plan_facts", Json, nullable=False),
    Column("samples", Json, comment="failing rows; NULL where there are none"),
    Index("test_executions_by_test", "test_id", "started_at"),
    Index("test_executions_by_run", "run_id"),
)

# No foreign key to test_executions: as hypertables neither could refer to the other.
measurements = Table(
    "measurements",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("started_at", Moment, primary_key=True),
    Column("execution_id", Uuid, nullable=False),
    Column("test_id", Text, nullable=False),
    Column("metric", Text, nullable=False),
    Column("value", Double),
    Column("exact_value", Json),
    Index("measurements_by_execution", "execution_id"),
)
