"""Write, audit, publish: nobody ever sees data that has not been checked.

New data is written into a table that no reader knows, checked there, and takes the place of the published table only when it is
good, by renaming in one transaction: readers see all of the old data or all of the new. Bad data stays where it is, to be looked
at, and readers keep what they had.

It needs a connection `warehouse`: PostgreSQL or SQLite.
"""

from __future__ import annotations

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, Param

from airflow_data_quality import Completeness, DataQualityOperator, Uniqueness, Volume

with DAG(
    "example_write_audit_publish",
    schedule=None,
    max_active_runs=1,  # there is one table to write into
    params={"broken": Param(True, type="boolean", description="whether an order comes without an email address")},
    tags=["example", "data quality"],
    doc_md=__doc__,
):
    load = SQLExecuteQueryOperator(
        task_id="load",
        conn_id="warehouse",
        sql=[
            "DROP TABLE IF EXISTS wap_orders_new",
            "CREATE TABLE wap_orders_new AS SELECT 1 AS id, 'ann@example.org' AS email"
            " UNION ALL SELECT 2, {{ 'NULL' if params.broken else \"'bob@example.org'\" }}",
        ],
    )

    audit = DataQualityOperator(
        task_id="audit",
        conn_id="warehouse",
        table="wap_orders_new",
        checks=[Volume(min=1), Uniqueness(columns=["id"]), Completeness(column="email")],
        # One history, whatever the table is called that is checked before it is the published one.
        history_key="wap_orders",
    )

    # The statements are one transaction: the hook commits after the last one. SQLite must be told, for by itself it begins none
    # before it changes a table; PostgreSQL has one already, and says so in a notice.
    publish = SQLExecuteQueryOperator(
        task_id="publish",
        conn_id="warehouse",
        sql=["BEGIN", "DROP TABLE IF EXISTS wap_orders", "ALTER TABLE wap_orders_new RENAME TO wap_orders"],
    )

    load >> audit >> publish
