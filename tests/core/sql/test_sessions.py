"""What holds for every session: it changes nothing, sees one state, and is set up whatever the server and role bring."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from airflow_data_quality import Completeness, Dataset, Freshness, Referential, Uniqueness, Volume, connect, run_checks

T = Dataset(table="t")


@pytest.fixture
def rows(postgres: Any) -> Any:
    postgres.execute("CREATE TABLE t (id integer, s text)", "INSERT INTO t VALUES (1, 'x'), (2, NULL)", "CREATE SEQUENCE counter")
    return postgres


# However it is opened -------------------------------------------------------------------------------------------------


def test_every_session_is_set_up_as_promised(rows: Any) -> None:
    settings = {
        "application_name": "airflow-provider-data-quality",
        "transaction_read_only": "on",
        "transaction_isolation": "repeatable read",
        "statement_timeout": "7s",
        "client_connection_check_interval": "5s",
        "jit": "off",
        "standard_conforming_strings": "on",
        "extra_float_digits": "1",
    }
    checks = [Volume(equals=2, where=f"current_setting('{name}') = '{value}'", name=name) for name, value in settings.items()]
    result = run_checks(T, checks, connect(rows.url), statement_timeout="7s")
    assert [e.label for e in result.executions if e.outcome != "passed"] == []


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1", "UTF8"])
def test_a_database_of_any_encoding(encoding: str, postgres: Any) -> None:
    name = f"{postgres.schema}_{encoding.lower()}"
    url = urlsplit(postgres.url)._replace(path=f"/{name}").geturl()
    postgres.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    try:
        with psycopg.connect(url, client_encoding="utf8", autocommit=True) as connection:
            connection.execute('CREATE TABLE t (id integer, s text, "größe" date)')
            connection.execute("INSERT INTO t VALUES (1, 'ä', '2024-01-01'), (2, 'ö', NULL)")
        checks = [
            Volume(equals=2),
            Completeness(column="größe"),
            Completeness(column="s", missing_values=["ä"]),
            Uniqueness(columns=["s"]),
            Freshness(column="größe", max_age="1d", as_of="2024-01-02"),
        ]
        result = run_checks(T, checks, connect(url))
    finally:
        postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")
    assert [(e.outcome, e.failing, e.error) for e in result.executions] == [
        ("passed", None, None),
        ("failed", 1, None),
        ("failed", 1, None),
        ("passed", 0, None),
        ("passed", None, None),
    ]


def test_a_role_whose_idle_transactions_are_killed(rows: Any) -> None:
    """The planning of many checks takes its time while the transaction is open."""
    checks = [Volume(min=0, where=f"id = {number}", name=str(number)) for number in range(400)]
    result = run_checks(T, checks, connect(f"{rows.url}%20-c%20idle_in_transaction_session_timeout%3D50"))
    assert {e.error for e in result.executions} == {None}


# Nothing is changed ---------------------------------------------------------------------------------------------------

WRITES = "CREATE FUNCTION writes() RETURNS integer LANGUAGE plpgsql AS $$BEGIN INSERT INTO t VALUES (99, 'new'); RETURN 1; END$$"


@pytest.mark.parametrize(
    "where",
    [
        "(SELECT setval('counter', 50)) > 0",
        "nextval('counter') > 0",
        "writes() = 1",
        "(SELECT set_config('transaction_read_only', 'off', true)) IS NOT NULL AND writes() = 1",
        "id = 1; COMMIT; INSERT INTO t VALUES (99, 'new')",
        "id = 1); COMMIT; INSERT INTO t VALUES (99, 'new'); SELECT (1 = 1",
        "id = 1)) AS m0; COMMIT; INSERT INTO t VALUES (99, 'new') --",
        "id = 1 /* ; COMMIT; INSERT INTO t VALUES (99, 'new')",
        "s = '; COMMIT; INSERT INTO t VALUES (99, ''new'')",
        "id = 1 \0 OR writes() = 1",
    ],
)
def test_a_filter_that_writes_is_refused(where: str, rows: Any) -> None:
    rows.execute(WRITES)
    checks = [
        Volume(min=0, where=where),
        Uniqueness(columns=["id"], where=where),
        Referential(columns=["id"], to_table="t", to_columns=["id"], to_where=where),
    ]
    result = run_checks(T, checks, connect(rows.url))
    filtered = run_checks(Dataset(table="t", where=where), [Volume(min=0)], connect(rows.url))
    assert {e.outcome for e in (*result.executions, *filtered.executions)} == {"errored"}
    assert rows.execute("SELECT count(*) FROM t") == [(2,)]
    assert rows.execute("SELECT last_value, is_called FROM counter") == [(1, False)]


@pytest.mark.parametrize(
    "query",
    [
        "WITH new AS (INSERT INTO t VALUES (99, 'new') RETURNING id) SELECT id FROM new",
        "INSERT INTO t VALUES (99, 'new') RETURNING id",
        "SELECT 1; COMMIT; INSERT INTO t VALUES (99, 'new')",
        "SELECT 1 AS id) AS q; COMMIT; INSERT INTO t VALUES (99, 'new'); SELECT * FROM (SELECT 1 AS id",
        "SELECT 1 AS id; INSERT INTO t VALUES (99, 'new');",
        "SELECT writes() AS id",
        "SELECT id INTO copied FROM t",
        "SELECT id FROM t FOR UPDATE",
        "SELECT 'open; COMMIT; INSERT INTO t VALUES (99, ''new'')",
        "COMMIT",
        "ROLLBACK; INSERT INTO t VALUES (99, 'new')",
        "DO $$BEGIN INSERT INTO t VALUES (99, 'new'); END$$",
        "CALL nothing()",
    ],
)
def test_a_query_that_writes_is_refused(query: str, rows: Any) -> None:
    rows.execute(WRITES)
    result = run_checks(
        Dataset(query=query), [Uniqueness(columns=["id"]), Completeness(column="id", name="c")], connect(rows.url)
    )
    assert {e.outcome for e in result.executions} == {"errored"}
    assert rows.execute("SELECT count(*) FROM t") == [(2,)]
    assert rows.execute("SELECT to_regclass('copied')") == [(None,)]


# One state ------------------------------------------------------------------------------------------------------------


@contextmanager
def _writing(place: Any) -> Iterator[None]:
    """Inserts row after row, each committed, as long as the block lasts."""
    stop, wrote = threading.Event(), threading.Event()

    def write() -> None:
        with psycopg.connect(place.url, autocommit=True) as connection:
            number = 1000
            while not stop.is_set():
                connection.execute("INSERT INTO t VALUES (%s, NULL), (%s, NULL)", (number, number))
                number += 1
                wrote.set()

    thread = threading.Thread(target=write)
    thread.start()
    wrote.wait(10)
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_all_statements_of_a_run_see_one_state(rows: Any) -> None:
    checks = [
        Volume(min=0),
        Volume(min=0, where="id > 1 OR pg_sleep(0.2) IS NOT NULL", name="slow"),
        Completeness(column="s"),
        Uniqueness(columns=["id"]),
        Uniqueness(columns=["id"], nulls="equal", count="rows", name="rows"),
        Uniqueness(columns=["id", "s"], nulls="equal"),
        Referential(columns=["id"], to_table="t", to_columns=["id"]),
        Volume(min=0, where="nope = 1", name="bad"),  # finding it takes more statements, in the same state
    ]
    with _writing(rows):
        before = rows.execute("SELECT count(*) FROM t")[0][0]
        result = run_checks(T, checks, connect(rows.url))
        after = rows.execute("SELECT count(*) FROM t")[0][0]
    found = {e.label: e for e in result.executions}
    volume = found["volume"].value
    assert before <= volume < after
    assert found["slow"].value == volume
    assert {e.label: e.checked for e in result.executions if e.checked not in (None, volume)} == {}
    assert found["uniqueness(id)"].failing * 2 == found["rows"].failing == volume - 2
    assert found["completeness(s)"].failing == volume - 1
    assert found["referential(id)"].failing == 0
    assert found["bad"].outcome == "errored"


def test_another_run_sees_the_next_state(rows: Any) -> None:
    database = connect(rows.url)
    assert run_checks(T, [Volume(equals=2)], database).verdict == "passed"
    rows.execute("INSERT INTO t VALUES (3, 'z')")
    assert run_checks(T, [Volume(equals=3)], database).verdict == "passed"
