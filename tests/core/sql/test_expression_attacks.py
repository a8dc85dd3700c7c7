"""An expression that wants more than to be a condition: nothing changes, and no other check of the run notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from airflow_data_quality import Completeness, Expression, Range, Volume, connect, run_checks

TABLES = (
    "CREATE TABLE t (id integer, s text)",
    "INSERT INTO t SELECT n, 'x' FROM generate_series(1, 10) n",
    "CREATE TABLE log (line text)",
    "CREATE SEQUENCE counter",
    "CREATE FUNCTION writes() RETURNS boolean LANGUAGE sql VOLATILE AS $$INSERT INTO log VALUES ('in') RETURNING true$$",
    "CREATE FUNCTION lies() RETURNS boolean LANGUAGE plpgsql STABLE AS "
    "$$BEGIN EXECUTE 'DELETE FROM t'; RETURN true; EXCEPTION WHEN OTHERS THEN RETURN false; END$$",
)
REFUSED = {
    "a second statement": "true) ; drop table t; --",
    "one that commits first": "true)) FROM t; commit; drop table t; --",
    "a semicolon alone": "true;",
    "a way out of its parentheses": "true) OR (true",
    "another column": "true)) AS m0, COUNT(*) FILTER (WHERE (false",
    "another table": "true)) FROM log; --",
    "a parenthesis that a comment opens": "true -- (\n)",
    "a placeholder": "id = $1",
    "a comment alone": "/* true */",
    "a comment that an operator hides": "1 #-- '\n 3 = 2)) AS m0, 999 AS m1 EXCEPT SELECT COUNT(*) FILTER (WHERE NOT (1=1 -- '",
    "a block comment that an operator hides": "1 |/* ' */ 3 = 3)) AS m0, 9 AS m1 FROM t -- '",
    "a carriage return behind a comment": "true -- \r )) AS m0, 999 AS m1 --",
}
"""Never sent."""
UNCLEAR = {
    "an open comment": "true /*",
    "a comment opened twice": "true /* /* */",
    "an open quote": "s = 'x",
    "an open name": '"id = 1',
    "an open dollar quote": "s = $$x",
    "an open tag": "s = $a$x$$",
    "a quote that an E-string leaves open": r"s = E'x\'",
    "an E-string that goes on": "'a' <> E'a'\n'\\'')) AS m0, 999 AS m1 FROM t EXCEPT SELECT COUNT(*) FILTER (WHERE NOT ('' = ''",
    "a comment that ends sooner than it seems": "id > 0 -- \r OR id > 0",
    "an operator that seems to begin a comment": "id <#-- 1\n 5",
}
"""Sent in a statement of their own, for nobody can tell where they end."""
RUN = {
    "a function that writes": ("writes()", "read-only transaction"),
    "a function that catches its failure": ("lies()", None),
    "a sequence": ("nextval('counter') > 0", "read-only transaction"),
    "a query that writes": ("(WITH w AS (DELETE FROM t RETURNING 1) SELECT count(*) FROM w) > 0", "WITH clause"),
    "a query that locks": ("EXISTS (SELECT 1 FROM t FOR UPDATE)", "read-only transaction"),
    "a query that makes a table": ("(SELECT 1 INTO made FROM t) > 0", "could not be asked"),
    "a setting": ("set_config('transaction_read_only', 'off', false) = 'off' AND writes()", "read-only"),
    "the end of the transaction": ("pg_export_snapshot() IS NOT NULL AND commit()", "commit"),
}
"""Sent together with the others: the database says no, or nothing comes of it."""
EVIL = {**REFUSED, **UNCLEAR, **{name: sql for name, (sql, _) in RUN.items()}}
GOOD = (
    Volume(equals=10, name="rows"),
    Volume(equals=11, name="too many"),
    Completeness(column="s"),
    Range(column="id", max=9),
    Expression(name="good", sql="id > 1"),
)
OUTCOMES = ["passed", "failed", "passed", "failed", "failed"]


@pytest.fixture
def tables(postgres: Any) -> Any:
    postgres.execute(*TABLES)
    return postgres


def _ask(tables: Any, checks: Sequence[Any], **options: Any) -> list[Any]:
    return list(run_checks({"table": "t"}, checks, connect(tables.url), **options).executions)


def _unchanged(tables: Any) -> bool:
    facts = "SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM log), (SELECT is_called FROM counter), to_regclass('made')"
    return bool(tables.execute(facts) == [(10, 0, False, None)])


@pytest.mark.parametrize("name", EVIL)
def test_nothing_changes_and_the_others_are_measured(tables: Any, name: str) -> None:
    evil = Expression(name="evil", sql=EVIL[name])
    first, *before = _ask(tables, [evil, *GOOD])
    *after, last = _ask(tables, [*GOOD, evil], sample_failing_rows=3)
    assert [e.outcome for e in before] == OUTCOMES
    assert [e.outcome for e in after] == OUTCOMES
    assert [e.value for e in before] == [e.value for e in after] == [10, 10, 0, 1, 1]
    assert first.outcome == last.outcome
    assert _unchanged(tables)


@pytest.mark.parametrize("name", REFUSED)
def test_what_reaches_out_is_never_sent(tables: Any, name: str) -> None:
    run = run_checks({"table": "t"}, [Expression(name="evil", sql=REFUSED[name]), GOOD[0]], connect(tables.url))
    assert run.executions[0].outcome == "errored"
    assert [s.test_ids for s in run.plan.statements] == [("rows",)]


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_is_unclear_shares_no_statement(tables: Any, name: str) -> None:
    run = run_checks({"table": "t"}, [Expression(name="evil", sql=UNCLEAR[name]), *GOOD], connect(tables.url))
    assert {s.test_ids for s in run.plan.statements if UNCLEAR[name] in s.sql} == {("evil",)}


@pytest.mark.parametrize(("sql", "says"), RUN.values(), ids=RUN)
def test_the_database_says_no(tables: Any, sql: str, says: str | None) -> None:
    (evil,) = _ask(tables, [Expression(name="evil", sql=sql)])
    assert evil.outcome == ("errored" if says else "failed")
    assert says is None or says in evil.message


def test_two_unclear_texts_do_not_disturb_each_other(tables: Any) -> None:
    """Alone each is broken; one behind the other they would be a whole: the first opens what the second closes."""
    pairs = {"s = 'x": "x' = s", "true /* ": " */ true", "s = $$x": "x$$ = s", r"s = E'x\'": r"\'x' = s", "(true": "true)"}
    for opens, closes in pairs.items():
        checks = [Expression(name="opens", sql=opens), Expression(name="closes", sql=closes), GOOD[4]]
        one, other, good = _ask(tables, checks)
        assert (one.outcome, other.outcome, good.outcome, good.value) == ("errored", "errored", "failed", 1), opens
    assert _unchanged(tables)


def test_an_unclear_filter_and_an_unclear_condition(tables: Any) -> None:
    checks = [
        Expression(name="a", sql=r"s <> E'\''", where="s <> $q$ ( $q$"),
        Expression(name="b", sql="s <> 'x", where="id = 1"),
    ]
    one, other, good = _ask(tables, [*checks, GOOD[4]])
    assert (one.outcome, one.checked, other.outcome, good.value) == ("passed", 10, "errored", 1)


def test_what_a_condition_sets_does_not_outlive_it(tables: Any) -> None:
    sets = Expression(name="sets", sql="set_config('search_path', 'pg_catalog', false) IS NOT NULL AND id > 0 -- \r")
    reads = Expression(name="reads", sql="current_setting('search_path') <> 'pg_catalog' -- \r")
    assert [e.outcome for e in _ask(tables, [sets, reads])] == ["passed", "passed"]
