"""Several sessions for one run: never more than allowed, none left behind, and what happens to one harms no other."""

from __future__ import annotations

import contextvars
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from airflow_data_quality import (
    Completeness,
    CustomSql,
    Dataset,
    Distribution,
    Referential,
    Uniqueness,
    Volume,
    connect,
    run_checks,
)
from airflow_data_quality.core.database import Database
from airflow_data_quality.core.errors import QueryError
from airflow_data_quality.core.model.options import Options
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.model.test import coded_tests
from airflow_data_quality.core.runner import run
from airflow_data_quality.core.sql import planner
from airflow_data_quality.core.sql.board import Board
from airflow_data_quality.core.sql.measure import Measurer
from airflow_data_quality.core.sql.planner import sessions
from airflow_data_quality.core.sql.steps import OwnStep
from airflow_data_quality.core.sql.values import Single

from .opened import Opened, Session

T = Dataset(table="t")


pytestmark = pytest.mark.usefixtures("untied")
SOON = 2.0
"""Seconds within which what was told to end has ended."""


def slowly(seconds: float) -> str:
    """Returns a condition that is true, and takes so long once for a statement."""
    return f"(SELECT pg_sleep({seconds})) IS NOT NULL"


QUICK = [
    Volume(equals=100),
    Completeness(column="s"),
    Uniqueness(columns=["id"]),
    Uniqueness(columns=["id"], count="rows", nulls="equal", name="rows"),
    Uniqueness(columns=["s"], max_failing=90),
    Uniqueness(columns=["s", "id"]),
    Referential(columns=["id"], to_table="t", to_columns=["id"]),
    Distribution(column="id", median={"equals": 50.5}),
    CustomSql(sql="SELECT max(id) FROM t", equals=100, name="last"),
]
"""All of these pass."""
PLAIN = QUICK[:-1]
"""Those that call nothing, so that they are asked last."""


class Reader:
    """A role of the test's own, so that every session of it is one of ours."""

    def __init__(self, place: Any) -> None:
        self.place = place
        self.role = f"reader_{place.schema}"
        self.url = place.url.replace("postgres@", f"{self.role}@", 1)

    def sessions(self, condition: str = "true") -> list[int]:
        """Returns the server's processes that serve us."""
        query = f"SELECT pid FROM pg_stat_activity WHERE usename = '{self.role}' AND {condition}"
        return [pid for (pid,) in self.place.execute(query)]

    def asleep(self) -> list[int]:
        """Returns those that are busy with a slow statement."""
        return self.sessions("state = 'active' AND wait_event = 'PgSleep'")

    def kill(self, pid: int) -> None:
        self.place.execute(f"SELECT pg_terminate_backend({pid})")


