"""All statements of a run see one state of the database, over how many sessions ever; where that cannot be, one is enough."""

from __future__ import annotations

import math
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

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
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.sql import planner
from airflow_data_quality.core.sql.dialects.postgresql import PostgreSQL

from .opened import Opened

ORDERS = Dataset(table="orders")
SLOW = "(SELECT pg_sleep(0.05)) IS NOT NULL"
"""True, once for a statement: while one session waits here, the others work."""
PGBOUNCER = os.environ.get("DQ_TEST_PGBOUNCER_DSN")
"""A PgBouncer in front of any database, in any mode."""

CHECKS = [
    Volume(min=0, where=SLOW, name="slow"),
    Volume(min=0),
    Volume(min=0, where="id % 2 = 0", name="even"),
    Volume(min=0, where="id % 2 = 1", name="odd"),
    Completeness(column="amount"),
    Distribution(column="amount", sum={"min": 0}, name="sum"),
    Uniqueness(columns=["id"]),
    Uniqueness(columns=["key"]),
    Uniqueness(columns=["key", "customer"], count="rows", nulls="equal", name="pairs"),
    Uniqueness(columns=["id"], where=SLOW, name="ids, slowly"),
    Referential(columns=["customer"], to_table="customers", to_columns=["id"]),
    Referential(columns=["customer"], to_table="customers", to_columns=["id"], where=SLOW, name="customers, slowly"),
    CustomSql(sql="SELECT count(*) FROM orders", min=0, name="count"),
    CustomSql(sql="SELECT count(DISTINCT key) FROM orders", min=0, name="keys"),
    CustomSql(sql="SELECT 3 * count(*) FROM customers", min=0, name="customers"),
    CustomSql(sql="SELECT sum(amount) FROM orders", min=0, name="amounts"),
]
"""At least eight statements, each of which tells of the same rows."""


def disagreements(result: Run) -> list[str]:
    """Returns what two checks of a run say differently; every state of the table makes all of these equal."""
    found = {e.label: e for e in result.executions}
    problems = [f"{label} is errored: {e.error}" for label, e in found.items() if e.outcome == "errored"]
    if problems:
        return problems
    rows = found["volume"].value
    values = {label: found[label].value for label in ("slow", "count", "customers")}
    values["even and odd"] = found["even"].value + found["odd"].value
    values["a tenth of the sum"] = found["sum"].value / 10
    values["a tenth of the amounts"] = found["amounts"].value / 10
    values["keys and their surplus"] = found["keys"].value + found["uniqueness(key)"].failing
    values |= {f"checked by {label}": e.checked for label, e in found.items() if e.checked is not None}
    problems = [f"{label}: {value}, rows: {rows}" for label, value in values.items() if value != rows]
    bad = [
        label for label in ("uniqueness(id)", "ids, slowly", "referential(customer)", "customers, slowly") if found[label].failing
    ]
    doubled = found["pairs"].failing - 2 * found["uniqueness(key)"].failing
    return problems + [f"failing: {label}" for label in bad] + ([f"{doubled} more in pairs than doubled"] if doubled else [])


