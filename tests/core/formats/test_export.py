"""Stored tests written as files: readable, safe whatever the ids are, and the same again when they are read."""

from __future__ import annotations

import resource
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.formats.definitions import Definitions
from airflow_data_quality.core.formats.export import export, files_of
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from tests.core.formats.test_round_trips import CHECKS, HARD, TEXTS

WAREHOUSE = RegisteredConnection.of({"id": "warehouse", "label": "Warehouse"})


def a_test(id: str, conn_id: str = "warehouse", **fields: Any) -> StoredTest:
    given = {"check": {"volume": {"min": 1}}, "dataset": {"table": "orders", "conn_id": conn_id}}
    return StoredTest.of({"id": id, **given, **fields})


def test_each_connection_is_a_file_with_its_tests_by_id(tmp_path: Path) -> None:
    lake = RegisteredConnection.of({"id": "lake"})
    sql = "SELECT *\nFROM orders\nWHERE paid"
    query = {"query": sql, "conn_id": "warehouse"}
    files = export(tmp_path / "new" / "folder", [a_test("b", dataset=query), a_test("a", owner="no")], [WAREHOUSE, lake])
    assert [path.relative_to(tmp_path).as_posix() for path in files] == ["new/folder/lake.yaml", "new/folder/warehouse.yaml"]
    assert files[0].read_text() == "connections:\n  - id: lake\n"
    assert files[1].read_text() == (
        """\
connections:
  - id: warehouse
    label: Warehouse
tests:
  - id: a
    check:
      type: volume
      min: 1
    dataset:
      table: orders
      conn_id: warehouse
    owner: 'no'
  - id: b
    check:
      type: volume
      min: 1
    dataset:
      query: |-
        SELECT *
        FROM orders
        WHERE paid
      conn_id: warehouse
"""
    )


IDS = [
    "a/b",
    "../../etc/passwd",
    "..",
    ".hidden",
    'say "hi"',
    "it's",
    "🦆",
    "🦆" * 250,
    "x" * 250,
    "x" * 249 + "y",
    "con: a",
    "%2E.",
]


def test_names_of_files_are_safe_and_no_two_alike(tmp_path: Path) -> None:
    ids = [*IDS, "Lake", "lake", "LAKE"]
    connections = [RegisteredConnection.of({"id": name}) for name in ids]
    files = export(tmp_path, [a_test(f"t{number}", name) for number, name in enumerate(ids)], connections)
    assert len({path.name.casefold() for path in files}) == len(ids)
    assert {path.parent for path in files} == {tmp_path}
    assert max(len(path.name) for path in files) < 200
    assert sorted(Definitions.of(tmp_path).connections) == sorted(ids)
    assert [path for path in files_of([], [RegisteredConnection.of({"id": "my lake.v2"})])] == ["my%20lake.v2.yaml"]


def test_a_test_whose_connection_is_not_registered_is_written_too() -> None:
    (text,) = files_of([a_test("t", "")], []).values()
    assert text.startswith("tests:\n  - id: t\n")


def stored(id: str, check: Any, table: str, texts: list[str]) -> StoredTest:
    spec = {"id": id, "check": check.spec(), "dataset": {"query": table, "where": texts[0], "conn_id": "w"}}
    return StoredTest.of({**spec, "owner": texts[-1], "tags": texts, "schedule": "@daily", "enabled": False})


TESTS = st.builds(
    stored,
    st.sampled_from(["no", "2024-01-31", "1e5", "it's", 'a "b": c', "🦆", "null"]),
    CHECKS.filter(lambda check: check.is_rendered),
    TEXTS,
    st.lists(TEXTS | st.sampled_from(["a\0b", "SELECT 1\n  FROM t\n", "1e5", "2024-01-31", "\x85"]), min_size=1, max_size=3),
)


@settings(max_examples=80, deadline=None)
@given(TESTS)
@example(stored("NaN", HARD[4], "SELECT 1", ["a"]))
@example(stored("inf", HARD[1], "SELECT 1", ["a"]))
@example(stored("decimal", HARD[2], "SELECT 1", ["a"]))
def test_what_is_written_is_read_again_as_the_same(test: StoredTest) -> None:
    with tempfile.TemporaryDirectory() as folder:
        export(folder, [test], [WAREHOUSE])
        read = Definitions.of(folder)
    assert {name: each.spec() for name, each in read.tests.items()} == {test.id: test.spec()}
    assert read.tests[test.id].model_dump_json() == test.model_dump_json()


def test_a_folder_with_files_of_others_is_refused_by_their_names_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "mine.yml").write_text("x")
    (tmp_path / "warehouse.yaml").write_text("old")
    (tmp_path / "README.md").write_text("of no matter")
    with pytest.raises(DefinitionError, match=r"not of this export: .*deep/mine\.yml; delete them"):
        export(tmp_path, [a_test("t")], [WAREHOUSE])
    assert (tmp_path / "warehouse.yaml").read_text() == "old"


def test_its_own_files_are_written_again(tmp_path: Path) -> None:
    export(tmp_path, [a_test("t"), a_test("u")], [WAREHOUSE])
    export(tmp_path, [a_test("t")], [WAREHOUSE])
    assert list(Definitions.of(tmp_path).tests) == ["t"]
    assert [path.name for path in tmp_path.iterdir()] == ["warehouse.yaml"]


def test_a_disk_that_takes_no_more_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    export(tmp_path, [a_test("t")], [WAREHOUSE])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(DefinitionError, match=r"cannot be written: .*File too large"):
            export(tmp_path, [a_test("u")], [WAREHOUSE])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in tmp_path.iterdir()] == ["warehouse.yaml"]
    assert list(Definitions.of(tmp_path).tests) == ["t"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DefinitionError, match=r"cannot be written: .*File exists"):
        export(tmp_path / "file", [], [WAREHOUSE])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
