"""Work that the main thread can stop, whatever the database is doing: looked up in ``pg_stat_activity``."""

from __future__ import annotations

import contextvars
import signal
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import psycopg
import pytest

from airflow_data_quality import Completeness, Dataset, Uniqueness, Volume, connect, run_checks
from airflow_data_quality.core.errors import Cancelled
from airflow_data_quality.core.model.options import Options
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.model.test import coded_tests
from airflow_data_quality.core.runner import run
from airflow_data_quality.core.sql import watch
from airflow_data_quality.core.sql.watch import Watched

SLEEPS = "pg_sleep(6) IS NOT NULL"
SOON = 2.0
"""Seconds within which a query must be gone."""


@pytest.fixture
def rows(postgres: Any) -> Any:
    postgres.execute("CREATE TABLE t (id integer, s text)", "INSERT INTO t VALUES (1, 'x')")
    return postgres


def _run(place: Any, checks: list[Any], **more: Any) -> Run:
    tests = coded_tests(checks, [Dataset(table="t")])
    more.setdefault("options", Options(max_parallel=1))
    return run(tests, {None: connect(place.url)}, id=UUID(int=1), started_at=datetime.now(timezone.utc), **more)


class Backends:
    """The server's sessions in which a question about our table sleeps."""

    def __init__(self, place: Any) -> None:
        self.place = place

    def pids(self) -> list[int]:
        """Returns those there are."""
        return [
            pid
            for (pid,) in self.place.execute(
                "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() "
                "AND application_name = 'airflow-provider-data-quality' "
                f"AND query LIKE '%{self.place.schema}%' AND query LIKE '%pg_sleep%'"
            )
        ]

    def wait(self, *, there: bool) -> float:
        """Waits until there is one, or none; returns how long it took."""
        started = time.monotonic()
        while bool(self.pids()) is not there:
            assert time.monotonic() - started < 10, f"still {'no query' if there else 'a query'} after 10 s"
            time.sleep(0.02)
        return time.monotonic() - started


@pytest.fixture
def backends(rows: Any) -> Iterator[Backends]:
    looked = Backends(rows)
    yield looked
    for pid in looked.pids():
        rows.execute(f"SELECT pg_terminate_backend({pid})")


class Later:
    """Does something in a thread as soon as our query runs, and says when it was done."""

    def __init__(self, backends: Backends, action: Any) -> None:
        self.at = 0.0
        self.done = False
        self._backends, self._action = backends, action
        self._thread = threading.Thread(target=self._go)
        self._thread.start()

    def _go(self) -> None:
        self._backends.wait(there=True)
        self.at = time.monotonic()
        self._action()
        self.done = True

    def join(self) -> None:
        self._thread.join()
        assert self.done


def test_an_event_stops_the_query_in_the_database(rows: Any, backends: Backends) -> None:
    flag = threading.Event()
    later = Later(backends, flag.set)
    checks = [
        Volume(min=0, where=SLEEPS, name="asleep"),
        Completeness(column="id"),
        Uniqueness(columns=["id"], where=SLEEPS),
        Uniqueness(columns=["s"]),
    ]
    result = _run(rows, checks, cancel=flag)
    took = time.monotonic() - later.at
    later.join()
    backends.wait(there=False)
    assert took < SOON
    assert {e.outcome for e in result.executions} == {"errored"}
    assert len(result.plan.statements) == 1  # nothing new was asked
    assert result.verdict == "errored"


def test_what_was_measured_before_stays_measured(rows: Any, backends: Backends) -> None:
    flag = threading.Event()
    later = Later(backends, flag.set)
    checks = [
        Uniqueness(columns=["id"], where="length(s) > 0", name="first"),
        Volume(min=0, where=SLEEPS, name="asleep"),
        Uniqueness(columns=["s"]),
    ]
    result = _run(rows, checks, cancel=flag)
    later.join()
    assert backends.wait(there=False) < SOON
    assert [e.outcome for e in result.executions] == ["passed", "errored", "errored"]
    assert "told to stop" in result.executions[2].message


def test_a_flag_that_is_set_already_asks_nothing(rows: Any) -> None:
    flag = threading.Event()
    flag.set()
    result = _run(rows, [Volume(min=0)], cancel=flag)
    assert [e.outcome for e in result.executions] == ["errored"]
    assert result.plan.statements == ()


class _OutOfTime(BaseException):
    """As Airflow's AirflowTaskTimeout, it is no Exception."""


def test_a_signal_in_the_main_thread_stops_the_query_and_propagates(rows: Any, backends: Backends) -> None:
    def handler(*_: object) -> None:
        raise _OutOfTime

    before = signal.signal(signal.SIGALRM, handler)
    later = Later(backends, lambda: signal.setitimer(signal.ITIMER_REAL, 0.1))
    try:
        with pytest.raises(_OutOfTime):
            _run(rows, [Volume(min=0, where=SLEEPS)])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    took = time.monotonic() - later.at
    later.join()
    assert took < SOON
    assert backends.pids() == []


@pytest.mark.parametrize(
    "ask", [Volume(min=0, where=SLEEPS), Uniqueness(columns=["s"], where=SLEEPS)], ids=["in a scan", "in a key"]
)
def test_a_killed_session_is_errored_and_nothing_is_asked_again(rows: Any, backends: Backends, ask: Any) -> None:
    later = Later(backends, lambda: [rows.execute(f"SELECT pg_terminate_backend({pid})") for pid in backends.pids()])
    result = _run(rows, [ask, Completeness(column="id"), Uniqueness(columns=["id"])])
    took = time.monotonic() - later.at
    later.join()
    assert took < SOON
    errors = {e.label: e.error or "" for e in result.executions if e.outcome == "errored"}
    assert "terminating connection" in errors[ask.label]
    assert "uniqueness(id)" in errors
    assert "terminating connection" in (result.plan.statements[-1].error or "")


