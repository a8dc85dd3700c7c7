"""Users' own SQL is looked at before it is sent: what may share a statement, what stands alone, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.database import connect
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.runner import run_checks
from airflow_data_quality.core.sql.dialect import Dialect, dialect_named
from airflow_data_quality.core.sql.text import calls, check_condition, one_query


@pytest.fixture
def dialect() -> Dialect:
    return dialect_named("postgresql")


@pytest.mark.parametrize(
    "text",
    [
        "a = 1",
        "a = 1 OR b = 2 -- either",
        "a = ')' AND b = '('",
        "a = 'it''s' -- ) it's",
        '"odd ( name" = 1',
        "a /* ) */ = 1",
        "a /* one /* ) two */ ; */ = 1",
        "a = $$ it's ) ; $1 $$",
        "a = 'C:\\'",
        "a LIKE '100%'",
        "a ? 'key' AND b @> '{}' AND c ->> 'x' = 'y' AND d[1] = 2 AND e[1:2] = f",
        "a::text ~ '^\\(' AND b <> ALL (ARRAY[1, 2])",
        "a = '$1'",
        "a = '{{ not a template }}'",
        "(a = 1) AND ((b = 2) OR (c = 3))",
    ],
)
def test_may_share_a_statement(dialect: Dialect, text: str) -> None:
    assert check_condition(dialect, text, "where")


@pytest.mark.parametrize(
    "text", ["a = 'open", '"open = 1', "a = 1 /* open", "a = 1 /* one /* two */", "a = $$ open", "a = E'open\\'"]
)
def test_stands_alone(dialect: Dialect, text: str) -> None:
    """Nobody can tell where such a text ends, so the database is to say what it thinks of it."""
    assert not check_condition(dialect, text, "where")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "where is empty; leave it out"),
        ("  \n\t ", "where is empty"),
        ("-- a = 1", "where is empty"),
        ("/* a = 1 */", "where is empty"),
        ("(a = 1", r"opens a parenthesis that it does not close: '\(a = 1'"),
        ("a = 1)", "closes a parenthesis that it did not open"),
        ("a = 1) OR (1 = 1", "closes a parenthesis that it did not open"),
        ("a IN (1, 2)) AND ((b = 1", "closes a parenthesis that it did not open"),
        ("a = 1; DROP TABLE t", "semicolon"),
        ("a = 1;", "semicolon"),
        (";", "semicolon"),
        ("a = $1", r"placeholder \$1"),
    ],
)
def test_refused(dialect: Dialect, text: str, says: str) -> None:
    with pytest.raises(DefinitionError, match=says):
        check_condition(dialect, text, "where")


def test_the_operator_for_absolute_values_is_no_placeholder(dialect: Dialect) -> None:
    assert check_condition(dialect, "@ 5 = abs(a) AND @5 = 5", "where")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("SELECT 1", "SELECT 1"),
        ("SELECT 1;", "SELECT 1"),
        ("SELECT 1 ; ;\n; -- done", "SELECT 1 "),
        ("SELECT ';' AS a;", "SELECT ';' AS a"),
        ("SELECT 1 -- ; one", "SELECT 1 -- ; one"),
        ("WITH x AS (SELECT 1) SELECT * FROM x", "WITH x AS (SELECT 1) SELECT * FROM x"),
        ("VALUES (1), (2)", "VALUES (1), (2)"),
        ("(SELECT 1) UNION (SELECT 2)", "(SELECT 1) UNION (SELECT 2)"),
        # The parser cannot read these; what it cannot read it does not judge.
        ("SELECT 1 FROM t !! nonsense", "SELECT 1 FROM t !! nonsense"),
        ("SELECT 'open", "SELECT 'open"),
    ],
)
def test_one_query_is_sent_as_it_is(dialect: Dialect, text: str, sent: str) -> None:
    assert one_query(dialect, text, "query") == sent


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "query is empty"),
        (";", "query is empty"),
        ("SELECT 1; SELECT 2", "semicolon"),
        ("SELECT 1) AS q; COMMIT; SELECT (1", "parenthesis"),
        ("DELETE FROM t", "must be one SELECT; given: 'DELETE FROM t'"),
        ("INSERT INTO t VALUES (1) RETURNING 1", "must be one SELECT"),
        ("DROP TABLE t", "must be one SELECT"),
        ("COMMIT", "must be one SELECT"),
        ("SET statement_timeout = 0", "must be one SELECT"),
    ],
)
def test_what_is_no_one_query_is_refused(dialect: Dialect, text: str, says: str) -> None:
    with pytest.raises(DefinitionError, match=says):
        one_query(dialect, text, "query")


EVIL = {
    "a comment inside an operator": "1 #-- '\n 3 = 2)) AS m0, 999 AS m1 EXCEPT SELECT COUNT(*) FILTER (WHERE (1=1 -- '",
    "a block comment inside an operator": "1 |/* ' */ 3 = 3)) AS m0, 999 AS m1 EXCEPT SELECT COUNT(*) FILTER (WHERE (1=1 -- '",
    "an E-string that goes on": "'a' <> E'a'\n'\\'')) AS m0, 999 AS m1 FROM t EXCEPT SELECT COUNT(*) FILTER (WHERE ('' = ''",
}


@pytest.mark.parametrize("where", EVIL.values(), ids=EVIL)
def test_a_text_that_two_tokenizers_read_differently_never_touches_another_check(postgres: Any, where: str) -> None:
    postgres.execute("CREATE TABLE t AS SELECT n AS a FROM generate_series(1, 10) n")
    checks = [Volume(min=0, name="evil", where=where), Volume(min=1_000, name="victim"), Volume(equals=10, name="good")]
    _, victim, good = run_checks({"table": "t"}, checks, connect(postgres.url)).executions
    assert (victim.outcome, victim.value, good.outcome) == ("failed", 10, "passed")


@pytest.mark.parametrize("where", ["a = $tag$ ( $tag$", r"a = E'it\'s )'", "a #-- b\n> 1", "a |/* b */ 4 > 1", "a -- b\r > 1"])
def test_what_may_be_read_in_two_ways_is_asked_alone(dialect: Dialect, where: str) -> None:
    assert check_condition(dialect, where, "where") is False


@pytest.mark.parametrize(
    "text",
    [
        *(
            "f(x) = 1",
            '"f" (x) = 1',
            "s.f (1) = 1",
            "f/* ) */(x) = 1",
            "f -- (\n(x) = 1",
            "é(1)",
            "x::numeric(9,2) = 1",
            "now () > at",
        ),
        *("at > CURRENT_DATE", "at > current_timestamp", "at > LocalTime", "at < 'now'", "at > ' Yesterday'::date"),
        *("EXISTS (SELECT 1)", "a = (select max(b) from t)", "a = ANY (array_agg)"),
    ],
)
def test_what_calls_something(text: str) -> None:
    assert calls(text)


@pytest.mark.parametrize(
    "text",
    [
        "a = 1",
        "(a = 1) OR (b = 2)",
        "s IN ('a', 'b')",
        "NOT (a = 1)",
        "a BETWEEN (1) AND (2)",
        "s = 'nowhere'",
        "current_dates > 1",
    ],
)
def test_what_calls_nothing(text: str) -> None:
    assert not calls(text)
