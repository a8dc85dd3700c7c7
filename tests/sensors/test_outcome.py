"""The sensor that waits for outcomes that others have measured: in each mode in real DAG runs, and by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowSensorTimeout, AirflowSkipException, TaskDeferred

from airflow_data_quality import OutcomeSensor
from airflow_data_quality.core.errors import DefinitionError, StoreError
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from airflow_data_quality.hooks import stores
from airflow_data_quality.sensors import waiting
from airflow_data_quality.triggers.outcome import OutcomeTrigger
from tests.core.stores.samples import a_run, a_volume
from tests.dag_runs import states

pytestmark = pytest.mark.filterwarnings("ignore")

HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(timezone.utc)


def ran(store: Any, *test_ids: str, at: datetime | None = None, outcome: Any = "passed") -> None:
    run = a_run(test_ids=test_ids, at=at or now())
    executions = tuple(a_volume(run.id, test_id, at=run.started_at, outcome=outcome) for test_id in test_ids)
    store.write(run.model_copy(update={"executions": executions}))


@pytest.mark.parametrize("mode", ["poke", "reschedule", "deferred"])
def test_it_waits_until_what_failed_has_passed_since_the_run_was_due(
    run_dag: Callable[..., Any], store: Any, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """One test passed before the run was due, another failed after: neither is enough."""
    monkeypatch.setattr(waiting, "SOONEST", timedelta(0))
    ran(store, "shop/q/volume", at=now() - HOUR)
    ran(store, "shop/q/email", at=now() + HOUR, outcome="failed")
    looks: list[int] = []
    states_of = type(store).states_of

    def looked(store: Any, test_ids: Any) -> Any:
        looks.append(len(looks))
        if len(looks) == 3:
            ran(store, "shop/q/volume", at=now() + HOUR)
        if len(looks) == 5:
            ran(store, "shop/q/email", at=now() + 2 * HOUR)
        return states_of(store, test_ids)

    monkeypatch.setattr(type(store), "states_of", looked)
    run = run_dag(f"outcome_{mode}")
    assert states(run) == {"quality": ["success"], "publish": ["success"]}
    assert len(looks) == (6 if mode == "deferred" else 5)  # what the triggerer has seen, the task looks at itself
    assert run.get_task_instance("publish").xcom_pull(task_ids="publish") == "passed"


# By itself ------------------------------------------------------------------------------------------------------------


def sensor(**arguments: Any) -> OutcomeSensor:
    return OutcomeSensor(task_id="outcome", **{"tests": ["shop/q/volume"], "since": now() - HOUR, "timeout": 0, **arguments})


def test_the_error_says_which_tests_are_waited_for_and_why(store: Any) -> None:
    ran(store, "a", outcome="failed")
    ran(store, "b", at=now() - 3 * HOUR)
    ran(store, "c")
    with pytest.raises(AirflowSensorTimeout) as raised:
        sensor(tests=["a", "b", "c", "d"], since="2024-05-01 12:00", retries=1).execute({})
    assert "Seen last, at poke 1: 2 of 4 checks have not passed since 2024-05-01T12:00:00+00:00: a: " in str(raised.value)
    with pytest.raises(
        AirflowSkipException, match=r"3 of 4 checks have not passed since .*; b: was asked last 3h.* ago, at "
    ) as skip:
        sensor(tests=["a", "b", "c", "d"], soft_fail=True).execute({})
    assert "d: was never asked, or no test has this id" in str(skip.value)


def test_the_moment_is_when_the_dag_run_was_due_unless_it_is_given(store: Any) -> None:
    ran(store, "shop/q/volume", at=now() - HOUR)
    due = {"dag_run": SimpleNamespace(run_after=now() - 2 * HOUR)}
    assert sensor(since=None).execute(due)["verdict"] == "passed"
    late = {"dag_run": SimpleNamespace(run_after=now())}
    with pytest.raises(AirflowSensorTimeout):
        sensor(since=None).execute(late)
    for since in (now() - 2 * HOUR, (now() - 2 * HOUR).isoformat(), "2024-05-01", datetime(2024, 5, 1)):
        assert sensor(since=since).execute(late)["counts"]["passed"] == 1
    with pytest.raises(ValueError, match="'yesterday' is no moment"):
        sensor(since="yesterday").execute(late)


def test_stored_tests_are_meant_by_tag_and_by_table(store: Any) -> None:
    configs = stores.config_store()
    configs.create(RegisteredConnection.of({"id": "warehouse"}), by="ann")
    dataset = {"table": "public.orders", "conn_id": "warehouse"}
    for name in ("one", "two"):
        test = {"id": name, "check": {"volume": {"min": 1}}, "dataset": dataset, "tags": ["gold"]}
        configs.create(StoredTest.of(test), by="ann")
    ran(store, "one", "dag/q/coded")
    for meant in ({"tests": ["tag:gold"]}, {"tests": None, "conn_id": "warehouse", "table": "public.orders"}):
        with pytest.raises(AirflowSensorTimeout, match="two: was never asked"):
            sensor(**meant).execute({})
    ran(store, "two")
    assert sensor(tests=["tag:gold"]).execute({})["counts"]["passed"] == 2
    assert sensor(tests=None, conn_id="warehouse", table="public.orders").execute({})["counts"]["passed"] == 3
    with pytest.raises(DefinitionError, match="no stored test has the tag 'golf'"):
        sensor(tests=["tag:golf"]).execute({})


def test_what_it_hands_to_the_triggerer(store: Any) -> None:
    waits = sensor(deferrable=True, timeout=600, poke_interval=30, exponential_backoff=True, max_wait=90)
    with pytest.raises(TaskDeferred) as raised:
        waits.execute({})
    given = raised.value.trigger
    assert isinstance(given, OutcomeTrigger)
    assert given.meant == {"names": ("shop/q/volume",), "conn_id": None, "table": None}
    assert datetime.fromisoformat(given.deadline) == datetime.fromisoformat(given.wait["began"]) + timedelta(seconds=600)
    assert (given.growth, given.longest) == (2, 90)
    assert given.since == waits.since.isoformat()


def test_a_store_that_is_away_fails_the_task_or_is_looked_at_again(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = tmp_path / "away"
    away.write_text("this is no database, however much of it is read: " * 100)
    ran(store, "shop/q/volume")
    monkeypatch.setattr(stores, "embedded_path", lambda: away)
    with pytest.raises(StoreError, match="away"):
        sensor().execute({})
    paths = iter([away])
    monkeypatch.setattr(stores, "embedded_path", lambda: next(paths, tmp_path / "data_quality.db"))
    assert sensor(silent_fail=True, timeout=60, poke_interval=0).execute({})["verdict"] == "passed"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"tests": None}, "give exactly one of tests= and table="),
        ({"table": "orders", "conn_id": "warehouse"}, "give exactly one of tests= and table="),
        ({"tests": None, "table": "orders"}, "conn_id= and table= go together"),
        ({"conn_id": "warehouse"}, "conn_id= and table= go together"),
        ({"tests": "shop/q/volume"}, "tests must be a list of ids and tags, such as \\['shop/q/volume'\\]"),
        ({"tests": ["tag:"]}, "tests holds 'tag:'"),
    ],
)
def test_what_cannot_be_meant_is_refused_when_the_dag_is_read(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(DefinitionError, match=says):
        sensor(**arguments)


def test_an_empty_list_is_refused_when_the_task_runs(store: Any) -> None:
    with pytest.raises(DefinitionError, match="tests is empty: name at least one test"):
        sensor(tests=[]).execute({})