@pytest.fixture
def orders(postgres: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Three orders for each customer, two of which have one key; every step is asked by itself and worth a connection."""
    monkeypatch.setattr(planner, "TUNING", planner.Tuning(short=0, branch=math.inf, session=1e-9))
    postgres.execute(
        "CREATE TABLE customers (id integer)",
        "CREATE TABLE orders (id integer, customer integer, key text, amount numeric)",
        "INSERT INTO customers SELECT generate_series(1, 300)",
        "INSERT INTO orders SELECT 3 * c + n, c, 'k' || c || n / 2, 10 "
        "FROM generate_series(1, 300) AS c, generate_series(0, 2) AS n",
        "ANALYZE customers, orders",
    )
    return postgres


class Writer:
    """Customers come with their orders and go with them, amounts move from one order to another: in one transaction each time."""

    def __init__(self, url: str) -> None:
        self.commits = 0
        self._url = url
        self._stop = threading.Event()
        self._random = random.Random(7)

    def write(self) -> None:
        first, last = 1, 300
        with psycopg.connect(self._url) as connection:
            while not self._stop.is_set():
                come, go = self._random.randint(1, 5), self._random.randint(1, 5)
                connection.execute("INSERT INTO customers SELECT generate_series(%s::int, %s::int)", (last + 1, last + come))
                connection.execute(
                    "INSERT INTO orders SELECT 3 * c + n, c, 'k' || c || n / 2, 10 "
                    "FROM generate_series(%s::int, %s::int) AS c, generate_series(0, 2) AS n",
                    (last + 1, last + come),
                )
                last += come
                if last - first > 200 + go:
                    connection.execute("DELETE FROM orders WHERE customer < %s", (first + go,))
                    connection.execute("DELETE FROM customers WHERE id < %s", (first + go,))
                    first += go
                connection.execute(
                    "UPDATE orders SET amount = amount + CASE id %% 3 WHEN 0 THEN 1 WHEN 1 THEN -1 ELSE 0 END "
                    "WHERE customer > %s",
                    (last - 20,),
                )
                connection.commit()
                self.commits += 1
                time.sleep(0.0005)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        thread = threading.Thread(target=self.write)
        thread.start()
        try:
            while not self.commits:
                time.sleep(0.001)
            yield self
        finally:
            self._stop.set()
            thread.join()


def _runs(database: Callable[[], Database], place: Any, *, runs: int, max_parallel: int) -> list[Run]:
    """Runs again and again while the writer writes."""
    results = []
    with Writer(place.url).writing() as writer:
        for _ in range(runs):
            before = writer.commits
            results.append(run_checks(ORDERS, CHECKS, database(), max_parallel=max_parallel))
            assert writer.commits > before + 2, "the writer was not fast enough for this test"
    return results


@pytest.mark.parametrize("sessions", [2, 4])
def test_two_checks_never_disagree(orders: Any, sessions: int) -> None:
    opened = Opened(connect(orders.url))
    results = _runs(lambda: opened, orders, runs=12, max_parallel=sessions)
    assert [problem for result in results for problem in disagreements(result)] == []
    assert [note for result in results for note in result.plan.notes] == []
    assert min(len(result.plan.statements) for result in results) >= 8
    assert opened.measuring > 12, "no run was measured by two sessions"
    assert len({e.value for result in results for e in result.executions if e.label == "volume"}) > 1


def test_they_would_if_each_session_saw_a_state_of_its_own(orders: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail."""
    begin = PostgreSQL.begin

    def begin_anew(self: PostgreSQL, connection: Any, *, state: str | None = None, **more: Any) -> Any:
        return begin(self, connection, **more)

    monkeypatch.setattr(PostgreSQL, "begin", begin_anew)
    assert any(disagreements(result) for result in _runs(lambda: connect(orders.url), orders, runs=5, max_parallel=2))


@pytest.mark.parametrize("sessions", [1, 2])
def test_a_table_that_is_emptied_and_filled_meanwhile(orders: Any, sessions: int) -> None:
    """TRUNCATE empties a table for every snapshot, older ones too."""
    sleeping = threading.Event()

    def reload() -> None:
        sleeping.wait(10)
        with psycopg.connect(orders.url) as connection:
            connection.execute("CREATE TEMP TABLE kept AS SELECT * FROM orders")
            connection.execute("TRUNCATE orders")
            connection.execute("INSERT INTO orders SELECT * FROM kept")

    def watch(session: Any, number: int) -> None:
        if "pg_sleep" in session.asked[-1]:
            sleeping.set()

    thread = threading.Thread(target=reload)
    thread.start()
    result = run_checks(ORDERS, CHECKS, Opened(connect(orders.url), before=watch), max_parallel=sessions, statement_timeout="5s")
    sleeping.set()
    thread.join()
    assert disagreements(result) == []


def test_a_table_that_only_a_filter_reads_is_held_too(orders: Any) -> None:
    wanted = "customer IN (SELECT id FROM customers)"
    sleeping = threading.Event()

    def empty() -> None:
        sleeping.wait(10)
        orders.execute("TRUNCATE customers")

    thread = threading.Thread(target=empty, daemon=True)
    thread.start()
    slow = Uniqueness(columns=["id"], where=f"{wanted} AND (SELECT pg_sleep(0.3)) IS NOT NULL", name="slow")
    later = Uniqueness(columns=["id"], where=wanted, name="later")

    def watch(session: Any, number: int) -> None:
        if "COUNT" in session.asked[-1] and "pg_sleep" in session.asked[-1]:
            sleeping.set()

    database = Opened(connect(orders.url), before=watch)
    result = run_checks(ORDERS, [Volume(min=1, where=wanted), slow, later], database, max_parallel=1, statement_timeout="5s")
    thread.join(10)
    volume, first, second = result.executions
    assert volume.value == first.checked == second.checked != 0
    assert orders.execute("SELECT count(*) FROM customers") == [(0,)]


@pytest.mark.parametrize("change", ["ALTER TABLE orders RENAME TO gone", "DROP TABLE orders CASCADE"])
def test_who_would_rename_or_drop_a_table_waits(orders: Any, change: str) -> None:
    refused: list[str] = []

    def watch(session: Any, number: int) -> None:
        if "COUNT" in session.asked[-1] and not refused:
            with psycopg.connect(orders.url, autocommit=True) as connection:
                connection.execute("SET lock_timeout = 50")
                try:
                    connection.execute(change)
                except psycopg.errors.LockNotAvailable as error:
                    refused.append(str(error))

    checks = [Volume(min=0), Uniqueness(columns=["id"])]
    run_checks(ORDERS, checks, Opened(connect(orders.url), before=watch), max_parallel=1)
    assert refused


@pytest.mark.parametrize("clock", ["CURRENT_TIMESTAMP", "now()", "'now'::timestamptz"])
def test_all_sessions_have_one_clock(postgres: Any, monkeypatch: pytest.MonkeyPatch, clock: str) -> None:
    """A transaction's time is its own, whatever snapshot it has imported."""
    monkeypatch.setattr(planner, "TUNING", planner.Tuning(short=0, session=1e-9, branch=math.inf))
    postgres.execute(
        "CREATE TABLE soon AS SELECT n AS id, now() + n * interval '1 ms' AS until FROM generate_series(1, 60000) AS n",
        f"CREATE VIEW still AS SELECT * FROM soon WHERE until > {clock}",
        "ANALYZE soon",
    )
    checks = [
        Volume(min=0),
        Uniqueness(columns=["id"]),
        Uniqueness(columns=["until"]),
        Uniqueness(columns=["id", "until"], name="both"),
    ]
    for dataset in (Dataset(table="soon", where=f"until > {clock}"), Dataset(table="still")):
        result = run_checks(dataset, checks, connect(postgres.url), max_parallel=2)
        assert len({result.executions[0].value, *(e.checked for e in result.executions[1:])}) == 1


def test_rows_that_are_looked_at_are_of_that_state_too(orders: Any) -> None:
    checks = [Volume(min=0), Uniqueness(columns=["key"]), Volume(min=0, where=SLOW, name="slow")]
    with Writer(orders.url).writing():
        for _ in range(3):
            result = run_checks(ORDERS, checks, connect(orders.url), sample_failing_rows=2000)
            volume, unique, slow = result.executions
            assert volume.value == slow.value == unique.checked
            assert unique.samples is not None
            assert len(unique.samples) in (unique.failing, 2 * unique.failing)


# Where one state cannot be had ----------------------------------------------------------------------------------------


def _one_is_enough(database: Callable[[], Database], place: Any, *, says: str) -> None:
    """Runs while the writer writes; all is measured, from one state, and the run says why over fewer sessions."""
    for result in _runs(database, place, runs=3, max_parallel=3):
        assert disagreements(result) == []
        (note,) = result.plan.notes
        assert says in note


def test_another_server_behind_the_second_session(orders: Any) -> None:
    """As behind a balancer: what it can never see is no state to measure."""
    name = f"{orders.schema}_other"
    orders.execute(f"CREATE DATABASE {name}")
    try:
        other = connect(urlsplit(orders.url)._replace(path=f"/{name}").geturl())
        _one_is_enough(
            lambda: Opened(connect(orders.url), other), orders, says="cannot import a snapshot from a different database"
        )
    finally:
        orders.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_state_that_is_gone(orders: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PostgreSQL, "show", lambda self, connection: "00000099-00000001-1")
    _one_is_enough(lambda: connect(orders.url), orders, says="another one could not be had: ")


@contextmanager
def _reader(place: Any, options: str = "") -> Iterator[str]:
    """The URL of a role that reads."""
    role = f"reader_{place.schema}"
    place.execute(
        f"CREATE ROLE {role} LOGIN {options}",
        f"GRANT USAGE ON SCHEMA {place.schema} TO {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {place.schema} TO {role}",
    )
    try:
        yield place.url.replace("postgres@", f"{role}@", 1)
    finally:
        place.execute(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_a_role_that_may_have_one_session(orders: Any) -> None:
    with _reader(orders, "CONNECTION LIMIT 1") as url:
        result = run_checks(ORDERS, CHECKS, connect(url), max_parallel=3)
    assert disagreements(result) == []
    (note,) = result.plan.notes
    assert "too many connections for role" in note


def test_a_role_that_may_not_show_its_state(orders: Any) -> None:
    """The transaction is begun anew, and the catalog read again."""
    with _reader(orders) as url:
        orders.execute("REVOKE EXECUTE ON FUNCTION pg_export_snapshot() FROM PUBLIC")
        try:
            opened = Opened(connect(url))
            _one_is_enough(lambda: opened, orders, says="asked on one connection, for the database shows no other what it sees")
        finally:
            orders.execute("GRANT EXECUTE ON FUNCTION pg_export_snapshot() TO PUBLIC")
    assert opened.opened == 3


def test_the_catalog_is_of_the_state_that_is_measured(orders: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the transaction that could not show its state and the next, a proof was lost and a duplicate came."""
    orders.execute("ALTER TABLE orders ADD PRIMARY KEY (id)")

    def show(self: PostgreSQL, connection: Any) -> str:
        try:
            connection.query("SELECT pg_export_snapshot() WHERE 1 / 0 = 1")
        finally:
            connection.query("ROLLBACK")
            orders.execute(
                "ALTER TABLE orders DROP CONSTRAINT orders_pkey", "INSERT INTO orders SELECT * FROM orders WHERE id = 3"
            )
        raise AssertionError

    monkeypatch.setattr(PostgreSQL, "show", show)
    result = run_checks(ORDERS, [Volume(min=0), Uniqueness(columns=["id"]), Uniqueness(columns=["key"])], connect(orders.url))
    assert "division by zero" in result.plan.notes[0]
    assert [e.error for e in result.executions] == [None] * 3
    assert not any("proved" in fact for fact in result.executions[1].plan_facts)
    assert (result.executions[1].checked, result.executions[1].failing) == (901, 1)
    assert result.executions[0].value == 901


@pytest.mark.skipif(PGBOUNCER is None, reason="needs a PgBouncer: set DQ_TEST_PGBOUNCER_DSN")
def test_behind_a_pooler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "TUNING", planner.Tuning(short=0, branch=math.inf, session=1e-9))
    query = Dataset(query="SELECT n AS id, n / 2 AS half FROM generate_series(1, 1000) AS n")
    checks = [
        Volume(equals=1000, where=SLOW),
        Uniqueness(columns=["id"]),
        Uniqueness(columns=["half"], max_failing=499),
        Uniqueness(columns=["id", "half"]),
    ]
    for _ in range(20):
        result = run_checks(query, checks, connect(PGBOUNCER or ""), max_parallel=3)
        assert [e.message for e in result.executions if e.outcome != "passed"] == []
