"""Sessions of SQLite: they change nothing, see one state, stop when they are told, and say what is wrong with a file."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from airflow_data_quality import Completeness, Dataset, Freshness, Referential, Uniqueness, Values, Volume, connect, run_checks
from airflow_data_quality.core.drivers import sqlite as driver
from airflow_data_quality.core.errors import DefinitionError, QueryError
from airflow_data_quality.core.sql.dialect import dialect_named

T = Dataset(table="t")
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS value FROM n"


def write(path: Path, *statements: str) -> None:
    """Runs statements as another process would, each committed by itself."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def content(path: Path) -> list[str]:
    """Everything that is in a database."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


@pytest.fixture(params=["wal", "delete"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file with two rows, in either way of keeping a journal."""
    file = tmp_path / "some data.db"
    write(
        file,
        f"PRAGMA journal_mode = {request.param}",
        "CREATE TABLE t (id INTEGER, s TEXT)",
        "INSERT INTO t VALUES (1, 'x'), (2, NULL)",
    )
    return file


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def the_error(checks: Any, path: Path, **options: Any) -> str:
    """The one error that all executions have."""
    (error,) = {e.error for e in run_checks(T, checks, connect(url(path)), **options).executions}
    assert error is not None
    return error


# What a URL means -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://file.db", "sqlite+pysqlite://"])
def test_a_url_names_a_file(given: str) -> None:
    with pytest.raises(DefinitionError, match=r"names no file; write sqlite:///relative\.db, or sqlite:////"):
        connect(given)


def test_paths_from_the_root_and_from_here(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    for given in (f"sqlite:///{path}", f"sqlite:///{path.name}", f"sqlite+pysqlite:///{path.name}"):
        database = connect(given)
        assert database.dialect == "sqlite"
        assert run_checks(T, [Volume(equals=2)], database).verdict == "passed"


@pytest.mark.parametrize("name", ["what?.db", "100%.db", "a#b.db", "50%20off.db", "file.db?mode=rwc"])
def test_a_path_is_what_it_is(name: str, tmp_path: Path) -> None:
    write(tmp_path / name, "CREATE TABLE t (id INTEGER)")
    assert run_checks(T, [Volume(equals=0)], connect(url(tmp_path / name))).verdict == "passed"


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert "none.db does not exist (seen from" in the_error([Volume(min=0)], tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database, but more than a hundred bytes of text\n" * 10)
    assert the_error([Volume(min=0)], tmp_path / "text.db") == "file is not a database; it is something else, or encrypted"
    assert "is a folder" in the_error([Volume(min=0)], tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert "pipe is no plain file" in the_error([Volume(min=0)], tmp_path / "pipe")
    (tmp_path / "empty.db").touch()
    assert "no table or view 't'" in the_error([Volume(min=0)], tmp_path / "empty.db")


def test_an_old_sqlite_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    assert "is too old, 3.35 is needed" in the_error([Volume(min=0)], path)


# Nothing is changed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where",
    [
        "id = 1; INSERT INTO t VALUES (99, 'new')",
        "id = 1); INSERT INTO t VALUES (99, 'new'); SELECT (1 = 1",
        "id = 1 /* ; INSERT INTO t VALUES (99, 'new')",
        "id = (INSERT INTO t VALUES (99, 'new') RETURNING id)",
        "id = 1 \0 OR 1 = 1",
        "load_extension('x') IS NULL",
        "writefile('x', 'y') IS NULL",
        "PRAGMA query_only = OFF",
        "(SELECT query_only FROM pragma_query_only(0)) = 0",
        "ATTACH 'x.db' AS x",
        "id = ?",
        "id = :id",
    ],
)
def test_a_filter_that_writes_is_refused(where: str, path: Path) -> None:
    before = content(path)
    checks = [
        Volume(min=0, where=where),
        Uniqueness(columns=["id"], where=where),
        Referential(columns=["id"], to_table="t", to_columns=["id"], to_where=where),
    ]
    result = run_checks(T, checks, connect(url(path)))
    filtered = run_checks(Dataset(table="t", where=where), [Volume(min=0)], connect(url(path)))
    assert {e.outcome for e in (*result.executions, *filtered.executions)} == {"errored"}
    assert content(path) == before


@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO t VALUES (99, 'new') RETURNING id",
        "WITH new AS (INSERT INTO t VALUES (99, 'new') RETURNING id) SELECT id FROM new",
        "SELECT 1 AS id; INSERT INTO t VALUES (99, 'new');",
        "SELECT 1 AS id) AS q; INSERT INTO t VALUES (99, 'new'); SELECT * FROM (SELECT 1 AS id",
        "SELECT 'open; INSERT INTO t VALUES (99, ''new'')",
        "ATTACH 'x.db' AS x",
        "PRAGMA user_version = 5",
        "VACUUM",
        "COMMIT",
    ],
)
def test_a_query_that_writes_is_refused(query: str, path: Path) -> None:
    before = content(path)
    checks = [Uniqueness(columns=["id"]), Completeness(column="id", name="c")]
    result = run_checks(Dataset(query=query), checks, connect(url(path)))
    assert {e.outcome for e in result.executions} == {"errored"}
    assert content(path) == before
    assert [file.name for file in path.parent.iterdir() if not file.name.startswith(path.name)] == []


