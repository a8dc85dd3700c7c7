"""Texts that want to do more than they may: nothing is changed, each is errored by itself, all else is measured.

The texts stand where a user can write SQL: a query of one's own, in both modes, a query as dataset, filters, and filters
that reach a query through ``{dataset}``. (A function that a superuser may call can do harm even so: the role is the wall.)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import psycopg2
import pytest

from airflow_data_quality import (
    Completeness,
    CustomSql,
    Dataset,
    Expression,
    Referential,
    Uniqueness,
    Volume,
    connect,
    run_checks,
)
from airflow_data_quality.core.database import Connection, Database
from airflow_data_quality.core.drivers.postgresql import DbApiConnection
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.run import Run

T = Dataset(table="t")
DRIVERS: dict[str, Callable[[str], Any]] = {"psycopg": psycopg.connect, "psycopg2": psycopg2.connect}
GOOD: Sequence[Check] = (
    Volume(equals=2, name="rows"),
    Completeness(column="id", name="complete"),
    Uniqueness(columns=["id", "s"], name="unique"),
    Uniqueness(columns=["s"], nulls="equal", max_failing=1, name="unique texts"),
    CustomSql(name="sum", sql="SELECT sum(id) FROM {dataset}", equals=3),
    CustomSql(name="bad rows", sql="SELECT * FROM t WHERE id > 2;", failing_rows=True),
)


@dataclass(frozen=True)
class Opened:
    """A database that is opened by a driver's own function, as a hook does."""

    url: str
    driver: str
    dialect: str = "postgresql"

    def open(self) -> Connection:
        return DbApiConnection(DRIVERS[self.driver](self.url))


@dataclass(frozen=True)
class Place:
    """A database to be attacked."""

    database: Database
    state: Callable[[], Any]
    """All that an attack might change."""
    marker: str
    """A file that an attack might make."""

    def attacked(self, dataset: Dataset, evil: Sequence[Check]) -> Sequence[Execution]:
        """Runs the checks among good ones, which must be measured, and returns what came of them."""
        before = self.state()
        checks = [*GOOD[:3], *evil, *GOOD[3:]]
        result: Run = run_checks(dataset, checks, self.database, sample_failing_rows=2)
        assert self.state() == before
        assert not Path(self.marker).exists()
        good = {check.name for check in GOOD}
        if dataset is T:
            assert {e.label: e.error or e.message for e in result.executions if e.label in good and e.outcome != "passed"} == {}
        return [e for e in result.executions if e.label not in good]

    def queried(self, sql: str) -> Sequence[Execution]:
        """Asks a text as a query, in each of the places where one may stand."""
        text = sql.replace("MARKER", self.marker)
        modes = [
            CustomSql(name="as a value", sql=text, min=0),
            CustomSql(name="as rows", sql=text, failing_rows=True),
        ]
        return [
            *self.attacked(T, modes),
            *run_checks(Dataset(query=text), [Volume(min=0), Completeness(column="id")], self.database).executions,
        ]

    def filtered(self, where: str) -> Sequence[Execution]:
        """Asks a text as a row condition, in each of the places where one may stand."""
        text = where.replace("MARKER", self.marker)
        checks = [
            Volume(min=0, name="as a filter", where=text),
            Uniqueness(columns=["s"], nulls="equal", name="as a filter of keys", where=text, max_failing=9),
            Referential(columns=["id"], to_table="t", to_columns=["id"], to_where=text, name="as a filter there"),
            Expression(name="as an expression", sql=text, max_failing=9),
            CustomSql(name="as a filter of a query", sql="SELECT count(*) FROM {dataset}", min=0, where=text),
            CustomSql(name="as a filter of rows", sql="SELECT * FROM {dataset}", failing_rows=True, max_failing=9, where=text),
        ]
        return [*self.attacked(T, checks), *self.attacked(Dataset(table="t", where=text), ())]


STATE = """
SELECT (SELECT json_agg(t ORDER BY id) FROM t)::text,
  (SELECT row(last_value, is_called)::text FROM counter),
  (SELECT json_agg(relname ORDER BY relname) FROM pg_class WHERE relnamespace = current_schema()::regnamespace)::text,
  (SELECT count(*) FROM pg_proc WHERE pronamespace = current_schema()::regnamespace),
  (SELECT count(*) FROM pg_largeobject_metadata), (SELECT count(*) FROM pg_roles), (SELECT count(*) FROM pg_database),
  (SELECT count(*) FROM pg_db_role_setting), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'),
  (SELECT count(*) FROM pg_prepared_xacts), (SELECT count(*) FROM pg_cursors),
  (SELECT json_agg(row(name, setting) ORDER BY name) FROM pg_settings WHERE source NOT IN ('session', 'client'))::text"""


