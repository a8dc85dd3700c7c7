"""``tests``: stored tests listed, stored from a folder and written back into one."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import pytest

from airflow_data_quality.cli import tests as command
from airflow_data_quality.core.stores.configs.base import Change, Item
from airflow_data_quality.core.stores.configs.sql import SqlShelf
from airflow_data_quality.core.stores.configs.store import ConfigStore
from airflow_data_quality.core.stores.database import StoreDatabase
from tests.core.stores.configs.samples import a_connection, a_test

Call = Callable[..., tuple[int, str, str]]

FILE = """\
connections:
  - {id: warehouse, label: Warehouse}
tests:
  - id: orders-volume
    check: {volume: {min: 1}}
    dataset: {table: public.orders, conn_id: warehouse}
    schedule: "0 6 * * *"
    timezone: Europe/Berlin
    tags: [gold]
    owner: sales
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    for folder in ("home", "defs"):
        Path(folder).mkdir()
    Path("defs/orders.yaml").write_text(FILE)
    return tmp_path / "home"


@pytest.fixture
def database(home: Path) -> StoreDatabase:
    return StoreDatabase.embedded(home / "data_quality.db")


@pytest.fixture
def store(database: StoreDatabase) -> ConfigStore:
    return ConfigStore(SqlShelf(database))


# apply ----------------------------------------------------------------------------------------------------------------


def test_a_folder_is_stored_after_what_changes_was_shown_and_a_second_time_nothing_is(
    call: Call, store: ConfigStore, home: Path
) -> None:
    shown = "+ connection warehouse\n+ orders-volume\n2 added, 0 changed, 0 pruned, 0 unchanged\n"
    place = home / "data_quality.db"
    assert call("tests", "apply", "defs", "--dry-run") == (
        0,
        f"{shown}2 change(s) not stored in {place}: this is a dry run\n",
        "",
    )
    assert store.revision() == 0
    assert call("tests", "apply", "defs") == (0, f"{shown}2 change(s) stored in {place}\n", "")
    assert [entry.by for entry in store.audit("test", "orders-volume")] == [getpass.getuser()]
    revision = store.revision()
    for words in ((), ("--prune",), ("--dry-run",)):
        assert call("tests", "apply", "defs", *words) == (0, "0 added, 0 changed, 0 pruned, 2 unchanged\nnothing to change\n", "")
    assert store.revision() == revision


def test_what_is_edited_is_shown_field_by_field_and_what_is_gone_is_pruned_when_asked(call: Call, store: ConfigStore) -> None:
    store.apply([a_connection(), a_test("orders-volume", schedule="@daily"), a_test("old")], [], by="ann")
    code, out, err = call("tests", "apply", "defs")
    assert (code, err) == (0, "")
    assert out.splitlines()[:3] == [
        "~ connection warehouse: label None → 'Warehouse'",
        "~ orders-volume: schedule '@daily' → '0 6 * * *', timezone 'UTC' → 'Europe/Berlin', tags [] → ['gold'], "
        "owner None → 'sales'",
        "0 added, 2 changed, 0 pruned, 0 unchanged, 1 left alone (only in the store)",
    ]
    assert [test.id for test in store.all_tests()] == ["old", "orders-volume"]
    code, out, err = call("tests", "apply", "defs", "--prune")
    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == ["- old", "0 added, 0 changed, 1 pruned, 2 unchanged"]
    assert [test.id for test in store.all_tests()] == ["orders-volume"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tests: [{id: t, chek: 1}]", "defs/bad.yaml:1:23: tests.0.chek: unknown field 'chek'; did you mean 'check'?"),
        (
            "tests: [{id: t, check: {volume: 1}, dataset: {table: t, conn_id: warehous}}]",
            "defs/bad.yaml:1:66: test 't': the connection 'warehous' is registered neither in the folder nor in ",
        ),
    ],
)
def test_with_a_mistake_anywhere_nothing_is_stored(call: Call, store: ConfigStore, text: str, said: str) -> None:
    Path("defs/bad.yaml").write_text(text)
    code, out, err = call("tests", "apply", "defs")
    assert (code, out) == (3, "")
    assert err.startswith(f"data-quality: error: {said}")
    assert store.revision() == 0


def test_a_folder_that_is_not_there_prunes_nothing(call: Call, store: ConfigStore) -> None:
    store.apply([a_connection(), a_test()], [], by="ann")
    code, out, err = call("tests", "apply", "def", "--prune")
    assert (code, out) == (3, "")
    assert err == "data-quality: error: the folder 'def' cannot be read: No such file or directory\n"
    assert len(store.all_tests()) == 1


def test_what_others_store_in_between_is_not_written_over(
    call: Call, store: ConfigStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def while_it_is_read() -> str:
        store.apply([a_connection(), a_test("orders-volume", owner="them")], [], by="them")
        return "us"

    monkeypatch.setattr(command, "_who", while_it_is_read)
    code, out, err = call("tests", "apply", "defs")
    assert code == 2
    assert out.splitlines()[-1] == "2 added, 0 changed, 0 pruned, 0 unchanged"
    assert "so nothing is stored: 'warehouse', 'orders-volume'; read everything again; run this command again" in err
    assert [test.owner for test in store.all_tests()] == ["them"]
    assert "owner 'them' → 'sales'" in call("tests", "apply", "defs", "--dry-run")[1]


def test_a_user_without_a_name_is_called_by_the_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)

    def nobody(number: int) -> str:
        raise KeyError(f"getpwuid(): uid not found: {number}")

    monkeypatch.setattr("pwd.getpwuid", nobody)
    assert command._who().startswith("uid ")


