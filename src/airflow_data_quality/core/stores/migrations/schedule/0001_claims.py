"""Ticks and claims.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes both tables; there is no way back."""
    op.create_table(
        "ticks",
        sa.Column("name", sa.String(50), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "claims",
        sa.Column("test_key", sa.Uuid, primary_key=True),
        sa.Column("due_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("test_id", sa.Text, nullable=False),
        sa.Column("batch", sa.String(300), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("test", sa.Text, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("done_at", sa.DateTime(timezone=True)),
    )
    op.create_index("claims_by_batch", "claims", ["batch", "number"])
    still = sa.text("done_at IS NULL")
    op.create_index("claims_open", "claims", ["test_key"], sqlite_where=still, postgresql_where=still)
    op.create_index("claims_by_done", "claims", ["done_at"])