@pytest.fixture
def reader(postgres: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A hundred rows; every step is asked by itself and worth a session. Nothing of a run is left when it has ended."""
    monkeypatch.setattr(planner, "TUNING", planner.Tuning(short=0, branch=math.inf, session=1e-9))
    role = Reader(postgres)
    postgres.execute(
        "CREATE TABLE t (id integer, s text)",
        "INSERT INTO t SELECT n, n % 10 FROM generate_series(1, 100) AS n",
        "ANALYZE t",
        f"CREATE ROLE {role.role} LOGIN",
        f"GRANT USAGE ON SCHEMA {postgres.schema} TO {role.role}",
        f"GRANT SELECT ON t TO {role.role}",
    )
    yield role
    try:
        until(lambda: not role.sessions())
        until(lambda: not [thread for thread in threading.enumerate() if thread.name == "data-quality"])
    finally:
        for pid in role.sessions():
            role.kill(pid)
        postgres.execute(f"DROP OWNED BY {role.role}", f"DROP ROLE {role.role}")


def until(holds: Callable[[], Any], seconds: float = SOON) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it does not come true"
        time.sleep(0.01)


class Meanwhile:
    """Does something in a thread while a run goes on; what it raises, ``join`` raises."""

    def __init__(self, action: Callable[[], None]) -> None:
        self._error: list[BaseException] = []
        self._thread = threading.Thread(target=self._go, args=(action,), daemon=True)
        self._thread.start()

    def _go(self, action: Callable[[], None]) -> None:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - raised by join
            self._error.append(error)

    def join(self) -> None:
        self._thread.join()
        if self._error:
            raise self._error[0]


def _run(database: Database, checks: list[Any], cancel: Any = None, **options: Any) -> Run:
    tests = coded_tests(checks, [T])
    return run(
        tests, {None: database}, id=UUID(int=1), started_at=datetime.now(timezone.utc), options=Options(**options), cancel=cancel
    )


def _outcomes(result: Run) -> dict[str, str]:
    return {e.label: e.outcome for e in result.executions}


# How many -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [1, 2, 3])
def test_never_more_sessions_than_allowed(reader: Reader, most: int) -> None:
    checks: list[Any] = [Volume(equals=100, where=slowly(0.1), name="scan")]
    checks += [Uniqueness(columns=["id"], where=f"id <> {n} AND {slowly(0.08)}", name=f"{n}") for n in range(8)]
    counts: list[int] = []
    ended = threading.Event()

    def count() -> None:
        with psycopg.connect(reader.place.url, autocommit=True) as connection:
            while not ended.is_set():
                query = f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{reader.role}'"
                counts.append(connection.execute(query).fetchone()[0])  # type: ignore[index]
                time.sleep(0.002)

    watching = Meanwhile(count)
    result = run_checks(T, checks, connect(reader.url), max_parallel=most)
    ended.set()
    watching.join()
    assert result.verdict == "passed"
    assert result.plan.notes == ()
    assert max(counts) == most


def test_a_small_table_is_asked_over_one(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "TUNING", planner.Tuning())
    opened = Opened(connect(reader.url))
    result = run_checks(T, QUICK, opened, max_parallel=8)
    assert result.verdict == "passed"
    assert opened.opened == 1
    assert not any("pg_export_snapshot" in sql for sql in opened.sessions[0].asked)


def test_no_more_sessions_than_statements(reader: Reader) -> None:
    opened = Opened(connect(reader.url))
    assert run_checks(T, [Volume(equals=100), Uniqueness(columns=["id"])], opened, max_parallel=8).verdict == "passed"
    until(lambda: not [thread for thread in threading.enumerate() if thread.name == "data-quality"])
    assert opened.opened == 2


@pytest.mark.parametrize(("efforts", "worth"), [((), 1), ((50,), 1), ((70,), 1), ((50, 50), 2), ((50, 5), 1), ((500,) * 9, 8)])
def test_no_more_sessions_than_the_work_is_worth(efforts: tuple[float, ...], worth: int) -> None:
    steps = [OwnStep(Single(str(n), ("n",), "", 1.0), effort=effort) for n, effort in enumerate(efforts)]
    assert sessions(steps, 8, planner.Tuning(session=60)) == worth


def test_the_longest_is_asked_first(reader: Reader) -> None:
    reader.place.execute("CREATE TABLE big AS SELECT n AS id FROM generate_series(1, 5000) AS n", "ANALYZE big")
    reader.place.execute(f"GRANT SELECT ON big TO {reader.role}")
    small = coded_tests([Uniqueness(columns=["id"])], [T])
    big = coded_tests([Volume(min=0, name="rows of big"), Uniqueness(columns=["id"], name="big")], [Dataset(table="big")])
    result = run(
        [*small, *big],
        {None: connect(reader.url)},
        id=UUID(int=1),
        started_at=datetime.now(timezone.utc),
        options=Options(max_parallel=1),
    )
    assert [s.test_ids for s in result.plan.statements] == [("big",), ("rows of big",), ("uniqueness(id)",)]


def test_a_database_that_shows_no_state_is_asked_over_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    monkeypatch.setattr(planner, "TUNING", planner.Tuning(short=0, branch=math.inf, session=1e-9))
    with closing(sqlite3.connect(tmp_path / "t.db")) as connection:
        connection.executescript("CREATE TABLE t (id INTEGER, s TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(n, str(n % 10)) for n in range(1, 101)])
        connection.commit()
    opened: list[object] = []
    database = connect(f"sqlite:///{tmp_path / 't.db'}")

    class Counted:
        dialect = "sqlite"

        def open(self) -> Any:
            opened.append(self)
            return database.open()

    result = run_checks(T, QUICK, Counted(), max_parallel=8)
    assert [e.message for e in result.executions if e.outcome != "passed"] == []
    assert (len(opened), result.plan.notes) == (1, ())


# When a session is lost -----------------------------------------------------------------------------------------------

LONG = 5
TWO_LONG = [
    Uniqueness(columns=["id"], where=slowly(LONG), name="one"),
    Uniqueness(columns=["s", "id"], where=slowly(LONG), name="two"),
]


def _both_asleep(reader: Reader) -> None:
    until(lambda: len(reader.asleep()) == 2, 8)


@pytest.mark.parametrize("victim", [0, 1], ids=["the first", "the second"])
def test_one_of_two_sessions_is_killed(reader: Reader, victim: int) -> None:
    """Its step has no answer; the other session asks all that is left."""
    opened = Opened(connect(reader.url))

    def kill() -> None:
        _both_asleep(reader)
        reader.kill(opened.sessions[victim].pid)

    killing = Meanwhile(kill)
    result = run_checks(T, [*TWO_LONG, *QUICK], opened, max_parallel=2)
    killing.join()
    assert sorted(e.outcome for e in result.executions[:2]) == ["errored", "passed"]
    assert [e.message for e in result.executions[2:] if e.outcome != "passed"] == []
    (error,) = [e.error or "" for e in result.executions if e.outcome == "errored"]
    assert "terminating connection" in error
    assert len([s for s in result.plan.statements if s.error]) == 1


def test_both_sessions_are_killed(reader: Reader) -> None:
    opened = Opened(connect(reader.url))

    def kill() -> None:
        _both_asleep(reader)
        for session in opened.sessions:
            reader.kill(session.pid)

    killing = Meanwhile(kill)
    result = run_checks(T, [*TWO_LONG, *PLAIN], opened, max_parallel=2)
    killing.join()
    assert {e.outcome for e in result.executions} == {"errored"}
    assert all("terminating connection" in (e.error or "") for e in result.executions)
    assert len(result.plan.statements) == 2


def test_a_timeout_in_one_session(reader: Reader) -> None:
    checks = [*TWO_LONG, *QUICK]
    result = run_checks(T, checks, connect(reader.url), max_parallel=2, statement_timeout=timedelta(milliseconds=400))
    assert [e.error for e in result.executions[:2]] == ["canceling statement due to statement timeout"] * 2
    assert [e.message for e in result.executions[2:] if e.outcome != "passed"] == []
    assert len([s for s in result.plan.statements if s.error]) == 2


def test_to_stop_ends_both_queries(reader: Reader) -> None:
    flag = threading.Event()
    stopped: list[float] = []

    def stop() -> None:
        _both_asleep(reader)
        flag.set()
        stopped.append(time.monotonic())
        until(lambda: not reader.sessions())

    stopping = Meanwhile(stop)
    result = _run(connect(reader.url), [*TWO_LONG, *PLAIN], flag, max_parallel=2)
    took = time.monotonic() - stopped[0]
    stopping.join()
    assert took < SOON
    assert {e.outcome for e in result.executions} == {"errored"}
    assert len(result.plan.statements) == 2
    assert "told to stop" in result.executions[-1].message


@pytest.mark.parametrize("sessions", [1, 2])
def test_a_session_that_is_killed_at_any_statement(reader: Reader, sessions: int) -> None:
    """No result is lost, doubled or wrong: each check has its value, or says why not."""
    checks = [QUICK[0], QUICK[2], QUICK[4], QUICK[7]]
    expected = [(e.label, e.value, e.checked) for e in run_checks(T, checks, connect(reader.url)).executions]
    last = 0
    for victim in range(1, 60):
        killed: list[Session] = []

        def kill(session: Session, number: int, victim: int = victim, killed: list[Session] = killed) -> None:
            if number == victim:
                reader.kill(session.pid)
                until(lambda: session.pid not in reader.sessions())
                killed.append(session)

        opened = Opened(connect(reader.url), before=kill)
        result = run_checks(T, checks, opened, max_parallel=sessions)
        if not killed:
            last = victim
            break
        came = [(e.label, e.value, e.checked) for e in result.executions]
        assert [e.label for e in result.executions] == [label for label, *_ in expected]
        for e, said, should in zip(result.executions, came, expected, strict=True):
            assert e.outcome == "errored" or said == should
        errors = [e for e in result.executions if e.outcome == "errored"]
        assert all(e.error or e.message for e in errors)
        if killed[0] is not opened.sessions[0]:
            assert len({e.error for e in errors}) <= 1
            assert len([s for s in result.plan.statements if s.error]) <= 1
    assert last > 10


# A session that does not come -----------------------------------------------------------------------------------------


def test_a_session_that_is_never_opened_keeps_nobody(reader: Reader) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        hangs = connect(f"postgresql://nobody@127.0.0.1:{listener.getsockname()[1]}/nothing?sslmode=disable")
        started = time.monotonic()
        checks = [*QUICK, Volume(equals=100, where=slowly(0.1), name="slow")]
        result = run_checks(T, checks, _Other(reader.url, hangs), max_parallel=3)
        assert time.monotonic() - started < 5
        assert [e.message for e in result.executions if e.outcome != "passed"] == []
        assert [thread for thread in threading.enumerate() if thread.name == "data-quality"] != []
        accepted, _ = listener.accept()
        accepted.close()
    # The fixture looks whether the thread has ended now.


class _Other:
    """Every session but the first is opened elsewhere."""

    dialect = "postgresql"

    def __init__(self, url: str, other: Database) -> None:
        self._first, self._other, self._opened = connect(url), other, False

    def open(self) -> Any:
        database, self._opened = (self._other if self._opened else self._first), True
        return database.open()


def test_a_session_that_comes_too_late_is_closed(reader: Reader) -> None:
    late = threading.Event()
    real = connect(reader.url)

    class Late:
        dialect = "postgresql"

        def open(self) -> Any:
            late.wait(10)
            return real.open()

    result = run_checks(T, QUICK, _Other(reader.url, Late()), max_parallel=2)
    late.set()
    assert result.verdict == "passed"
    assert result.plan.notes == ()


# What is ours ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fails", [0, 1], ids=["in the first session", "in the second"])
def test_an_exception_of_ours_stops_all_and_is_raised(reader: Reader, monkeypatch: pytest.MonkeyPatch, fails: int) -> None:
    """The other session's query, which would go on for long, is cancelled."""
    opened = Opened(connect(reader.url))
    asked = Measurer._asked

    def broken(self: Measurer, *arguments: Any) -> Any:
        if self.connection in opened.sessions[fails : fails + 1]:
            until(reader.asleep, 8)
            raise ZeroDivisionError("ours")
        return asked(self, *arguments)

    monkeypatch.setattr(Measurer, "_asked", broken)
    with pytest.raises(ZeroDivisionError, match="ours"):
        run_checks(T, [*TWO_LONG, *QUICK], opened, max_parallel=2)
    assert not reader.asleep()


@pytest.mark.parametrize("where", ["first", "second"])
def test_progress_that_raises_reaches_the_caller(reader: Reader, where: str) -> None:
    threads: list[int] = []

    def on_progress(done: int, of: int) -> None:
        me = threading.get_ident()
        if me not in threads:
            threads.append(me)
        if len(threads) == 2 and (me == threads[1]):
            raise BrokenPipeError("nobody listens")
        if where == "first" and len(threads) == 1:
            raise BrokenPipeError("nobody listens")

    checks = [Volume(equals=100, where=slowly(0.2), name="slow"), *QUICK]
    with pytest.raises(BrokenPipeError, match="nobody listens"):
        _run(connect(reader.url), checks, max_parallel=2, on_progress=on_progress)


def test_progress_counts_every_step_once(reader: Reader) -> None:
    said: list[tuple[int, int]] = []

    def on_progress(done: int, of: int) -> None:
        said.append((done, of))
        time.sleep(0.01)

    checks = [Volume(equals=100, where=slowly(0.1), name="slow"), *QUICK]
    assert _run(connect(reader.url), checks, max_parallel=3, on_progress=on_progress).verdict == "passed"
    assert said == [(n, len(said)) for n in range(1, len(said) + 1)]


def test_context_reaches_every_session(reader: Reader) -> None:
    variable = contextvars.ContextVar("variable", default="unset")
    variable.set("set")
    seen: dict[int, str] = {}
    checks = [Volume(equals=100, where=slowly(0.1), name="slow"), *QUICK]
    _run(connect(reader.url), checks, max_parallel=2, on_progress=lambda *_: seen.update({threading.get_ident(): variable.get()}))
    assert list(seen.values()) == ["set", "set"]


def test_an_answer_that_nobody_gives_is_waited_for_by_nobody() -> None:
    """A step whose first part is in no plan: the board says so instead of waiting for ever."""
    missing = Single("SELECT 1", ("m0",), "", 1.0)
    board = Board([OwnStep(Single("SELECT 2", ("m0",), "", 1.0), before=(missing,))])
    with pytest.raises(LookupError, match="nobody answers"):
        board.take()


def test_what_builds_on_a_step_that_failed_is_not_waited_for(reader: Reader) -> None:
    """In another session than the one in which that failed."""
    checks = [
        Distribution(column="id", where="1 / (id - 50) > -2", median={"min": 0}, name="median of bad rows"),
        Volume(equals=100, where=slowly(0.1), name="slow"),
        *QUICK,
    ]
    for _ in range(3):
        result = run_checks(T, checks, connect(reader.url), max_parallel=3)
        assert result.executions[0].error == "division by zero"
        assert [e.message for e in result.executions[1:] if e.outcome != "passed"] == []


def test_a_database_that_is_lost_before_it_is_asked(reader: Reader) -> None:
    class Lost:
        dialect = "postgresql"

        def open(self) -> Any:
            raise QueryError("no route", closed=True)

    result = run_checks(T, QUICK, _Other(reader.url, Lost()), max_parallel=4, statement_timeout=timedelta(seconds=9))
    assert result.verdict == "passed"
    assert result.plan.notes in (
        (),
        ("asked on fewer connections than it may, for another one could not be had: no route",),
    )
    assert _outcomes(result) == {check.label: "passed" for check in QUICK}
