"""Every due time is begun once; what came to nothing is begun again; no test stands in another's way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from airflow_data_quality.core.model.stored import StoredTest
from airflow_data_quality.core.stores.schedule.store import Due
from airflow_data_quality.scheduling.tick import ATTEMPTS, GRACE, Tick, tick
from tests.scheduling.conftest import MINUTE, NOON, Kept, stored

HOUR = timedelta(hours=1)


class Deployment:
    """A scheduler that ticks, and what became of its batches."""

    def __init__(self, kept: Kept, *tests: StoredTest) -> None:
        self.kept = kept
        self.tests: list[StoredTest] = list(tests)
        self.over: dict[tuple[str, int], bool] = {}
        self.ticks = 0

    def tick(self, now: datetime) -> Tick:
        self.ticks += 1
        return tick(
            f"d/tick {self.ticks}",
            timetable=[(test.id, test.schedule, test.timezone) for test in self.tests if test.enabled and test.schedule],
            load=lambda ids: [test for test in self.tests if test.id in ids],
            schedule=self.kept.schedule,
            results=self.kept.results,
            ended=lambda batches: {batch: self.over[batch] for batch in batches if batch in self.over},
            now=now,
            per_connection=4,
            most=1000,
        )

    def claimed(self, number: int = 0) -> list[tuple[str, datetime]]:
        """What the last tick has claimed for a batch."""
        return [(due.test.id, due.due_at) for due in self.kept.schedule.claimed(f"d/tick {self.ticks}", number)]

    def done(self, now: datetime) -> None:
        """The last tick's first batch ends well."""
        self.kept.schedule.finish(f"d/tick {self.ticks}", 0, now=now)


def test_the_first_tick_makes_up_for_nothing_that_was_due_before(kept: Kept) -> None:
    deployment = Deployment(kept, stored("a", schedule="0 6 * * *"), stored("b", schedule="0 12 * * *"))

    assert deployment.tick(NOON + timedelta(seconds=3)).numbers == [0]
    assert deployment.claimed() == [("b", NOON)]


def test_a_due_time_is_claimed_once(kept: Kept) -> None:
    deployment = Deployment(kept, stored("a", schedule="0 12 * * *"))
    deployment.tick(NOON)
    deployment.done(NOON)

    assert [deployment.tick(NOON + n * MINUTE).numbers for n in range(3)] == [[], [], []]


def test_ticks_that_meet_claim_everything_once(kept: Kept) -> None:
    tests = [stored(f"t{n}", table=f"table {n % 5}") for n in range(50)]
    Deployment(kept).tick(NOON - MINUTE)

    def one(number: int) -> Sequence[int]:
        deployment = Deployment(kept, *tests)
        deployment.ticks = number * 10
        return [len(deployment.claimed(n)) for n in deployment.tick(NOON).numbers]

    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(one, range(8)))

    assert sum(map(sum, claimed)) == 50
    assert len(kept.schedule.open()) == 50


def test_after_an_hour_without_ticks_each_overdue_test_runs_once_for_its_latest_due_time(kept: Kept) -> None:
    deployment = Deployment(
        kept, stored("a", schedule="*/10 * * * *"), stored("b", schedule="5 12 * * *"), stored("c", schedule="@daily")
    )
    deployment.tick(NOON)
    deployment.done(NOON)

    deployment.tick(NOON + HOUR)

    assert deployment.claimed() == [("b", NOON + 5 * MINUTE), ("a", NOON + HOUR)]


def test_a_test_that_is_still_running_is_not_due_and_is_due_again_afterwards(kept: Kept) -> None:
    deployment = Deployment(kept, stored("a"))
    deployment.tick(NOON)
    running = deployment.ticks
    assert deployment.tick(NOON + MINUTE).numbers == []
    assert deployment.tick(NOON + 2 * MINUTE).numbers == []

    kept.schedule.finish(f"d/tick {running}", 0, now=NOON + 2 * MINUTE)

    assert deployment.tick(NOON + 3 * MINUTE).numbers == [0]
    assert deployment.claimed() == [("a", NOON + 3 * MINUTE)]


