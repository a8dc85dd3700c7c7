"""Two DAGs that know each other only by what is good: one makes data and checks it, the other waits.

`example_sensor_across_dags` loads orders, waits until they are fresh and complete, and asks whether they are good.
`example_sensor_across_dags_reports` is another team's: it waits until the tests of the first one have passed, whoever ran them
and wherever, and measures nothing again. `up_to_date` does not wait: it decides at once, from outcomes of the last hour.

A sensor that is `deferrable` holds no worker while it waits. Give it `retries=1` or more: Airflow 3.3 may take the end of a
short deferral for the end of the task (apache/airflow issue 72716).

It needs a connection `warehouse`: PostgreSQL or SQLite.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, Param, task

from airflow_data_quality import (
    Completeness,
    DataQualityOperator,
    DataQualitySensor,
    FreshnessSensor,
    OutcomeGate,
    OutcomeSensor,
    Volume,
)

WAIT: dict[str, Any] = {"deferrable": True, "poke_interval": 60, "timeout": timedelta(hours=6), "retries": 1}

with DAG(
    "example_sensor_across_dags",
    schedule=None,
    params={"broken": Param(False, type="boolean", description="whether an order comes without an email address")},
    tags=["example", "data quality"],
    doc_md=__doc__,
):
    load = SQLExecuteQueryOperator(
        task_id="load",
        conn_id="warehouse",
        sql=[
            "DROP TABLE IF EXISTS awaited_orders",
            "CREATE TABLE awaited_orders (id integer, email varchar(80), created_at timestamp)",
            "INSERT INTO awaited_orders VALUES (1, 'ann@example.org', CURRENT_TIMESTAMP)",
            "INSERT INTO awaited_orders VALUES (2, {{ 'NULL' if params.broken else \"'bob@example.org'\" }}, CURRENT_TIMESTAMP)",
        ],
    )

    fresh = FreshnessSensor(
        task_id="fresh", conn_id="warehouse", table="awaited_orders", column="created_at", max_age="1d", **WAIT
    )

    complete = DataQualitySensor(
        task_id="complete", conn_id="warehouse", table="awaited_orders", checks=[Volume(min=2)], soft_fail=True, **WAIT
    )

    quality = DataQualityOperator(
        task_id="quality",
        conn_id="warehouse",
        table="awaited_orders",
        checks=[Volume(min=1), Completeness(column="email")],
        history_key="awaited_orders",
    )

    load >> [fresh, complete] >> quality

TESTS = ["awaited_orders/volume", "awaited_orders/completeness(email)"]

with DAG("example_sensor_across_dags_reports", schedule=None, tags=["example", "data quality"], doc_md=__doc__):
    orders_passed = OutcomeSensor(
        task_id="orders_passed", tests=TESTS, since="{{ dag_run.run_after - macros.timedelta(hours=1) }}", **WAIT
    )

    up_to_date = OutcomeGate(task_id="up_to_date", tests=TESTS, max_age="1h", gate="skip")

    @task
    def report() -> None:
        """Runs only when the orders are good."""

    orders_passed >> up_to_date >> report()