def test_a_session_killed_between_two_statements_is_errored(rows: Any) -> None:
    """The keeper of the first answer is gone before the second question."""
    checks = [Volume(min=0, where="pg_terminate_backend(pg_backend_pid())", name="suicide"), Uniqueness(columns=["id"])]
    result = run_checks(Dataset(table="t"), checks, connect(rows.url), max_parallel=1)
    assert [e.outcome for e in result.executions] == ["errored", "errored"]


def test_a_timeout_makes_its_own_checks_errored_and_asks_nothing_again(rows: Any) -> None:
    checks = [
        Volume(min=0, where=SLEEPS, name="asleep"),
        Volume(equals=1, name="fused with it"),
        Completeness(column="id"),
        Uniqueness(columns=["id"]),
        Uniqueness(columns=["id"], where=SLEEPS, name="asleep too"),
        Uniqueness(columns=["s"]),
    ]
    started = time.monotonic()
    result = _run(rows, checks, options=Options(statement_timeout=timedelta(milliseconds=400), max_parallel=1))
    assert time.monotonic() - started < 3
    outcomes = {e.label: e.outcome for e in result.executions}
    assert outcomes == {
        "asleep": "errored",
        "fused with it": "errored",
        "completeness(id)": "errored",
        "uniqueness(id)": "passed",
        "asleep too": "errored",
        "uniqueness(s)": "passed",
    }
    assert {e.error for e in result.executions if e.error} == {"canceling statement due to statement timeout"}
    assert len(result.plan.statements) == 3  # no statement was sent twice, in halves or otherwise


@pytest.mark.parametrize("timeout", [timedelta(microseconds=1), timedelta(days=60)], ids=["the shortest", "60 days"])
def test_any_timeout_can_be_set(rows: Any, timeout: timedelta) -> None:
    result = run_checks(Dataset(table="t"), [Volume(equals=1)], connect(rows.url), statement_timeout=timeout)
    if timeout > timedelta(days=1):
        assert [e.message for e in result.executions if e.outcome != "passed"] == []
    else:
        assert result.executions[0].error == "canceling statement due to statement timeout"


def test_no_session_and_no_thread_is_left_behind(rows: Any) -> None:
    for checks in ([Volume(min=0)], [Volume(min=0, where="nope")], [Uniqueness(columns=["id"])]):
        run_checks(Dataset(table="t"), checks, connect(rows.url))
    assert [thread.name for thread in threading.enumerate() if thread.name == "data-quality"] == []
    deadline = time.monotonic() + SOON
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'airflow-provider-data-quality'"
    with psycopg.connect(rows.url, autocommit=True) as connection:
        while (left := connection.execute(query).fetchone()) != (0,) and time.monotonic() < deadline:
            time.sleep(0.02)
    assert left == (0,)


# The watching itself, without a database ------------------------------------------------------------------------------


class Stubborn:
    """A connection whose cancelling frees the work only after some tries, or never."""

    def __init__(self, tries: int) -> None:
        self.tries = tries
        self.cancelled = 0
        self.freed = threading.Event()

    def cancel(self) -> None:
        self.cancelled += 1
        if self.cancelled == 1:
            raise RuntimeError("the connection is just being closed")
        if self.cancelled >= self.tries:
            self.freed.set()


def test_the_result_comes_back() -> None:
    assert Watched(lambda watched: 42, threading.Event()).result() == 42


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(3)])
def test_an_error_of_the_work_is_raised_where_one_waits(error: BaseException) -> None:
    def work(watched: Any) -> None:
        raise error

    with pytest.raises(type(error)):
        Watched(work, threading.Event()).result()


def test_context_reaches_the_thread() -> None:
    """Such as a logging context: what was set around a run holds within it."""
    variable = contextvars.ContextVar("variable", default="unset")
    variable.set("set")
    assert Watched(lambda watched: variable.get(), threading.Event()).result() == "set"


def test_it_is_cancelled_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "SLICE", 0.01)
    connection, flag = Stubborn(4), threading.Event()

    def work(watched: Watched[str]) -> str:
        watched.uses(connection)  # type: ignore[arg-type]
        flag.set()
        connection.freed.wait(10)
        assert watched.stopping()
        return "ended"

    assert Watched(work, flag).result() == "ended"
    assert connection.cancelled >= 4


def test_work_that_says_itself_that_it_is_in_vain_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "SLICE", 0.01)
    connection = Stubborn(2)

    def work(watched: Watched[None]) -> None:
        watched.uses(connection)  # type: ignore[arg-type]
        watched.stop()
        assert connection.freed.wait(10)
        assert watched.stopping()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Watched(work, threading.Event()).result()


def test_what_never_ends_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "SLICE", 0.01)
    monkeypatch.setattr(watch, "PATIENCE", 0.1)
    connection, flag = Stubborn(10**9), threading.Event()

    def work(watched: Watched[None]) -> None:
        watched.uses(connection)  # type: ignore[arg-type]
        flag.set()
        connection.freed.wait(10)

    with pytest.raises(Cancelled, match="did not end in time"):
        Watched(work, flag).result()
    connection.freed.set()
