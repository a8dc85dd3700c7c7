"""One DAG for each occasion on which people are told; the tests of the notifier run them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, task

from airflow_data_quality import Completeness, DataQualityNotifier, DataQualityOperator, Values, Volume

MAIL = DataQualityNotifier(email="{{ params.to }}", max_tests=2)
ALL = DataQualityNotifier(
    email="team@example.org", slack_webhook_conn_id="hook", slack_channel="#data", pagerduty_conn_id="pager"
)
EVERY: dict[str, Any] = {f"on_{when}_callback": MAIL for when in ("failure", "success", "retry", "skipped")}
CHECKS = [
    Volume(min=1),
    Completeness(column="email", max_failing="0.5%"),
    Completeness(column="emial", severity="warn"),
    Values(column="email", allowed=["b@x.org"], name="only <b>", severity="warn"),
]
TO = {"to": "ann@example.org"}


def quality(**given: Any) -> DataQualityOperator:
    return DataQualityOperator(**{"task_id": "quality", "conn_id": "warehouse", "table": "orders", "checks": CHECKS, **given})


with DAG("failing", schedule=None, default_args={"owner": "shop"}):
    quality(on_failure_callback=ALL)

with DAG("callbacks", schedule=None, params=TO, default_args=EVERY):
    quality(task_id="skipped", gate="skip")
    quality(task_id="went_on", gate="continue")
    quality(task_id="passed", checks=[Volume(min=1)])
    quality(task_id="retried", checks=CHECKS[1:2], retry_on_failure=True, retries=1, retry_delay=timedelta(seconds=0))
    quality(task_id="unpushed", checks=CHECKS[1:2], do_xcom_push=False)

    @task
    def foreign() -> None:
        raise ValueError("the file is not there\nsecond line")

    foreign()

with DAG("mapped", schedule=None, params=TO, default_args=EVERY):
    DataQualityOperator.partial(task_id="quality", conn_id="warehouse", checks=CHECKS[1:2]).expand(table=["orders", "clean"])

with DAG("whole", schedule=None, params=TO, on_failure_callback=MAIL, on_success_callback=MAIL):
    quality(gate="continue", checks=CHECKS[1:2]) >> foreign()

with DAG("whole_good", schedule=None, params=TO, on_failure_callback=MAIL, on_success_callback=MAIL):
    quality(checks=[Volume(min=1)])
