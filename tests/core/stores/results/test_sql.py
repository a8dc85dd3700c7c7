"""What can be asked of the store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.core.model.check import REGISTRY
from airflow_data_quality.core.stores.results.base import ResultStore
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from tests.core.stores.results.databases import Kept
from tests.core.stores.samples import NOON, a_completeness, a_run, a_task


def test_a_run_that_was_never_written_is_none(store: ResultStore) -> None:
    assert store.run(uuid4()) is None


def test_a_run_is_found_by_the_text_of_its_id(store: ResultStore) -> None:
    run = a_run()
    store.write(run)
    assert store.run(str(run.id)) == run
    with pytest.raises(StoreError, match="'latest' is no run's id; it looks like 00000000-"):
        store.run("latest")


def test_the_same_run_written_twice_is_one_and_the_second_changes_nothing(store: ResultStore, kept: Kept) -> None:
    run = a_run()
    other = a_run(test_ids=("another", "and another"), run_id=run.id)

    assert store.write(run) is True
    assert store.write(run) is False
    assert store.write(other) is False

    assert store.run(run.id) == run
    assert kept.ask("SELECT COUNT(*) FROM test_executions") == [(1,)]


def test_a_run_without_tests_and_statements_is_kept(store: ResultStore) -> None:
    run = a_run(test_ids=()).model_copy(update={"plan": type(a_run().plan)()})

    assert store.write(run)

    assert store.run(run.id) == run


def test_executions_of_a_test_come_newest_first_up_to_the_limit(store: ResultStore) -> None:
    hours = [3, 1, 4, 0, 2]
    for hour in hours:
        store.write(a_run(test_ids=("this", "that"), at=NOON + timedelta(hours=hour)))

    found = store.executions_of_test("this", limit=3)

    assert [execution.started_at.hour - 12 for execution in found] == [4, 3, 2]
    assert {execution.test_id for execution in found} == {"this"}
    assert all(execution.measurements for execution in found)
    assert len(store.executions_of_test("this")) == 5
    assert store.executions_of_test("thi%") == []


def test_executions_of_a_task_are_those_of_its_last_try_in_the_order_of_the_run(store: ResultStore) -> None:
    order = ("b", "c", "a")
    second = a_run(test_ids=order, origin=a_task(try_number=2), at=NOON)
    store.write(second)
    store.write(a_run(test_ids=("a",), origin=a_task(try_number=1), at=NOON + timedelta(hours=1)))

    found = store.executions_of_task(dag_id="shop", run_id="manual__1", task_id="orders_quality")

    assert tuple(found) == second.executions


def test_within_a_try_the_latest_run_counts(store: ResultStore) -> None:
    minutes = {UUID(int=1): 1, UUID(int=2): 3, UUID(int=3): 2}
    pokes = [a_run(run_id=key, origin=a_task(), at=NOON + timedelta(minutes=late)) for key, late in minutes.items()]
    for poke in pokes:
        store.write(poke)

    found = store.executions_of_task(dag_id="shop", run_id="manual__1", task_id="orders_quality")

    assert tuple(found) == pokes[1].executions


def test_a_mapped_task_instance_is_asked_by_its_index(store: ResultStore) -> None:
    runs = {index: a_run(test_ids=(f"[{index}]",), origin=a_task(map_index=index)) for index in (0, 1)}
    for run in runs.values():
        store.write(run)

    task: dict[str, Any] = {"dag_id": "shop", "run_id": "manual__1", "task_id": "orders_quality"}

    assert tuple(store.executions_of_task(**task, map_index=1)) == runs[1].executions
    assert not store.executions_of_task(**task)


def test_the_latest_executions_are_those_of_what_is_named_newest_first(store: ResultStore) -> None:
    store.write(a_run(test_ids=("b", "a"), origin=a_task(), at=NOON))
    store.write(a_run(test_ids=("a", "c"), origin=a_task(task_id="other", try_number=2), at=NOON + timedelta(hours=1)))
    store.write(a_run(test_ids=("a",), at=NOON + timedelta(hours=2)))

    def found(**wanted: Any) -> list[tuple[int, str]]:
        return [(e.started_at.hour - 12, e.test_id) for e in store.latest_executions(**wanted)]

    assert found() == [(2, "a"), (1, "c"), (1, "a"), (0, "a"), (0, "b")]
    assert found(limit=2) == [(2, "a"), (1, "c")]
    assert found(dag_id="shop") == [(1, "c"), (1, "a"), (0, "a"), (0, "b")]
    assert found(dag_id="shop", task_id="other", test_id="a") == [(1, "a")]
    assert found(task_id="orders_quality") == [(0, "a"), (0, "b")]
    assert found(test_id="a", limit=2) == [(2, "a"), (1, "a")]
    assert found(dag_id="sho%") == found(test_id="nobody's") == []


def test_what_is_asked_for_has_columns_of_its_own(store: ResultStore, kept: Kept) -> None:
    run = a_run(origin=a_task(try_number=3))
    found = a_completeness(run.id, "shop/orders_quality/completeness(email)")
    store.write(run.model_copy(update={"executions": (*run.executions, found)}))

    assert kept.ask("SELECT source, dag_id, dag_run_id, task_id, map_index, try_number FROM runs") == [
        ("airflow", "shop", "manual__1", "orders_quality", -1, 3)
    ]
    (moments,) = kept.ask("SELECT started_at, finished_at, first_at, last_at FROM runs")
    assert [str(moment)[:19] for moment in moments] == [f"2024-05-01 12:00:0{second}" for second in (0, 1, 0, 0)]
    assert kept.ask("SELECT verdict, score, passed, failed, errored, skipped FROM runs") == [("warned", 0.875, 1, 1, 0, 0)]
    assert kept.ask(
        "SELECT test_id, label, type, dimension, dataset, conn_id, outcome, severity, value, checked, failing, duration_ms"
        " FROM test_executions WHERE position = 1",
    ) == [
        (
            *("shop/orders_quality/completeness(email)", "completeness(email)", "completeness", "completeness"),
            *("public.orders", "warehouse", "failed", "warn", 3.0, 1_000, 3, 12.5),
        )
    ]
    assert kept.ask("SELECT metric, value FROM measurements ORDER BY id") == [
        *(("row_count", 5.0), ("row_count", 1_000.0), ("null_count(email)", 3.0)),
    ]


def test_the_text_of_a_statement_is_stored_once(store: ResultStore, kept: Kept) -> None:
    for _ in range(3):
        store.write(a_run(test_ids=("one", "two")))

    assert kept.ask("SELECT COUNT(*), COUNT(DISTINCT text) FROM statements") == [(2, 2)]
    assert kept.ask("SELECT COUNT(*) FROM test_executions e JOIN statements s ON s.hash = e.statement") == [(6,)]


def test_two_measurements_of_one_name_are_both_kept(store: ResultStore) -> None:
    run = a_run()
    (execution,) = run.executions
    doubled = execution.model_copy(update={"measurements": execution.measurements * 2})
    run = run.model_copy(update={"executions": (doubled,)})

    store.write(run)

    assert store.run(run.id) == run


def test_a_check_whose_type_is_no_longer_installed_is_told(store: ResultStore, kept: Kept) -> None:
    class Gone(Completeness):
        type: Literal["gone"] = "gone"  # type: ignore[assignment]

    run = a_run()
    run = run.model_copy(update={"executions": (a_completeness(run.id, "old", check=Gone(column="a")),)})
    store.write(run)
    del REGISTRY["gone"]

    with pytest.raises(StoreError) as raised:
        store.run(run.id)

    assert f"result store {store.place}: execution {run.executions[0].id} of test 'old' cannot be read: " in str(raised.value)
    assert "unknown check type 'gone'" in str(raised.value)


def test_methods_stand_as_the_protocol_has_them() -> None:
    methods = [name for name in vars(ResultStore) if not name.startswith("_")]

    assert [name for name in vars(SqlResultStore) if not name.startswith("_") and name != "embedded"] == methods


def test_errors_never_show_what_was_to_be_written(kept: Kept) -> None:
    with pytest.raises(StoreError) as raised:
        kept.store.write(a_run(test_ids=["a secret"] * 2))

    said = "duplicate key value violates unique constraint" if kept.on_postgres else "UNIQUE constraint failed: "
    assert str(raised.value).startswith(f"result store {kept.store.place}: {said}")
    assert "CONTEXT" not in str(raised.value)
    assert kept.ask("SELECT count(*) FROM runs") == [(0,)]
