"""What gates say in asset events, and whether consumers of the asset then run: in real DAG runs."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import Asset

from airflow_data_quality.operators.errors import CheckErrored, DataQualityFailed
from airflow_data_quality.operators.require_quality import require_quality
from tests.dag_runs import states

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def metadata(operators_dags: Any) -> Iterator[Any]:
    """A session with Airflow's metadata database, in which no asset has had an event; consumers are not paused."""
    from airflow.models.asset import AssetDagRunQueue, AssetEvent
    from airflow.models.dag import DagModel
    from airflow.settings import Session

    with Session() as session:
        for table in (AssetDagRunQueue, AssetEvent):
            session.query(table).delete()
        session.query(DagModel).filter(DagModel.dag_id.like("consumer_%")).update({"is_paused": False})
        session.commit()
        yield session


def events(metadata: Any) -> list[Any]:
    from airflow.models.asset import AssetEvent

    metadata.expire_all()
    return list(metadata.query(AssetEvent).order_by(AssetEvent.id))


def age(metadata: Any, by: timedelta) -> None:
    """Makes all events older than they are."""
    for event in events(metadata):
        event.timestamp -= by
    metadata.commit()


def woken(metadata: Any) -> set[str]:
    """The DAGs that the scheduler would start for what has happened to their assets."""
    from airflow.models.asset import AssetDagRunQueue

    return {dag_id for (dag_id,) in metadata.query(AssetDagRunQueue.target_dag_id)}


# What a gate says -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gate", ["fail", "skip"])
def test_a_gate_that_closes_emits_no_event_and_wakes_no_consumer(run_dag: Callable[..., Any], metadata: Any, gate: str) -> None:
    run_dag(f"producer_{gate}")
    assert events(metadata) == []
    assert woken(metadata) == set()


@pytest.mark.parametrize("gate", ["fail", "skip", "continue"])
def test_good_data_says_so_and_wakes_the_consumer(run_dag: Callable[..., Any], metadata: Any, gate: str) -> None:
    run = run_dag(f"producer_{gate}", table="clean")
    (event,) = events(metadata)  # none of the alias
    assert event.asset.name == f"orders_{gate}"
    told = event.extra["data_quality"]
    assert (told["verdict"], told["score"]) == ("passed", 1.0)
    assert event.extra["airflow.dataquality.result"] == {"score": 1.0}
    assert woken(metadata) == {f"consumer_{gate}"}
    assert run.get_task_instance("quality").xcom_pull(task_ids="quality")["run_id"] == told["run_id"]


def test_a_gate_that_continues_says_what_it_let_through(run_dag: Callable[..., Any], metadata: Any) -> None:
    run = run_dag("producer_continue")
    (event,) = events(metadata)
    told = event.extra["data_quality"]
    assert set(told) == {"run_id", "verdict", "score", "counts", "link"}
    assert (told["verdict"], told["score"]) == ("failed", 0.5)
    assert told["counts"] == {"passed": 1, "failed": 1, "errored": 0, "skipped": 0}
    assert event.extra["airflow.dataquality.result"] == {"score": 0.5}
    assert "/dags/producer_continue/runs/manual__" in told["link"]
    assert told["link"].endswith("/tasks/quality?try_number=1")
    assert woken(metadata) == {"consumer_continue"}
    assert states(run) == {"quality": ["success"]}
    assert states(run_dag("consumer_continue")) == {"require_quality": ["failed"], "publish": ["upstream_failed"]}


def test_a_branch_says_what_it_followed(run_dag: Callable[..., Any], metadata: Any) -> None:
    run_dag("producer_branch")
    assert [event.extra["data_quality"]["verdict"] for event in events(metadata)] == ["failed"]


def test_each_mapped_gate_speaks_for_itself(run_dag: Callable[..., Any], metadata: Any) -> None:
    assert states(run_dag("producer_mapped")) == {"quality": ["skipped", "success"]}
    (event,) = events(metadata)
    assert event.extra["data_quality"]["verdict"] == "passed"
    assert event.extra["data_quality"]["link"].endswith("/tasks/quality/mapped/1?try_number=1")


def test_where_nothing_was_checked_there_is_no_score(warehouse: Any, store: Any) -> None:
    from airflow.sdk.execution_time.context import OutletEventAccessors

    from airflow_data_quality import DataQualityOperator

    asset = Asset("orders")
    told = OutletEventAccessors()
    told[asset].extra["mine"] = 1
    gate = DataQualityOperator(
        task_id="quality", conn_id="warehouse", table="orders", checks=[], allow_empty=True, outlets=[asset]
    )
    gate.execute({"outlet_events": told})
    assert set(told[asset].extra) == {"mine", "data_quality"}
    assert told[asset].extra["data_quality"]["score"] is None


