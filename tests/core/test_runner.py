"""A run from its tests to its executions: what it promises as a whole."""

from __future__ import annotations

import re
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid5

import pytest
from pydantic import ValidationError

from airflow_data_quality import Completeness, Dataset, Freshness, Uniqueness, Volume, connect, run_checks
from airflow_data_quality.core.errors import DefinitionError, MissingExtra, QueryError, UnknownDialect, UnresolvedTemplate
from airflow_data_quality.core.model.check import REGISTRY, Check
from airflow_data_quality.core.model.options import Options
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.model.test import Test, coded_tests
from airflow_data_quality.core.runner import plan, run

RUN_ID = UUID("00000000-0000-0000-0000-000000000001")
BEGAN = datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone.utc)
T = Dataset(table="t")


@pytest.fixture
def rows(postgres: Any) -> Any:
    postgres.execute("CREATE TABLE t (id integer, s text)", "INSERT INTO t VALUES (1, 'x'), (2, NULL)", "CREATE SEQUENCE counter")
    return postgres


def _run(tests: Any, databases: Any) -> Run:
    return run(tests, databases, id=RUN_ID, started_at=BEGAN)


# What a run is --------------------------------------------------------------------------------------------------------


def test_one_execution_per_test_in_their_order(rows: Any) -> None:
    checks = [Uniqueness(columns=["id"]), Volume(min=1), Completeness(column="nope"), Completeness(column="s")]
    tests = coded_tests(checks, [T], prefix="dag/task")
    result = _run(tests, {None: connect(rows.url)})
    assert [e.test_id for e in result.executions] == [f"dag/task/{check.label}" for check in checks]
    assert [e.outcome for e in result.executions] == ["passed", "passed", "errored", "failed"]
    assert [e.id for e in result.executions] == [uuid5(RUN_ID, test.id) for test in tests]
    assert {(e.run_id, e.started_at) for e in result.executions} == {(RUN_ID, BEGAN)}
    assert (result.id, result.started_at) == (RUN_ID, BEGAN)
    assert result.finished_at.tzinfo is not None
    assert result.verdict == "failed"
    assert result.score == 0.5
    assert Run.model_validate_json(result.model_dump_json()) == result


def test_an_execution_tells_what_was_measured_and_how(rows: Any) -> None:
    (execution,) = run_checks(T, [Completeness(column="s", max_failing="50%")], connect(rows.url)).executions
    assert (execution.outcome, execution.severity, execution.message) == (
        "passed",
        "error",
        "1 of 2 rows (50%) have no s, allowed 50%",
    )
    assert (execution.value, execution.checked, execution.failing, execution.bounds) == (1, 2, 1, "50%")
    assert [(m.metric, m.value) for m in execution.measurements] == [("row_count", 2), ("null_count(s)", 1)]
    assert [(j.metric, j.value, j.bounds, j.held) for j in execution.judgements] == [("failing", 1, "50%", True)]
    assert execution.error is None
    assert execution.duration_ms > 0
    assert rows.execute(execution.sql) == [(2, 1)]


def test_an_age_is_a_span_of_time(rows: Any) -> None:
    rows.execute("CREATE TABLE events (at timestamptz)", "INSERT INTO events VALUES ('2024-01-01 00:00+00')")
    check = Freshness(column="at", max_age="1h", as_of="2024-01-01T02:00Z")
    (execution,) = run_checks(Dataset(table="events"), [check], connect(rows.url)).executions
    assert (execution.value, execution.bounds) == (timedelta(hours=2), timedelta(hours=1))
    assert (execution.checked, execution.failing) == (None, None)


def test_what_is_errored_was_not_measured(rows: Any) -> None:
    (execution,) = run_checks(T, [Completeness(column="s", where="nope")], connect(rows.url)).executions
    assert execution.error == 'column "nope" does not exist'
    assert (execution.value, execution.checked, execution.failing, execution.judgements) == (None, None, None, ())


