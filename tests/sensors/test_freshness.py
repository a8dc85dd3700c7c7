"""The sensor that waits until a dataset is fresh."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowSensorTimeout, TaskDeferred
from pydantic import ValidationError

from airflow_data_quality import FreshnessSensor
from airflow_data_quality.core.errors import DefinitionError

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def deliveries(warehouse: Any) -> Any:
    """The table ``deliveries``, whose newest row is three hours old in store 1, older in store 2."""
    warehouse.execute(
        "CREATE TABLE deliveries AS SELECT 1 AS store, now() - interval '3 hours' AS at, current_date AS day",
        "INSERT INTO deliveries VALUES (2, now() - interval '9 days', current_date)",
    )
    return warehouse


def sensor(**arguments: Any) -> FreshnessSensor:
    given = {"conn_id": "warehouse", "table": "deliveries", "column": "at", "max_age": "2h", "history_key": "deliveries"}
    return FreshnessSensor(task_id="fresh", **{**given, **arguments})


def test_old_data_is_waited_for_and_the_error_says_how_old_it_is(deliveries: Any, store: Any) -> None:
    told = r"deliveries/freshness\(at\): newest at is 3h.* old \(.* UTC\), allowed 2h"
    with pytest.raises(AirflowSensorTimeout, match=told):
        sensor(timeout=0).execute({})
    with pytest.raises(TaskDeferred):
        sensor(deferrable=True).execute({})
    deliveries.execute("INSERT INTO deliveries VALUES (1, now(), NULL)")
    summary = sensor(timeout=0).execute({})
    assert (summary["verdict"], summary["counts"]["passed"]) == ("passed", 1)


def test_nothing_but_its_own_question_is_asked(deliveries: Any, store: Any) -> None:
    summary = sensor(max_age=timedelta(days=1)).execute({})
    run = store.run(summary["run_id"])
    assert [e.test_id for e in run.executions] == ["deliveries/freshness(at)"]
    assert len(run.plan.statements) == 1


def test_a_dataset_has_its_filter_and_its_time_zone(deliveries: Any, store: Any) -> None:
    with pytest.raises(AirflowSensorTimeout, match=r"is 9d.* old"):
        sensor(where="store = 2", timeout=0).execute({})
    dataset = {"query": "SELECT at AS seen FROM deliveries WHERE store = 1", "conn_id": "warehouse"}
    assert sensor(table=None, conn_id=None, dataset=dataset, column="seen", max_age="4h").execute({})["verdict"] == "passed"
    sensor(column="day", max_age="3d", timezone="Pacific/Auckland").execute({})


def test_an_empty_table_and_one_that_is_not_there_are_waited_for(deliveries: Any, store: Any) -> None:
    with pytest.raises(AirflowSensorTimeout, match="no rows to measure: no at up to"):
        sensor(where="store = 3", timeout=0).execute({})
    with pytest.raises(AirflowSensorTimeout, match="no table or view 'deliverie'; did you mean 'deliveries'"):
        sensor(table="deliverie", timeout=0).execute({})


def test_what_cannot_be_meant_is_refused_when_the_dag_is_read() -> None:
    with pytest.raises(ValidationError, match="has no unit"):
        sensor(max_age=2)
    with pytest.raises(ValidationError, match="is no time zone"):
        sensor(timezone="Mars/North")
    with pytest.raises(DefinitionError, match="FreshnessSensor takes no checks=: use DataQualitySensor"):
        sensor(checks=[])
    with pytest.raises(DefinitionError, match="give exactly one of table= and dataset="):
        sensor(table=None)
    assert sensor(max_age="{{ params.age }}").checks[0]["max_age"] == "{{ params.age }}"
