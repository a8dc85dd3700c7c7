"""What Alembic runs to migrate: on the connection that it is handed, within the transaction that is open there."""

from __future__ import annotations

from alembic import context

from airflow_data_quality.core.stores.results.tables import metadata
from airflow_data_quality.core.stores.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
