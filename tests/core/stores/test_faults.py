"""A thousand faults, and nothing is lost and nothing doubled: a real PostgreSQL dies in the middle of writes, in every way."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.stores.keeping import keep
from airflow_data_quality.core.stores.spool import LocalFolder, Spool
from tests.core.stores.faults import Server, server
from tests.core.stores.samples import NOON, a_run

SESSIONS_ENDED = 900
OTHERS = 20
"""How often each of the other faults comes."""


class Sent:
    """Runs that were to be kept, and the faults that came."""

    def __init__(self, server: Server, spool: Spool) -> None:
        self.server = server
        self.spool = spool
        self.runs: list[Run] = []
        self.faults = 0

    def keep(self, run: Run | None = None) -> bool:
        """Keeps one more run; returns whether the store took it."""
        if run is None:
            run = a_run(test_ids=(f"t{len(self.runs) % 7}", "always"), at=NOON + timedelta(minutes=len(self.runs)))
        self.runs.append(run)
        waiting = len(self.spool.waiting())
        keep(run, lambda: self.server.store, self.spool, lambda level, text: None)
        return len(self.spool.waiting()) <= waiting

    def meet(self, fault: AbstractContextManager[None], run: Run | None = None) -> None:
        """Keeps one more run while a fault is on."""
        fired = self.server.fired
        with fault:
            taken = self.keep(run)
        self.faults += self.server.fired > fired or not taken


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("faults")) as made:
        yield made


@pytest.fixture
def sent(running: Server, tmp_path: Path) -> Sent:
    tables = ["runs", "test_executions", "measurements", "test_state", "daily_outcomes"]
    running.execute(*(f"TRUNCATE data_quality.{table}" for table in tables))
    return Sent(running, Spool(LocalFolder(tmp_path / "spool")))


@pytest.fixture(autouse=True)
def nothing_is_lost_and_nothing_doubled(sent: Sent) -> Iterator[None]:
    """After every test: what is delivered at last is all that was to be kept, once."""
    yield
    done = sent.spool.deliver(sent.server.store)
    assert (done.away, done.aside, done.left, sent.spool.waiting()) == (None, [], [], [])
    ask = sent.server.execute
    assert sorted(row[0] for row in ask("SELECT id FROM data_quality.runs")) == sorted(run.id for run in sent.runs)
    assert all(sent.server.store.run(run.id) == run for run in sent.runs[:: max(1, len(sent.runs) // 50)])
    executions = sum(len(run.executions) for run in sent.runs)
    for table in ("test_executions", "measurements"):
        assert ask(f"SELECT count(*), count(DISTINCT id) FROM data_quality.{table}") == [(executions, executions)]
    assert ask("SELECT sum(error_passed) FROM data_quality.daily_outcomes WHERE apart = 'both'") == [(executions,)]
    latest: dict[str, datetime] = {}
    for run in sent.runs:
        for execution in run.executions:
            latest[execution.test_id] = max(latest.get(execution.test_id, run.started_at), run.started_at)
    assert dict(ask("SELECT test_id, started_at FROM data_quality.test_state")) == latest


def test_sessions_that_end_before_any_statement(sent: Sent) -> None:
    statements = sent.server.statements(sent.keep)
    for number in range(SESSIONS_ENDED):
        at, ends = number % (statements + 1), sent.server.end_session
        sent.meet(sent.server.at_statement(at + 1, ends) if at < statements else sent.server.before_commit(ends))
    assert sent.faults == SESSIONS_ENDED


def test_a_store_that_is_away_for_some_runs(sent: Sent) -> None:
    sent.keep()
    sent.server.stop()
    for _ in range(OTHERS):
        sent.meet(nullcontext())
    assert sent.faults == OTHERS
    sent.server.start()


def test_answers_that_are_lost_on_their_way(sent: Sent) -> None:
    for _ in range(OTHERS):
        sent.meet(sent.server.answer_lost())
    assert sent.faults == OTHERS


def test_a_store_that_may_only_be_read(sent: Sent) -> None:
    for _ in range(OTHERS):
        sent.meet(sent.server.read_only())
    assert sent.faults == OTHERS


def test_a_disk_that_is_full(sent: Sent) -> None:
    def large() -> Run:
        number = len(sent.runs)
        return a_run(test_ids=[f"test {n} of many" for n in range(400)], at=NOON + timedelta(minutes=number))

    while sent.server.execute("SELECT pg_relation_size('data_quality.test_executions')")[0][0] < (1 << 20):
        sent.keep(large())
    for _ in range(OTHERS):
        sent.meet(sent.server.full(), large())
    assert sent.faults == OTHERS


@pytest.mark.parametrize("number", [signal.SIGQUIT, signal.SIGKILL])
def test_a_server_that_dies_in_the_middle_of_a_write(sent: Sent, number: signal.Signals) -> None:
    for at in range(OTHERS):
        dies = lambda pid: sent.server.kill(number)  # noqa: E731
        sent.meet(sent.server.before_commit(dies) if at == 0 else sent.server.at_statement(1 + at % 8, dies))
        sent.server.start()
        sent.server.database.engine.dispose()
    assert sent.faults == OTHERS