def test_two_databases_in_one_run(rows: Any) -> None:
    rows.execute("CREATE SCHEMA other_" + rows.schema, f"CREATE TABLE other_{rows.schema}.t (id integer)")
    there = rows.url.replace(f"search_path%3D{rows.schema}", f"search_path%3Dother_{rows.schema}")
    checks = {"here": Volume(equals=2), "there": Volume(equals=0), "away": Volume(min=0)}
    tests = [
        Test(id=f"{number} {conn_id}", check=check, dataset=Dataset(table="t", conn_id=conn_id))
        for number in range(2)
        for conn_id, check in checks.items()
    ]
    databases = {"here": connect(rows.url), "there": connect(there), "away": connect(f"postgresql://127.0.0.1:{_free_port()}/x")}
    try:
        result = _run(tests, databases)
    finally:
        rows.execute(f"DROP SCHEMA other_{rows.schema} CASCADE")
    assert [e.outcome for e in result.executions] == ["passed", "passed", "errored"] * 2
    assert [(s.conn_id, s.test_ids) for s in result.plan.statements] == [
        ("here", ("0 here", "1 here")),
        ("there", ("0 there", "1 there")),
    ]


@pytest.fixture
def rude() -> Iterator[tuple[type[Check], type[Check]]]:
    """Two check types of a third party that raise what no check should."""

    class Rude(Volume):
        type: Literal["rude"] = "rude"  # type: ignore[assignment]

        def judge(self, measured: Any, columns: Any) -> Any:
            raise ZeroDivisionError("rude")

    class Ruder(Volume):
        type: Literal["ruder"] = "ruder"  # type: ignore[assignment]

        def metrics(self, columns: Any) -> Any:
            raise KeyError("ruder")

    yield Rude, Ruder
    del REGISTRY["rude"], REGISTRY["ruder"]


def test_a_check_that_raises_anything_is_errored_alone(rows: Any, rude: tuple[type[Volume], type[Volume]]) -> None:
    result = run_checks(T, [*(check(min=1) for check in rude), Volume(equals=2)], connect(rows.url))
    assert [(e.outcome, e.error) for e in result.executions] == [("errored", "rude"), ("errored", "'ruder'"), ("passed", None)]


# What is no run -------------------------------------------------------------------------------------------------------


def test_nothing_to_check_is_refused() -> None:
    with pytest.raises(DefinitionError, match="nothing to check"):
        run_checks(T, [], connect("postgresql://nowhere/x"))


@pytest.mark.parametrize(
    "checks",
    [None, Volume(min=1), {"volume": {"min": 1}}, "volume", iter([Volume(min=1)])],
    ids=["nothing", "a check", "a mapping", "a text", "an iterator"],
)
def test_what_is_no_list_of_checks_is_refused(checks: Any) -> None:
    with pytest.raises(DefinitionError, match=r"checks is one \w+; give a list of checks, such as \[Volume\(min=1\)\]"):
        run_checks(T, checks, connect("postgresql://nowhere/x"))


@pytest.mark.parametrize("database", [None, "postgresql://nowhere/x"])
def test_what_is_no_database_is_refused(database: Any) -> None:
    with pytest.raises(DefinitionError, match=r"database is one \w+; give what connect\('postgresql://…'\) returns"):
        run_checks(T, [Volume(min=1)], database)


def test_equal_labels_are_refused() -> None:
    with pytest.raises(DefinitionError, match="name="):
        run_checks(T, [Volume(min=1), Volume(max=9)], connect("postgresql://nowhere/x"))


def test_equal_ids_are_refused() -> None:
    tests = [Test(id="same", check=Volume(min=1), dataset=T), Test(id="same", check=Volume(max=1), dataset=T)]
    with pytest.raises(DefinitionError, match="same id"):
        _run(tests, {None: connect("postgresql://nowhere/x")})


def test_a_conn_id_without_a_database_is_refused() -> None:
    tests = [Test(id="a", check=Volume(min=1), dataset=Dataset(table="t", conn_id="elsewhere"))]
    with pytest.raises(DefinitionError, match="'elsewhere'"):
        _run(tests, {None: connect("postgresql://nowhere/x")})


def test_a_dataset_with_a_conn_id_is_refused_where_the_database_is_given() -> None:
    with pytest.raises(DefinitionError, match="leave conn_id out"):
        run_checks(Dataset(table="t", conn_id="elsewhere"), [Volume(min=1)], connect("postgresql://nowhere/x"))


@pytest.mark.parametrize(
    ("dataset", "check"),
    [
        (T, Volume(min="{{ n }}")),
        (Dataset(table="t_{{ ds_nodash }}"), Volume(min=1)),
        (T, {"volume": {"min": 1, "where": "{% if x %}"}}),
    ],
)
def test_a_template_is_refused_where_nothing_renders_it(dataset: Any, check: Any) -> None:
    with pytest.raises(UnresolvedTemplate, match="only Airflow's operators render"):
        run_checks(dataset, [check], connect("postgresql://nowhere/x"))


