"""One DAG for each thing that a function of ``@task.data_quality`` may return, and each way to call it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from airflow.sdk import DAG, task, task_group

from airflow_data_quality import Completeness, Suite, Uniqueness, Volume

EMAIL = Completeness(column="email")
CONNECTION = {"conn_id": "warehouse"}


@task
def publish() -> None: ...


RETURNED: dict[str, Any] = {
    "a_check": Volume(min=1),
    "plain_check": {"volume": {"min": 1}},
    "checks": [Volume(min=1), {"uniqueness": ["id"]}, {"type": "completeness", "column": "customer"}],
}
for name in RETURNED:
    with DAG(name, schedule=None):

        @task.data_quality(conn_id="warehouse", table="orders")
        def quality(of: str = name) -> Any:
            return RETURNED[of]

        quality() >> publish()

SUITES: dict[str, Any] = {
    "a_suite": Suite(name="orders", conn_id="warehouse", table="orders", checks=[Volume(min=1)]),
    "plain_suite": {"name": "orders", "conn_id": "warehouse", "table": "orders", "checks": [{"volume": {"min": 1}}]},
    "nameless_suite": {"dataset": {"table": "orders", "where": "id > 10"}, "conn_id": "warehouse", "checks": [Volume(max=90)]},
    "suite_file": "orders.yaml",
    "suite_path": Path("orders.yaml"),
}
for name in SUITES:
    with DAG(name, schedule=None, params={"low": 10}):

        @task.data_quality
        def quality(of: str = name) -> Any:
            return SUITES[of]

        quality()

for gate in ("fail", "skip", "continue"):
    with DAG(f"made_{gate}", schedule=None):

        @task.data_quality(conn_id="warehouse", table="orders", gate=gate, history_key="orders")
        def quality() -> dict[str, Any]:
            return {"completeness": "email"}

        quality() >> publish()

with DAG("called", schedule=None, params={"least": 5, "column": "email"}):

    @task
    def columns() -> list[str]:
        return ["id", "customer"]

    @task.data_quality(conn_id="warehouse", table="{{ params.table | default('orders') }}", where="id > {{ params.least }}")
    def quality(columns: list[str], email: str, *, most: int = 1000, params: Any = None, ti: Any = None, **context: Any) -> Any:
        assert ti.task_id == "quality"
        assert context["dag"].dag_id == "called"
        checks = [Completeness(column=column) for column in columns]
        return [*checks, Completeness(column=email, max_failing=25), Volume(min=params["least"], max=most)]

    quality(columns(), email="{{ params.column }}")

with DAG("overridden", schedule=None):

    @task.data_quality(conn_id="warehouse", table="orders")
    def volume() -> Any:
        return Volume(max=80)

    volume.override(task_id="clean", table="clean")()
    volume.override(task_id="orders", gate="continue")()

with DAG("made_mapped", schedule=None):

    @task
    def tables() -> list[str]:
        return ["orders", "clean"]

    @task.data_quality(conn_id="warehouse", gate="continue")
    def by_table(table: str, most: int) -> Any:
        return {"table": table, "checks": [EMAIL, Volume(max=most)]}

    by_table.partial(most=80).expand(table=tables())

    @task.data_quality(conn_id="warehouse", table="orders")
    def by_checks(checks: list[Any]) -> Any:
        return checks

    by_checks.expand(checks=[[{"volume": {"min": 1}}], [{"uniqueness": ["id"]}]])

    @task.data_quality(conn_id="warehouse")
    def by_dataset(dataset: dict[str, Any], label: str) -> Any:
        return {"dataset": dataset, "checks": [Volume(min=1)]}

    by_dataset.expand_kwargs(
        [
            {"dataset": {"table": "orders", "where": "id < 10"}, "label": "first"},
            {"dataset": {"table": "clean"}, "label": "second"},
        ]
    )

with DAG("made_in_mapped_group", schedule=None):

    @task_group
    def each(table: str) -> None:
        @task.data_quality(conn_id="warehouse", table=table)
        def quality(key: str, name: str) -> Any:
            return Uniqueness(columns=[key])

        quality("id", name=table)

    each.expand(table=["orders", "clean"])
