"""Pattern as it is written, described and judged."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.checks.pattern import Pattern
from airflow_data_quality.core.database import Column, connect
from airflow_data_quality.core.errors import NameNotFound
from airflow_data_quality.core.formats.suite import Suite
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.formats import FORMATS
from airflow_data_quality.core.model.templates import RENDERED
from airflow_data_quality.core.runner import run_checks
from airflow_data_quality.core.sql.dialects.postgresql import PostgreSQL
from airflow_data_quality.core.sql.dialects.sqlite import SQLite

KINDS = {"s": "text", "m": "enum", "u": "uuid", "j": "json", "n": "integer", "d": "date", "x": "other"}
COLUMNS = Columns(
    [Column(name, f"{kind} type", kind) for name, kind in KINDS.items()],
    fold=str.lower,
    clock=datetime(2024, 1, 31, 12, tzinfo=timezone.utc),
    dataset="t",
)


@pytest.fixture
def sqlite(tmp_path: Path) -> Any:
    """A table ``t`` with one text column ``s``, and the URL of its file."""
    path = tmp_path / "t.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE t (s text)")
        yield connection, f"sqlite:///{path}"


def test_both_forms() -> None:
    check = Pattern(column="a", matches="^a$")
    assert Check.model_validate({"pattern": {"column": "a", "matches": "^a$"}}) == check
    assert Check.model_validate({"type": "pattern", "column": "a", "matches": "^a$"}) == check
    for given in ("a", ["a"], 5):
        with pytest.raises(ValidationError, match="is no short form"):
            Check.model_validate({"pattern": given})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "give exactly one of matches, not_matches and format$"),
        ({"matches": "a", "format": "email"}, "give exactly one of matches, not_matches and format$"),
        ({"matches": "a", "not_matches": "b"}, "give exactly one of matches, not_matches and format$"),
        ({"matches": ""}, "an empty regular expression is found in every text"),
        ({"not_matches": ""}, "an empty regular expression is found in every text"),
        ({"matches": "a\0b"}, re.escape(r"cannot hold a NUL character; write \x00")),
        ({"matches": 5}, "valid string"),
        ({"matches": ["a"]}, "valid string"),
        ({"format": "e_mail"}, "unknown format 'e_mail'; did you mean 'email'"),
        ({"format": "EMAIL"}, "unknown format 'EMAIL'; did you mean 'email'.*formats: country_code, country_code_3, "),
        ({"format": ""}, "unknown format ''"),
        ({"format": 5}, "valid string"),
        ({"regex": "a"}, "unknown field 'regex'"),
        ({"matches": "a", "max_failing": 0.5}, "write a share as '50%'"),
        ({"matches": "a", "warn": {"matches": "b"}}, "unknown field 'matches'"),
        ({"matches": "a", "warn": {}}, "warn is empty; give one of max_failing"),
    ],
    ids=str,
)
def test_what_is_no_pattern(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Pattern(column="a", **given)
    assert re.search(says, refused.value.errors()[0]["msg"])


def test_a_regular_expression_is_not_read_when_it_is_written() -> None:
    assert Pattern(column="a", matches="(").matches == "("


def test_templates_wait() -> None:
    check = Pattern(column="a", format="{{ kind }}", matches="{{ regex }}")
    assert check.describe() == "every a is of the format {{ kind }}"
    with pytest.raises(ValidationError, match="give exactly one"):
        Pattern.model_validate({**check.spec(), "format": "email", "matches": "x"}, context=RENDERED)
    with pytest.raises(ValidationError, match="unknown format 'mail'"):
        Pattern.model_validate({"column": "a", "format": "mail"}, context=RENDERED)
    assert Pattern.model_validate({"column": "a", "matches": "^{{2}}"}, context=RENDERED).matches == "^{{2}}"


REGEXES = [
    "^a$",
    r"\d{2}\s",
    "it's",
    'say "hi"',
    "a\nb",
    "\t",
    "$1 %s %(a)s :b ?",
    "ü🦆",
    r"\\",
    "'",
    "--",
    "/* */ ;",
    "{a}",
    "[{]{",
]


@pytest.mark.parametrize("regex", REGEXES, ids=repr)
def test_a_regular_expression_survives_plain_data_json_yaml_and_sql(regex: str) -> None:
    check = Pattern(column="a", matches=regex, max_failing="1%", warn={"max_failing": 0}, where="x > 1")
    assert Check.model_validate(check.spec()) == check
    assert Pattern.model_validate_json(check.model_dump_json()) == check
    if "\n" not in regex and "\t" not in regex:
        quoted = regex.replace("'", "''")
        suite = Suite.from_text(f"name: s\ntable: t\nchecks:\n  - pattern: {{column: a, matches: '{quoted}'}}\n")
        assert suite.checks[0] == Pattern(column="a", matches=regex)
    for dialect in (PostgreSQL(), SQLite()):
        *_, failing = Pattern(column="s", not_matches=regex).metrics(COLUMNS)
        assert dialect.text(failing.rows.copy()).endswith(" '{}'".format(regex.replace("'", "''")))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"matches": r"^\d+$"}, r"every a matches '^\d+$'"),
        ({"not_matches": "a\nb", "max_failing": 5}, r"no a matches 'a\nb' (up to 5 may)"),
        ({"format": "email", "max_failing": "0.1%"}, "every a is of the format e-mail address (up to 0.1% may)"),
    ],
    ids=str,
)
def test_its_label_and_description(given: dict[str, Any], sentence: str) -> None:
    check = Pattern(column="a", **given)
    assert (check.label, check.dimension, check.describe()) == ("pattern(a)", "validity", sentence)


@pytest.mark.parametrize(
    ("given", "sql"),
    [
        ({"column": "s", "matches": "^a"}, "NOT \"s\" ~ '^a'"),
        ({"column": "s", "not_matches": "^a"}, "\"s\" ~ '^a'"),
        ({"column": "m", "matches": "^a"}, "NOT CAST(\"m\" AS TEXT) ~ '^a'"),
        ({"column": "u", "not_matches": "^a"}, "CAST(\"u\" AS TEXT) ~ '^a'"),
        ({"column": "j", "matches": "^a"}, "NOT CAST(\"j\" AS TEXT) ~ '^a'"),
        ({"column": "s", "format": "phone"}, r"""NOT CAST("s" AS TEXT) COLLATE "C" ~ '\A(?:\+[1-9][0-9]{6,14})\Z' """.strip()),
    ],
    ids=str,
)
def test_it_asks_for_texts_that_are_otherwise(given: dict[str, Any], sql: str) -> None:
    checked, failing = Pattern(**given).metrics(COLUMNS)
    assert PostgreSQL().text(failing.rows.copy()) == sql
    assert (checked.names, failing.names) == ((f"value_count({given['column']})",), (f"mismatch_count({given['column']})",))


@pytest.mark.parametrize("column", ["n", "d", "x"])
@pytest.mark.parametrize("given", [{"matches": "1"}, {"not_matches": "1"}, {"format": "integer"}], ids=str)
def test_what_is_no_text_cannot_be_asked(column: str, given: dict[str, Any]) -> None:
    says = f"column '{column}' is {KINDS[column]} type; pattern needs a text, an enum, a uuid or JSON"
    with pytest.raises(ValueError, match=says):
        Pattern(column=column, **given).metrics(COLUMNS)


def test_an_unknown_column_is_told_with_its_near_names() -> None:
    with pytest.raises(NameNotFound, match="no column 'ss' in t; did you mean 's'"):
        Pattern(column="ss", matches="a").metrics(COLUMNS)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"matches": r"^\d"}, r"have a s that does not match '^\d'"),
        ({"not_matches": r"^\d"}, r"have a s that matches '^\d'"),
        ({"format": "iban"}, "have a s that is no IBAN"),
    ],
    ids=str,
)
def test_the_message(given: dict[str, Any], complaint: str) -> None:
    judged = Pattern(column="s", **given).judge({"checked": 10, "failing": 3}, COLUMNS)
    assert judged.message == f"3 of 10 rows (30%) {complaint}, allowed 0"


def test_samples_are_the_failing_rows(postgres: Any, sqlite: Any) -> None:
    connection, url = sqlite
    texts = ["a@b.co", "a", "4111111111111111", "4111111111111112"]
    postgres.execute(
        "CREATE TABLE t (s text)", *(f"INSERT INTO t VALUES ('{text}')" for text in texts), "INSERT INTO t VALUES (NULL)"
    )
    connection.executemany("INSERT INTO t VALUES (?)", [(text,) for text in [*texts, None]])
    checks = [
        Pattern(column="s", matches="@|4", name="one"),
        Pattern(column="s", not_matches="@", name="other"),
        Pattern(column="s", format="credit_card", where="s LIKE '4%' OR s IS NULL", name="card"),
        Pattern(column="s", format="iban", where="s LIKE '%@%'", name="account"),
    ]
    for database in (connect(postgres.url), connect(url)):
        run = run_checks({"table": "t"}, checks, database, sample_failing_rows=9)
        found = [[sample["s"] for sample in execution.samples] for execution in run.executions]
        assert found == [["a"], ["a@b.co"], ["4111111111111112"], ["a@b.co"]]


def test_json_is_what_the_database_reads_as_such(postgres: Any, sqlite: Any) -> None:
    connection, url = sqlite
    postgres.execute("CREATE TABLE t (s text)", "INSERT INTO t VALUES (NULL)")
    connection.execute("INSERT INTO t VALUES (NULL)")
    examples = [*((text, True) for text in FORMATS["json"].passes), *((text, False) for text in FORMATS["json"].fails)]
    for text, _ in examples:
        connection.execute("INSERT INTO t VALUES (?)", [text])
        postgres.execute("INSERT INTO t VALUES ('{}')".format(text.replace("'", "''")))
    bad = sorted(text for text, good in examples if not good)
    for database in (connect(postgres.url), connect(url)):
        (execution,) = run_checks(
            {"table": "t"}, [Pattern(column="s", format="json")], database, sample_failing_rows=99
        ).executions
        assert (execution.outcome, execution.checked) == ("failed", len(examples))
        assert sorted(str(sample["s"]) for sample in execution.samples) == bad


def test_every_format_at_once_is_two_scans_and_one_of_them_can_be_parallel(postgres: Any) -> None:
    postgres.execute("CREATE TABLE t (s text)", "INSERT INTO t VALUES ('1'), (NULL)")
    checks = [Pattern(column="s", format=name, name=name) for name in FORMATS]
    run = run_checks({"table": "t"}, checks, connect(postgres.url))
    assert {e.check.label for e in run.executions if e.outcome == "passed"} == {"integer", "decimal", "json"}
    assert {e.outcome for e in run.executions} == {"passed", "failed"}
    serial = {name for name in FORMATS if FORMATS[name].rule in ("luhn", "iban")}
    parallel, other = sorted(run.plan.statements, key=lambda statement: -len(statement.test_ids))
    assert (set(parallel.test_ids), set(other.test_ids)) == (set(FORMATS), serial)
    for statement, workers in ((parallel, True), (other, False)):
        # It says whether a plan could be parallel, however small the table is.
        lines = postgres.execute("SET debug_parallel_query = on", f"EXPLAIN {statement.sql}")
        assert any("Gather" in line for (line,) in lines) == workers


def test_a_bad_regular_expression_is_told_in_the_databases_words_and_hides_no_other(postgres: Any, sqlite: Any) -> None:
    connection, url = sqlite
    postgres.execute("CREATE TABLE t (s text)", "INSERT INTO t VALUES ('a')")
    connection.execute("INSERT INTO t VALUES ('a')")
    checks = [Pattern(column="s", matches="(a", name="bad"), Pattern(column="s", matches="b", name="good")]
    for database, says in ((connect(postgres.url), "parentheses () not balanced"), (connect(url), "unterminated subpattern")):
        bad, good = run_checks({"table": "t"}, checks, database).executions
        assert (bad.outcome, good.outcome, good.failing) == ("errored", "failed", 1)
        assert says in str(bad.error)