def test_plain_data_in_either_form(rows: Any) -> None:
    checks = [
        {"volume": 2},
        {"completeness": "id"},
        {"type": "uniqueness", "columns": ["id"]},
        {"volume": {"min": 1, "name": "more"}},
    ]
    assert run_checks({"table": "t"}, checks, connect(rows.url)).verdict == "passed"
    with pytest.raises(ValidationError, match="unknown check type 'volum'; did you mean 'volume'"):
        run_checks({"table": "t"}, [{"volum": 2}], connect(rows.url))


# One bad dataset, no database -----------------------------------------------------------------------------------------


def test_a_bad_dataset_hides_no_other(rows: Any) -> None:
    datasets = [
        Dataset(table="nope"),
        T,
        Dataset(query="SELECT nope FROM t"),
        Dataset(table="t", where="1 / (id - 1) = 1"),
        Dataset(table="a.b.c.d"),
    ]
    tests = [Test(id=str(number), check=Volume(min=0), dataset=dataset) for number, dataset in enumerate(datasets)]
    result = _run(tests, {None: connect(rows.url)})
    assert [e.outcome for e in result.executions] == ["errored", "passed", "errored", "errored", "errored"]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


PASSWORD = "s3cr3t-w0rd"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://someone:{PASSWORD}@127.0.0.1:{{port}}/db",
        f"postgresql://127.0.0.1:{{port}}/db?user=someone&password={PASSWORD}",
        f"postgresql://someone:{PASSWORD}@no-such-host.invalid:{{port}}/db",
        f"postgresql://someone:100%{PASSWORD}@127.0.0.1:{{port}}/db",
        f"postgresql://someone@127.0.0.1:{{port}}/db?password=100%{PASSWORD}",
        f"postgresql://someone:{PASSWORD}@[127.0.0.1:{{port}}/db",
        f"postgresql://someone:a@{PASSWORD}@127.0.0.1:{{port}}/db",
        f"postgresql://someone:a/{PASSWORD}@127.0.0.1:{{port}}/db",
        f"postgresql://someone:{PASSWORD}/a@127.0.0.1:{{port}}/db",
        f"postgresql://someone:a?{PASSWORD}@127.0.0.1:{{port}}/db",
        f"postgresql://someone:a#{PASSWORD}@127.0.0.1:{{port}}/db",
        f"postgresql://someone:{PASSWORD}@127.0.0.1:{{port}}/db?nonsense=1",
        f"postgresql://someone:{PASSWORD}@127.0.0.1:{{port}}/db?sslmode=nonsense",
    ],
    ids=[
        "refused",
        "in the query",
        "no such host",
        "an open percent",
        "an open percent in the query",
        "an open bracket",
        "an at sign",
        "a slash",
        "a slash later",
        "a question mark",
        "a hash",
        "an option",
        "a mode",
    ],
)
def test_a_server_that_cannot_be_reached_makes_all_errored_and_tells_no_password(url: str) -> None:
    database = connect(url.format(port=_free_port()))
    result = run_checks(T, [Volume(min=0), Uniqueness(columns=["id"])], database)
    assert [e.outcome for e in result.executions] == ["errored", "errored"]
    assert all(e.error for e in result.executions)
    assert result.plan.statements == ()
    assert result.verdict == "errored"
    assert PASSWORD not in result.model_dump_json()
    assert PASSWORD not in repr(database)


