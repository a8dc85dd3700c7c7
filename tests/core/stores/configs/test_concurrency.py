"""Many writers at once: each version is won by exactly one, the log has all that was accepted, and others are not in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from airflow_data_quality.core.errors import Conflict
from airflow_data_quality.core.model.stored import StoredTest
from airflow_data_quality.core.stores.configs.base import Shelf
from airflow_data_quality.core.stores.configs.store import ConfigStore
from tests.core.stores.configs.samples import a_test

THREADS = 16
WRITERS = 200

T = TypeVar("T")


def at_once(work: Callable[[int], T], count: int = WRITERS) -> Sequence[T]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, range(count)))


def owned(test: StoredTest, owner: str) -> StoredTest:
    return test.model_copy(update={"owner": owner})


def test_of_all_who_saw_the_same_version_exactly_one_wins(store: ConfigStore, shelf: Shelf) -> None:
    seen = store.create(a_test(), by="setup")

    def write(number: int) -> int | None:
        try:
            return ConfigStore(shelf).update(owned(seen, str(number)), by=str(number)).version
        except Conflict:
            return None

    won = [(number, version) for number, version in enumerate(at_once(write)) if version is not None]

    ((winner, version),) = won
    assert version == 2
    assert store.test(seen.id) == owned(seen, str(winner)).model_copy(update={"version": 2})
    assert [entry.by for entry in store.audit("test", seen.id)] == [str(winner), "setup"]
    assert store.revision() == 3


def test_each_version_is_won_by_one_and_the_log_has_every_change_that_was_accepted(store: ConfigStore, shelf: Shelf) -> None:
    store.create(a_test(), by="setup")

    def write(number: int) -> int | None:
        mine = ConfigStore(shelf)
        seen = mine.test("orders-volume")
        assert seen is not None
        try:
            return mine.update(owned(seen, str(number)), by=str(number)).version
        except Conflict:
            return None

    won = {version: str(number) for number, version in enumerate(at_once(write)) if version is not None}

    log = list(store.audit("test", "orders-volume", limit=WRITERS + 1))
    assert {entry.version: entry.by for entry in log} == {**won, 1: "setup"}
    assert [entry.version for entry in log] == list(range(len(won) + 1, 0, -1))
    assert [entry.before for entry in log] == [*(entry.after for entry in log[1:]), None]
    assert store.revision() == len(log) + 1
    assert len(won) >= WRITERS // THREADS


def test_writers_of_different_tests_are_never_in_each_others_way(store: ConfigStore, shelf: Shelf) -> None:
    def write(number: int) -> StoredTest:
        mine = ConfigStore(shelf)
        test = mine.create(a_test(f"t{number:03}"), by=str(number))
        return mine.update(owned(test, "ann"), by=str(number))

    written = at_once(write, 64)

    assert store.all_tests() == written
    assert store.revision() == 1 + 2 * 64


def test_of_all_who_create_the_same_exactly_one_does(store: ConfigStore, shelf: Shelf) -> None:
    def write(number: int) -> bool:
        try:
            return bool(ConfigStore(shelf).create(a_test(owner=str(number)), by=str(number)))
        except Conflict:
            return False

    assert sum(at_once(write, 32)) == 1
    assert len(store.audit("test", "orders-volume")) == 1