@pytest.fixture(params=DRIVERS)
def place(request: pytest.FixtureRequest, postgres: Any) -> Iterator[Place]:
    postgres.execute(
        "CREATE TABLE t (id integer, s text)",
        "INSERT INTO t VALUES (1, 'x'), (2, 'x')",
        "CREATE SEQUENCE counter",
        "CREATE FUNCTION writes() RETURNS integer LANGUAGE plpgsql AS $$BEGIN INSERT INTO t VALUES (99, 'new'); RETURN 1; END$$",
    )
    marker = f"/tmp/dq_{postgres.schema}"
    yield Place(Opened(postgres.url, request.param), lambda: postgres.execute(STATE), marker)
    Path(marker).unlink(missing_ok=True)


NEW = "INSERT INTO t VALUES (99, 'new')"
NEW_ID = "INSERT INTO t VALUES (99)"
QUERIES = {
    "two statements": f"SELECT 1 AS id; COMMIT; {NEW}",
    "two statements, the second a comment's neighbour": f"SELECT 1 AS id; /* */ {NEW}; --",
    "out of the parentheses": f"SELECT 1 AS id) AS q; COMMIT; {NEW}; SELECT * FROM (SELECT 1 AS id",
    "a data-modifying CTE": f"WITH new AS ({NEW} RETURNING id) SELECT id FROM new",
    "a data-modifying CTE, deeper": f"SELECT id FROM (WITH new AS ({NEW} RETURNING id) SELECT id FROM new) AS n",
    "a data-modifying CTE with {dataset}": "WITH gone AS (DELETE FROM t USING {dataset} d RETURNING t.id) SELECT id FROM gone",
    "COPY to a program": "COPY (SELECT 1 AS id) TO PROGRAM 'touch MARKER'",
    "COPY to a program, after a query": "SELECT 1 AS id; COPY t TO PROGRAM 'touch MARKER'",
    "COPY to a file": "COPY t TO 'MARKER'",
    "INTO": "SELECT id INTO copied FROM t",
    "INTO, temporary": "SELECT id INTO TEMP copied FROM t",
    "CREATE TABLE AS": "CREATE TABLE copied AS SELECT id FROM t",
    "FOR UPDATE": "SELECT id FROM t FOR UPDATE",
    "FOR SHARE of the dataset": "SELECT id FROM t WHERE id IN (SELECT id FROM {dataset}) FOR SHARE",
    "an insert": f"{NEW} RETURNING id",
    "a merge": "MERGE INTO t USING t AS o ON true WHEN MATCHED THEN DELETE",
    "a function that writes": "SELECT writes() AS id",
    "a sequence": "SELECT nextval('counter') AS id",
    "a sequence, set": "SELECT setval('counter', 50) AS id",
    "writable again": f"SELECT set_config('transaction_read_only', 'off', true) AS id; {NEW}",
    "a transaction's end": "COMMIT",
    "a transaction's end and more": f"ROLLBACK; {NEW}",
    "a block": f"DO $$BEGIN {NEW}; END$$",
    "a call": "CALL nothing()",
    "EXPLAIN ANALYZE": f"EXPLAIN ANALYZE {NEW}",
    "PREPARE": f"PREPARE p AS {NEW}",
    "DECLARE": "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
    "SET": "SET default_transaction_read_only = off",
    "ALTER SYSTEM": "ALTER SYSTEM SET work_mem = '1GB'",
    "ALTER ROLE": "ALTER ROLE CURRENT_USER SET work_mem = '1GB'",
    "LISTEN": "LISTEN here",
    "LOCK": "LOCK TABLE t",
    "VACUUM": "VACUUM t",
    "an open string": f"SELECT 1 AS id, 'open; COMMIT; {NEW}",
    "an open string behind a semicolon": f"SELECT 1 AS id; COMMIT; {NEW}; SELECT 'open",
    "an open name": f'SELECT 1 AS "open; COMMIT; {NEW}',
    "an open comment": f"SELECT 1 AS id /* ; COMMIT; {NEW}",
    "a comment in a comment, closed twice": f"SELECT 1 AS id /* /* */ */ ; COMMIT; {NEW}",
    "a comment in an operator": f"SELECT 1 #-- '\n 1 AS id; COMMIT; {NEW}; -- '",
    "a block comment in an operator": f"SELECT 1 |/* ' */ 1 AS id) AS q; COMMIT; {NEW}; -- '",
    "a comment that a CR ends": f"SELECT 1 AS id -- \r; COMMIT; {NEW}",
    "an E-string": f"SELECT 1 AS id WHERE E'\\'' = ') AS q; COMMIT; {NEW}; --'",
    "an E-string, closed": f"SELECT 1 AS id WHERE E'\\'' <> ''; COMMIT; {NEW}; --'",
    "an E-string that goes on": f"SELECT 1 AS id WHERE '' <> E'a'\n'\\'') AS q; COMMIT; {NEW}; --'",
    "an E-string behind a digit": f"SELECT 1E'\\') AS q; COMMIT; {NEW}; --'",
    "a backslash": f"SELECT 1 AS id WHERE '\\' = '') AS q; COMMIT; {NEW}; --'",
    "a unicode string": f"SELECT 1 AS id WHERE U&'\\0027' = ''''; COMMIT; {NEW}; --",
    "a unicode name": f'SELECT 1 AS U&"\\0022"; COMMIT; {NEW}; --"',
    "a dollar quote": f"SELECT 1 AS id WHERE $$'$$ <> ''; COMMIT; {NEW}; --'",
    "a dollar quote with an odd tag": f"SELECT 1 AS id WHERE $🦆$ ' $🦆$ <> ''; COMMIT; {NEW}; --'",
    "a dollar in a name": f"SELECT 1 AS a$b$ ; COMMIT; {NEW}; --$b$",
    "a dollar behind an odd name": f"SELECT 1 AS 🦆$$ ; COMMIT; {NEW}; --$$",
    "a dollar quote that is none": f"SELECT $1$; COMMIT; {NEW}; --$1$",
    "Jinja's comment": f"SELECT 1 AS id {{# '#}} ; COMMIT; {NEW}; --'",
    "a NUL": f"SELECT 1 AS id) AS q; COMMIT; {NEW};\0",
    "psql's": "SELECT 1 AS id \\g MARKER",
}