def test_a_server_that_does_not_answer_can_be_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes connections and never says a word."""
    from airflow_data_quality.core.sql import watch

    monkeypatch.setattr(watch, "PATIENCE", 0.5)
    flag = threading.Event()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        threading.Timer(0.3, flag.set).start()
        database = connect(f"postgresql://someone:{PASSWORD}@127.0.0.1:{listener.getsockname()[1]}/db?gssencmode=disable")
        started = time.monotonic()
        result = run(coded_tests([Volume(min=0)], [T]), {None: database}, id=RUN_ID, started_at=BEGAN, cancel=flag)
    assert time.monotonic() - started < 5
    assert [e.outcome for e in result.executions] == ["errored"]
    assert "told to stop" in result.executions[0].message


@pytest.mark.parametrize("url", ["mysql://a:b@c/d", "nonsense", ""])
def test_a_url_that_nothing_opens_is_refused(url: str) -> None:
    with pytest.raises(UnknownDialect, match=re.escape("postgresql://…")):
        connect(url)


def test_a_missing_driver_is_told_by_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=re.escape("pip install 'airflow-provider-data-quality[postgres]'")):
        run_checks(T, [Volume(min=0)], connect("postgresql://nowhere/x"))


# A plan that is not run -----------------------------------------------------------------------------------------------


def test_a_plan_shows_what_a_run_would_ask(rows: Any) -> None:
    checks = [Volume(min=1), Completeness(column="s"), Uniqueness(columns=["id"]), Completeness(column="nope")]
    tests, databases = coded_tests(checks, [T]), {None: connect(rows.url)}
    drafted, done = plan(tests, databases), _run(tests, databases)
    assert [(s.sql, s.test_ids) for s in drafted.statements] == [(s.sql, s.test_ids) for s in done.plan.statements]
    assert all(s.cost is not None and s.cost > 0 for s in drafted.statements)
    assert drafted.errors == {"completeness(nope)": done.executions[3].error}


def test_a_plan_for_one_connection_is_what_a_run_over_one_asks(postgres: Any) -> None:
    postgres.execute(
        "CREATE TABLE many AS SELECT n AS id, n::text AS s, (n % 9)::text AS r FROM generate_series(1, 300000) AS n",
        "ANALYZE many",
    )
    checks = [
        Volume(min=1),
        Uniqueness(columns=["s"]),
        Uniqueness(columns=["s", "r"], where="id > 1"),
        Uniqueness(columns=["id", "r"]),
    ]
    tests, databases = coded_tests(checks, [Dataset(table="many")]), {None: connect(postgres.url)}
    options = Options(max_parallel=1)
    done = run(tests, databases, id=RUN_ID, started_at=BEGAN, options=options)
    drafted = plan(tests, databases, options=options)
    assert [s.sql for s in drafted.statements] == [s.sql for s in done.plan.statements]
    assert "UNION ALL" in "".join(s.sql for s in done.plan.statements)
    assert [t.facts for t in drafted.tests][:2] == [e.plan_facts for e in done.executions][:2]


def test_planning_measures_nothing(rows: Any) -> None:
    """Not even a function that would write, or never end."""
    rows.execute(
        "CREATE FUNCTION endless() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(600); RETURN true; END$$"
    )
    (statement,) = plan(coded_tests([Volume(min=1, where="endless()")], [T]), {None: connect(rows.url)}).statements
    assert "endless()" in statement.sql


def test_a_statement_that_the_database_cannot_plan_has_no_cost(rows: Any) -> None:
    checks = [Volume(min=1, where="nonsense = 1"), Completeness(column="s"), Uniqueness(columns=["id"])]
    drafted = plan(coded_tests(checks, [T]), {None: connect(rows.url)})
    assert [s.cost is None for s in drafted.statements] == [True]
    assert drafted.errors == {"volume": 'column "nonsense" does not exist'}


def test_sqlite_tells_what_it_cannot_plan(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "t.db")) as connection:
        connection.execute("CREATE TABLE t (id INTEGER)")
    checks = [Volume(min=0), Volume(min=0, where="nonsense = 1", name="bad"), Uniqueness(columns=["id"])]
    drafted = plan(coded_tests(checks, [T]), {None: connect(f"sqlite:///{tmp_path / 't.db'}")})
    assert [s.test_ids for s in drafted.statements] == [("uniqueness(id)",), ("volume", "bad")]
    assert drafted.errors == {"bad": "no such column: nonsense"}


def test_a_plan_needs_a_database_that_can_be_reached() -> None:
    with pytest.raises(QueryError):
        plan(coded_tests([Volume(min=1)], [T]), {None: connect("postgresql://127.0.0.1:1/nothing")})


def test_a_run_tells_how_far_it_is(rows: Any) -> None:
    seen: list[tuple[int, int]] = []
    options = Options(on_progress=lambda done, of: seen.append((done, of)))
    checks = [Volume(min=1), Uniqueness(columns=["id"]), Uniqueness(columns=["s"], where="length(s) > 0")]
    run(coded_tests(checks, [T]), {None: connect(rows.url)}, id=RUN_ID, started_at=BEGAN, options=options)
    assert seen == [(1, 2), (2, 2)]
