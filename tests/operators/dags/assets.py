"""Gates with assets among their outlets, and consumers of these assets."""

from __future__ import annotations

from airflow.sdk import DAG, Asset, AssetAlias, task

from airflow_data_quality import Completeness, DataQualityBranchOperator, DataQualityOperator, Volume
from airflow_data_quality.operators.require_quality import require_quality

CHECKS = [Volume(min=1), Completeness(column="email")]


@task
def publish() -> None: ...


for gate in ("fail", "skip", "continue"):
    with DAG(f"producer_{gate}", schedule=None, params={"table": "orders"}):
        DataQualityOperator(
            task_id="quality",
            conn_id="warehouse",
            table="{{ params.table }}",
            checks=CHECKS,
            gate=gate,  # type: ignore[arg-type]
            outlets=[Asset(f"orders_{gate}"), AssetAlias(f"alias_{gate}")],
        )
    with DAG(f"consumer_{gate}", schedule=[Asset(f"orders_{gate}")]):
        require_quality(Asset(f"orders_{gate}")) >> publish()

with DAG("producer_branch", schedule=None, params={"table": "orders"}):
    (
        DataQualityBranchOperator(
            task_id="quality",
            conn_id="warehouse",
            table="{{ params.table }}",
            checks=CHECKS,
            follow_if_passed="publish",
            follow_if_failed=[],
            outlets=[Asset("orders_branch")],
        )
        >> publish()
    )

with DAG("producer_mapped", schedule=None):
    DataQualityOperator.partial(
        task_id="quality", conn_id="warehouse", checks=CHECKS, gate="skip", outlets=[Asset("orders_mapped")]
    ).expand(table=["orders", "clean"])

ASSET = Asset("orders_continue")
with DAG("requires", schedule=None):
    require_quality(ASSET, task_id="half", min_score=0.5) >> publish()
    require_quality(ASSET, task_id="most", min_score=0.6)
    require_quality(ASSET, task_id="new", min_score=0, max_age="1d")
    require_quality(ASSET, task_id="old", min_score=0, max_age="1h")
    require_quality(ASSET, task_id="old_will_do", min_score=0.6, max_age="1h", missing="pass")
    require_quality(Asset("never_checked"), task_id="none")
    require_quality(Asset("never_checked"), task_id="none_will_do", missing="pass")
    require_quality(Asset.ref(name="orders_continue"), task_id="by_name", min_score=0.5)

with DAG("others", schedule=None):

    @task(outlets=[Asset("foreign"), ASSET])
    def emit(*, outlet_events: dict[Asset, object]) -> None:
        """Says of one asset what Airflow's own provider would, of the other nothing."""
        outlet_events[Asset("foreign")].extra = {"airflow.dataquality.result": {"score": 0.75}}  # type: ignore[attr-defined]

    emit() >> [
        require_quality(Asset("foreign"), task_id="enough", min_score=0.75),
        require_quality(Asset("foreign"), task_id="all", missing="pass"),
    ]
