"""The tables as the code reads and writes them; ``migrations`` makes them.

Types are those that every database has: moments are texts of one width, for some keep no microseconds; what is searched by
is short enough for any index, and compared letter by letter.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Unicode, UnicodeText
from sqlalchemy.dialects import mssql, mysql

from airflow_data_quality.core.stores.configs.base import Kind
from airflow_data_quality.core.stores.schema import History

metadata = MetaData()
HISTORY = History("configs", "config store", head="0001", version_table="data_quality_config_version", metadata=metadata)

key = (
    Unicode(250)
    .with_variant(mysql.VARCHAR(250, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")
    .with_variant(mssql.NVARCHAR(250, collation="Latin1_General_BIN2"), "mssql")
)
long = UnicodeText().with_variant(mysql.LONGTEXT(charset="utf8mb4"), "mysql", "mariadb")
moment = Unicode(27)


def _documents(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", key, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("document", long),  # JSON; NULL once it is deleted
        Column("updated_at", moment, nullable=False),
        Column("schema_version", Integer, nullable=False),
    )


documents: Mapping[Kind, Table] = {"test": _documents("tests"), "connection": _documents("connections")}

audit_log = Table(
    "audit_log",
    metadata,
    Column("kind", Unicode(20), primary_key=True),
    Column("id", key, primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("at", moment, nullable=False),
    Column("by", long, nullable=False),
    Column("before", long),
    Column("after", long),
    Index("audit_log_by_time", "at"),
)

revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: there is one row
    Column("number", BigInteger, nullable=False),
)
