"""People are told: what is wrong and how bad, since when, and where to look.

The gate's callback mails what its checks found: `notifier_orders, completeness(email): 1 of 2 rows (50%) have no email …`.
A run of the DAG with `broken` off mails that all is well again. Any task may have the callback: `default_args` gives it to all.

It needs a connection `warehouse`, PostgreSQL or SQLite, and a mail server: `smtp_default`, with `from_email` in its extra. Slack
and PagerDuty are further arguments: `slack_webhook_conn_id=`, `slack_channel=`, `pagerduty_conn_id=`.
"""

from __future__ import annotations

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, Param, task

from airflow_data_quality import Completeness, DataQualityNotifier, DataQualityOperator, Volume

tell = DataQualityNotifier(email="{{ params.to }}")

with DAG(
    "example_notifier",
    schedule=None,
    default_args={"on_failure_callback": tell},
    params={
        "broken": Param(True, type="boolean", description="whether an order comes without an email address"),
        "to": Param("data-team@example.org", type="string", description="who is told"),
    },
    tags=["example", "data quality"],
    doc_md=__doc__,
):
    # Stands for whatever brings your data; who is told of its failure learns what it raised.
    load = SQLExecuteQueryOperator(
        task_id="load",
        conn_id="warehouse",
        sql=[
            "DROP TABLE IF EXISTS notifier_orders",
            "CREATE TABLE notifier_orders AS SELECT 1 AS id, 'ann@example.org' AS email"
            " UNION ALL SELECT 2, {{ 'NULL' if params.broken else \"'bob@example.org'\" }}",
        ],
    )

    quality = DataQualityOperator(
        task_id="quality",
        conn_id="warehouse",
        table="notifier_orders",
        checks=[Volume(min=1), Completeness(column="email")],
        on_success_callback=tell,
    )

    @task
    def publish() -> None:
        """Runs only when the data is good."""

    load >> quality >> publish()
