"""Where a text ends is what the database itself says, whatever it is made of."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.sql.dialect import dialect_named
from airflow_data_quality.core.sql.lexis import STANDARD, Unreadable
from airflow_data_quality.core.sql.text import check_condition, one_query, put_in_place

PIECES = (
    *("'", "''", '"', '""', "`", "[", "]", "$$", "$a$", "$🦆$", "$1", "$", "E'", "e'", "U&'", "x'", "N'", 'U&"', "\\", "\\'"),
    *("--", "/*", "*/", "/", "*", "-", "|", "#", "@", "<", "{#", "#}", "{", "}", "{%"),
    *("\n", "\r", "\t", "\v", "\f", " ", "\u00a0", "\u2028", "\x85", "🦆", "é", "_", "0", "1e", "a"),
    *(
        "(",
        ")",
        ";",
        ",",
        "true",
        " OR true ",
        " IS NULL ",
        "lock ",
        "replace(",
        " AS m0",
        ")) AS m0, 999 AS m1 FROM t EXCEPT SELECT count(*) FILTER (WHERE (true --",
    ),
    *(" = ", "''=''", "1=1"),
)
texts = st.lists(st.sampled_from(PIECES), max_size=14).map(lambda pieces: "true " + "".join(pieces))
OUT = ")) AS m0, 999 AS m1 FROM t EXCEPT SELECT count(*) FILTER (WHERE (true --"
ODD = (
    f"lock{OUT}",
    f"replace('a', 'b', 'c') = ''{OUT}",
    f"true OR $$'$$ <> ''{OUT}'",
    f"true OR $🦆$'$🦆$ <> ''{OUT}'",
    f"true OR E'\\'' <> ''{OUT}'",
    f"true OR E'a'\n'\\'' <> ''{OUT}'",
    f"true OR a🦆$$ = 1{OUT}$$",
    f"true OR 1 #-- '\n 1 = 1{OUT}'",
    f"true OR 1 |/* ' */ 1 = 1{OUT}'",
    f"true /* /* */ ' */ OR true{OUT}'",
    f"true /* /* */ OR true{OUT} */",
    f"true -- \r{OUT}",
    f"true OR [a'] = 1 OR '' = ''{OUT}'",
    f"true OR `a'` = 1 OR '' = ''{OUT}'",
)
"""What another reading than the database's own would let out of its parentheses."""
SHARED = "SELECT count(*) FILTER (WHERE (\n{}\n)) AS m0, 4711 AS m1 FROM t"


def _of_many(test: Any) -> Any:
    for text in ODD:
        test = example(text=text)(test)
    return settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))(given(text=texts)(test))


def _may_share(dialect: Any, text: str) -> bool:
    try:
        return check_condition(dialect, text, "where")
    except DefinitionError:
        return False


@pytest.fixture(scope="module")
def server(postgres_server: str) -> Any:
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE t AS SELECT true AS lock, 1 AS a, 1 AS a🦆$$")
        yield connection


@_of_many
def test_what_may_share_a_statement_of_postgresql_stays_in_its_place(server: Any, text: str) -> None:
    if not _may_share(dialect_named("postgresql"), text):
        return
    try:
        cursor = server.execute(SHARED.format(text), prepare=False)
    except (psycopg.Error, UnicodeError):
        return  # wrong by itself
    assert [column.name for column in cursor.description] == ["m0", "m1"]
    assert [row[1] for row in cursor.fetchall()] == [4711]
    assert not cursor.nextset()


@_of_many
def test_what_may_share_a_statement_of_sqlite_stays_in_its_place(text: str) -> None:
    if not _may_share(dialect_named("sqlite"), text):
        return
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t AS SELECT true AS lock, 1 AS a, 1 AS [a']")
        try:
            cursor = connection.execute(SHARED.format(text))
        except (sqlite3.Error, UnicodeError):
            return  # wrong by itself
        assert [column[0] for column in cursor.description] == ["m0", "m1"]
        assert [row[1] for row in cursor.fetchall()] == [4711]


# What each database takes for one thing -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "text", "lexemes"),
    [
        ("postgresql", "a = 'it''s' -- )\n", ["a", "=", "'it''s'"]),
        ("postgresql", "E'\\'' e'''' xe''", ["E'\\''", "e''''", "xe", "''"]),
        ("postgresql", "'\\' 1e'\\''", ["'\\'", "1", "e'\\''"]),
        ("postgresql", "$a$ $b$ ' $a$ $1 a$b$c", ["$a$ $b$ ' $a$", "$1", "a$b$c"]),
        ("postgresql", "$🦆$ ' $🦆$ é$$ \u00a0$$", ["$🦆$ ' $🦆$", "é$$", "\u00a0$$"]),
        ("postgresql", "/* /* ' */ /* */ */ 1 /**/ 2 /***/ 3", ["1", "2", "3"]),
        ("postgresql", "#-- '\n|/* ' */[1]", ["#", "|", "[", "1", "]"]),
        ("postgresql", "1 -- a\r2", ["1", "2"]),
        ("sqlite", "1 -- a\r2", ["1"]),
        ("sqlite", "/* /* ' */ 1 /* /*/ 2", ["1", "2"]),
        ("sqlite", "[a'b] `c``'` \"d\"\"'\" '\\'", ["[a'b]", "`c``'`", '"d""\'"', "'\\'"]),
    ],
)
def test_a_text_is_cut_as_the_database_does(dialect: str, text: str, lexemes: list[str]) -> None:
    assert [lexeme.text for lexeme in dialect_named(dialect).lexis.lexemes(text)] == lexemes


@pytest.mark.parametrize("text", ["'", "'''", '"', "a /* b", "/*/", "'" + "''" * 100_000, "/*" * 100_000])
def test_what_is_not_closed_cannot_be_read(text: str) -> None:
    with pytest.raises(Unreadable, match="is not closed"):
        list(STANDARD.lexemes(text))


@pytest.mark.parametrize("text", ["$$", "$a$ $b$", "E'\\'", "/* /* */", "$🦆$ $$"])
def test_what_postgresql_would_not_close(text: str) -> None:
    with pytest.raises(Unreadable, match="is not closed"):
        list(dialect_named("postgresql").lexis.lexemes(text))


def test_a_text_of_a_megabyte_is_read() -> None:
    text = "a = 'b''c' OR /* d */ (e) AND " * 35_000 + "true"
    assert check_condition(dialect_named("postgresql"), text, "where")


def test_a_name_is_put_where_code_is() -> None:
    text = "SELECT '{dataset}', \"{dataset}\" -- {dataset}\nFROM {dataset} d, {dataset}, {other} /* {dataset} */"
    assert put_in_place(dialect_named("postgresql"), text, "{dataset}", "x") == (
        "SELECT '{dataset}', \"{dataset}\" -- {dataset}\nFROM x d, x, {other} /* {dataset} */"
    )


@pytest.mark.parametrize("text", ["SELECT " + "(" * 10_000 + "1" + ")" * 10_000, "SELECT 1 AS id \\g file"])
def test_what_the_parser_stumbles_over_is_left_to_the_database(text: str) -> None:
    assert one_query(dialect_named("postgresql"), text, "sql") == text