@pytest.mark.parametrize("sql", QUERIES.values(), ids=QUERIES)
def test_a_query_changes_nothing_and_is_errored(sql: str, place: Place) -> None:
    executions = place.queried(sql)
    assert {e.outcome for e in executions} == {"errored"}
    assert all(e.error for e in executions)


COMMENTS = {
    "a comment in a comment": f"SELECT 1 AS id /* /* */ ) AS q; COMMIT; {NEW}; -- */",
    "a comment that no odd character ends": f"SELECT 1 AS id\u00a0--\u2028\u0085\v\f; COMMIT; {NEW}",
    "a comment behind the end": f"SELECT 1 AS id ; -- COMMIT; {NEW}",
}


@pytest.mark.parametrize("sql", COMMENTS.values(), ids=COMMENTS)
def test_a_comment_is_a_comment(sql: str, place: Place) -> None:
    first, *_ = place.queried(sql)
    assert (first.outcome, first.value) == ("passed", 1)


SETTINGS = "set_config('standard_conforming_strings', 'off', false) IS NOT NULL"
CONDITIONS = {
    "two statements": f"id = 1; COMMIT; {NEW}",
    "out of the parentheses": f"id = 1); COMMIT; {NEW}; SELECT (1 = 1",
    "out of the select": f"id = 1)) AS m0; COMMIT; {NEW} --",
    "a function that writes": "writes() = 1",
    "a sequence": "nextval('counter') > 0",
    "writable again": "set_config('transaction_read_only', 'off', true) IS NOT NULL AND writes() = 1",
    "a query that writes": f"EXISTS (WITH new AS ({NEW} RETURNING 1) SELECT 1 FROM new)",
    "a query that locks": "id IN (SELECT id FROM t FOR UPDATE)",
    "a word that a tokenizer takes for a command": f"lock) IS NULL; COMMIT; {NEW}; SELECT (1 = 1",
    "an open comment": f"id = 1 /* ; COMMIT; {NEW}",
    "an open string": f"s = '; COMMIT; {NEW}",
    "an odd dollar quote": f"s <> $🦆$ ' $🦆$) ; COMMIT; {NEW}; SELECT ('' = ''",
    "a NUL": "id = 1 \0 OR writes() = 1",
}


