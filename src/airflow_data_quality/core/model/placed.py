"""Where a stored test's table lies."""

from __future__ import annotations

from airflow_data_quality.core.model.dataset import split_path
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest


def placed_behind(test: StoredTest, connection: RegisteredConnection | None) -> StoredTest:
    """Returns the test with its table in the connection's default schema, where it names no schema itself."""
    table = test.dataset.table
    if connection is None or not connection.default_schema or table is None or len(split_path(table)) > 1:
        return test
    dataset = test.dataset.model_copy(update={"table": f"{connection.default_schema}.{table.strip()}"})
    return test.model_copy(update={"dataset": dataset})