def test_a_connection_of_a_hook_that_may_write_changes_nothing(path: Path) -> None:
    before = content(path)
    connection = driver.adapt(sqlite3.connect(path))
    try:
        for statement in ("INSERT INTO t VALUES (99, 'new')", "DROP TABLE t", "CREATE TEMP TABLE x (a)"):
            with pytest.raises(QueryError, match="attempt to write a readonly database"):
                connection.query(statement)
    finally:
        connection.close()
    assert content(path) == before


# One state ------------------------------------------------------------------------------------------------------------


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Inserts row after row, each committed, as long as the block lasts; waits where a reader is in its way."""
    stop, wrote = threading.Event(), threading.Event()

    def insert() -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
            number = 1000
            while not stop.is_set():
                connection.execute("INSERT INTO t VALUES (?, NULL), (?, NULL)", (number, number))
                number += 1
                wrote.set()
                time.sleep(0.002)  # without a pause no reader would ever come in between

    thread = threading.Thread(target=insert)
    thread.start()
    wrote.wait(10)
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_all_statements_of_a_run_see_one_state(path: Path) -> None:
    checks = [
        Volume(min=0),
        Completeness(column="s"),
        Uniqueness(columns=["id"]),
        Uniqueness(columns=["id"], nulls="equal", count="rows", name="rows"),
        Referential(columns=["id"], to_table="t", to_columns=["id"]),
        *(Volume(min=0, where=f"nope = {n}", name=f"bad {n}") for n in range(20)),  # finding them takes many statements
    ]
    with _writing(path):
        result = run_checks(T, checks, connect(url(path)))
    found = {e.label: e for e in result.executions}
    volume = found["volume"].value
    assert volume > 2
    assert {e.label: e.checked for e in result.executions if e.checked not in (None, volume)} == {}
    assert found["uniqueness(id)"].failing * 2 == found["rows"].failing == volume - 2
    assert found["completeness(s)"].failing == volume - 1
    assert {e.outcome for label, e in found.items() if label.startswith("bad")} == {"errored"}


def test_another_run_sees_the_next_state(path: Path) -> None:
    database = connect(url(path))
    assert run_checks(T, [Volume(equals=2)], database).verdict == "passed"
    write(path, "INSERT INTO t VALUES (3, 'z')")
    assert run_checks(T, [Volume(equals=3)], database).verdict == "passed"


# It stops -------------------------------------------------------------------------------------------------------------


def test_cancel_stops_the_running_statement(path: Path) -> None:
    connection = connect(url(path)).open()
    threading.Timer(0.3, connection.cancel).start()
    try:
        with pytest.raises(QueryError, match="interrupted") as raised:
            connection.query(ENDLESS)
        assert raised.value.sqlstate == "57014"
        assert connection.query("SELECT 1").rows == [(1,)]
    finally:
        connection.close()
    connection.cancel()  # of a closed connection: nothing
    connection.close()


def test_a_statement_that_takes_too_long(path: Path) -> None:
    checks = [Volume(min=0, where=f"({ENDLESS}) > 0", name="slow"), Uniqueness(columns=["id"])]
    result = run_checks(T, checks, connect(url(path)), statement_timeout="1s")
    slow, quick = result.executions
    assert slow.error == "interrupted: the statement took longer than its 1 seconds"
    assert quick.outcome == "passed"


@pytest.mark.parametrize("path", ["delete"], indirect=True)
def test_a_file_that_a_writer_has_locked(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        error = the_error([Volume(min=0)], path)
    assert error == "database is locked; another process writes; where it runs in WAL mode, readers need not wait for it"


KILLED = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN")
connection.execute("INSERT INTO t SELECT value, hex(randomblob(500)) FROM (WITH RECURSIVE n(value) AS "
                   "(SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 2000) SELECT value FROM n)")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_writer_that_was_killed(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    left = path.with_name(f"{path.name}-journal").exists()
    assert left != path.with_name(f"{path.name}-wal").exists()
    if left:
        assert "a process died while it was writing" in the_error([Volume(equals=2)], path)
        write(path, "SELECT count(*) FROM t")
    assert run_checks(T, [Volume(equals=2)], connect(url(path))).verdict == "passed"


def test_a_file_that_is_damaged(tmp_path: Path) -> None:
    """What does not look at the damaged pages is measured all the same."""
    path = tmp_path / "d.db"
    write(path, "CREATE TABLE fine (id INTEGER)", "INSERT INTO fine VALUES (1)", "CREATE TABLE t (id INTEGER, s TEXT)")
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(n, "x" * 500) for n in range(100)])
        connection.commit()
    with path.open("r+b") as file:
        file.seek(-8192, 2)
        file.write(b"\xff" * 8192)
    result = run_checks(T, [Completeness(column="s"), Uniqueness(columns=["s"], max_failing=99)], connect(url(path)))
    assert {e.error for e in result.executions} == {"database disk image is malformed"}
    assert run_checks(Dataset(table="fine"), [Volume(equals=1)], connect(url(path))).verdict == "passed"


@pytest.mark.parametrize(
    ("said", "own"),
    [
        ("no such column: x", True),
        ('near "x": syntax error', True),
        ("integer overflow", True),
        ("string or blob too big", True),
        ("interrupted", False),
        ("database is locked", False),
        ("database table is locked: t", False),
        ("database or disk is full", False),
        ("disk I/O error", False),
        ("database disk image is malformed", False),
        ("file is not a database", False),
        ("unable to open database file", False),
    ],
)
def test_whose_fault_it_is(said: str, own: bool) -> None:
    """As PostgreSQL's SQLSTATEs say: only for what is its own is a statement taken apart."""
    error = driver.query_error(sqlite3.OperationalError(said))
    assert dialect_named("sqlite").own_fault(error) is own
    assert str(error).startswith(said)


