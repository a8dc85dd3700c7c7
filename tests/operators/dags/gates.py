"""One DAG for each way in which a gate is used; the tests of the operator run them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Param, task

from airflow_data_quality import Completeness, DataQualityOperator, Dataset, Uniqueness, Volume

EMAIL = Completeness(column="email")

for gate in ("fail", "skip", "continue"):
    with DAG(f"gate_{gate}", schedule=None, params={"table": "orders"}):
        quality = DataQualityOperator(
            task_id="quality",
            conn_id="warehouse",
            table="{{ params.table }}",
            checks=[Volume(min=1), EMAIL],
            gate=gate,  # type: ignore[arg-type]
            history_key="orders",
        )

        @task
        def publish() -> str:
            return "published"

        quality >> publish()

with DAG("retried", schedule=None):
    for name, again in (("never", False), ("again", True)):
        DataQualityOperator(
            task_id=name,
            conn_id="warehouse",
            table="orders",
            checks=[EMAIL],
            retries=1,
            retry_delay=timedelta(seconds=0),
            retry_on_failure=again,
        )

with DAG("errored", schedule=None):
    DataQualityOperator(
        task_id="quality", conn_id="warehouse", table="orders", checks=[Volume(min=1), Completeness(column="emial")]
    )

with DAG("mapped", schedule=None):
    DataQualityOperator.partial(task_id="tables", conn_id="warehouse", checks=[EMAIL], gate="continue").expand(
        table=["orders", "clean"]
    )
    DataQualityOperator.partial(task_id="datasets", conn_id="warehouse", checks=[Volume(min=1)]).expand_kwargs(
        [{"table": "orders", "where": "id < 10"}, {"dataset": Dataset(query="SELECT 1 AS one").spec()}]
    )
    DataQualityOperator.partial(task_id="checks", conn_id="warehouse", table="orders").expand(
        checks=[[{"volume": {"min": 1}}], [{"uniqueness": ["id"]}]]
    )

with DAG("late", schedule=None):

    @task
    def make_checks() -> list[dict[str, Any]]:
        return [{"volume": {"min": 1}}, Uniqueness(columns=["id"]).spec()]

    DataQualityOperator(task_id="quality", conn_id="warehouse", table="orders", checks=make_checks())

with DAG(
    "templates",
    schedule=None,
    params={"share": "25.6%", "low": 10, "least": "5", "column": "email", "table": Param("orders", type="string")},
):
    DataQualityOperator(
        task_id="quality",
        conn_id="warehouse",
        table="{{ params.table }}",
        where="id > {{ params.low }} -- {# gone #}kept\n",
        checks=[
            Volume(min="{{ params.least }}", max="{{ params.least | int * 100 }}"),
            Completeness(column="{{ params.column }}", max_failing="{{ params.share }}"),
            Volume(name="literal", min=1, where="email <> '{% raw %}{{{% endraw %}'"),
        ],
    )

with DAG("suite_file", schedule=None, params={"low": 10}):
    DataQualityOperator(task_id="quality", conn_id="warehouse", suite="orders.yaml")
