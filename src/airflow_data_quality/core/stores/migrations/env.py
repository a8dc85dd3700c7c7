"""What Alembic runs to migrate: on the connection that it is handed, within the transaction that is open there."""

from __future__ import annotations

from alembic import context

options = context.config.attributes
context.configure(
    connection=options["connection"],
    version_table=options["version_table"],
    version_table_schema=options["lies_in"],
    transactional_ddl=True,
)
context.run_migrations()
