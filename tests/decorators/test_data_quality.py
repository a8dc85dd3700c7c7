"""``@task.data_quality`` by itself: what it refuses, when the DAG is parsed and when the function has returned."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest
from airflow.sdk import DAG

from airflow_data_quality import Suite, Volume
from airflow_data_quality.core.errors import DefinitionError, UnresolvedTemplate
from airflow_data_quality.decorators.data_quality import data_quality_task
from airflow_data_quality.operators.errors import CheckErrored
from tests.dag_runs import killed

pytestmark = pytest.mark.filterwarnings("ignore")

ORDERS = {"conn_id": "warehouse", "table": "orders"}


def nothing() -> Any: ...


def made(function: Callable[..., Any], *args: Any, **arguments: Any) -> Any:
    """The operator of a decorated function's call."""
    with DAG("made", schedule=None):
        return data_quality_task(**{"task_id": "quality", **ORDERS, **arguments})(function)(*args).operator


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"checks": [Volume(min=1)]}, "what the function of @task.data_quality returns is checked; leave out checks="),
        ({"suite": "orders.yaml"}, "leave out suite="),
        ({"dataset": {"table": "orders"}}, "give exactly one of table= and dataset="),
        ({"dataset": {"table": "orders"}, "where": "x", "table": None}, "where= goes with table="),
        ({"conn_id": None}, "give conn_id="),
        ({"gate": "stop"}, "gate is 'stop'"),
        ({"statement_timeout": "soon"}, "soon"),
    ],
)
def test_what_cannot_be_meant_is_refused_when_the_dag_is_parsed(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        made(nothing, **arguments)


def test_a_coroutine_is_refused_when_the_dag_is_parsed() -> None:
    async def quality() -> Any: ...

    with pytest.raises(DefinitionError, match="is a coroutine; write def"):
        made(quality)


def test_arguments_must_fit_the_function_when_the_dag_is_parsed() -> None:
    with pytest.raises(TypeError, match="too many positional arguments"):
        made(nothing, "orders")


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        (None, r"returned None; it must return a check, a list of checks, a suite or the path of a suite file"),
        (1, "returned 1; it must return"),
        ((Volume(min=n) for n in range(2)), "returned <generator"),
        ([], r"the list of checks is empty \(allow_empty=True lets it pass\)"),
        ([None], "None is no check"),
        ([Volume(min=1), Volume(max=5)], "give each a name="),
        ({"volum": 1}, "did you mean 'volume'"),
        ("absent.yaml", "absent.yaml"),
        (Suite(name="s", table="orders", checks=[Volume(min=1)]), "the suite says what is checked; leave out table"),
        ({"checks": [Volume(min=1)]}, "give exactly one of table, dataset and datasets"),
        ({"table": "orders", "check": [Volume(min=1)]}, "a check is {type"),
    ],
)
def test_what_cannot_be_meant_is_refused_when_it_is_returned(warehouse: Any, store: Any, returned: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        made(lambda: returned).execute({})


def test_without_a_table_the_function_must_return_a_suite(warehouse: Any) -> None:
    with pytest.raises(DefinitionError, match="give exactly one of table= and dataset="):
        made(lambda: Volume(min=1), table=None).execute({})


@pytest.mark.parametrize("returned", [Volume(min="{{ params.least }}"), [{"volume": {"min": 1, "where": "a = '{{ ds }}'"}}]])
def test_what_is_returned_is_not_rendered(returned: Any) -> None:
    with pytest.raises(UnresolvedTemplate, match=r"holds a template, but what the function .* returns is not rendered"):
        made(lambda: returned).execute({})


def test_no_checks_pass_only_when_allowed(warehouse: Any, store: Any) -> None:
    assert made(list, allow_empty=True).execute({})["verdict"] == "passed"
    with pytest.raises(DefinitionError, match="returned None"):
        made(nothing, allow_empty=True).execute({})


def test_what_the_function_raises_is_raised() -> None:
    def quality() -> Any:
        raise LookupError("no checks today")

    with pytest.raises(LookupError, match="no checks today"):
        made(quality).execute({})


def test_on_kill_stops_the_query_in_the_database(warehouse: Any, store: Any) -> None:
    slow = made(lambda: Volume(min=1, where="pg_sleep(0.5) IS NOT NULL"))
    with killed(slow, warehouse), pytest.raises(CheckErrored, match="the task was stopped"):
        slow.execute({})


def test_a_dag_with_decorated_tasks_is_serialized_and_pickled(dags: dict[str, Any]) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    for dag_id in ("called", "made_mapped"):
        serialized = DagSerialization.from_dict(DagSerialization.to_dict(dags[dag_id]))
        assert set(serialized.task_ids) == set(dags[dag_id].task_ids)
    quality = DagSerialization.from_dict(DagSerialization.to_dict(dags["called"])).get_task("quality")
    assert (quality.operator_name, quality.table[:2]) == ("@task.data_quality", "{{")
    assert pickle.loads(pickle.dumps(made(nothing).gate)) == "fail"


def test_airflow_knows_the_decorator() -> None:
    from airflow.sdk import task

    @task.data_quality(**ORDERS)
    def quality() -> Any: ...

    with DAG("known", schedule=None):
        assert type(quality().operator).__name__ == "DataQualityDecoratedOperator"
