"""A store asks one small question to know whether anything has changed, and reads again only what it must."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.core.model.stored import StoredTest
from airflow_data_quality.core.stores.configs.base import Change, Shelf
from airflow_data_quality.core.stores.configs.listing import TestFilter
from airflow_data_quality.core.stores.configs.store import ConfigStore
from tests.core.stores.configs.samples import Counted, a_connection, a_test


@pytest.fixture
def counted(shelf: Shelf) -> Counted:
    other = ConfigStore(shelf)
    other.create(a_connection(), by="setup")
    other.create(a_test("a"), by="setup")
    other.create(a_test("b"), by="setup")
    return Counted(shelf)


def asked(counted: Counted, call: Callable[[], object]) -> list[str]:
    """Returns what a call asks the shelf."""
    counted.asked.clear()
    call()
    return counted.asked


def test_while_nothing_changes_everything_is_answered_by_one_look_at_the_counter(counted: Counted) -> None:
    store = ConfigStore(counted)
    assert asked(counted, store.all_tests) == ["revision", "items test"]
    first = store.all_tests()

    for call in (store.all_tests, store.tests, lambda: store.tests(TestFilter(text="a"), limit=1), store.unreadable):
        assert asked(counted, call) == ["revision"]
    assert all(one is other for one, other in zip(store.all_tests(), first, strict=True))
    assert asked(counted, lambda: store.select(["a"])) == ["item test"]


def test_what_was_changed_elsewhere_is_read_again_and_only_that_is_built_anew(counted: Counted, shelf: Shelf) -> None:
    store = ConfigStore(counted)
    a, b = store.all_tests()

    ConfigStore(shelf).update(b, by="bob")

    assert asked(counted, store.all_tests) == ["revision", "items test"]
    assert store.all_tests()[0] is a
    assert [test.version for test in store.all_tests()] == [1, 2]


def test_own_changes_are_not_read_again(counted: Counted, shelf: Shelf) -> None:
    store = ConfigStore(counted)
    a, b = store.all_tests()
    assert len(store.all_connections()) == 1

    store.update(a, by="ann")
    store.delete("test", "b", b.version, by="ann")
    store.create(a_test("c"), by="ann")
    store.apply([a_connection("lake"), a_test("d", conn_id="lake")], [], by="ann")

    assert asked(counted, store.all_tests) == ["revision"]
    assert asked(counted, store.all_connections) == ["revision"]
    assert store.all_tests() == ConfigStore(shelf).all_tests()
    assert store.all_connections() == ConfigStore(shelf).all_connections()
    assert [(test.id, test.version) for test in store.all_tests()] == [("a", 2), ("c", 1), ("d", 1)]


def test_own_changes_among_those_of_others_are_read_again(counted: Counted, shelf: Shelf) -> None:
    store, other = ConfigStore(counted), ConfigStore(shelf)
    a, b = store.all_tests()

    store.update(a, by="ann")
    other.update(b, by="bob")

    assert asked(counted, store.all_tests) == ["revision", "items test"]
    assert store.all_tests() == other.all_tests()


def test_a_change_whose_outcome_is_not_known_is_read_again(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ConfigStore(counted)
    a, _ = store.all_tests()
    commit = counted.commit

    def lose_the_answer(changes: list[Change]) -> None:
        commit(changes)
        raise StoreError("the connection broke")

    with monkeypatch.context() as patched:
        patched.setattr(counted, "commit", lose_the_answer)
        with pytest.raises(StoreError, match="broke"):
            store.update(a, by="ann")

    assert [test.version for test in store.all_tests()] == [2, 1]


def test_a_list_that_is_read_while_a_change_is_made_misses_nothing(counted: Counted, shelf: Shelf) -> None:
    store, other = ConfigStore(counted), ConfigStore(shelf)
    a, b = store.all_tests()

    def meanwhile() -> None:
        other.update(b, by="bob")
        store.all_tests()

    counted.before_commit = meanwhile
    store.update(a, by="ann")
    other.create(a_test("c"), by="bob")

    assert store.all_tests() == other.all_tests()


def test_threads_that_share_a_store_see_what_each_has_changed(counted: Counted, shelf: Shelf) -> None:
    store = ConfigStore(counted)

    def create(number: int) -> StoredTest:
        test = store.create(a_test(f"t{number:02}"), by=str(number))
        assert test in store.all_tests()
        return test

    with ThreadPoolExecutor(6) as pool:
        created = list(pool.map(create, range(24)))

    assert [test for test in store.all_tests() if test.id.startswith("t")] == created
    assert store.all_tests() == ConfigStore(shelf).all_tests()
