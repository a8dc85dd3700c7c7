"""Runs, their executions and measurements, and the texts of statements.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the four tables; there is no way back."""
    op.create_table(
        "statements",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    _make_runs()
    _make_executions()
    _make_measurements()


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("dag_id", sa.Text),
        sa.Column("dag_run_id", sa.Text),
        sa.Column("task_id", sa.Text),
        sa.Column("map_index", sa.Integer),
        sa.Column("try_number", sa.Integer),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("score", sa.Double),
        sa.Column("passed", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("errored", sa.Integer, nullable=False),
        sa.Column("skipped", sa.Integer, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
    )
    op.create_index("runs_by_task", "runs", ["dag_id", "dag_run_id", "task_id", "map_index", "try_number"])


def _make_executions() -> None:
    op.create_table(
        "test_executions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("started_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("run_id", sa.Uuid, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("test_id", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("dimension", sa.Text, nullable=False),
        sa.Column("dataset", sa.Text, nullable=False),
        sa.Column("conn_id", sa.Text),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("value", sa.Double),
        sa.Column("checked", sa.BigInteger),
        sa.Column("failing", sa.BigInteger),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("duration_ms", sa.Double, nullable=False),
        sa.Column("statement", sa.String(64), sa.ForeignKey("statements.hash")),
        sa.Column("exact_value", sa.Text),
        sa.Column("bounds", sa.Text),
        sa.Column("judgements", sa.Text, nullable=False),
        sa.Column("check_spec", sa.Text, nullable=False),
        sa.Column("dataset_spec", sa.Text, nullable=False),
        sa.Column("plan_facts", sa.Text, nullable=False),
    )
    op.create_index("test_executions_by_test", "test_executions", ["test_id", "started_at"])
    op.create_index("test_executions_by_run", "test_executions", ["run_id"])


def _make_measurements() -> None:
    op.create_table(
        "measurements",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("started_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("execution_id", sa.Uuid, nullable=False),
        sa.Column("test_id", sa.Text, nullable=False),
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("value", sa.Double),
        sa.Column("exact_value", sa.Text),
    )
    op.create_index("measurements_by_execution", "measurements", ["execution_id"])
