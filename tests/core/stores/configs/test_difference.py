"""What would change in a store to be as a folder says; what may not be is refused before anything is written."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from airflow_data_quality.core.errors import Conflict, DefinitionError
from airflow_data_quality.core.formats.definitions import Definitions
from airflow_data_quality.core.formats.export import export
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from airflow_data_quality.core.stores.configs.base import Change, Item, Shelf
from airflow_data_quality.core.stores.configs.difference import Difference, difference, fields_that_differ
from airflow_data_quality.core.stores.configs.store import ConfigStore
from tests.core.stores.configs.samples import a_connection, a_test

WAREHOUSE = a_connection()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "defs"


def wanted(folder: Path, *stored: StoredTest | RegisteredConnection) -> Definitions:
    """Returns what a folder that is made of these defines."""
    for path in folder.glob("*"):
        path.unlink()
    tests = [each for each in stored if isinstance(each, StoredTest)]
    export(folder, tests, [each for each in stored if isinstance(each, RegisteredConnection)])
    return Definitions.of(folder)


def ids(found: Difference) -> dict[str, list[str]]:
    said = {name: getattr(found, name) for name in ("added", "unchanged", "left", "pruned")}
    said["changed"] = [after for _, after in found.changed]
    return {name: [each.id for each in stored] for name, stored in said.items() if stored}


def test_the_store_becomes_what_the_folder_says_and_a_second_time_nothing_changes(
    store: ConfigStore, shelf: Shelf, folder: Path
) -> None:
    store.apply([a_test("kept"), a_test("edited"), a_test("old"), a_connection("gone")], [], by="ann")
    read = wanted(folder, WAREHOUSE, a_connection("lake"), a_test("kept"), a_test("edited", owner="bob"), a_test("new"))

    found = difference(read, store, prune=False)
    assert ids(found) == {
        "added": ["lake", "new"],
        "changed": ["edited"],
        "unchanged": ["warehouse", "kept"],
        "left": ["gone", "old"],
    }
    assert [stored.version for stored in found.puts] == [0, 0, 1]
    assert list(found.lines()) == [
        "+ connection lake",
        "+ new",
        "~ edited: owner None → 'bob'",
        "2 added, 1 changed, 0 pruned, 2 unchanged, 2 left alone (only in the store)",
    ]
    assert store.apply(found.puts, found.pruned, by="bob") == 3

    found = difference(read, store, prune=True)
    assert ids(found)["pruned"] == ["gone", "old"]
    assert list(found.lines()) == ["- connection gone", "- old", "0 added, 0 changed, 2 pruned, 5 unchanged"]
    assert store.apply(found.puts, found.pruned, by="bob") == 2

    revision = shelf.revision()
    for prune in (True, False):
        found = difference(read, ConfigStore(shelf), prune=prune)
        assert (found.puts, found.pruned, found.left) == ([], [], [])
    assert shelf.revision() == revision


def test_a_test_that_was_deleted_may_come_back(embedded: ConfigStore, folder: Path) -> None:
    embedded.apply([a_test("t")], [], by="ann")
    embedded.delete("test", "t", 1, by="ann")
    found = difference(wanted(folder, WAREHOUSE, a_test("t")), embedded, prune=True)
    assert embedded.apply(found.puts, found.pruned, by="ann") == 1


def test_what_others_change_in_between_is_not_written_over(embedded: ConfigStore, folder: Path) -> None:
    stored = embedded.create(a_test("t"), by="ann")
    found = difference(wanted(folder, WAREHOUSE, a_test("t", owner="us")), embedded, prune=False)
    embedded.update(stored.model_copy(update={"owner": "them"}), by="bob")
    with pytest.raises(Conflict, match="nothing is stored"):
        embedded.apply(found.puts, found.pruned, by="ann")
    test = embedded.test("t")
    assert test is not None
    assert test.owner == "them"


# What is refused ------------------------------------------------------------------------------------------------------


def test_a_connection_that_is_nowhere_registered_is_a_mistake_at_its_place(embedded: ConfigStore, folder: Path) -> None:
    read = wanted(folder, a_test("a", conn_id="warehose"), a_test("b", conn_id="lake"), a_test("c"))
    with pytest.raises(DefinitionError) as refused:
        difference(read, embedded, prune=False)
    lake, warehose = str(refused.value).splitlines()
    assert lake.startswith(
        f"{folder}/lake.yaml:8:16: test 'b': the connection 'lake' is registered neither in the folder nor in "
    )
    assert lake.endswith("add it: connections: [{id: 'lake'}]")
    assert warehose.endswith("add it: connections: [{id: 'warehose'}]; did you mean 'warehouse'?")


def test_a_connection_that_would_be_pruned_under_a_test_is_refused(embedded: ConfigStore, folder: Path) -> None:
    read = wanted(folder, a_test("t"))
    assert ids(difference(read, embedded, prune=False)) == {"added": ["t"], "left": ["warehouse"]}
    with pytest.raises(DefinitionError, match=r":8:16: test 't': the connection 'warehouse' is registered in .* but not in the"):
        difference(read, embedded, prune=True)


def test_what_is_stored_but_cannot_be_read_is_neither_written_over_nor_pruned(
    store: ConfigStore, shelf: Shelf, folder: Path
) -> None:
    store.apply([a_test("u")], [], by="ann")
    strange = Item("test", "t", 1, '{"id": "t", "check": {"sniff": 1}}', datetime.now(timezone.utc))
    shelf.commit([Change(None, strange, "ann")])
    with pytest.raises(DefinitionError, match=r"warehouse.yaml:4:5: what is stored cannot be compared: test 't' is stored"):
        difference(wanted(folder, WAREHOUSE, a_test("t")), store, prune=False)
    assert ids(difference(wanted(folder, a_test("u")), store, prune=False)) == {"unchanged": ["u"], "left": ["warehouse"]}
    with pytest.raises(DefinitionError, match="--prune cannot tell whether it may delete what it cannot read: test 't'"):
        difference(wanted(folder, WAREHOUSE, a_test("u")), store, prune=True)


# Field by field -------------------------------------------------------------------------------------------------------


def differ(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return list(fields_that_differ(a_test("t", **before), a_test("t", **after)))


def test_each_field_is_named_with_what_it_was_and_will_be() -> None:
    assert differ({}, {"schedule": "@daily", "tags": ["a"], "enabled": False, "timezone": "Europe/Berlin"}) == [
        "schedule None → '@daily'",
        "timezone 'UTC' → 'Europe/Berlin'",
        "tags [] → ['a']",
        "enabled True → False",
    ]
    assert differ({"check": {"volume": {"min": 1}}}, {"check": {"volume": {"min": "1.0", "max": 2}}, "table": "t"}) == [
        "check.min 1 → 1.0",
        "check.max not given → 2",
        "dataset.table 'public.orders' → 't'",
    ]
    assert list(fields_that_differ(a_connection(), a_connection(may_sample=True))) == ["may_sample False → True"]


def test_the_order_of_columns_is_a_difference_where_a_test_names_it() -> None:
    first, second = ({"schema": {"columns": names, "mode": "ordered"}} for names in ({"a": "x", "b": "y"}, {"b": "y", "a": "x"}))
    assert differ({"check": first}, {"check": second}) == ["check.columns {'a': 'x', 'b': 'y'} → {'b': 'y', 'a': 'x'}"]


def test_true_one_and_one_point_zero_are_told_apart() -> None:
    values = ({"completeness": {"column": "a", "missing_values": [value]}} for value in (1, True))
    first, second = values
    assert differ({"check": first}, {"check": second}) == ["check.missing_values [1] → [True]"]


def test_of_long_texts_the_place_where_they_differ_is_shown() -> None:
    before = {"dataset": {"query": "SELECT\n" + "x, " * 100 + "y FROM t", "conn_id": "w"}}
    after = {"dataset": {"query": "SELECT\n" + "x, " * 100 + "z FROM t", "conn_id": "w"}}
    assert differ(before, after) == ["dataset.query …, x, x, x, x, x, x, y FROM t' → …, x, x, x, x, x, x, z FROM t'"]
    (line,) = differ({}, {"owner": "o" * 200})
    assert line == f"owner None → '{'o' * 79}…"