def test_an_edit_takes_effect_at_the_next_tick(kept: Kept) -> None:
    deployment = Deployment(kept, stored("a", schedule="0 12 * * *"))
    deployment.tick(NOON - 2 * MINUTE)
    deployment.tests = [
        stored("a", schedule="59 11 * * *"),
        stored("new"),
        stored("off", enabled=False),
        stored("asked", schedule=None),
    ]

    deployment.tick(NOON - MINUTE)

    assert sorted(deployment.claimed()) == [("a", NOON - MINUTE), ("new", NOON - MINUTE)]


def test_what_was_claimed_runs_as_it_was_then(kept: Kept) -> None:
    test = stored("a", tags=["gold"], owner="sales")
    deployment = Deployment(kept, test)
    deployment.tick(NOON)
    deployment.tests = []

    assert [due.test for due in kept.schedule.claimed("d/tick 1", 0)] == [test]


def test_a_batch_that_came_to_nothing_is_begun_again_after_the_grace_and_then_given_up(kept: Kept) -> None:
    deployment = Deployment(kept, stored("a", schedule="0 12 * * *"), stored("b", schedule="0 12 * * *"))
    now = NOON
    deployment.tick(now)
    for attempt in range(1, ATTEMPTS):
        deployment.over[f"d/tick {deployment.ticks}", 0] = False
        assert deployment.tick(now + MINUTE).numbers == []
        assert deployment.tick(now + MINUTE + GRACE - timedelta(seconds=1)).numbers == []
        now += MINUTE + GRACE
        seen = deployment.tick(now)
        assert (sorted(seen.again), seen.given_up) == (["a", "b"], [])
        assert sorted(deployment.claimed()) == [("a", NOON), ("b", NOON)]
        assert {claim.attempt for claim in kept.schedule.open()} == {attempt}
    deployment.over[f"d/tick {deployment.ticks}", 0] = False
    deployment.tick(now + MINUTE)

    seen = deployment.tick(now + MINUTE + GRACE)

    assert (seen.numbers, sorted(seen.given_up)) == ([], ["a", "b"])
    assert "given up for this time: begun 3 times" in seen.said()[0]
    assert kept.schedule.open() == []


def test_a_batch_that_failed_after_its_run_was_stored_is_not_begun_again(kept: Kept) -> None:
    deployment = Deployment(kept, stored("a", schedule="0 12 * * *"))
    deployment.tick(NOON)
    kept.ran("a", NOON + timedelta(seconds=5), of="tick 1")
    deployment.over["d/tick 1", 0] = False

    assert deployment.tick(NOON + HOUR).again == []
    assert kept.schedule.open() == []


def test_a_batch_that_succeeded_while_the_store_was_away_is_not_begun_again(kept: Kept) -> None:
    deployment = Deployment(kept, stored("a", schedule="0 12 * * *"))
    deployment.tick(NOON)
    deployment.over["d/tick 1", 0] = True

    assert deployment.tick(NOON + HOUR).again == []
    assert kept.schedule.open() == []


def test_what_killed_its_worker_is_begun_again_in_a_batch_for_each_dataset(kept: Kept) -> None:
    deployment = Deployment(kept, *(stored(f"t{n}", table=f"table {n % 6}", schedule="0 12 * * *") for n in range(12)))
    assert deployment.tick(NOON).numbers == [0, 1, 2, 3]
    deployment.over.update({("d/tick 1", number): False for number in range(4)})
    deployment.tick(NOON + MINUTE)

    assert deployment.tick(NOON + MINUTE + GRACE).numbers == [0, 1, 2, 3, 4, 5]
    assert {len(deployment.claimed(number)) for number in range(6)} == {2}


def test_a_test_that_keeps_erroring_is_asked_less_and_less_and_blocks_no_other(kept: Kept) -> None:
    deployment = Deployment(kept, stored("bad"), stored("good"))
    asked: dict[str, list[int]] = {"bad": [], "good": []}
    for number in range(60):
        now = NOON + number * MINUTE
        deployment.tick(now)
        for test_id, _ in deployment.claimed():
            asked[test_id].append(number)
            kept.ran(test_id, now, outcome="errored" if test_id == "bad" else "passed")
        deployment.done(now)

    assert asked["good"] == list(range(60))
    assert asked["bad"][:5] == [0, 1, 2, 3, 5]
    assert 5 <= len(asked["bad"]) <= 15


