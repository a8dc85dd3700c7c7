"""Lists in pages, measurements over time, where the tests stand and how they went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.execution import Measurement
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.stores.pages import Page, cursor_of
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from tests.core.stores.samples import NOON, ORDERS, a_completeness, a_run, a_task, a_volume

KINDS = ("sqlite", "psycopg")
DAY = NOON.date()


def walk(ask: Callable[..., Page[Any]], **wanted: Any) -> list[Any]:
    """Returns the items of all pages."""
    items, cursor = [], None
    while True:
        page = ask(cursor=cursor, **wanted)
        items += page.items
        if page.cursor is None:
            return items
        assert len(page) == wanted["limit"]
        cursor = page.cursor


def several(store: SqlResultStore) -> list[Run]:
    """Runs of one moment and of many, with many executions, one and none."""
    runs = [
        a_run(test_ids=[f"test {n}" for n in range(tests)], at=NOON + timedelta(minutes=minute), origin=a_task(map_index=number))
        for number, (tests, minute) in enumerate([(3, 0), (0, 0), (1, 0), (5, 1), (0, 2), (2, 2)])
    ]
    for run in runs:
        store.write(run)
    return runs


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 11, 12])
@pytest.mark.parametrize(
    "wanted", [{}, {"dag_id": "shop"}, {"task_id": "orders_quality"}, {"dag_id": "shop", "test_id": "test 0"}]
)
def test_pages_of_the_latest_executions_hold_every_one_once(store: SqlResultStore, limit: int, wanted: dict[str, str]) -> None:
    runs = several(store)
    named = wanted.get("test_id")
    everything = [each for run in runs for each in run.executions if named in (None, each.test_id)]

    found = walk(store.latest_executions, limit=limit, **wanted)

    assert sorted(each.id for each in found) == sorted(each.id for each in everything)
    assert [each.started_at for each in found] == sorted((each.started_at for each in everything), reverse=True)
    assert found == list(store.latest_executions(limit=100, **wanted))


def test_a_page_goes_on_when_the_run_that_it_ended_in_is_gone(store: SqlResultStore) -> None:
    several(store)
    everything = store.latest_executions()
    gone = cursor_of(NOON + timedelta(minutes=1), "ffffffff-ffff-4fff-bfff-ffffffffffff", 2)

    assert list(store.latest_executions(cursor=gone)) == list(everything)[2:]


@pytest.mark.parametrize("cursor", ["", "nonsense", "é", cursor_of(1), cursor_of("x", "y"), cursor_of(None, None, None), "WzE"])
def test_a_cursor_of_another_list_is_refused(store: SqlResultStore, cursor: str) -> None:
    for ask in (store.latest_executions, store.states):
        with pytest.raises(DefinitionError, match="is no cursor of this list; give the one that came with the page before"):
            ask(cursor=cursor)
    with pytest.raises(DefinitionError, match="is no cursor"):
        store.measurement_history("a", cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_page_of_nothing_is_refused(store: SqlResultStore, limit: int) -> None:
    for call in (store.latest_executions, store.states, lambda limit: store.measurement_history("a", limit=limit)):
        with pytest.raises(DefinitionError, match=f"limit is {limit}; a page has at least 1 item"):
            call(limit=limit)


# DAGs -----------------------------------------------------------------------------------------------------------------


def test_of_a_dag_run_there_are_the_last_tries_in_the_order_in_which_they_began(store: SqlResultStore) -> None:
    def written(**given: Any) -> Run:
        at = NOON + timedelta(minutes=given.pop("minute"))
        run = a_run(test_ids=[f"{given}"], origin=a_task(**given), at=at)
        store.write(run)
        return run

    written(task_id="one", minute=0)
    mapped = [written(task_id="two", map_index=index, minute=3 - index) for index in (0, 1)]
    last = written(task_id="one", try_number=2, minute=9)
    store.write(a_run(origin=a_task().model_copy(update={"run_id": "another"})))

    heads = store.runs_of_dag(dag_id="shop", run_id="manual__1")

    assert [head.id for head in heads] == [mapped[1].id, mapped[0].id, last.id]
    assert (heads[-1].task_id, heads[-1].map_index, heads[-1].try_number, heads[-1].verdict) == ("one", -1, 2, "passed")
    assert (heads[-1].passed, heads[-1].failed, heads[-1].score, heads[-1].started_at) == (1, 0, 1.0, last.started_at)
    executions = store.executions_of_dag(dag_id="shop", run_id="manual__1")
    assert tuple(executions) == (*mapped[1].executions, *mapped[0].executions, *last.executions)
    assert not store.runs_of_dag(dag_id="shop", run_id="manual_")
    assert not store.executions_of_dag(dag_id="shop%", run_id="manual__1")


# Measurements ---------------------------------------------------------------------------------------------------------


def measured(store: SqlResultStore, hours: int = 5) -> None:
    for number in range(hours):
        run = a_run(test_ids=["this", "that"], at=NOON + timedelta(hours=number))
        found = tuple(
            execution.model_copy(
                update={
                    "measurements": (
                        Measurement(metric="row_count", value=number),
                        Measurement(metric="age", value=timedelta(minutes=number)),
                        Measurement(metric="mean", value=Decimal("0.10")),
                    )
                }
            )
            for execution in run.executions
        )
        store.write(run.model_copy(update={"executions": found}))


@pytest.mark.parametrize("limit", [1, 4, 15, 16])
def test_measurements_come_newest_first_in_pages(store: SqlResultStore, limit: int) -> None:
    measured(store)

    found = walk(lambda **given: store.measurement_history("this", **given), limit=limit)

    assert [(each.started_at.hour - 12, each.metric) for each in found] == [
        (number, metric) for number in (4, 3, 2, 1, 0) for metric in ("mean", "age", "row_count")
    ]
    assert {each.execution_id for each in found} == {each.id for each in store.executions_of_test("this")}
    assert {each.outcome for each in found} == {"passed"}


def test_measurements_are_those_of_a_metric_and_a_time_exact_and_as_numbers(store: SqlResultStore) -> None:
    measured(store)

    def values(metric: str, **wanted: Any) -> list[Any]:
        return [(each.value, each.number) for each in store.measurement_history("this", metric=metric, **wanted)]

    assert values("row_count") == [(4, 4.0), (3, 3.0), (2, 2.0), (1, 1.0), (0, 0.0)]
    assert values("age", limit=1) == [(timedelta(minutes=4), 240.0)]
    assert repr(values("mean", limit=1)) == repr([(Decimal("0.10"), 0.1)])
    within = {"since": NOON + timedelta(hours=1), "until": NOON + timedelta(hours=3)}
    assert values("row_count", **within) == [(2, 2.0), (1, 1.0)]
    assert values("row_coun%") == []
    assert store.measurement_history("nobody's") == Page(())


# How they stand, how they went ----------------------------------------------------------------------------------------


def mixed(store: SqlResultStore) -> None:
    """One run in which everything happens: of two datasets, two dimensions, all severities and outcomes."""
    run = a_run(test_ids=["passes"])
    elsewhere = ORDERS.model_copy(update={"table": "public.customers"})

    def volume(name: str, **changes: Any) -> Any:
        return a_volume(run.id, name).model_copy(update=changes)

    executions = (
        *run.executions,
        volume("fails", outcome="failed"),
        volume("errs", outcome="errored", dataset=elsewhere),
        volume("skips", outcome="skipped"),
        volume("info fails", outcome="failed", severity="info"),
        a_completeness(run.id, "warns", check=Completeness(column="email", severity="warn", dimension="validity")),
    )
    store.write(run.model_copy(update={"executions": executions}))


def test_a_summary_counts_tests_by_outcome_severity_and_dimension_and_names_the_failing(store: SqlResultStore) -> None:
    mixed(store)

    found = store.summary()

    assert found.outcomes == {
        **{("passed", "error"): 1, ("failed", "error"): 1, ("errored", "error"): 1, ("skipped", "error"): 1},
        **{("failed", "info"): 1, ("failed", "warn"): 1},
    }
    assert (found.tally.passed, found.tally.failed, found.tally.errored, found.tally.skipped) == (1, 3, 1, 1)
    assert found.tally.score == 1 - 2.25 / 4
    assert {name: (tally.passed, tally.failed, tally.score) for name, tally in found.dimensions.items()} == {
        "completeness": (1, 2, 1 - 2 / 3),
        "validity": (0, 1, 0.75),
    }
    assert sorted(state.test_id for state in found.failing) == ["errs", "fails", "info fails", "warns"]
    assert len(store.summary(failing=2).failing) == 2
    assert {state.test_id for state in store.states(outcome="failed")} == {"fails", "info fails", "warns"}


def test_a_summary_of_nothing_has_no_score(store: SqlResultStore) -> None:
    found = store.summary()

    assert (found.tally.score, found.tally.pass_rate, found.outcomes, found.failing) == (None, None, {}, [])


def test_failing_tests_come_with_the_latest_to_fail_first(store: SqlResultStore) -> None:
    for number, name in enumerate(("old", "new", "newest")):
        run = a_run(test_ids=[name], at=NOON + timedelta(hours=number))
        failed = tuple(each.model_copy(update={"outcome": "failed"}) for each in run.executions)
        store.write(run.model_copy(update={"executions": failed}))

    assert [state.test_id for state in store.summary().failing] == ["newest", "new", "old"]


def test_tests_that_were_not_seen_for_long_are_left_out_of_a_summary(store: SqlResultStore) -> None:
    store.write(a_run(test_ids=["retired"], at=NOON - timedelta(days=30)))
    store.write(a_run(test_ids=["alive"]))

    assert store.summary().tally.passed == 2
    assert store.summary(seen_since=NOON).tally.passed == 1


def test_states_are_filtered_and_paged_in_the_order_of_ids(store: SqlResultStore) -> None:
    mixed(store)

    def names(**wanted: Any) -> list[str]:
        return [state.test_id for state in walk(store.states, limit=2, **wanted)]

    assert names() == ["errs", "fails", "info fails", "passes", "skips", "warns"]
    assert names(dataset="public.customers") == ["errs"]
    assert names(dimension="validity") == names(severity="warn") == ["warns"]
    assert names(outcome="failed", severity="info") == ["info fails"]
    assert len(names(conn_id="warehouse")) == 6
    assert names(conn_id="warehous_") == []


def test_pass_rates_are_told_apart_by_day_dataset_and_dimension(store: SqlResultStore) -> None:
    mixed(store)
    store.write(a_run(test_ids=["passes"], at=NOON + timedelta(days=1)))
    store.write(a_run(test_ids=["passes"], at=NOON + timedelta(days=9)))

    def rates(*by: Any, days: int = 1) -> list[tuple[Any, ...]]:
        found = store.pass_rates(DAY, DAY + timedelta(days=days), by=by)
        return [(each.day, each.dataset, each.dimension, each.tally.passed, each.tally.pass_rate) for each in found]

    next_day = DAY + timedelta(days=1)
    assert rates("day") == [(DAY, None, None, 1, 0.2), (next_day, None, None, 1, 1.0)]
    assert rates("dataset") == [(None, "public.customers", None, 0, 0.0), (None, "public.orders", None, 2, 0.4)]
    assert rates("dimension") == [(None, None, "completeness", 2, 0.4), (None, None, "validity", 0, 0.0)]
    assert rates("day", "dimension", days=0) == [(DAY, None, "completeness", 1, 0.25), (DAY, None, "validity", 0, 0.0)]
    assert rates() == [(None, None, None, 2, 2 / 6)]
    assert [each.conn_id for each in store.pass_rates(DAY, DAY, by=["dataset"])] == ["warehouse"] * 2
    assert [each.tally.score for each in store.pass_rates(DAY, DAY, by=[])] == [1 - 2.25 / 4]
    assert store.pass_rates(date(1, 1, 1), date(1, 1, 2)) == []


def test_a_part_that_rates_are_not_told_apart_by_is_refused(store: SqlResultStore) -> None:
    words = r"by names 'dimensions'; did you mean 'dimension'\? \(allowed: day, dataset, dimension\)"
    with pytest.raises(DefinitionError, match=words):
        store.pass_rates(DAY, DAY, by=["dimensions"])  # type: ignore[list-item]
