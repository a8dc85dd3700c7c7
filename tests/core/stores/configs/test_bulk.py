"""Many changes at once: all are looked at before the first is made; what others change meanwhile is told."""

from __future__ import annotations

import pytest

from airflow_data_quality.core.errors import Conflict, DefinitionError
from airflow_data_quality.core.model.stored import StoredTest
from airflow_data_quality.core.stores.configs import dynamodb_writes, sql
from airflow_data_quality.core.stores.configs.base import Change, Shelf
from airflow_data_quality.core.stores.configs.store import ConfigStore
from tests.core.stores.configs.samples import Counted, a_connection, a_test


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "MOST_CHANGES", 10)
    monkeypatch.setattr(dynamodb_writes, "MOST_CHANGES", 10)


def of(store: ConfigStore, id: str, **fields: object) -> StoredTest:
    test = store.test(id)
    assert test is not None
    return StoredTest.of({**test.spec(), "version": test.version, **fields})


def test_many_are_put_and_deleted_at_once(store: ConfigStore, shelf: Shelf) -> None:
    many = [a_test(f"t{number:03}", conn_id="lake") for number in range(120)]

    assert store.apply([*many, a_connection("lake")], [], by="ann") == 121

    other = ConfigStore(shelf)
    assert other.all_tests() == store.all_tests() == [a_test(test.id, conn_id="lake", version=1) for test in many]

    t000, lake = of(store, "t000", owner="bob", dataset={"table": "t", "conn_id": "warehouse"}), a_connection("lake", version=1)
    rest = store.all_tests()[1:]
    assert store.apply([t000], [lake, *rest], by="bob") == 121

    assert other.all_tests() == store.all_tests() == [t000.model_copy(update={"version": 2})]
    assert [connection.id for connection in other.all_connections()] == ["warehouse"]
    assert [entry.by for entry in store.audit("test", "t000")] == ["bob", "ann"]
    assert [entry.after for entry in store.audit("connection", "lake")] == [None, {"id": "lake"}]


def test_connections_come_before_the_tests_that_name_them_and_go_after(store: ConfigStore, shelf: Shelf) -> None:
    committed: list[Change] = []
    watched = Counted(shelf)
    commit = watched.commit
    watched.commit = lambda changes: (committed.extend(changes), commit(changes))[1]  # type: ignore[method-assign]
    store = ConfigStore(watched)

    store.apply([a_test(conn_id="lake"), a_connection("lake")], [], by="ann")
    store.apply([], [a_connection("lake", version=1), a_test(conn_id="lake", version=1)], by="ann")

    assert [(change.kind, change.after.document is None) for change in committed] == [
        ("connection", False),
        ("test", False),
        ("test", True),
        ("connection", True),
    ]


def test_what_was_deleted_is_put_as_new_and_goes_on_counting(store: ConfigStore) -> None:
    store.create(a_test(), by="ann")
    store.delete("test", "orders-volume", 1, by="ann")

    store.apply([a_test()], [], by="ann")

    assert store.test("orders-volume") == a_test(version=3)


def test_one_that_has_been_changed_keeps_all_from_being_stored(store: ConfigStore) -> None:
    first = store.create(a_test("first"), by="ann")
    store.update(first, by="bob")
    revision = store.revision()
    new, there = a_test("new"), a_test("first")

    for puts, deletes in (
        ([new, first], []),
        ([new, there], []),
        ([new], [first]),
        ([new], [a_test("none", version=1)]),
        ([], [new]),
    ):
        with pytest.raises(Conflict, match=r"1 have been changed since they were read, so nothing is stored: '\w+'") as raised:
            store.apply(puts, deletes, by="eve")
        assert raised.value.ids == ((puts[1:] or deletes)[0].id,)

    assert store.revision() == revision


def test_what_others_change_halfway_is_told_with_what_is_stored(shelf: Shelf, small_batches: None) -> None:
    fast = ConfigStore(shelf)
    fast.create(a_connection(), by="setup")
    fast.create(a_test("t17"), by="setup")
    between = Counted(shelf)
    slow = ConfigStore(between)
    many = [a_test(f"t{number:02}", version=int(number == 17)) for number in range(30)]

    def overtake() -> None:
        between.before_commit = lambda: fast.update(of(fast, "t17"), by="bob")

    between.before_commit = overtake
    with pytest.raises(
        Conflict, match=r"^10 of 30 changes are stored in .*, the others are not: .*changed by someone else: 't17'"
    ) as raised:
        slow.apply(many, [], by="eve")

    assert raised.value.ids == ("t17",)
    assert [test.id for test in slow.all_tests()] == [*(f"t{number:02}" for number in range(10)), "t17"]
    assert slow.all_tests() == fast.all_tests()
    assert fast.revision() == 4


def test_each_is_given_once(store: ConfigStore) -> None:
    with pytest.raises(DefinitionError, match="1 are given more than once: 'test orders-volume'; give each once"):
        store.apply([a_test()], [a_test(version=1)], by="ann")


def test_no_test_is_left_without_its_connection(store: ConfigStore) -> None:
    with pytest.raises(DefinitionError, match="'lake', which is not registered"):
        store.apply([a_test(conn_id="lake")], [], by="ann")
    with pytest.raises(DefinitionError, match="'warehouse', which is not registered"):
        store.apply([a_test()], [a_connection(version=1)], by="ann")
    store.create(a_test("a"), by="ann")
    with pytest.raises(DefinitionError, match=r"connection 'warehouse' cannot be deleted: 1 test\(s\) name it \('a'\)"):
        store.apply([], [a_connection(version=1)], by="ann")

    assert store.apply([], [a_connection(version=1), a_test("a", version=1)], by="ann") == 2


def test_nothing_is_nothing(store: ConfigStore) -> None:
    assert store.apply([], [], by="ann") == 0
    assert store.revision() == 1
