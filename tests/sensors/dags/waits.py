"""One DAG for each way of waiting; the tests of the sensors run them."""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, task

from airflow_data_quality import Completeness, DataQualitySensor, OutcomeSensor, Volume

MODES: dict[str, dict[str, Any]] = {
    "poke": {"poke_interval": 0.1},
    "reschedule": {"poke_interval": 0.1, "mode": "reschedule"},
    "deferred": {"poke_interval": 0.1, "deferrable": True},
}

for name, mode in MODES.items():
    for ending, soft_fail in (("", False), ("_softly", True)):
        with DAG(f"waits_{name}{ending}", schedule=None, params={"table": "arrivals"}):
            quality = DataQualitySensor(
                task_id="quality",
                conn_id="warehouse",
                table="{{ params.table }}",
                checks=[Volume(min=3), Completeness(column="email")],
                history_key="arrivals",
                timeout=1 if ending else 3600,
                soft_fail=soft_fail,
                retries=0,
                **mode,
            )

            @task
            def publish(summary: Any) -> str:
                return str(summary["verdict"])

            publish(quality.output)

with DAG("waits_mapped", schedule=None):
    DataQualitySensor.partial(task_id="quality", conn_id="warehouse", checks=[Volume(min=3)], timeout=0, retries=0).expand(
        table=["arrivals", "orders"]
    )

for name, mode in MODES.items():
    with DAG(
        f"outcome_{name}", schedule=None, params={"tests": ["shop/q/volume", "shop/q/email"]}, render_template_as_native_obj=True
    ):
        waits = OutcomeSensor(task_id="quality", tests="{{ params.tests }}", timeout=3600, retries=0, **mode)

        @task
        def publish(summary: Any) -> str:
            return str(summary["verdict"])

        publish(waits.output)
