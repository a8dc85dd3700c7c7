"""One DAG for each way in which a branch is taken."""

from __future__ import annotations

from airflow.sdk import DAG, TaskGroup, task, task_group

from airflow_data_quality import Completeness, DataQualityBranchOperator, Suite, Volume

EMAIL = Completeness(column="email")


@task
def publish() -> None: ...


@task
def quarantine() -> None: ...


@task(trigger_rule="none_failed_min_one_success")
def tell() -> None: ...


with DAG(
    "branch",
    schedule=None,
    params={"table": "orders", "severity": "error", "passed": "publish", "failed": "quarantine"},
    # What is meant for the gates of a DAG is nothing to its branches.
    default_args={"gate": "continue", "conn_id": "warehouse"},
):
    quality = DataQualityBranchOperator(
        task_id="quality",
        table="{{ params.table }}",
        checks=[Volume(min=1), {**EMAIL.spec(), "severity": "{{ params.severity }}"}],
        follow_if_passed=["{{ params.passed }}"],
        follow_if_failed="{{ params.failed }}",
    )
    quality >> [publish(), quarantine()] >> tell()

with DAG("branch_groups", schedule=None, params={"table": "orders"}):
    quality = DataQualityBranchOperator(
        task_id="quality",
        suite=Suite(name="orders", conn_id="warehouse", table="{{ params.table }}", checks=[EMAIL]),
        follow_if_passed=["release", "count"],
        follow_if_failed=[],
    )
    with TaskGroup("release") as release:
        publish() >> tell()

    @task
    def count() -> None: ...

    quality >> [release, count()]

with DAG("branch_in_mapped_group", schedule=None):

    @task_group
    def each(table: str) -> None:
        DataQualityBranchOperator(
            task_id="quality",
            conn_id="warehouse",
            table=table,
            checks=[EMAIL],
            follow_if_passed="each.publish",
            follow_if_failed="each.quarantine",
        ) >> [publish(), quarantine()]

    each.expand(table=["orders", "clean"])


@task
def publish_each(table: str) -> None: ...


@task
def quarantine_each(table: str) -> None: ...


for dag_id in ("branch_mapped", "branch_half_mapped"):
    with DAG(dag_id, schedule=None):
        tables = ["orders", "clean"]
        quality = DataQualityBranchOperator.partial(
            task_id="quality",
            conn_id="warehouse",
            checks=[EMAIL],
            follow_if_passed="publish_each",
            follow_if_failed=["quarantine_each"],
        ).expand(table=tables)
        quality >> [publish_each.expand(table=tables), quarantine_each.expand(table=tables)]
        if dag_id == "branch_half_mapped":
            quality >> tell()