def test_a_lack_of_memory_is_nobodys_fault() -> None:
    error = driver.query_error(MemoryError())
    assert (str(error), error.sqlstate) == ("out of memory", "53200")


# What is in a session -------------------------------------------------------------------------------------------------


def _value(connection: Any, sql: str) -> Any:
    ((value,),) = connection.query(sql).rows
    return value


@pytest.fixture
def session(path: Path) -> Iterator[Any]:
    connection = connect(url(path)).open()
    yield connection
    connection.close()


def test_regular_expressions(session: Any) -> None:
    assert _value(session, r"SELECT 'order 12' REGEXP '\d+$'") == 1
    assert _value(session, r"SELECT 'order' REGEXP '^\d'") == 0
    assert _value(session, "SELECT 12 REGEXP '^1'") == 1
    assert _value(session, "SELECT NULL REGEXP 'x'") is None
    assert _value(session, "SELECT 'x' REGEXP NULL") is None
    assert _value(session, "SELECT CAST(x'ff61' AS BLOB) REGEXP 'a$'") == 1
    with pytest.raises(QueryError, match=r"invalid regular expression '\(x': missing \), unterminated subpattern"):
        session.query("SELECT 'x' REGEXP '(x'")
    assert _value(session, "SELECT 1") == 1


def test_the_deviation_of_a_sample(session: Any) -> None:
    numbers = "(SELECT 1e9 + column1 AS v FROM (VALUES (4), (7), (13), (16), (NULL)))"
    assert _value(session, f"SELECT stddev_samp(v) FROM {numbers}") == pytest.approx(5.477225575051661, rel=1e-12)
    assert _value(session, f"SELECT stddev_samp(v) FILTER (WHERE v > 1e9 + 12) FROM {numbers}") == pytest.approx(
        2.1213203435596424
    )
    assert _value(session, "SELECT stddev_samp(v) FROM (SELECT 1 AS v)") is None
    assert _value(session, "SELECT stddev_samp(v) FROM (SELECT 1 AS v WHERE 1 = 0)") is None


