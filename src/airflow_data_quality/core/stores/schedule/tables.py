"""The tables as the code reads and writes them; ``migrations`` makes them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Uuid, text

from airflow_data_quality.core.stores.schema import History
from airflow_data_quality.core.stores.types import AnyText, Json, Moment

metadata = MetaData()
HISTORY = History(
    "schedule", "schedule of the result store", head="0001", version_table="data_quality_schedule_version", metadata=metadata
)
OPEN = text("done_at IS NULL")

ticks = Table(
    "ticks",
    metadata,
    Column("name", String(50), primary_key=True),
    Column("at", Moment, nullable=False, comment="up to when it has been seen what is due"),
)

claims = Table(
    "claims",
    metadata,
    Column("test_key", Uuid, primary_key=True),
    Column("due_at", Moment, primary_key=True),
    Column("test_id", AnyText, nullable=False),
    Column("batch", String(300), nullable=False, comment="the DAG and the DAG run that ask it"),
    Column("number", Integer, nullable=False, comment="which of its mapped tasks"),
    Column("purpose", String(10), nullable=False, comment="due, asked or dry: why it runs"),
    Column("attempt", Integer, nullable=False, comment="how often it was begun before and came to nothing"),
    Column("claimed_at", Moment, nullable=False),
    Column("test", Json, nullable=False, comment="as it was when it was claimed"),
    Column("ended_at", Moment, comment="when it was first seen that the batch has ended without it"),
    Column("done_at", Moment, comment="NULL while it may still be running"),
    Index("claims_by_batch", "batch", "number"),
    Index("claims_open", "test_key", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("claims_by_done", "done_at"),
)
"""A due time of a test, claimed once: whoever comes second finds it here."""
