"""Tests and connections as documents, the log of their changes, and the counter of all changes.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mssql, mysql

revision = "0001"
down_revision = None

KEY = (
    sa.Unicode(250)
    .with_variant(mysql.VARCHAR(250, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
    .with_variant(mssql.NVARCHAR(250, collation="Latin1_General_BIN2"), "mssql")
)
LONG = sa.UnicodeText().with_variant(mysql.LONGTEXT(charset="utf8mb4"), "mysql", "mariadb")
MOMENT = sa.Unicode(27)


def upgrade() -> None:
    """Makes the four tables; the counter has its row from the start."""
    for name in ("tests", "connections"):
        op.create_table(
            name,
            sa.Column("id", KEY, primary_key=True),
            sa.Column("version", sa.BigInteger, nullable=False),
            sa.Column("document", LONG),
            sa.Column("updated_at", MOMENT, nullable=False),
            sa.Column("schema_version", sa.Integer, nullable=False),
        )
    op.create_table(
        "audit_log",
        sa.Column("kind", sa.Unicode(20), primary_key=True),
        sa.Column("id", KEY, primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", LONG, nullable=False),
        sa.Column("before", LONG),
        sa.Column("after", LONG),
    )
    op.create_index("audit_log_by_time", "audit_log", ["at"])
    counter = op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(counter, [{"id": 1, "number": 0}])