@pytest.mark.parametrize("where", CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_changes_nothing_and_is_errored(where: str, place: Place) -> None:
    executions = place.filtered(where)
    assert {e.label: e.outcome for e in executions if e.outcome != "errored"} == {}


HARMLESS = {
    "a setting for the session": "set_config('default_transaction_read_only', 'off', false) IS NOT NULL",
    "a setting that makes text read otherwise": f"{SETTINGS} AND '\\' <> ') AS k; COMMIT; {NEW_ID}; --'",
    "a setting that makes text read otherwise, and another text": f"({SETTINGS}) AND ('x\\' <> ') AS k; COMMIT; {NEW_ID}; --')",
    "a lock for the session": "pg_advisory_lock(4711) IS NOT NULL",
    "another search path": "set_config('search_path', 'pg_catalog', false) IS NOT NULL",
    "no time at all": "set_config('statement_timeout', '1', false) IS NOT NULL",
    "a message": "pg_notify('here', 'x') IS NOT NULL",
    "semicolons in a string": "s <> '; COMMIT; INSERT INTO t VALUES (99)' AND s <> $$;$$",
}


@pytest.mark.parametrize("where", HARMLESS.values(), ids=HARMLESS)
def test_what_a_condition_does_to_its_session_ends_with_its_statement(where: str, place: Place) -> None:
    """The statements that follow, which a broken check makes more of, are read as they were looked at."""
    bad = Volume(min=0, where="nope = 1", name="broken, so that others are asked again")
    executions = [*place.filtered(where), *place.attacked(Dataset(table="t", where=where), [bad])]
    assert {e.label: e.error for e in executions if e.outcome == "errored"} == {bad.label: 'column "nope" does not exist'}


def test_a_driver_that_takes_two_statements_says_so(place: Place) -> None:
    (execution,) = place.attacked(T, [CustomSql(name="odd", sql="SELECT count(*) FROM t WHERE s <> ';'", equals=2)])
    guarded = place.database.driver == "psycopg"  # type: ignore[attr-defined]
    assert execution.outcome == "passed"
    assert any("refuses no second statement" in fact for fact in execution.plan_facts) is not guarded


@pytest.mark.parametrize(
    "text", ["SELECT 1 -- " + "x" * 2**20, "SELECT " + "(" * 20_000 + "1" + ")" * 20_000, "SELECT " + "''" * 2**19]
)
def test_a_very_long_text_hides_no_other(text: str, place: Place) -> None:
    place.attacked(T, [CustomSql(name="long", sql=text, min=0)])


# SQLite ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Place:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("CREATE TABLE t (id integer, s text); INSERT INTO t VALUES (1, 'x'), (2, 'x')")

    def state() -> Any:
        with closing(sqlite3.connect(path)) as connection:
            return list(connection.iterdump()), sorted(entry.name for entry in tmp_path.iterdir())

    return Place(connect(f"sqlite:///{path}"), state, str(tmp_path / "attacked"))


FILE_QUERIES = {
    "two statements": f"SELECT 1 AS id; COMMIT; {NEW}",
    "out of the parentheses": f"SELECT 1 AS id) AS q; {NEW}; SELECT * FROM (SELECT 1 AS id",
    "a data-modifying CTE": f"WITH new AS ({NEW} RETURNING id) SELECT id FROM new",
    "an insert": f"{NEW} RETURNING id",
    "attach": "ATTACH DATABASE 'MARKER' AS other",
    "vacuum into": "VACUUM INTO 'MARKER'",
    "a pragma": "PRAGMA query_only = OFF",
    "a pragma and more": f"SELECT 1 AS id; PRAGMA query_only = OFF; {NEW}",
    "an extension": "SELECT load_extension('MARKER') AS id",
    "a file that is written": "SELECT writefile('MARKER', 'x') AS id",
    "a file that is read": "SELECT readfile('MARKER') AS id",
    "a replace, which a tokenizer takes for a command": "REPLACE INTO t VALUES (99, 'new')",
    "an open comment": f"SELECT 1 AS id /* ; {NEW}",
    "a name in brackets": f"SELECT 1 AS [id;'] ; {NEW} --'",
    "a name in backticks": f"SELECT 1 AS `id'` ; {NEW} --'",
    "a variable that eats a quote": f"SELECT $a(') AS id ; {NEW} --'",
    "a NUL": f"SELECT 1 AS id\0; {NEW}",
}


@pytest.mark.parametrize("sql", FILE_QUERIES.values(), ids=FILE_QUERIES)
def test_a_query_changes_no_file_and_is_errored(sql: str, file: Place) -> None:
    executions = file.queried(sql)
    assert {e.outcome for e in executions} == {"errored"}
    assert all(e.error for e in executions)


@pytest.mark.parametrize(
    "where",
    [
        f"id = 1; {NEW}",
        f"id = 1)); {NEW} --",
        "load_extension('MARKER') IS NULL",
        "replace(s, ')', '') = '' ) OR (1 = 1",
        "(SELECT 1 FROM pragma_query_only(0)) = 1",
        "id = 1 /* open",
        "id = 1 \0 OR 1",
    ],
)
def test_a_condition_changes_no_file_and_is_errored(where: str, file: Place) -> None:
    executions = file.filtered(where)
    assert {e.label: e.outcome for e in executions if e.outcome != "errored"} == {}