# What a consumer requires ---------------------------------------------------------------------------------------------


def test_a_consumer_goes_on_only_when_the_newest_result_is_good_enough(run_dag: Callable[..., Any], metadata: Any) -> None:
    run_dag("producer_continue")
    age(metadata, timedelta(hours=2))
    run_dag("others")  # an event of the asset that says nothing of its quality
    assert states(run_dag("requires")) == {
        "half": ["success"],
        "publish": ["success"],
        "most": ["failed"],
        "new": ["success"],
        "old": ["failed"],
        "old_will_do": ["success"],
        "none": ["failed"],
        "none_will_do": ["success"],
        "by_name": ["success"],
    }


def test_a_newer_result_replaces_an_older_one(run_dag: Callable[..., Any], metadata: Any) -> None:
    run_dag("producer_continue")
    age(metadata, timedelta(hours=2))
    run_dag("producer_continue", table="clean")
    run = run_dag("requires")
    assert states(run)["most"] == states(run)["old"] == ["success"]
    told = run.get_task_instance("most").xcom_pull(task_ids="most")
    assert (told["verdict"], told["score"]) == ("passed", 1.0)
    assert told["at"] == events(metadata)[-1].timestamp.isoformat()


def test_results_of_airflows_own_provider_count_by_their_score(run_dag: Callable[..., Any], metadata: Any) -> None:
    assert states(run_dag("others")) == {"emit": ["success"], "enough": ["success"], "all": ["failed"]}


class Event:
    """An asset event as Airflow gives it, in so far as it is read."""

    def __init__(self, **told: Any) -> None:
        self.timestamp, self.extra = datetime.now(timezone.utc), {"data_quality": told} if told else None


def required(*events: Event, **arguments: Any) -> Any:
    """Asks for the quality of an asset with these events, the oldest first, as Airflow 3.1 gives them."""
    asset = Asset("orders")
    return require_quality(asset, **arguments).execute({"inlet_events": {asset: events}})


@pytest.mark.parametrize("verdict", ["passed", "warned"])
def test_without_min_score_the_verdict_decides(verdict: str) -> None:
    assert required(Event(verdict="failed", score=0.9), Event(verdict=verdict, score=0.5))["verdict"] == verdict
    for bad in ("failed", "errored"):
        with pytest.raises(DataQualityFailed, match=f"its verdict is {bad}; see http://here"):
            required(Event(verdict=verdict), Event(verdict=bad, score=0.9, link="http://here"), Event())


def test_a_score_is_good_enough_up_to_what_floats_cannot_hold() -> None:
    assert required(Event(verdict="failed", score=1 - 4 / 5), min_score=0.2)
    with pytest.raises(DataQualityFailed, match=r"its score is None, required is 0\.2"):
        required(Event(verdict="passed", score=None), min_score=0.2)


def test_what_is_not_known_is_retried_like_any_fault() -> None:
    with pytest.raises(CheckErrored, match=r"no event of 'orders' says anything of its quality.*missing='pass'"):
        required(Event())
    assert required(Event(), missing="pass") is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"asset": "orders"}, "asset is 'orders'; give an Asset"),
        ({"min_score": 95}, "min_score is 95; it is a number from 0 to 1"),
        ({"min_score": True}, "min_score is True"),
        ({"min_score": "0.9"}, "min_score is '0.9'"),
        ({"max_age": 2}, "2 has no unit"),
        ({"missing": "run"}, "missing is 'run'; it is one of fail, pass"),
    ],
)
def test_what_cannot_be_meant_is_refused_when_the_dag_is_parsed(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError) as refused:
        require_quality(**{"asset": Asset("orders"), **arguments})
    assert str(refused.value).startswith(says)


# As the docs say it ---------------------------------------------------------------------------------------------------

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "assets.md").read_text(encoding="utf-8")


def test_the_docs_examples_build() -> None:
    names: dict[str, Any] = {}
    for block in re.findall(r"^```python\n(.*?)^```", DOCS, flags=re.M | re.S):
        exec(block, names)
    assert names["orders"] == Asset("orders")


def test_every_argument_is_in_the_docs() -> None:
    section = DOCS.split("## Requiring quality")[1].split("## OpenLineage")[0]
    described = [name for name in inspect.signature(require_quality).parameters if f"| `{name}` |" in section]
    assert described == [name for name in inspect.signature(require_quality).parameters if name != "kwargs"]
