"""What waits in the spool is whole, private, delivered once, and never deleted before the store has it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.errors import StoreError, Unstorable
from airflow_data_quality.core.model.check import REGISTRY
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.stores.keeping import keep
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from airflow_data_quality.core.stores.spool import LocalFolder, Spool
from tests.core.stores.samples import NOON, a_completeness, a_run
from tests.core.stores.strategies import runs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "not yet" / "spool"


@pytest.fixture
def spool(folder: Path) -> Spool:
    return Spool(LocalFolder(folder))


@pytest.fixture
def store(tmp_path: Path) -> SqlResultStore:
    return SqlResultStore.embedded(tmp_path / "data_quality.db")


@pytest.fixture
def away(tmp_path: Path) -> SqlResultStore:
    """A store that cannot be had: its folder is a file."""
    (tmp_path / "file").touch()
    return SqlResultStore.embedded(tmp_path / "file" / "data_quality.db")


class Refusing:
    """A store that takes everything but some runs, which no value that we write is known to bring about."""

    def __init__(self, store: SqlResultStore, *refused: Run) -> None:
        self._store = store
        self._refused = {run.id for run in refused}

    def write(self, run: Run) -> bool:
        if run.id in self._refused:
            raise Unstorable("result store x: value out of range")
        return self._store.write(run)


def in_turn(count: int) -> list[Run]:
    return [a_run(at=NOON + timedelta(minutes=number)) for number in range(count)]


def test_a_spool_that_nobody_has_used_is_empty_and_makes_nothing(spool: Spool, folder: Path, store: SqlResultStore) -> None:
    assert spool.waiting() == []
    assert spool.deliver(store).stored == 0
    assert not folder.exists()


def test_what_waits_is_delivered_whole_the_oldest_first(spool: Spool, store: SqlResultStore) -> None:
    waiting = in_turn(3)
    for run in reversed(waiting):
        spool.put(run)
    taken: list[Run] = []

    class Seen:
        def write(self, run: Run) -> bool:
            taken.append(run)
            return store.write(run)

    done = spool.deliver(Seen())  # type: ignore[arg-type]

    assert taken == waiting
    assert (done.stored, done.aside, done.left, done.away) == (3, [], [], None)
    assert [store.run(run.id) for run in waiting] == waiting
    assert spool.waiting() == []


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(run=runs())
def test_any_run_outlives_the_spool_as_it_was(tmp_path_factory: pytest.TempPathFactory, run: Run) -> None:
    spool = Spool(LocalFolder(tmp_path_factory.mktemp("spool")))
    spool.put(run)
    taken: list[Run] = []

    class Store:
        def write(self, run: Run) -> bool:
            taken.append(run)
            return True

    assert spool.deliver(Store()).stored == 1  # type: ignore[arg-type]
    assert taken == [run]


def test_only_the_owner_may_read_what_waits(spool: Spool, folder: Path) -> None:
    before = os.umask(0)
    try:
        name = spool.put(a_run())
    finally:
        os.umask(before)

    assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_run_that_the_store_has_already_is_delivered_once(spool: Spool, store: SqlResultStore) -> None:
    run = a_run()
    store.write(run)
    spool.put(run)

    assert spool.deliver(store).stored == 1

    assert spool.waiting() == []
    assert len(store.executions_of_test(run.executions[0].test_id)) == 1


def test_a_store_that_is_away_leaves_everything_where_it_is(spool: Spool, away: SqlResultStore, store: SqlResultStore) -> None:
    waiting = in_turn(2)
    for run in waiting:
        spool.put(run)
    names = spool.waiting()

    done = spool.deliver(away)

    assert isinstance(done.away, StoreError)
    assert (done.stored, spool.waiting()) == (0, names)
    assert spool.deliver(store).stored == 2


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut off": lambda content: content[:-10],
    "one letter": lambda content: content.replace(b"public.orders", b"public.orderz"),
    "no head": lambda content: content.partition(b"\n")[2],
    "something else": lambda content: b"\x00\xff" * 99,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_set_aside_with_a_message_and_hides_no_other(
    spool: Spool, folder: Path, store: SqlResultStore, damage: str
) -> None:
    damaged, sound = in_turn(2)
    name = spool.put(damaged)
    spool.put(sound)
    content = DAMAGES[damage]((folder / name).read_bytes())
    (folder / name).write_bytes(content)

    done = spool.deliver(store)

    assert done.aside == [f"{name} was set aside in {folder}/aside: it is damaged: its text is not the one that was written"]
    assert (folder / "aside" / name).read_bytes() == content
    assert done.stored == 1
    assert store.run(sound.id) == sound
    assert spool.deliver(store).aside == []


def test_what_the_store_refuses_is_set_aside_and_hides_no_other(spool: Spool, folder: Path, store: SqlResultStore) -> None:
    refused, sound = in_turn(2)
    name = spool.put(refused)
    spool.put(sound)

    done = spool.deliver(Refusing(store, refused))  # type: ignore[arg-type]

    assert done.aside == [f"{name} was set aside in {folder}/aside: result store x: value out of range"]
    assert (folder / "aside" / name).exists()
    assert (done.stored, done.away) == (1, None)


def test_what_a_newer_version_wrote_is_left_to_it(spool: Spool, folder: Path, store: SqlResultStore) -> None:
    name = spool.put(a_run())
    (folder / name).write_bytes((folder / name).read_bytes().replace(b"data-quality-run 1 ", b"data-quality-run 2 "))

    done = spool.deliver(store)

    assert done.left == [f"{name} was written by a newer airflow-provider-data-quality; upgrade the package here"]
    assert spool.waiting() == [name]


def test_a_check_type_that_is_not_installed_here_waits_for_a_host_where_it_is(spool: Spool, store: SqlResultStore) -> None:
    class Elsewhere(Completeness):
        type: Literal["elsewhere"] = "elsewhere"  # type: ignore[assignment]

    run = a_run()
    run = run.model_copy(update={"executions": (a_completeness(run.id, "t", check=Elsewhere(column="a")),)})
    name = spool.put(run)
    del REGISTRY["elsewhere"]

    done = spool.deliver(store)

    assert len(done.left) == 1
    assert "cannot be read here: " in done.left[0]
    assert "unknown check type 'elsewhere'" in done.left[0]
    assert spool.waiting() == [name]


def test_many_that_deliver_at_the_same_moment_lose_and_double_nothing(spool: Spool, store: SqlResultStore) -> None:
    waiting = in_turn(40)
    for run in waiting:
        spool.put(run)

    with ThreadPoolExecutor(6) as pool:
        deliveries = list(pool.map(lambda _: spool.deliver(store), range(6)))

    assert [done.away for done in deliveries] == [None] * 6
    assert spool.waiting() == []
    assert len(store.latest_executions(limit=100)) == 40


def test_delivering_ends_when_its_time_is_up_and_goes_on_later(spool: Spool, store: SqlResultStore) -> None:
    for run in in_turn(3):
        spool.put(run)

    assert spool.deliver(store, seconds=0).stored == 1
    assert spool.deliver(store).stored == 2


def test_what_a_killed_process_left_unfinished_is_looked_at_once_it_is_old(
    spool: Spool, folder: Path, store: SqlResultStore
) -> None:
    whole, cut = in_turn(2)
    for run, size in ((whole, None), (cut, 50)):
        name = spool.put(run)
        content = (folder / name).read_bytes()
        (folder / name).unlink()
        (folder / f"{name}.1.partial").write_bytes(content[:size])
    assert spool.waiting() == []

    for path in folder.iterdir():
        os.utime(path, (time.time() - 7200, time.time() - 7200))
    done = spool.deliver(store)

    assert done.stored == 1
    assert store.run(whole.id) == whole
    assert len(done.aside) == 1
    assert spool.waiting() == []


PUT_WITH_LITTLE_ROOM = """
import resource, sys
from pathlib import Path
from airflow_data_quality.core.stores.spool import LocalFolder, Spool
from tests.core.stores.samples import a_run
spool = Spool(LocalFolder(Path(sys.argv[1])))
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    spool.put(a_run())
except OSError as error:
    print(type(error).__name__, error.errno)
