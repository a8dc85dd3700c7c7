"""The timetable that a host keeps says what the store says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from airflow_data_quality.core.model.stored import RegisteredConnection
from airflow_data_quality.core.stores.configs.sql import SqlShelf
from airflow_data_quality.core.stores.configs.store import ConfigStore
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.scheduling.timetable import KEPT_SECONDS, timetable
from tests.scheduling.conftest import stored


def made_anew(folder: Path, *ids: str) -> ConfigStore:
    """A store in the place of the one before, which counts its changes from the start, too."""
    for file in folder.glob("data_quality.db*"):
        file.unlink()
    store = ConfigStore(SqlShelf(StoreDatabase.embedded(folder / "data_quality.db")))
    store.apply([RegisteredConnection.of({"id": "w"}), *map(stored, ids)], [], by="test")
    return store


def ids_in(store: ConfigStore, file: Path) -> list[str]:
    return [entry[0] for entry in timetable(store, file)]


def test_an_edit_is_seen_at_once(tmp_path: Path) -> None:
    store = made_anew(tmp_path, "a")
    assert ids_in(store, tmp_path / "kept.json") == ["a"]

    store.create(stored("b"), by="test")

    assert ids_in(store, tmp_path / "kept.json") == ["a", "b"]


def test_a_store_that_was_made_anew_and_counts_as_the_one_before_is_seen_within_an_hour(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    timetable(made_anew(tmp_path, "a"), file)
    store = made_anew(tmp_path, "b")
    written = file.stat().st_mtime - KEPT_SECONDS

    os.utime(file, (written, written))

    assert ids_in(store, file) == ["b"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"place": 1}', b"\xff"], ids=repr)
def test_a_file_that_is_damaged_is_made_again(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "kept.json"
    file.write_bytes(content)

    assert ids_in(made_anew(tmp_path, "a"), file) == ["a"]
    assert b'"a"' in file.read_bytes()


def test_a_file_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    assert ids_in(made_anew(tmp_path, "a"), tmp_path / "no such folder" / "kept.json") == ["a"]
