"""The tables as the code reads and writes them; ``migrations`` makes them.

Texts of any length, such as a test's id, stand in no index; their keys do. No table refers to another by a foreign key: as
hypertables they could not all, and every row written would be looked up once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import get_args

from sqlalchemy import BigInteger, Boolean, Column, Date, Double, Index, Integer, MetaData, String, Table, Text, Uuid

from airflow_data_quality.core.model.check import Severity
from airflow_data_quality.core.model.execution import Outcome
from airflow_data_quality.core.stores.schema import History
from airflow_data_quality.core.stores.types import AnyText, Json, Moment

metadata = MetaData()
HISTORY = History("results", "result store", head="0003", version_table="data_quality_version", metadata=metadata)
ORDERED_BY = 250
"""How many characters of a test's id lists are ordered by; all of it, where it has no more than a stored test's may have."""
APART: Mapping[str, tuple[str, ...]] = {
    "dimension": ("dimension",),
    "dataset": ("conn_id", "dataset"),
    "both": ("conn_id", "dataset", "dimension"),
}
"""The columns that have a value in the rows of each kind of ``daily_outcomes``."""
SEVERITIES, OUTCOMES = get_args(Severity), get_args(Outcome)

statements = Table(
    "statements",
    metadata,
    Column("hash", String(64), primary_key=True, comment="SHA-256 of the text in UTF-8, in hexadecimal digits"),
    Column("text", AnyText, nullable=False),
    Column("last_used", Date, nullable=False, comment="the day in UTC of the latest execution or run that names it"),
    Index("statements_by_use", "last_used"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("source", AnyText, nullable=False),
    Column("dag_id", AnyText),
    Column("dag_run_id", AnyText),
    Column("task_id", AnyText),
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
    Column("task_key", Uuid, comment="of the task instance, the same for all its tries"),
    Column("counted", Boolean, nullable=False, comment="whether it is the last of its task instance: daily_outcomes count it"),
    Column("first_at", Moment, nullable=False, comment="the earliest started_at of its executions"),
    Column("last_at", Moment, nullable=False, comment="the latest started_at of its executions"),
    Index("runs_by_task", "task_key"),
    Index("runs_by_dag_run", "dag_id", "dag_run_id"),
    Index("runs_by_start", "started_at", "id"),
    Index("runs_by_dag", "dag_id", "started_at", "id"),
    Index("runs_by_task_id", "task_id", "started_at", "id"),
)

test_executions = Table(
    "test_executions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("started_at", Moment, primary_key=True),
    Column("run_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    Column("test_key", Uuid, nullable=False),
    Column("test_id", AnyText, nullable=False),
    Column("label", AnyText, nullable=False),
    Column("type", AnyText, nullable=False),
    Column("dimension", AnyText, nullable=False),
    Column("dataset", AnyText, nullable=False),
    Column("conn_id", AnyText),
    Column("outcome", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("value", Double),
    Column("checked", BigInteger),
    Column("failing", BigInteger),
    Column("message", AnyText, nullable=False),
    Column("error", AnyText),
    Column("duration_ms", Double, nullable=False),
    Column("statement", String(64)),
    Column("exact_value", Json),
    Column("bounds", Json),
    Column("judgements", Json, nullable=False),
    Column("check_spec", Json, nullable=False),
    Column("dataset_spec", Json, nullable=False),
    Column("plan_facts", Json, nullable=False),
    Column("samples", Json, comment="failing rows; NULL where there are none"),
    Index("test_executions_by_test", "test_key", "started_at", "run_id"),
    Index("test_executions_by_run", "run_id", "position"),
)

measurements = Table(
    "measurements",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),  # a text is made sooner, and they are many
    Column("started_at", Moment, primary_key=True),
    Column("execution_id", Uuid, nullable=False),
    Column("test_key", Uuid, nullable=False),
    Column("metric", AnyText, nullable=False),
    Column("value", Double),
    Column("exact_value", Json),
    Index("measurements_by_test", "test_key", "started_at", "id"),
)

test_state = Table(
    "test_state",
    metadata,
    Column("test_key", Uuid, primary_key=True),
    Column("test_id", AnyText, nullable=False),
    Column(
        "test_id_start", Text, nullable=False, comment=f"its first {ORDERED_BY} characters, as stored: lists are ordered by it"
    ),
    Column("conn_id", AnyText),
    Column("dataset", AnyText, nullable=False),
    Column("label", AnyText, nullable=False),
    Column("type", AnyText, nullable=False),
    Column("dimension", AnyText, nullable=False),
    Column("severity", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("value", Double),
    Column("message", AnyText, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("since", Moment, nullable=False, comment="the first execution of the unbroken streak of this outcome"),
    Column("execution_id", Uuid, nullable=False),
    Column("run_id", Uuid, nullable=False),
    Column("dag_id", AnyText),
    Column("dag_run_id", AnyText),
    Column("task_id", AnyText),
    Column("map_index", Integer),
    Index("test_state_by_id", "test_id_start", "test_key"),
    Index("test_state_by_outcome", "outcome", "since"),
)

# How many executions had each severity and outcome, a column each; told apart by dimension, by dataset, and by both, so that
# what is asked of a month reads few rows.
daily_outcomes = Table(
    "daily_outcomes",
    metadata,
    Column("key", Uuid, primary_key=True, comment="made of the five columns that follow"),
    Column("day", Date, nullable=False, comment="in UTC"),
    Column("apart", Text, nullable=False, comment="by what is told apart: dimension, dataset or both"),
    Column("conn_id", AnyText),
    Column("dataset", AnyText),
    Column("dimension", AnyText),
    *(Column(f"{severity}_{outcome}", Integer, nullable=False) for severity, outcome in product(SEVERITIES, OUTCOMES)),
    Index("daily_outcomes_by_day", "apart", "day"),
)

late_days = Table(
    "late_days",
    metadata,
    Column("day", Date, primary_key=True, comment="in UTC: aggregates of measurements must be refreshed"),
    Column("writes", BigInteger, nullable=False, comment="how many: one that comes while it is refreshed is not forgotten"),
)
