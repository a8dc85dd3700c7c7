"""What a config store keeps is what was put there; who saw an older version changes nothing; and everything is in the log."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Literal

import pytest
from pydantic_core import from_json, to_json

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.errors import Conflict, DefinitionError, StoreError
from airflow_data_quality.core.model.check import REGISTRY
from airflow_data_quality.core.model.stored import StoredTest
from airflow_data_quality.core.stores.configs import documents
from airflow_data_quality.core.stores.configs.base import Change, Item, Shelf
from airflow_data_quality.core.stores.configs.listing import TestFilter
from airflow_data_quality.core.stores.configs.store import ConfigStore
from tests.core.stores.configs.samples import Counted, a_connection, a_test

ODD_NAMES = ("", " ", "#revision", "tag:x", "a\x00b", "é" * 251, "x" * 3000)


def changed(test: StoredTest, **fields: object) -> StoredTest:
    return StoredTest.of({**test.spec(), "version": test.version, **fields})


def test_an_empty_store_has_nothing(shelf: Shelf) -> None:
    store = ConfigStore(shelf)

    assert store.revision() == 0
    assert store.test("a") is None
    assert store.connection("a") is None
    assert (list(store.tests()), store.all_tests(), list(store.connections()), store.all_connections()) == ([], [], [], [])
    assert list(store.audit("test", "a")) == []
    assert store.unreadable() == {}
    assert store.select([]) == []


def test_what_is_created_is_read_by_another_store(store: ConfigStore, shelf: Shelf) -> None:
    test = store.create(a_test(tags=["gold"], owner="it's me", schedule="0 6 * * *"), by="ann")
    other = ConfigStore(shelf)

    assert test.version == 1
    assert other.test("orders-volume") == test
    assert other.all_tests() == [test]
    assert other.connection("warehouse") == a_connection(version=1)
    assert other.all_connections() == [a_connection(version=1)]
    assert other.revision() == 2


def test_a_change_counts_the_version_and_is_read_by_a_store_that_remembers_the_one_before(
    store: ConfigStore, shelf: Shelf
) -> None:
    test = store.create(a_test(), by="ann")
    other = ConfigStore(shelf)
    assert other.all_tests() == [test]

    test = store.update(changed(test, owner="bob"), by="bob")

    assert test.version == 2
    assert other.all_tests() == store.all_tests() == [test]


def test_what_is_there_is_not_created_again(store: ConfigStore) -> None:
    store.create(a_test(), by="ann")

    with pytest.raises(
        Conflict, match=r"^test 'orders-volume': it is there already, and now it is stored with version 1 \(since"
    ):
        store.create(a_test(owner="bob"), by="bob")

    assert store.revision() == 2


def test_a_change_to_an_older_version_is_refused_and_says_who_was_faster(store: ConfigStore) -> None:
    old = store.create(a_test(), by="ann")
    new = store.update(changed(old, owner="bob"), by="bob")

    for attempt in (lambda: store.update(old, by="eve"), lambda: store.delete("test", old.id, old.version, by="eve")):
        with pytest.raises(
            Conflict, match=r"version 1 was seen, and now it is stored with version 2 \(since .* by bob\)"
        ) as raised:
            attempt()
        assert raised.value.ids == ("orders-volume",)

    assert store.test(old.id) == new


def test_whoever_is_overtaken_between_reading_and_writing_is_told_the_same(shelf: Shelf) -> None:
    between = Counted(shelf)
    slow, fast = ConfigStore(between), ConfigStore(shelf)
    fast.create(a_connection(), by="setup")

    between.before_commit = lambda: fast.create(a_test(owner="bob"), by="bob")
    with pytest.raises(Conflict, match=r"someone else was faster, and now it is stored with version 1 \(since .* by bob\)"):
        slow.create(a_test(), by="eve")

    test = fast.test("orders-volume")
    assert test is not None
    between.before_commit = lambda: fast.delete("test", test.id, test.version, by="bob")
    with pytest.raises(Conflict, match=r"someone else was faster, and now it is deleted \(since .* by bob\)"):
        slow.update(test, by="eve")

    assert slow.all_tests() == []
    assert [entry.by for entry in slow.audit("test", "orders-volume")] == ["bob", "bob"]


def test_what_was_deleted_and_made_again_is_another_version_to_whoever_saw_the_first(store: ConfigStore) -> None:
    first = store.create(a_test(), by="ann")
    store.delete("test", first.id, first.version, by="ann")
    assert store.test(first.id) is None
    with pytest.raises(Conflict, match="now it is deleted"):
        store.update(first, by="eve")
    with pytest.raises(Conflict, match="now it is deleted"):
        store.delete("test", first.id, 2, by="eve")

    again = store.create(a_test(), by="ann")

    assert again.version == 3
    with pytest.raises(Conflict, match="version 1 was seen, and now it is stored with version 3"):
        store.update(first, by="eve")


def test_what_was_never_there_cannot_be_changed(store: ConfigStore) -> None:
    with pytest.raises(
        DefinitionError, match=r"test 'orders-volume' has version 0.*read it and change what was read, or create it"
    ):
        store.update(a_test(), by="ann")
    with pytest.raises(DefinitionError, match=r"there is no test 'orders-volume' in .*; create it"):
        store.update(a_test(version=1), by="ann")
    with pytest.raises(DefinitionError, match="there is no connection 'lake' in "):
        store.delete("connection", "lake", 1, by="ann")


@pytest.mark.parametrize("id", ODD_NAMES, ids=range(len(ODD_NAMES)))
def test_what_can_be_no_id_is_nowhere(store: ConfigStore, id: str) -> None:
    assert store.test(id) is None
    assert list(store.audit("test", id)) == []
    with pytest.raises(DefinitionError, match="there is no test"):
        store.delete("test", id, 1, by="ann")


def test_ids_that_differ_in_case_or_accents_are_two(store: ConfigStore) -> None:
    ids = ["Orders", "orders", "ordérs", "ord\u0065\u0301rs"]
    for each in ids:
        store.create(a_test(each), by="ann")

    assert [test.id for test in store.all_tests()] == sorted(ids)


def test_nobody_changes_nothing(store: ConfigStore) -> None:
    with pytest.raises(DefinitionError, match="by is ' '; say who changes test 'orders-volume'"):
        store.create(a_test(), by=" ")


# Connections ----------------------------------------------------------------------------------------------------------


def test_a_test_names_a_registered_connection_only(store: ConfigStore) -> None:
    with pytest.raises(DefinitionError) as raised:
        store.create(a_test(conn_id="warehose"), by="ann")

    assert str(raised.value) == (
        "test 'orders-volume' names the connection 'warehose', which is not registered; did you mean 'warehouse'? "
        "(registered: 'warehouse'); register it first: connections: [{id: warehose}] in a file of `tests apply`, "
        "or the store's create"
    )
    test = store.create(a_test(), by="ann")
    with pytest.raises(DefinitionError, match="'lake', which is not registered"):
        store.update(changed(test, dataset={"table": "t", "conn_id": "lake"}), by="ann")


def test_a_connection_that_tests_name_stays(store: ConfigStore) -> None:
    for number in range(7):
        store.create(a_test(f"t{number}"), by="ann")

    with pytest.raises(
        DefinitionError, match=r"connection 'warehouse' cannot be deleted: 7 test\(s\) name it \('t0', .*'t4' and 2 more"
    ):
        store.delete("connection", "warehouse", 1, by="ann")

    for number in range(7):
        store.delete("test", f"t{number}", 1, by="ann")
    store.delete("connection", "warehouse", 1, by="ann")
    assert store.all_connections() == []
    with pytest.raises(DefinitionError, match="registered: none"):
        store.create(a_test(), by="ann")


# The log --------------------------------------------------------------------------------------------------------------


def test_the_log_has_every_change_the_newest_first(store: ConfigStore) -> None:
    test = store.create(a_test(), by="ann")
    test = store.update(changed(test, owner="bob"), by='"Bob" 🦆')
    store.delete("test", test.id, test.version, by="cid")

    last, second, first = store.audit("test", test.id)

    assert (first.version, first.by, first.before, first.after) == (1, "ann", None, a_test().spec())
    assert (second.version, second.by, second.before, second.after) == (2, '"Bob" 🦆', first.after, test.spec())
    assert (last.version, last.by, last.before, last.after) == (3, "cid", test.spec(), None)
    assert first.at < second.at < last.at <= datetime.now(timezone.utc)
    assert {(entry.kind, entry.id) for entry in (first, second, last)} == {("test", test.id)}
    assert [entry.id for entry in store.audit("connection", "warehouse")] == ["warehouse"]


def test_the_log_comes_in_pages(store: ConfigStore) -> None:
    test = store.create(a_test(), by="0")
    for number in range(1, 5):
        test = store.update(changed(test, owner=str(number)), by=str(number))

    read, cursor = [], None
    while True:
        page = store.audit("test", test.id, cursor=cursor, limit=2)
        read.append([entry.by for entry in page])
        if (cursor := page.cursor) is None:
            break

    assert read == [["4", "3"], ["2", "1"], ["0"]]
    for wrong in ("x", "WzFd", "W1tdXQ"):
        if wrong != "WzFd":  # a number is what the cursor of some shelves holds
            with pytest.raises(DefinitionError, match="is no cursor of this list"):
                store.audit("test", test.id, cursor=wrong)
    with pytest.raises(DefinitionError, match="limit is 0"):
        store.audit("test", test.id, limit=0)
    with pytest.raises(DefinitionError, match="'tests' is not kept here; there are: test, connection"):
        store.audit("tests", test.id)  # type: ignore[arg-type]


def test_a_change_is_later_than_the_one_before_however_wrong_a_clock_was(store: ConfigStore, shelf: Shelf) -> None:
    ahead = datetime.now(timezone.utc) + timedelta(days=900)
    document = to_json(a_test().spec()).decode()
    shelf.commit([Change(None, Item("test", "orders-volume", 1, document, ahead), "a host whose clock is wrong")])

    test = store.test("orders-volume")
    assert test is not None
    store.update(test, by="ann")

    assert [entry.at for entry in store.audit("test", test.id)] == [ahead + timedelta(microseconds=1), ahead]


# What cannot be read --------------------------------------------------------------------------------------------------


def put(shelf: Shelf, id: str, document: str, *, schema_version: int = 1) -> None:
    now = datetime.now(timezone.utc)
    shelf.commit([Change(None, Item("test", id, 1, document, now, schema_version), "elsewhere")])


def test_a_check_type_that_is_not_installed_here_hides_no_other(store: ConfigStore) -> None:
    class Elsewhere(Completeness):
        type: Literal["elsewhere"] = "elsewhere"  # type: ignore[assignment]

    sound = store.create(a_test("sound", tags=["gold"]), by="ann")
    strange = a_test("strange", tags=["gold"]).model_copy(update={"check": Elsewhere(column="a")})
    store.create(strange, by="ann")
    del REGISTRY["elsewhere"]
    reason = r"test 'strange' is stored \(version 1\), but cannot be read here: .*unknown check type 'elsewhere'"

    assert store.all_tests() == list(store.tests()) == store.select(["sound"]) == [sound]
    assert list(store.unreadable()) == ["strange"]
    for read in (lambda: store.test("strange"), lambda: store.select(["strange"]), lambda: store.select(["tag:gold"])):
        with pytest.raises(StoreError, match=reason):
            read()
    with pytest.raises(DefinitionError, match=r"2 test\(s\) name it"):
        store.delete("connection", "warehouse", 1, by="ann")

    store.delete("test", "strange", 1, by="ann")
    assert store.unreadable() == {}


@pytest.mark.parametrize(
    "document", ["", "{", "[]", "null", '{"id": "t"}', '"x"', '{"check": 5, "tags": 1}', '{"id": "damaged", "tags": [{}]}']
)
def test_a_damaged_document_hides_no_other(store: ConfigStore, shelf: Shelf, document: str) -> None:
    sound = store.create(a_test("sound", tags=["gold"]), by="ann")
    put(shelf, "damaged", document)

    assert store.all_tests() == [sound]
    assert list(store.tests(TestFilter(tag="gold", text="sound"))) == store.select(["tag:gold"]) == [sound]
    assert list(store.unreadable()) == ["damaged"]
    with pytest.raises(StoreError, match="test 'damaged' is stored"):
        store.test("damaged")


def test_what_a_newer_version_wrote_is_refused_and_left_alone(store: ConfigStore, shelf: Shelf) -> None:
    put(shelf, "newer", '{"what": "ever"}', schema_version=2)
    reason = (
        "test 'newer' was written by a newer airflow-provider-data-quality, with schema version 2; this one knows 1: "
        "upgrade the package here"
    )

    with pytest.raises(StoreError) as raised:
        store.test("newer")
    assert str(raised.value) == reason
    assert store.unreadable() == {"newer": reason}
    with pytest.raises(StoreError, match="written by a newer"):
        store.update(a_test("newer", version=1), by="ann")
    with pytest.raises(StoreError, match="written by a newer"):
        store.apply([a_test("newer", version=1)], [], by="ann")


def test_what_an_older_version_wrote_is_read_and_written_as_this_one_does(
    store: ConfigStore, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(documents.UPGRADES, ("test", 0), lambda old: {**old["test"], "owner": old["team"]})
    put(shelf, "old", to_json({"test": a_test("old").spec(), "team": "ops"}).decode(), schema_version=0)

    old = store.test("old")

    assert old == a_test("old", owner="ops", version=1)
    assert list(store.tests()) == [old]
    store.update(old, by="ann")
    item = shelf.item("test", "old")
    assert item is not None
    assert (item.schema_version, from_json(str(item.document))) == (1, a_test("old", owner="ops").spec())


# Selecting ------------------------------------------------------------------------------------------------------------


def test_names_are_ids_and_tags_each_test_comes_once_in_their_order(store: ConfigStore) -> None:
    store.create(a_test("b", tags=["gold"]), by="ann")
    store.create(a_test("a", tags=["gold"], enabled=False), by="ann")
    store.create(a_test("c", check={"volume": {"min": 1, "tags": ["Gold", "it's"]}}), by="ann")

    def selected(*names: str) -> list[str]:
        return [test.id for test in store.select(names)]

    assert selected("tag:gold") == ["a", "b"]
    assert selected("b", "tag:gold", "b") == ["b", "a"]
    assert selected("tag:it's", "tag:gold", "c") == ["c", "a", "b"]


def test_a_name_that_nothing_has_is_refused_with_near_ones(store: ConfigStore) -> None:
    store.create(a_test("orders-volume", tags=["gold"]), by="ann")

    with pytest.raises(DefinitionError) as raised:
        store.select(["orders-volume", "order-volume"])
    assert str(raised.value) == "there is no stored test 'order-volume'; did you mean 'orders-volume'? (1 are stored)"
    with pytest.raises(DefinitionError) as raised:
        store.select(["tag:golden"])
    assert str(raised.value) == "no stored test has the tag 'golden'; did you mean 'gold'?"
    with pytest.raises(DefinitionError, match="there is no stored test 'gold'"):
        store.select(["gold"])