def test_a_daily_test_that_errors_is_asked_every_day(kept: Kept) -> None:
    deployment = Deployment(kept, stored("daily", schedule="0 12 * * *"))
    for number in range(5):
        now = NOON + timedelta(days=number, seconds=number)
        assert deployment.tick(now).numbers == [0]
        kept.ran("daily", now, outcome="errored")
        deployment.done(now)


def test_a_tick_that_dies_has_claimed_nothing_and_the_next_one_finds_the_same(kept: Kept) -> None:
    Deployment(kept).tick(NOON - MINUTE)

    def dies(since: datetime, running: Collection[str]) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept.schedule.tick("d/dies", dies, now=NOON)

    deployment = Deployment(kept, stored("a"))
    deployment.tick(NOON)
    assert deployment.claimed() == [("a", NOON)]


def test_a_clock_that_goes_back_claims_nothing_twice(kept: Kept) -> None:
    deployment = Deployment(kept, stored("a", schedule="*/5 * * * *"))
    deployment.tick(NOON)
    deployment.done(NOON)

    assert deployment.tick(NOON - 7 * MINUTE).numbers == []
    assert deployment.tick(NOON + MINUTE).numbers == []


def test_what_another_task_has_found_of_a_test_is_no_reason_not_to_begin_it_again(kept: Kept) -> None:
    deployment = Deployment(kept, stored("a", schedule="0 12 * * *"))
    deployment.tick(NOON)
    kept.ran("a", NOON + timedelta(seconds=5))
    deployment.over["d/tick 1", 0] = False
    deployment.tick(NOON + MINUTE)

    assert deployment.tick(NOON + MINUTE + GRACE).again == ["a"]


def test_what_is_asked_for_now_is_claimed_beside_the_schedule_and_the_due_time_that_it_takes_is_told(kept: Kept) -> None:
    test = stored("a")
    Deployment(kept).tick(NOON - MINUTE)

    assert kept.schedule.claim("r/now", [[Due(test, NOON - timedelta(seconds=30))]], now=NOON) == [0]

    seen = Deployment(kept, test).tick(NOON)
    assert (seen.numbers, seen.running) == ([], ["a"])
    assert seen.said() == ["1 test(s) are due, but still run from before: this due time is left out: a"]


def test_a_dry_run_keeps_no_test_from_being_due(kept: Kept) -> None:
    test = stored("a")
    Deployment(kept).tick(NOON - MINUTE)
    kept.schedule.claim("r/dry", [[Due(test, NOON - timedelta(seconds=30))]], now=NOON, purpose="dry")

    assert Deployment(kept, test).tick(NOON).numbers == [0]


@pytest.mark.parametrize("purpose", ["asked", "dry"])
def test_what_somebody_asked_for_is_not_begun_again_by_the_scheduler(kept: Kept, purpose: Any) -> None:
    kept.schedule.claim("r/now", [[Due(stored("a", schedule=None), NOON)]], now=NOON, purpose=purpose)
    deployment = Deployment(kept)
    deployment.over["r/now", 0] = False

    assert deployment.tick(NOON + HOUR).again == []
    assert kept.schedule.open() == []


def test_what_was_done_long_ago_is_forgotten(kept: Kept) -> None:
    deployment = Deployment(kept, stored("a", schedule="0 12 * * *"))
    deployment.tick(NOON)
    deployment.done(NOON)

    assert kept.schedule.maintain(now=NOON + timedelta(days=29)) == []
    assert kept.schedule.maintain(now=NOON + timedelta(days=31)) == ["forgot 1 claims that were done more than 30 days ago"]


def test_a_claim_that_cannot_be_read_here_is_told_and_hides_no_other(kept: Kept) -> None:
    deployment = Deployment(kept, stored("a", schedule="0 12 * * *"), stored("b", schedule="0 12 * * *"))
    deployment.tick(NOON)
    with kept.schedule._database.engine.begin() as connection:
        place = "data_quality.claims" if kept.schedule._database.schema else "claims"
        connection.exec_driver_sql(f"UPDATE {place} SET test = replace(test, 'volume', 'strange') WHERE test_id = 'a'")
    deployment.over["d/tick 1", 0] = False
    deployment.tick(NOON + MINUTE)

    seen = deployment.tick(NOON + MINUTE + GRACE)

    assert seen.again == ["b"]
    assert "test 'a' cannot be read here: " in seen.unreadable[0]
