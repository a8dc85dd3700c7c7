"""What was measured of a test over time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, desc, select

from airflow_data_quality.core.model.execution import Outcome
from airflow_data_quality.core.model.value import read_scalar
from airflow_data_quality.core.stores.pages import Page
from airflow_data_quality.core.stores.results.answers import Measured
from airflow_data_quality.core.stores.results.keys import test_key
from airflow_data_quality.core.stores.results.paging import behind, cut
from airflow_data_quality.core.stores.results.tables import measurements, test_executions


def page_of_measurements(
    connection: Connection,
    test_id: str,
    metric: str | None,
    since: datetime | None,
    until: datetime | None,
    cursor: str | None,
    limit: int,
) -> Page[Measured]:
    """Returns measurements of a test, newest first; ``since`` is included, ``until`` is not."""
    order = (measurements.c.started_at, measurements.c.id)
    wanted = [measurements.c.test_key == test_key(test_id), *behind(order, cursor, limit, newest_first=True)]
    if metric is not None:
        wanted.append(measurements.c.metric == metric)
    if since is not None:
        wanted.append(measurements.c.started_at >= since)
    if until is not None:
        wanted.append(measurements.c.started_at < until)
    ask = select(measurements).where(*wanted).order_by(*map(desc, order)).limit(limit + 1)
    rows, following = cut(connection.execute(ask).all(), limit, lambda row: (row.started_at, row.id))
    if not rows:
        return Page(())
    outcomes = _outcomes(connection, test_id, rows[-1].started_at, rows[0].started_at)
    items = [
        Measured(
            row.started_at, row.metric, read_scalar(row.exact_value), row.value, row.execution_id, outcomes.get(row.execution_id)
        )
        for row in rows
    ]
    return Page(items, following)


def _outcomes(connection: Connection, test_id: str, first: datetime, last: datetime) -> dict[UUID, Outcome]:
    found = test_executions.c
    of_test = select(found.id, found.outcome).where(found.test_key == test_key(test_id), found.started_at.between(first, last))
    return {row.id: row.outcome for row in connection.execute(of_test)}
