"""A task that claims is killed, cleared or begun again, a clock is wrong: nothing is lost, and nothing is asked twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from airflow_data_quality.core.stores.schedule.store import Due
from tests.dag_runs import serialized, states, store, warehouse
from tests.scheduling.conftest import MINUTE, NOON, Kept, stored
from tests.scheduling.test_dags import configs, found
from tests.scheduling.test_tick import Deployment

__all__ = ["configs", "store", "warehouse"]


def again(deployment: Deployment, now: datetime) -> Any:
    """The same DAG run's task ticks once more."""
    deployment.ticks -= 1
    return deployment.tick(now)


def test_a_cleared_tick_puts_what_is_new_behind_the_batches_that_have_run(kept: Kept) -> None:
    deployment = Deployment(kept, stored("a", schedule="0 12 * * *"), stored("b", schedule="1 12 * * *"))
    deployment.tick(NOON)
    deployment.done(NOON)

    assert again(deployment, NOON + MINUTE).numbers == [1]
    assert (deployment.claimed(0), deployment.claimed(1)) == ([], [("b", NOON + MINUTE)])


def test_a_tick_that_is_killed_after_it_has_claimed_leaves_its_batches_to_its_next_try(kept: Kept) -> None:
    noon = [stored(f"t{n}", table=f"table {n}", schedule="0 12 * * *") for n in range(3)]
    deployment = Deployment(kept, *noon, stored("b", schedule="1 12 * * *"))
    assert deployment.tick(NOON).numbers == [0, 1, 2]

    assert again(deployment, NOON).numbers == [0, 1, 2]
    assert again(deployment, NOON + MINUTE).numbers == [0, 1, 2, 3]
    assert len(kept.schedule.open()) == 4


def test_what_is_asked_for_twice_by_one_run_is_claimed_once_while_it_runs_and_anew_when_it_is_done(kept: Kept) -> None:
    def ask(at: datetime) -> Any:
        return kept.schedule.claim("r/now", [[Due(stored("a"), at)]], now=at)

    assert [ask(NOON), ask(NOON + MINUTE)] == [[0], [0]]
    assert len(kept.schedule.open()) == 1
    kept.schedule.finish("r/now", 0, now=NOON + MINUTE)

    assert ask(NOON + 2 * MINUTE) == [1]


def test_a_clock_that_was_far_ahead_keeps_nobody_from_looking(kept: Kept) -> None:
    deployment = Deployment(kept, stored("a"))
    a_year_on = NOON + timedelta(days=365)
    deployment.tick(a_year_on)
    deployment.done(a_year_on)

    for number in range(3):
        now = NOON + number * MINUTE
        assert deployment.tick(now).numbers == [0]
        assert deployment.claimed() == [("a", now)]
        deployment.done(now)


# For real ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run_dag() -> Iterator[Callable[..., Any]]:
    with serialized(Path(__file__).parent / "dags") as run:
        yield run


@pytest.mark.filterwarnings("ignore")
def test_a_batch_that_its_dag_run_has_no_task_for_is_begun_again(run_dag: Any, configs: Any, store: Any) -> None:
    from airflow_data_quality.hooks.stores import schedule_store

    run = run_dag("data_quality_scheduler")
    mapped = len(states(run)["run"])
    test, an_hour = configs.test("asked"), timedelta(hours=1)
    now = datetime.now(timezone.utc)
    batch = f"data_quality_scheduler/{run.run_id}"
    due = [[Due(test, now - an_hour)]]
    assert schedule_store().claim(batch, due, now=now - an_hour, purpose="due") == [mapped]
    schedule_store().settle([], schedule_store().open(), now=now - an_hour)

    run_dag("data_quality_scheduler")

    assert found(store)["asked"] == "passed"
    assert schedule_store().open() == []