"""


def test_a_full_disk_leaves_no_half_of_a_run_and_says_so(folder: Path) -> None:
    folder.mkdir(parents=True)

    done = subprocess.run(
        [sys.executable, "-c", PUT_WITH_LITTLE_ROOM, str(folder)], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )

    assert done.stdout.startswith("OSError")
    assert list(folder.iterdir()) == []


# Where a run goes -----------------------------------------------------------------------------------------------------


class Told(list[tuple[int, str]]):
    """What ``keep`` says."""

    def __call__(self, level: int, text: str) -> None:
        self.append((level, text))


def test_a_run_is_stored_and_nothing_is_said(spool: Spool, store: SqlResultStore, folder: Path) -> None:
    run, told = a_run(), Told()

    keep(run, lambda: store, spool, told)

    assert store.run(run.id) == run
    assert told == []
    assert not folder.exists()


def test_a_run_that_cannot_be_stored_waits_and_the_next_one_delivers_it_first(
    spool: Spool, store: SqlResultStore, away: SqlResultStore
) -> None:
    first, second = in_turn(2)
    told = Told()

    keep(first, lambda: away, spool, told)

    ((level, text),) = told
    assert level == logging.WARNING
    assert text.startswith("the result store cannot be written (result store ")
    assert f"run {first.id} waits as {spool.waiting()[0]} in {spool}" in text
    assert text.endswith("or: airflow data-quality flush")

    keep(second, lambda: store, spool, told)

    assert told[1:] == [(logging.INFO, f"1 run(s) that had waited in {spool} are in the result store now")]
    assert [store.run(run.id) for run in (first, second)] == [first, second]


def test_while_the_store_is_away_runs_queue_up_behind_those_that_wait(spool: Spool, away: SqlResultStore) -> None:
    waiting = in_turn(3)
    for run in waiting:
        keep(run, lambda: away, spool, Told())

    assert len(spool.waiting()) == 3


def test_a_store_that_cannot_even_be_named_keeps_the_run_waiting(spool: Spool) -> None:
    def nowhere() -> Any:
        raise KeyError("result_conn_id")

    told = Told()
    keep(a_run(), nowhere, spool, told)

    assert "cannot be written (KeyError: 'result_conn_id')" in told[0][1]
    assert len(spool.waiting()) == 1


def test_where_nothing_can_be_written_the_log_has_the_run(away: SqlResultStore, tmp_path: Path) -> None:
    run, told = a_run(), Told()

    keep(run, lambda: away, Spool(LocalFolder(tmp_path / "file" / "spool")), told)

    ((_, text),) = [said for said in told if said[0] == logging.ERROR]
    assert Run.model_validate_json(text.partition("this is the run: ")[2]) == run


def test_a_spool_that_cannot_be_looked_at_keeps_no_run_from_the_store(store: SqlResultStore, tmp_path: Path) -> None:
    run, told = a_run(), Told()
    (tmp_path / "spool").touch()

    keep(run, lambda: store, Spool(LocalFolder(tmp_path / "spool")), told)

    assert store.run(run.id) == run
    assert [level for level, _ in told] == [logging.WARNING]
    assert "cannot be delivered: " in told[0][1]


def test_a_run_with_a_number_that_the_store_cannot_hold_stands_in_no_others_way(spool: Spool, store: SqlResultStore) -> None:
    huge, run, told = a_run(), a_run(), Told()
    executions = tuple(e.model_copy(update={"checked": 2**70}) for e in huge.executions)
    huge = huge.model_copy(update={"executions": executions})

    keep(huge, lambda: store, spool, told)
    keep(run, lambda: store, spool, told)

    assert store.run(run.id) == run
    assert spool.waiting() == []
    assert f"{huge.id}.run was set aside" in told[1][1]


def test_a_run_that_can_be_written_nowhere_for_what_is_in_it_goes_to_the_log(spool: Spool, store: SqlResultStore) -> None:
    run, told = a_run(), Told()
    executions = tuple(e.model_copy(update={"message": "half of a pair \ud83d"}) for e in run.executions)
    run = run.model_copy(update={"executions": executions})

    keep(run, lambda: store, spool, told)

    assert [level for level, _ in told] == [logging.ERROR]
    assert str(run.id) in told[0][1]
    assert "half of a pair \\ud83d" in told[0][1]


def test_a_run_that_is_stored_already_is_told(spool: Spool, store: SqlResultStore) -> None:
    run, told = a_run(), Told()
    for _ in range(2):
        keep(run, lambda: store, spool, told)

    assert told == [(logging.WARNING, f"run {run.id} is in the result store already; what was measured now is not kept")]
