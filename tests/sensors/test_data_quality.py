"""The sensor that waits until checks hold: in each mode in real DAG runs, and by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowSensorTimeout
from airflow.sdk import DAG

from airflow_data_quality import Completeness, CustomSql, DataQualitySensor, Referential, Volume
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.operators.errors import CheckErrored
from airflow_data_quality.sensors import waiting
from tests.dag_runs import killed, states

pytestmark = pytest.mark.filterwarnings("ignore")

MODES = ("poke", "reschedule", "deferred")
VOLUME = "arrivals/volume"


@pytest.fixture
def after_pokes(store: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], Any]], None]:
    """Lets something happen as soon as so many pokes are kept."""

    def arrange(pokes: int, act: Callable[[], Any]) -> None:
        write, written = type(store).write, []

        def written_then(store: Any, run: Any) -> bool:
            done: bool = write(store, run)
            written.append(run.id)
            if len(written) == pokes:
                act()
            return done

        monkeypatch.setattr(type(store), "write", written_then)

    return arrange


@pytest.fixture
def arrivals(warehouse: Any) -> Any:
    """The table ``arrivals``, with two orders of three, of which one has no email yet."""
    warehouse.execute(
        "CREATE TABLE arrivals AS SELECT 1 AS id, 'a@x.org' AS email, now() AS at",
        "INSERT INTO arrivals VALUES (2, NULL, now() - interval '3 hours')",
    )
    return warehouse


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits end when they are told to: no scheduler is busy here."""
    monkeypatch.setattr(waiting, "SOONEST", timedelta(0))


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("mode", MODES)
def test_it_waits_for_rows_that_come_and_each_poke_is_a_run_of_its_own(
    run_dag: Callable[..., Any], store: Any, arrivals: Any, after_pokes: Callable[..., None], mode: str
) -> None:
    def arrive() -> None:
        arrivals.execute("UPDATE arrivals SET email = 'b@x.org'; INSERT INTO arrivals VALUES (3, 'c@x.org', now())")

    after_pokes(2, arrive)
    run = run_dag(f"waits_{mode}")
    assert states(run) == {"quality": ["success"], "publish": ["success"]}
    last, *before = store.executions_of_test(VOLUME)
    assert (last.outcome, {e.outcome for e in before}) == ("passed", {"failed"})
    runs = [store.run(e.run_id) for e in (last, *before)]
    assert len({run.id for run in runs}) == len(runs) == 3
    assert {run.origin.try_number for run in runs} == {1}
    quality = run.get_task_instance("quality")
    assert quality.try_number == 1
    assert quality.xcom_pull(task_ids="quality") == runs[0].summary()
    assert run.get_task_instance("publish").xcom_pull(task_ids="publish") == "passed"


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("mode", MODES)
def test_a_table_that_is_not_there_yet_is_waited_for(
    run_dag: Callable[..., Any], store: Any, warehouse: Any, after_pokes: Callable[..., None], mode: str
) -> None:
    after_pokes(1, lambda: warehouse.execute("CREATE TABLE late AS SELECT * FROM clean"))
    run = run_dag(f"waits_{mode}", table="late")
    assert states(run) == {"quality": ["success"], "publish": ["success"]}
    assert [e.outcome for e in store.executions_of_test(VOLUME)] == ["passed", "errored"]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("mode", MODES)
def test_soft_fail_skips_at_the_timeout(run_dag: Callable[..., Any], store: Any, arrivals: Any, mode: str) -> None:
    run = run_dag(f"waits_{mode}_softly")
    assert states(run) == {"quality": ["skipped"], "publish": ["skipped"]}
    assert {e.outcome for e in store.executions_of_test(VOLUME)} == {"failed"}
    last = store.run(store.executions_of_test(VOLUME)[0].run_id)
    assert run.get_task_instance("quality").xcom_pull(task_ids="quality") == last.summary()


def test_each_mapped_sensor_waits_for_its_own(run_dag: Callable[..., Any], store: Any, arrivals: Any) -> None:
    run = run_dag("waits_mapped")
    assert states(run) == {"quality": ["failed", "success"]}
    (found,) = store.executions_of_task(dag_id="waits_mapped", run_id=run.run_id, task_id="quality", map_index=1)
    assert (found.test_id, found.outcome) == ("waits_mapped/quality/volume[orders]", "passed")


# By itself ------------------------------------------------------------------------------------------------------------


def sensor(**arguments: Any) -> DataQualitySensor:
    given = {"conn_id": "warehouse", "table": "arrivals", "checks": [Volume(min=3)], "history_key": "arrivals"}
    return DataQualitySensor(task_id="quality", **{**given, **arguments})


def test_at_the_timeout_it_says_what_it_saw_last(arrivals: Any, store: Any) -> None:
    told = r"waited .*, allowed 0s, and it is not there\. Seen last, at poke 1: "
    with pytest.raises(AirflowSensorTimeout, match=told) as raised:
        sensor(timeout=0).execute({})
    assert str(raised.value).endswith("1 of 1 checks do not hold: arrivals/volume: 2 rows, allowed: at least 3")


def test_what_cannot_be_asked_is_not_waited_for(arrivals: Any, store: Any) -> None:
    checks = [Volume(min=3), Completeness(column="emial"), Completeness(column="nmae", severity="warn")]
    with pytest.raises(CheckErrored, match=r"1 of 3 checks errored: arrivals/completeness\(emial\): .*did you mean 'email'"):
        sensor(checks=checks).execute({})


def test_a_table_that_a_check_refers_to_is_not_waited_for(arrivals: Any, store: Any) -> None:
    check = Referential(columns=["id"], to_table="customers", to_columns=["id"])
    with pytest.raises(CheckErrored, match="no table or view 'customers'"):
        sensor(checks=[check]).execute({})


def test_warnings_are_not_waited_for(arrivals: Any, store: Any) -> None:
    summary = sensor(checks=[Volume(min=3, severity="warn")]).execute({})
    assert (summary["verdict"], summary["failing"]) == ("warned", ["arrivals/volume"])


def test_a_suite_and_a_query_are_waited_for(arrivals: Any, store: Any) -> None:
    suite = {"name": "s", "conn_id": "warehouse", "table": "arrivals", "checks": [{"volume": {"min": 1}}]}
    assert sensor(checks=None, table=None, conn_id=None, history_key=None, suite=suite).execute({})["verdict"] == "passed"
    query = {"query": "SELECT * FROM arrivals WHERE email IS NULL", "conn_id": "warehouse"}
    with pytest.raises(AirflowSensorTimeout, match="1 row, allowed: at least 3"):
        sensor(table=None, conn_id=None, dataset=query, timeout=0).execute({})


def test_a_sensor_takes_no_gate_and_no_default_for_gates(arrivals: Any) -> None:
    with pytest.raises(DefinitionError, match="a sensor takes no gate=: it waits while the data is bad"):
        sensor(gate="skip")
    with pytest.raises(DefinitionError, match="a sensor takes no retry_on_failure="):
        sensor(retry_on_failure=True)
    with DAG("defaults", default_args={"gate": "continue", "poke_interval": 7}):
        made = sensor()
    assert (made.gate, made.poke_interval) == ("fail", 7)


def test_killed_while_it_asks_nothing_runs_on(warehouse: Any, store: Any) -> None:
    asking = sensor(checks=[CustomSql(name="slow", sql="SELECT pg_sleep(60)", min=1)], table="orders", silent_fail=True)
    with killed(asking, warehouse), pytest.raises(CheckErrored, match="the task was stopped"):
        asking.execute({})
    assert store.executions_of_test("arrivals/slow") == []
