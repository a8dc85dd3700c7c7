"""Gates and assets: DAGs that wait for data learn how good it is, and decide for themselves.

The gate has the asset among its outlets, and nobody else has: its event says what was found. As it only watches
(`gate="continue"`), it emits one for bad data too, and each consumer asks for as much quality as it needs. With `gate="fail"` or
`"skip"` there would be no event for bad data, and no consumer would start.

Start `example_asset_gating`; the consumer follows by itself (it must not be paused). Started with `{"broken": false}` the data is
good enough for all. It needs a connection `warehouse`: PostgreSQL or SQLite.
"""

from __future__ import annotations

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, Asset, Param, task

from airflow_data_quality import Completeness, DataQualityOperator, Uniqueness, Volume
from airflow_data_quality.operators.require_quality import require_quality

ORDERS = Asset("example_orders")

with DAG(
    "example_asset_gating",
    schedule=None,
    params={"broken": Param(True, type="boolean", description="whether an order comes without an email address")},
    tags=["example", "data quality"],
    doc_md=__doc__,
):
    load = SQLExecuteQueryOperator(
        task_id="load",
        conn_id="warehouse",
        sql=[
            "DROP TABLE IF EXISTS asset_gating_orders",
            "CREATE TABLE asset_gating_orders AS SELECT 1 AS id, 'ann@example.org' AS email"
            " UNION ALL SELECT 2, {{ 'NULL' if params.broken else \"'bob@example.org'\" }}",
        ],
    )

    quality = DataQualityOperator(
        task_id="quality",
        conn_id="warehouse",
        table="asset_gating_orders",
        checks=[Volume(min=1), Uniqueness(columns=["id"]), Completeness(column="email")],
        gate="continue",
        outlets=[ORDERS],
    )

    load >> quality

with DAG("example_asset_gating_consumer", schedule=[ORDERS], tags=["example", "data quality"], doc_md=__doc__):

    @task
    def count_orders() -> None:
        """Can do with some flaws: two of three checks must have passed, and not too long ago."""

    @task
    def send_invoices() -> None:
        """Can do with none."""

    require_quality(ORDERS, min_score=0.6, max_age="1d", task_id="good_enough") >> count_orders()
    require_quality(ORDERS, task_id="flawless") >> send_invoices()
