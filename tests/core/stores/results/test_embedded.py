"""The file: how it is made, what becomes of it, and what is said when it cannot be used."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from tests.core.stores.samples import a_run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data_quality.db"


def test_the_file_and_its_folder_are_made_by_the_first_call_and_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "not" / "yet there, 100%?" / "data #1.db"
    store = SqlResultStore.embedded(path)
    assert not path.parent.exists()

    store.write(a_run())

    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_keeps_its_mode(path: Path) -> None:
    path.touch(0o640)

    SqlResultStore.embedded(path).write(a_run())

    assert path.stat().st_mode & 0o777 == 0o640


def test_a_relative_path_means_the_folder_of_the_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = SqlResultStore.embedded("here.db")
    monkeypatch.chdir("/")

    store.write(a_run())

    assert (tmp_path / "here.db").exists()


def test_the_write_ahead_log_is_on(path: Path) -> None:
    SqlResultStore.embedded(path).write(a_run())

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks /proc")
def test_no_file_stays_open(path: Path) -> None:
    store = SqlResultStore.embedded(path)
    store.write(a_run())
    store.run(uuid4())

    targets = [os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.is_symlink() and os.path.lexists(link)]

    assert not [target for target in targets if target.startswith(str(path))]


@contextmanager
def another_writer(path: Path) -> Iterator[None]:
    """Somebody else who needs half a second."""
    begun = threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            begun.set()
            time.sleep(0.5)
            connection.execute("COMMIT")

    other = threading.Thread(target=hold)
    other.start()
    begun.wait()
    yield
    other.join()


def test_a_writer_waits_for_another(path: Path) -> None:
    store, run = SqlResultStore.embedded(path), a_run()
    store.write(a_run())

    with another_writer(path):
        assert store.write(run)

    assert store.run(run.id) == run


def test_the_first_writer_waits_for_whoever_uses_the_file_without_a_write_ahead_log(path: Path) -> None:
    store, run = SqlResultStore.embedded(path), a_run()

    with another_writer(path):
        assert store.write(run)

    assert store.run(run.id) == run


def test_readers_do_not_wait_for_a_writer(path: Path) -> None:
    store, run = SqlResultStore.embedded(path), a_run()
    store.write(run)

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM measurements")
        assert store.run(run.id) == run
        connection.execute("ROLLBACK")


def test_threads_share_a_store(path: Path) -> None:
    store, runs = SqlResultStore.embedded(path), [a_run() for _ in range(20)]

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(store.write, runs))

    assert [store.run(run.id) for run in runs] == runs


def test_threads_make_files_of_their_own_at_the_same_moment(tmp_path: Path) -> None:
    stores, run = [SqlResultStore.embedded(tmp_path / f"{number}.db") for number in range(8)], a_run()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda store: store.write(run), stores))

    assert [store.run(run.id) for store in stores] == [run] * 8


CALLS: dict[str, Callable[[SqlResultStore], Any]] = {
    "write": lambda store: store.write(a_run()),
    "run": lambda store: store.run(uuid4()),
    "executions_of_test": lambda store: store.executions_of_test("a"),
    "executions_of_task": lambda store: store.executions_of_task(dag_id="a", run_id="b", task_id="c"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_file_that_is_no_database_is_told_with_its_path(path: Path, call: Callable[[SqlResultStore], Any]) -> None:
    path.write_text("To whom it may concern: this is a letter. " * 200)

    with pytest.raises(StoreError) as raised:
        call(SqlResultStore.embedded(path))

    assert str(raised.value) == f"result store {path}: file is not a database"


def test_a_folder_that_cannot_be_made_is_told_with_its_path() -> None:
    with pytest.raises(StoreError, match=r"^result store /dev/null/quality/data_quality\.db: Not a directory$"):
        SqlResultStore.embedded("/dev/null/quality/data_quality.db").write(a_run())


def test_a_folder_in_the_place_of_the_file_is_told_with_its_path(path: Path) -> None:
    path.mkdir()

    with pytest.raises(StoreError) as raised:
        SqlResultStore.embedded(path).write(a_run())

    assert str(raised.value) == f"result store {path}: unable to open database file"


def test_a_moment_without_a_time_zone_is_told(path: Path) -> None:
    run = a_run()
    naive = run.model_copy(update={"finished_at": run.finished_at.replace(tzinfo=None)})

    with pytest.raises(StoreError, match=r": 2024-05-01T12:00:01 has no time zone$"):
        SqlResultStore.embedded(path).write(naive)


@contextmanager
def full_disk() -> Iterator[None]:
    """SQLite may add no page to its files any more, as on a disk without room."""

    def no_more_pages(connection: sqlite3.Connection, record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # as many as there are already

    event.listen(Engine, "connect", no_more_pages)
    try:
        yield
    finally:
        event.remove(Engine, "connect", no_more_pages)


def test_a_full_disk_is_told_and_nothing_is_half_written(path: Path) -> None:
    store, run = SqlResultStore.embedded(path), a_run(test_ids=[f"test {number} {'x' * 200}" for number in range(200)])
    before = a_run()
    store.write(before)

    with full_disk(), pytest.raises(StoreError) as raised:
        SqlResultStore.embedded(path).write(run)

    assert str(raised.value) == f"result store {path}: database or disk is full"
    assert store.run(run.id) is None
    assert store.run(before.id) == before
    assert store.executions_of_test(run.executions[0].test_id) == []


def test_errors_never_show_what_was_to_be_written(path: Path) -> None:
    store, run = SqlResultStore.embedded(path), a_run(test_ids=["a secret"] * 2)
    store.write(a_run())

    with pytest.raises(StoreError) as raised:
        store.write(run)

    assert str(raised.value).startswith(f"result store {path}: UNIQUE constraint failed: ")
    error: BaseException | None = raised.value
    while error is not None:
        assert "a secret" not in str(error)
        error = error.__cause__ or error.__context__
