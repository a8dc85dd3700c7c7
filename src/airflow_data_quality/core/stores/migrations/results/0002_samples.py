"""Some of the failing rows, kept with the execution that found them.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the column; what was kept before has none."""
    op.add_column("test_executions", sa.Column("samples", sa.Text))