def test_text_that_is_no_utf8_is_shown_as_bytes(session: Any) -> None:
    assert _value(session, "SELECT CAST(x'61ff62' AS TEXT)") == r"a\xffb"


def test_a_query_is_described_without_a_trace(session: Any) -> None:
    sql = "SELECT id, s, id + 1 AS n, CAST(s AS REAL) AS r, count(*) OVER () AS c FROM t"
    assert [tuple(column) for column in session.describe(sql)] == [
        ("id", "INTEGER"),
        ("s", "TEXT"),
        ("n", ""),
        ("r", "REAL"),
        ("c", ""),
    ]
    assert _value(session, "SELECT count(*) FROM temp.sqlite_master") == 0
    assert _value(session, "PRAGMA query_only") == 1
    with pytest.raises(QueryError, match="no such table: nope"):
        session.describe("SELECT * FROM nope")
    assert _value(session, "PRAGMA query_only") == 1


@pytest.mark.parametrize("where", ["\"nope\" = 'nope'", "'it''s' <> \"nope\" -- \"a\"", '/* "no */ "nope" IS NOT NULL'])
def test_what_is_in_double_quotes_is_a_name(path: Path, where: str) -> None:
    error = the_error([Volume(min=0, where=where)], path)
    assert "no such column" in error
    assert "nope" in error


def test_a_view_may_hold_texts_in_double_quotes(path: Path) -> None:
    write(path, 'CREATE VIEW w AS SELECT CASE WHEN id = 1 THEN "one" ELSE "other" END AS "the name" FROM t')
    check = Values(column="the name", allowed=["one", "other"], where='"the name" IS NOT NULL')
    assert run_checks(Dataset(table="w"), [check], connect(url(path))).verdict == "passed"


def test_a_schema_that_a_hook_has_attached(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    write(other, 'CREATE TABLE "odd one" (id INTEGER)', 'INSERT INTO "odd one" VALUES (1)', "CREATE TABLE t (a)")

    class Attached:
        dialect = "sqlite"

        def open(self) -> Any:
            raw = sqlite3.connect(path)
            raw.execute("ATTACH ? AS far", (str(other),))
            return driver.adapt(raw)

    far = Dataset(table='FAR."Odd One"')
    assert run_checks(far, [Volume(equals=1), Completeness(column="ID")], Attached()).verdict == "passed"
    assert run_checks(Dataset(table="odd one"), [Volume(equals=1)], Attached()).verdict == "passed"
    assert run_checks(T, [Volume(equals=2)], Attached()).verdict == "passed"
    assert run_checks(Dataset(table="far.t"), [Volume(equals=0)], Attached()).verdict == "passed"


def test_the_clock_is_this_machines(path: Path) -> None:
    write(path, "CREATE TABLE log (at TIMESTAMP)", "INSERT INTO log VALUES (datetime('now', '-30 minutes'))")
    (fresh,) = run_checks(Dataset(table="log"), [Freshness(column="at", max_age="31m")], connect(url(path))).executions
    assert fresh.outcome == "passed"
    assert 29 * 60 < fresh.value.total_seconds() < 31 * 60