# export ---------------------------------------------------------------------------------------------------------------


def test_what_is_written_is_what_is_stored(call: Call, store: ConfigStore, home: Path) -> None:
    odd = a_test('a/"b": é🦆', conn_id="../lake", owner="no", tags=["2024-01-31", "1e5", "a: b"])
    query = {"query": "SELECT '\0', 'it''s'\n  FROM t\n", "where": "a\nb ", "conn_id": "warehouse"}
    store.apply([a_connection(), a_connection("../lake"), odd, a_test("q", dataset=query), a_test("m")], [], by="ann")
    code, out, err = call("tests", "export", "out")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "out/%2E.%2Flake.yaml",
        "out/warehouse.yaml",
        f"3 test(s) and 2 connection(s) of {home / 'data_quality.db'}",
    ]
    assert call("tests", "apply", "out", "--dry-run", "--prune")[1].endswith("nothing to change\n")
    assert call("tests", "export", "out")[0] == 0


def test_a_folder_with_files_of_ones_own_is_refused(call: Call, store: ConfigStore) -> None:
    store.apply([a_connection()], [], by="ann")
    code, out, err = call("tests", "export", "defs")
    assert (code, out) == (3, "")
    assert "the folder 'defs' holds files that are not of this export: defs/orders.yaml; delete them" in err
    assert [path.name for path in Path("defs").iterdir()] == ["orders.yaml"]


def test_nothing_stored_is_said(call: Call, home: Path) -> None:
    assert call("tests", "export", "out") == (
        0,
        "",
        f"data-quality: nothing that could be written is stored in {home / 'data_quality.db'}\n",
    )
    assert not Path("out").exists()


def test_what_cannot_be_read_is_named_and_the_rest_is_there(call: Call, store: ConfigStore, database: StoreDatabase) -> None:
    store.apply([a_connection(), a_test()], [], by="ann")
    strange = Item("test", "strange", 1, '{"id": "strange", "check": {"sniff": 1}}', datetime.now(timezone.utc))
    SqlShelf(database).commit([Change(None, strange, "ann")])
    code, out, err = call("tests", "export", "out")
    assert code == 2
    assert out.splitlines()[0] == "out/warehouse.yaml"
    assert err.startswith("data-quality: left out: test 'strange' is stored (version 1), but cannot be read here: ")
    code, out, err = call("tests", "list")
    assert (code, len(out.splitlines())) == (2, 2)
    assert "left out: test 'strange'" in err


# list -----------------------------------------------------------------------------------------------------------------


def test_tests_are_listed_by_id(call: Call, store: ConfigStore) -> None:
    call("tests", "apply", "defs")
    store.apply([a_test("a\u00e9", enabled=False, dataset={"query": "SELECT 1\nFROM t", "conn_id": "warehouse"})], [], by="ann")
    code, out, err = call("tests", "list")
    assert (code, err) == (0, "")
    assert [[cell.strip() for cell in line.split("  ") if cell] for line in out.splitlines()] == [
        ["id", "dataset", "check", "schedule", "owner", "tags", "enabled", "version"],
        ["aé", "SELECT 1 FROM t", "there are at least 1 rows", "on demand", "no", "1"],
        ["orders-volume", "public.orders", "there are at least 1 rows", "0 6 * * * Europe/Berlin", "sales", "gold", "yes", "1"],
    ]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ((), ["a", "b", "c", "d"]),
        (("--conn-id", "lake"), ["b"]),
        (("--dataset", "t"), ["c"]),
        (("--type", "completeness"), ["d"]),
        (("--tag", "gold"), ["a"]),
        (("--owner", "ann"), ["b"]),
        (("--enabled",), ["a", "b", "d"]),
        (("--disabled",), ["c"]),
        (("--text", "GOLD"), ["a"]),
        (("--enabled", "--owner", "ann", "--conn-id", "lake"), ["b"]),
        (("--owner", "nobody"), []),
    ],
)
def test_what_is_asked_for_only(call: Call, store: ConfigStore, words: tuple[str, ...], ids: list[str]) -> None:
    email = a_test("d", check={"completeness": "email"})
    tests = [a_test("a", tags=["gold"]), a_test("b", conn_id="lake", owner="ann"), a_test("c", table="t", enabled=False), email]
    store.apply([a_connection(), a_connection("lake"), *tests], [], by="ann")
    code, out, err = call("tests", "list", *words)
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[1:]] == ids
    assert (err == "") == bool(ids)


def test_all_pages_are_listed(call: Call, store: ConfigStore) -> None:
    ids = [f"t{number:03}" for number in range(250)]
    store.apply([a_connection(), *map(a_test, ids)], [], by="ann")
    _, out, _ = call("tests", "list")
    assert [line.split()[0] for line in out.splitlines()[1:]] == ids


# Arguments ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [(), ("bogus",), ("apply",), ("apply", "defs", "--bogus"), ("list", "--enabled", "--disabled"), ("export", "a", "b")]
)
def test_a_mistake_in_the_arguments_ends_with_three(call: Call, words: tuple[str, ...]) -> None:
    code, out, err = call("tests", *words)
    assert (code, out) == (3, "")
    assert "error: " in err
