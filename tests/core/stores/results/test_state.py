"""The latest of each test and the counts of each day, in whatever order runs arrive."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_data_quality.core.model.run import Origin, Run
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from tests.core.stores.results.databases import Kept
from tests.core.stores.samples import NOON, a_completeness, a_run, a_task, a_volume

DAY = NOON.date()


def hour(number: int) -> datetime:
    return NOON + timedelta(hours=number)


def a_result(outcome: Any, at: datetime, *, test_id: str = "a", origin: Origin | None = None, run_id: UUID | None = None) -> Run:
    run = a_run(test_ids=[test_id], at=at, origin=origin, run_id=run_id)
    return run.model_copy(update={"executions": (a_volume(run.id, test_id, at=at, outcome=outcome),)})


def state(store: SqlResultStore) -> tuple[str, int, int]:
    (found,) = store.states()
    return found.outcome, *((moment - NOON).total_seconds() // 3600 for moment in (found.started_at, found.since))  # type: ignore[return-value]


def outcomes(store: SqlResultStore) -> tuple[int, int, int, int]:
    (rate,) = store.pass_rates(DAY, DAY, by=[])
    return rate.tally.passed, rate.tally.failed, rate.tally.errored, rate.tally.skipped


def test_the_state_of_a_test_holds_what_its_latest_execution_found(store: SqlResultStore) -> None:
    run = a_run(origin=a_task(map_index=4))
    found = a_completeness(run.id, "shop/orders_quality/completeness(email)")
    store.write(run.model_copy(update={"executions": (found,)}))

    (state,) = store.states()

    assert (state.test_id, state.conn_id, state.dataset) == (found.test_id, "warehouse", "public.orders")
    assert (state.label, state.type, state.dimension) == ("completeness(email)", "completeness", "completeness")
    assert (state.severity, state.outcome, state.value, state.message) == ("warn", "failed", 3.0, found.message)
    assert (state.started_at, state.since, state.execution_id, state.run_id) == (NOON, NOON, found.id, run.id)
    assert (state.dag_id, state.dag_run_id, state.task_id, state.map_index) == ("shop", "manual__1", "orders_quality", 4)


def test_a_late_run_does_not_overwrite_what_is_newer(store: SqlResultStore) -> None:
    store.write(a_result("failed", hour(3)))
    store.write(a_result("passed", hour(1)))

    assert state(store) == ("failed", 3, 3)


def test_a_streak_begins_with_the_first_execution_of_its_outcome(store: SqlResultStore) -> None:
    for number, outcome in enumerate(("failed", "passed", "passed", "failed", "failed", "failed")):
        store.write(a_result(outcome, hour(number)))

    assert state(store) == ("failed", 5, 3)


def test_an_execution_that_comes_late_breaks_a_streak(store: SqlResultStore) -> None:
    for number in (0, 2, 4):
        store.write(a_result("failed", hour(number)))
    store.write(a_result("passed", hour(1)))

    assert state(store) == ("failed", 4, 2)


def test_an_execution_that_comes_late_makes_a_streak_longer(store: SqlResultStore) -> None:
    for number, outcome in ((0, "passed"), (2, "failed"), (3, "failed"), (1, "failed")):
        store.write(a_result(outcome, hour(number)))

    assert state(store) == ("failed", 3, 1)


def streak(results: Sequence[tuple[str, datetime]]) -> tuple[str, datetime, datetime]:
    """Says it as one would by hand."""
    in_order = sorted(results, key=lambda result: result[1])
    outcome, latest = in_order[-1]
    since = latest
    for earlier, at in reversed(in_order):
        if earlier != outcome:
            break
        since = at
    return outcome, latest, since


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    results=st.lists(st.sampled_from(["passed", "failed"]), min_size=1, max_size=8).flatmap(
        lambda outcomes: st.permutations(list(enumerate(outcomes)))
    )
)
def test_states_do_not_depend_on_the_order_of_arrival(database: Kept, results: list[tuple[int, str]]) -> None:
    test_id = f"test {uuid4()}"
    for number, outcome in results:
        database.store.write(a_result(outcome, hour(number), test_id=test_id))

    rows = database.ask("SELECT outcome, execution_id FROM test_state WHERE test_id = :id", id=test_id)

    pages = [state for state in database.store.states(limit=100_000) if state.test_id == test_id]
    assert len(rows) == len(pages) == 1
    found = pages[0].outcome, pages[0].started_at, pages[0].since
    assert found == streak([(outcome, hour(number)) for number, outcome in results])


# Counts by day --------------------------------------------------------------------------------------------------------


def test_only_the_last_try_of_a_task_instance_counts(store: SqlResultStore) -> None:
    store.write(a_result("failed", hour(0), origin=a_task(try_number=1)))
    assert outcomes(store) == (0, 1, 0, 0)

    store.write(a_result("passed", hour(1), origin=a_task(try_number=2)))

    assert outcomes(store) == (1, 0, 0, 0)


def test_a_try_that_comes_after_a_later_one_does_not_count(store: SqlResultStore) -> None:
    store.write(a_result("passed", hour(1), origin=a_task(try_number=2)))
    store.write(a_result("failed", hour(0), origin=a_task(try_number=1)))

    assert outcomes(store) == (1, 0, 0, 0)


def test_runs_of_other_task_instances_and_of_none_all_count(store: SqlResultStore) -> None:
    for origin in (None, None, a_task(map_index=0), a_task(map_index=1), a_task(task_id="other")):
        store.write(a_result("passed", hour(0), origin=origin))

    assert outcomes(store) == (5, 0, 0, 0)


def test_a_second_write_of_a_run_counts_nothing_whatever_was_between(store: SqlResultStore, kept: Kept) -> None:
    first = a_result("failed", hour(0), origin=a_task(try_number=1))
    for run in (first, a_result("passed", hour(1), origin=a_task(try_number=2)), a_result("errored", hour(2))):
        store.write(run)
    before = {table: sorted(map(repr, kept.ask(f"SELECT * FROM {table}"))) for table in ("runs", "test_state", "daily_outcomes")}

    assert store.write(first) is False

    assert {table: sorted(map(repr, kept.ask(f"SELECT * FROM {table}"))) for table in before} == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tries=st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 40), st.sampled_from(["passed", "failed", "errored"])), min_size=1, max_size=6
    )
)
def test_counts_do_not_depend_on_the_order_of_arrival(database: Kept, tries: list[tuple[int, int, str]]) -> None:
    for table in ("daily_outcomes", "runs"):
        database.ask(f"DELETE FROM {table}")
    ids = [uuid4() for _ in tries]
    for run_id, (number, at, outcome) in zip(ids, tries, strict=True):
        database.store.write(a_result(outcome, hour(at), origin=a_task(try_number=number), run_id=run_id))

    _, at, _, outcome = max((number, at, run_id, outcome) for run_id, (number, at, outcome) in zip(ids, tries, strict=True))

    rates = database.store.pass_rates(DAY, DAY + timedelta(days=3))
    assert {rate.day: getattr(rate.tally, outcome) for rate in rates if rate.tally.pass_rate is not None} == {hour(at).date(): 1}


def test_days_are_those_of_utc(store: SqlResultStore) -> None:
    store.write(a_run(at=datetime.fromisoformat("2024-05-02T01:00:00+02:00")))

    assert [rate.day for rate in store.pass_rates(DAY, DAY + timedelta(days=9))] == [DAY]


# Many at once ---------------------------------------------------------------------------------------------------------


def test_tries_that_are_written_at_once_count_once(kept: Kept) -> None:
    runs = [
        a_result("passed" if number == 5 else "failed", hour(number), origin=a_task(map_index=task, try_number=number))
        for task in range(8)
        for number in (5, 1, 3, 2, 4)
    ]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(kept.store.write, runs))

    assert outcomes(kept.store) == (8, 0, 0, 0)
    assert kept.ask("SELECT count(*) FROM runs WHERE counted") == [(8,)]


def test_writers_of_the_same_tests_in_another_order_never_wait_for_each_other(kept: Kept) -> None:
    tests = [f"test {number}" for number in range(30)]
    runs = [
        a_run(test_ids=tests[turn % 30 :] + tests[: turn % 30], at=hour(turn % 12), origin=a_task(map_index=turn))
        for turn in range(60)
    ]

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(kept.store.write, runs))

    rates = kept.store.pass_rates(DAY, DAY + timedelta(days=1), by=[])
    assert [rate.tally.passed for rate in rates] == [30 * 60]
    assert {found.started_at for found in kept.store.states()} == {hour(11)}


def test_a_run_that_is_written_by_many_at_once_is_one(kept: Kept) -> None:
    run = a_run(origin=a_task())

    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(kept.store.write, [run] * 24))

    assert sorted(stored) == [False] * 23 + [True]
    assert outcomes(kept.store) == (1, 0, 0, 0)


@pytest.mark.parametrize("length", [300, 3_000, 60_000])
def test_ids_and_datasets_may_be_long(store: SqlResultStore, length: int) -> None:
    long = "".join(chr(0x1F600 + number % 70) for number in range(length))
    run = a_run(test_ids=[f"{long} {end}" for end in "ab"])
    dataset = type(run.executions[0].dataset)(query=f"SELECT '{long}'")
    run = run.model_copy(update={"executions": tuple(each.model_copy(update={"dataset": dataset}) for each in run.executions)})

    store.write(run)

    assert store.run(run.id) == run
    assert sorted(found.test_id for found in store.states()) == sorted(execution.test_id for execution in run.executions)
    assert [execution.run_id for execution in store.executions_of_test(f"{long} a")] == [run.id]
    assert [rate.dataset for rate in store.pass_rates(DAY, DAY, by=["dataset"])] == [dataset.text]
    assert len(store.states(dataset=dataset.text)) == 2


def test_texts_may_hold_nul_and_the_character_that_stands_for_it(store: SqlResultStore) -> None:
    ids = ["\x00", "\x1a", "\x1a0", "\x1a1", "\x00\x1a0", "a\x00b\x1a", "x" * 249 + "\x00\x00y"]
    run = a_run(test_ids=ids, origin=Origin(dag_id="a\x00b", run_id="\x1a0", task_id="\x00"))

    store.write(run)

    assert store.run(run.id) == run
    walked, cursor = [], None
    while True:
        page = store.states(cursor=cursor, limit=1)
        walked += [found.test_id for found in page]
        if (cursor := page.cursor) is None:
            break
    assert sorted(walked) == sorted(ids)
    assert len(store.executions_of_task(dag_id="a\x00b", run_id="\x1a0", task_id="\x00")) == 7
    assert len(store.latest_executions(dag_id="a\x00b")) == 7
