"""A look at failing rows: exactly those, no more than were asked for, only after a failure, and nothing that is masked."""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from airflow_data_quality import Completeness, CustomSql, Dataset, Referential, Uniqueness, Volume, connect, run_checks
from airflow_data_quality.core.database import Database
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.options import Options
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.model.test import coded_tests
from airflow_data_quality.core.runner import run
from airflow_data_quality.core.sql.samples import is_masked, readable

T = Dataset(table="t")


@dataclass(frozen=True)
class Place:
    """A database with tables of a test's own."""

    database: Database
    make: Any
    """Runs statements as the owner."""


@pytest.fixture
def on_postgres(postgres: Any) -> Place:
    return Place(connect(postgres.url), postgres.execute)


@pytest.fixture(params=["postgresql", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "postgresql":
        return request.getfixturevalue("on_postgres")  # type: ignore[no-any-return]
    path = tmp_path / "shop.db"

    def make(*statements: str) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    make("PRAGMA user_version = 1")
    return Place(connect(f"sqlite:///{path}"), make)


ROWS = (
    "CREATE TABLE t (id integer, a text, b integer, fk integer)",
    "INSERT INTO t VALUES (1, 'x', 1, 1), (2, NULL, 1, 7), (3, 'x', NULL, NULL), (4, '', NULL, 8)",
    "INSERT INTO t VALUES (5, NULL, 2, 2), (6, 'y', 9, 9)",
    "CREATE TABLE p (k integer, live integer)",
    "INSERT INTO p VALUES (1, 1), (2, 0), (NULL, 1)",
)


def asked(place: Place, dataset: Dataset, check: Check, *, most: int = 10, **options: Any) -> Run:
    return run(
        coded_tests([check], [dataset]),
        {None: place.database},
        id=uuid.uuid4(),
        started_at=datetime.now(timezone.utc),
        options=Options(sample_failing_rows=most, **options),
    )


def ids(result: Run) -> list[Any]:
    return [row["id"] for row in result.executions[0].samples]


# Exactly the failing rows ---------------------------------------------------------------------------------------------

CASES: dict[str, tuple[Dataset, Check, list[int]]] = {
    "no value": (T, Completeness(column="a"), [2, 5]),
    "no value, filtered": (T, Completeness(column="a", where="b = 1 OR b = 9"), [2]),
    "no value, in a filtered dataset": (Dataset(table="t", where="id > 2 OR id < 0 -- all\n"), Completeness(column="a"), [5]),
    "no value, filtered twice": (Dataset(table="t", where="id > 2"), Completeness(column="b", where="a = 'x'"), [3]),
    "no value in a query": (Dataset(query="SELECT id, a FROM t WHERE b = 1"), Completeness(column="a"), [2]),
    "no value in one of the columns": (T, Completeness(columns=["a", "b"]), [2, 3, 4, 5]),
    "a token": (T, Completeness(column="a", missing_values=[""]), [2, 4, 5]),
    "tokens in several columns": (T, Completeness(columns=["a", "b"], missing_values=["", 9]), [2, 3, 4, 5, 6]),
    "a share": (T, Completeness(column="a", max_failing="10%"), [2, 5]),
    "doubled": (T, Uniqueness(columns=["a"]), [1, 3]),
    "doubled, NULLs equal": (T, Uniqueness(columns=["a"], nulls="equal"), [1, 2, 3, 5]),
    "doubled numbers, NULLs equal": (T, Uniqueness(columns=["b"], nulls="equal"), [1, 2, 3, 4]),
    "doubled, all rows counted": (T, Uniqueness(columns=["b"], count="rows"), [1, 2]),
    "doubled, keys counted": (T, Uniqueness(columns=["b"], count="keys"), [1, 2]),
    "doubled pairs": (Dataset(table="t", where="id <> 4"), Uniqueness(columns=["a", "b"], nulls="equal", name="p"), []),
    "doubled in a filter": (T, Uniqueness(columns=["b"], where="a IS NULL OR a = 'x'"), [1, 2]),
    "doubled in a query": (
        Dataset(query="SELECT * FROM t UNION ALL SELECT * FROM t WHERE id = 6"),
        Uniqueness(columns=["id"]),
        [6, 6],
    ),
    "orphans": (T, Referential(columns=["fk"], to_table="p", to_columns=["k"]), [2, 4, 6]),
    "orphans, fewer parents": (
        T,
        Referential(columns=["fk"], to_table="p", to_columns=["k"], to_where="live = 1"),
        [2, 4, 5, 6],
    ),
    "orphans, fewer children": (T, Referential(columns=["fk"], to_table="p", to_columns=["k"], where="b = 1"), [2]),
    "orphans of a query": (
        Dataset(query="SELECT fk AS k0, id, 'x' AS c FROM t", where="id < 5 AND abs(id) > 0"),
        Referential(columns=["k0"], to_table="p", to_columns=["k"]),
        [2, 4],
    ),
    "a query of one's own": (T, CustomSql(name="c", sql="SELECT id FROM t WHERE a IS NULL", failing_rows=True), [2, 5]),
    "a query of one's own, in its order": (
        Dataset(table="t", where="id > 1"),
        CustomSql(name="c", sql="SELECT * FROM {dataset} ORDER BY id DESC; -- all", failing_rows=True, where="b IS NOT NULL"),
        [6, 5, 2],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_failing_rows_are_shown_and_no_others(name: str, place: Place) -> None:
    dataset, check, rows = CASES[name]
    place.make(*ROWS)
    result = asked(place, dataset, check)
    found = ids(result)
    assert (found if name.endswith("in its order") else sorted(found)) == rows
    assert result.executions[0].outcome == ("failed" if rows else "passed")
    for most in (1, 3):
        fewer = ids(asked(place, dataset, check, most=most))
        assert len(fewer) == min(most, len(rows))
        assert set(fewer) <= set(rows)


def test_doubled_rows_stand_beside_each_other(place: Place) -> None:
    place.make("CREATE TABLE t (id integer, k text, l integer)")
    place.make(f"INSERT INTO t VALUES {', '.join(f'({n}, {n % 7}, {n % 7})' for n in range(35))}")
    for key in (["k"], ["k", "l"]):
        found = asked(place, T, Uniqueness(columns=key), most=8).executions[0].samples
        keys = [row["k"] for row in found]
        assert len(keys) == 8
        assert keys == sorted(keys)


def test_a_query_that_answers_otherwise_each_time_is_asked_once(on_postgres: Place) -> None:
    on_postgres.make("CREATE TABLE t AS SELECT n AS id FROM generate_series(1, 1000) n")
    dataset = Dataset(query="SELECT id, floor(random() * 400)::int AS k FROM t")
    for _ in range(5):
        found = asked(on_postgres, dataset, Uniqueness(columns=["k"]), most=40).executions[0].samples
        keys = [row["k"] for row in found]
        # But for the last, which may be cut off, every key is there with its twin.
        assert all(keys.count(key) > 1 for key in keys if key != keys[-1])


# When ------------------------------------------------------------------------------------------------------------------


def test_nothing_is_sent_for_what_passed_or_could_not_be_asked(place: Place) -> None:
    place.make(*ROWS)
    checks = [
        Completeness(column="id"),
        Completeness(column="a", max_failing=2, name="tolerated"),
        Uniqueness(columns=["id"]),
        Volume(min=100),
        Completeness(column="nope"),
        Completeness(column="a", where="nope = 1", name="broken"),
        CustomSql(name="value", sql="SELECT count(*) FROM t", equals=7),
    ]
    without = run_checks(T, checks, place.database)
    result = run_checks(T, checks, place.database, sample_failing_rows=3)
    assert [s.sql for s in result.plan.statements] == [s.sql for s in without.plan.statements]
    assert {e.samples for e in result.executions} == {()}


def test_none_are_kept_unless_they_are_asked_for(place: Place) -> None:
    place.make(*ROWS)
    assert run_checks(T, [Completeness(column="a")], place.database).executions[0].samples == ()


def test_a_failure_of_warn_bounds_is_looked_at_too(place: Place) -> None:
    place.make(*ROWS)
    check = Completeness(column="a", max_failing=5, warn={"max_failing": 1})
    (execution,) = asked(place, T, check).executions
    assert (execution.outcome, execution.severity, len(execution.samples)) == ("failed", "warn", 2)


def test_the_plan_names_the_test_that_was_looked_at(place: Place) -> None:
    place.make(*ROWS)
    result = run_checks(T, [Volume(min=1), Completeness(column="a")], place.database, sample_failing_rows=1)
    assert [s.test_ids for s in result.plan.statements] == [("volume", "completeness(a)"), ("completeness(a)",)]


def test_what_is_looked_at_is_the_state_that_was_measured(postgres: Any, on_postgres: Place) -> None:
    on_postgres.make("CREATE TABLE t (id integer, s text)", "INSERT INTO t VALUES (1, NULL)")
    stop, wrote = threading.Event(), threading.Event()

    def write() -> None:
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            number = 2
            while not stop.is_set():
                connection.execute("INSERT INTO t VALUES (%s, NULL), (%s, NULL)", (number, number))
                number += 1
                wrote.set()

    thread = threading.Thread(target=write)
    thread.start()
    wrote.wait(10)
    try:
        checks = [
            Volume(min=0, name="slow", where="pg_sleep(0.3) IS NULL OR id = 1"),
            Completeness(column="s"),
            Uniqueness(columns=["id"]),
            CustomSql(name="c", sql="SELECT * FROM t", failing_rows=True),
        ]
        result = run_checks(T, checks, on_postgres.database, sample_failing_rows=100_000)
    finally:
        stop.set()
        thread.join()
    _, missing, doubled, query = result.executions
    assert len(missing.samples) == missing.failing == missing.checked == len(query.samples)
    assert len(doubled.samples) == 2 * (doubled.failing or 0) == len(missing.samples) - 1


# Which columns ---------------------------------------------------------------------------------------------------------


def test_chosen_columns_alone_are_asked_for(place: Place) -> None:
    place.make(*ROWS)
    result = asked(place, T, Completeness(column="a"), sample_columns=["fk", "nope", "id", "ID", "fk"])
    assert [list(row) for row in result.executions[0].samples] == [["fk", "id"]] * 2
    assert '"b"' not in result.plan.statements[-1].sql


@pytest.mark.parametrize("check", [Completeness(column="a"), Uniqueness(columns=["a"])])
def test_when_none_of_the_chosen_is_there_the_outcome_stays(check: Check, place: Place) -> None:
    place.make(*ROWS)
    (execution,) = asked(place, T, check, sample_columns=["nope", "neither"]).executions
    assert (execution.outcome, execution.samples) == ("failed", ())
    assert execution.plan_facts[-1] == "failing rows could not be looked at: none of the sample_columns nope, neither is there"


def test_columns_of_one_name_are_all_shown(place: Place) -> None:
    place.make(*ROWS)
    dataset = Dataset(query='SELECT id AS n, a, fk AS n, b, 3 AS n, 4 AS "n (2)" FROM t WHERE id = 2')
    for check in (Completeness(column="a"), Referential(columns=["b"], to_table="p", to_columns=["k"], to_where="k > 1")):
        (execution,) = asked(place, dataset, check).executions
        (row,) = execution.samples
        assert sorted(map(str, row.values())) == ["1", "2", "3", "4", "7", "None"]
    two = "SELECT 1 AS n, 2 AS n, a FROM t"
    (execution,) = asked(place, T, CustomSql(name="c", sql=two, failing_rows=True), most=1, sample_columns=["n"]).executions
    assert [list(row.values()) for row in execution.samples] in ([[1, 2]], [[1]])


def test_columns_of_one_name_are_told_apart(on_postgres: Place) -> None:
    sql = 'SELECT 1 AS n, 2 AS n, 3 AS "n (2)", 4, 5, 6 AS n'
    on_postgres.make("CREATE TABLE t (id integer)")
    (execution,) = asked(on_postgres, T, CustomSql(name="c", sql=sql, failing_rows=True)).executions
    assert execution.samples == ({"n": 1, "n (3)": 2, "n (2)": 3, "?column?": 4, "?column? (2)": 5, "n (4)": 6},)


def test_odd_names_and_names_of_our_own(place: Place) -> None:
    names = ["dq_rows", "dq_n", "c0", "c1", "k0", "d", "c", "m0", 'a "b"', "100%", "Order Id", "{dataset}", "ä", "select"]
    columns = ", ".join('"' + name.replace('"', '""') + '" integer' for name in names)
    place.make(
        f"CREATE TABLE t ({columns})", f"INSERT INTO t VALUES ({', '.join(['1'] * len(names))})", "INSERT INTO t (k0) VALUES (1)"
    )
    place.make("CREATE TABLE c (k0 integer)", "CREATE TABLE dq_rows (c0 integer)")
    for check in (
        Completeness(column="dq_rows"),
        Uniqueness(columns=["k0"]),
        Referential(columns=["k0"], to_table="c", to_columns=["k0"]),
        Referential(columns=["k0"], to_table="dq_rows", to_columns=["c0"], name="r"),
    ):
        (execution,) = asked(place, T, check).executions
        assert [list(row) for row in execution.samples] == [names] * (1 if check.type == "completeness" else 2)
    (execution,) = asked(place, Dataset(query="SELECT * FROM t, (SELECT 1 AS one) AS c"), Completeness(column="dq_n")).executions
    assert execution.samples[0]["one"] == 1


# Masked ----------------------------------------------------------------------------------------------------------------


def test_masked_values_never_leave_the_database(place: Place) -> None:
    place.make('CREATE TABLE t (id integer, "Email" text, card integer, x text)')
    place.make("INSERT INTO t VALUES (1, 'secret', 4711, NULL), (1, NULL, NULL, NULL)")
    for check in (
        Completeness(column="x"),
        Uniqueness(columns=["id"]),
        Referential(columns=["id"], to_table="t", to_columns=["card"]),
        CustomSql(name="c", sql="SELECT * FROM {dataset}", failing_rows=True),
    ):
        result = asked(place, T, check, masked_columns=["*MAIL*", "card"])
        found = sorted(result.executions[0].samples, key=lambda row: str(row["card"]))
        assert found == [
            {"id": 1, "Email": "***", "card": "***", "x": None},
            {"id": 1, "Email": None, "card": None, "x": None},
        ]
        assert "secret" not in result.model_dump_json()
        assert "4711" not in result.model_dump_json()
        assert "CASE WHEN NOT \"c1\" IS NULL THEN '***' END" in result.plan.statements[-1].sql


def test_a_key_that_is_masked_is_masked(place: Place) -> None:
    place.make(*ROWS)
    result = asked(place, T, Uniqueness(columns=["a"]), masked_columns=["a"])
    assert [row["a"] for row in result.executions[0].samples] == ["***", "***"]


@pytest.mark.parametrize(
    ("name", "patterns", "masked"),
    [
        ("email", [], False),
        ("email", ["email"], True),
        ("E-Mail", ["*mail*"], True),
        ("STRASSE", ["straße"], True),
        ("a", ["?"], True),
        ("ab", ["?", "[bc]*"], False),
        ("iban", ["card", "ib*"], True),
    ],
)
def test_which_names_are_masked(name: str, patterns: Sequence[str], masked: bool) -> None:
    assert is_masked(name, patterns) is masked


def test_the_words_of_an_error_do_not_give_away_what_is_masked(on_postgres: Place) -> None:
    """The filter reads no masked value while it counts, for it counts first; looked at, every row is cast."""
    on_postgres.make(
        "CREATE TABLE t (id integer, email text)",
        "INSERT INTO t VALUES (1, 'secret'), (2, NULL)",
        "CREATE FUNCTION tell(text) RETURNS text LANGUAGE plpgsql AS "
        "$$BEGIN IF current_query() LIKE '%dq_rows%' THEN RAISE 'no mail: %', $1; END IF; RETURN $1; END$$",
        "CREATE VIEW v AS SELECT id, tell(email) AS email FROM t",
    )
    check = Completeness(column="email", where="email IS NULL OR email > ''")
    open_words = asked(on_postgres, Dataset(table="v"), check)
    assert "no mail: secret" in open_words.executions[0].plan_facts[-1]
    masked = asked(on_postgres, Dataset(table="v"), check, masked_columns=["*mail"])
    assert masked.executions[0].outcome == "failed"
    assert "SQLSTATE P0001" in masked.executions[0].plan_facts[-1]
    assert "secret" not in masked.model_dump_json()
    told = asked(on_postgres, Dataset(table="v"), check, masked_columns=["id"], sample_columns=["id"])
    assert "secret" not in told.model_dump_json()


# What they look like ---------------------------------------------------------------------------------------------------

VALUES = (
    ("smallint", "-32768", -32768),
    ("bigint", "9223372036854775807", 2**63 - 1),
    ("numeric", "1.50", "1.50"),
    ("numeric", "'NaN'", "NaN"),
    ("numeric", "'-Infinity'", "-Infinity"),
    ("numeric", "1e-30", "0.000000000000000000000000000001"),
    ("float8", "0.1", "0.1"),
    ("float8", "1e300", "1e+300"),
    ("float4", "0.1", "0.1"),
    ("float8", "'NaN'", "NaN"),
    ("float8", "'-0'", "-0"),
    ("boolean", "true", True),
    ("text", "E'it''s\\n\\t\"'", "it's\n\t\""),
    ("text", "''", ""),
    ("text", "repeat('x', 500)", "x" * 500),
    ("text", "repeat('ä', 1501)", "ä" * 500 + "… (1,501 characters)"),
    ("char(5)", "'ab'", "ab"),
    ("bytea", "'\\x00ff'", "\\x00ff"),
    ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("json", '\'{"b": 1,  "a": null}\'', '{"b": 1,  "a": null}'),
    ("jsonb", '\'{"b": 1,  "a": 1.50}\'', '{"a": 1.50, "b": 1}'),
    ("integer[]", "'{1,NULL,3}'", "{1,NULL,3}"),
    ("text[]", "ARRAY['a,b', 'c\"']", '{"a,b","c\\""}'),
    ("pair", "'(1,\"x y\")'", '(1,"x y")'),
    ("mood", "'so so'", "so so"),
    ("positive", "5", 5),
    ("date", "'2024-01-31'", "2024-01-31"),
    ("date", "'infinity'", "infinity"),
    ("date", "'0044-03-15 BC'", "0044-03-15 BC"),
    ("date", "'5874897-12-31'", "5874897-12-31"),
    ("timestamp", "'2024-01-31 12:00:00.123456'", "2024-01-31T12:00:00.123456"),
    ("timestamp", "'-infinity'", "-infinity"),
    ("timestamptz", "'2024-01-31 12:00:00+00'", "2024-01-31T13:00:00+01:00"),
    ("time", "'24:00'", "24:00:00"),
    ("timetz", "'12:00+02'", "12:00:00+02"),
    ("interval", "'1 year 2 days 03:04:05.6'", "1 year 2 days 03:04:05.6"),
    ("money", "12.5", "$12.50"),
    ("tsvector", "'b a'", "'a' 'b'"),
    ("inet", "'192.168.0.1'", "192.168.0.1/32"),
    ("cidr", "'10.0.0.0/8'", "10.0.0.0/8"),
    ("int4range", "'[1,5)'", "[1,5)"),
    ("bit(3)", "'101'", "101"),
    ("point", "'(1,2)'", "(1,2)"),
    ("oid", "4294967295", "4294967295"),
    ("regclass", "'pg_class'::regclass", "pg_class"),
    ('"char"', "'x'", "x"),
    ("name", "'x'", "x"),
)
TYPES = (
    "CREATE TYPE pair AS (n integer, s text)",
    "CREATE TYPE mood AS ENUM ('so so')",
    "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
)


@pytest.mark.parametrize("style", [{}, {"DateStyle": "SQL, DMY", "extra_float_digits": "0"}], ids=str)
def test_values_of_every_type_are_shown_as_they_are(style: dict[str, str], postgres: Any, on_postgres: Place) -> None:
    names = [f"v{number}" for number, _ in enumerate(VALUES)]
    columns = ", ".join(f"{name} {type_}" for name, (type_, _, _) in zip(names, VALUES, strict=True))
    on_postgres.make(
        *TYPES,
        f"CREATE TABLE t (id integer, {columns})",
        f"INSERT INTO t SELECT NULL, {', '.join(value for _, value, _ in VALUES)}",
    )
    on_postgres.make("INSERT INTO t DEFAULT VALUES")
    settings = "".join(
        f"%20-c%20{name}%3D{value.replace(' ', '%5C%20')}" for name, value in {"TimeZone": "Europe/Berlin", **style}.items()
    )
    place = Place(connect(postgres.url + settings), None)
    result = asked(place, T, Completeness(column="id"))
    (first, second) = result.executions[0].samples
    wrong = {
        f"{type_} {value}": first[name]
        for name, (type_, value, shown) in zip(names, VALUES, strict=True)
        if (type(first[name]), first[name]) != (type(shown), shown)
    }
    assert wrong == {}
    assert set(second.values()) == {None}
    assert Run.model_validate_json(result.model_dump_json()) == result


def test_values_of_sqlite_are_shown_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    values = [2**63 - 1, 0.1, 1e300, float("inf"), "text", b"\x00\xff", "", 1.0, None, "x" * 501]
    columns = ", ".join(f"v{number}" for number in range(len(values)))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE t (id integer, {columns}, whole integer)")
        connection.execute(f"INSERT INTO t VALUES (NULL, {', '.join('?' * len(values))}, 'no number')", values)
    (row,) = asked(Place(connect(f"sqlite:///{path}"), None), T, Completeness(column="id")).executions[0].samples
    assert list(row.values()) == [
        *(None, 2**63 - 1, "0.1", "1.0e+300", "Inf", "text", "\\x00ff", "", "1.0", None),
        *("x" * 500 + "… (501 characters)", "no number"),
    ]  # fmt: skip


def test_citext_and_xml_are_shown(full_postgres: Any) -> None:
    full_postgres.execute("CREATE EXTENSION IF NOT EXISTS citext", "CREATE TABLE t (x xml, s citext)")
    full_postgres.execute("INSERT INTO t VALUES ('<a>1</a>', 'Ab'), ('b', 'aB'), (NULL, 'c')")
    result = asked(Place(connect(full_postgres.url), None), T, Uniqueness(columns=["s"]))
    found = sorted(result.executions[0].samples, key=lambda row: str(row["s"]))
    assert found == [{"x": "<a>1</a>", "s": "Ab"}, {"x": "b", "s": "aB"}]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, None), (True, True), (5, 5), (2**70, 2**70), ("x", "x"), (0.1, "0.1"), ("x" * 500, "x" * 500), (b"a", "b'a'")],
)
def test_a_value_is_one_that_json_holds(value: object, shown: object) -> None:
    assert readable(value) == shown
    assert type(readable(value)) is type(shown)


# When they cannot be had -----------------------------------------------------------------------------------------------


@pytest.fixture
def reader(postgres: Any) -> Iterator[str]:
    """The URL of a role that may read ``id`` and ``a`` alone."""
    role = f"r_{postgres.schema}"
    postgres.execute(*ROWS, f"CREATE ROLE {role} LOGIN", f"GRANT USAGE ON SCHEMA {postgres.schema} TO {role}")
    postgres.execute(f"GRANT SELECT (id, a) ON t TO {role}")
    yield urlsplit(postgres.url)._replace(netloc=f"{role}@").geturl()
    postgres.execute(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


@pytest.mark.parametrize("masked", [[], ["*mail*"]])
def test_columns_that_the_role_may_not_read(masked: list[str], reader: str) -> None:
    place = Place(connect(reader), None)
    checks = [Completeness(column="a"), Uniqueness(columns=["a"])]
    for check in checks:
        (execution,) = asked(place, T, check, masked_columns=masked).executions
        assert (execution.outcome, execution.samples) == ("failed", ())
        assert execution.plan_facts[-1] == "failing rows could not be looked at: permission denied for table t"
        (execution,) = asked(place, T, check, sample_columns=["a", "id"], masked_columns=masked).executions
        assert (execution.outcome, len(execution.samples)) == ("failed", 2)


def test_one_look_that_fails_hides_no_other(reader: str) -> None:
    checks = [
        CustomSql(name="no rights", sql="SELECT count(a) FROM t HAVING count(a) > 0", failing_rows=True),
        Completeness(column="a"),
        CustomSql(name="good", sql="SELECT id FROM t", failing_rows=True),
        Uniqueness(columns=["a"]),
        CustomSql(name="good too", sql="SELECT a FROM t", failing_rows=True, max_failing=1),
    ]
    result = run_checks(T, checks, connect(reader), sample_failing_rows=3)
    assert [(e.outcome, len(e.samples)) for e in result.executions] == [
        ("failed", 1),
        ("failed", 0),
        ("failed", 3),
        ("failed", 0),
        ("failed", 3),
    ]


def test_a_look_that_takes_too_long_is_the_last(on_postgres: Place) -> None:
    """The gate would have to wait as long for each that comes after it."""
    on_postgres.make(
        "CREATE TABLE t (id integer, s text)",
        "INSERT INTO t VALUES (1, NULL)",
        "CREATE FUNCTION slow() RETURNS boolean LANGUAGE plpgsql AS "
        "$$BEGIN IF current_query() LIKE '%dq_rows%' THEN PERFORM pg_sleep(20); END IF; RETURN true; END$$",
    )
    checks = [Completeness(column="s", where="slow()"), Completeness(column="s", name="quick")]
    result = run_checks(T, checks, on_postgres.database, statement_timeout="1s", sample_failing_rows=3)
    assert [(e.outcome, e.samples) for e in result.executions] == [("failed", ()), ("failed", ())]
    assert all("could not be looked at: canceling statement due to" in e.plan_facts[-1] for e in result.executions)
    assert sum("dq_rows" in statement.sql for statement in result.plan.statements) == 1


def test_a_session_that_is_killed_while_it_looks(on_postgres: Place) -> None:
    on_postgres.make(
        "CREATE TABLE t (id integer, s text)",
        "INSERT INTO t VALUES (1, NULL)",
        "CREATE FUNCTION dies() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN IF current_query() LIKE '%dq_rows%' THEN "
        "PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN true; END$$",
    )
    checks = [Completeness(column="s", where="dies()"), Completeness(column="s", name="next")]
    result = run_checks(T, checks, on_postgres.database, sample_failing_rows=3)
    assert [(e.outcome, e.samples) for e in result.executions] == [("failed", ())] * 2
    assert all("could not be looked at" in e.plan_facts[-1] for e in result.executions)


def test_a_look_after_the_run_was_told_to_stop(on_postgres: Place) -> None:
    on_postgres.make("CREATE TABLE t (id integer, s text)", "INSERT INTO t VALUES (1, NULL)")
    flag = threading.Event()
    result = run(
        coded_tests([Completeness(column="s")], [T]),
        {None: on_postgres.database},
        id=uuid.uuid4(),
        started_at=datetime.now(timezone.utc),
        options=Options(sample_failing_rows=1, on_progress=lambda done, total: flag.set()),
        cancel=flag,
    )
    (execution,) = result.executions
    assert (execution.outcome, execution.samples) == ("failed", ())
    assert "told to stop" in execution.plan_facts[-1]


def test_more_columns_than_a_statement_returns(on_postgres: Place) -> None:
    columns = [f"c{number}" for number in range(1600)]
    on_postgres.make(
        f"CREATE TABLE t ({', '.join(f'{column} integer' for column in columns)})", "INSERT INTO t (c1) VALUES (1), (1)"
    )
    for check in (Completeness(column="c0"), Uniqueness(columns=["c1"])):
        (execution,) = asked(on_postgres, T, check).executions
        assert [len(row) for row in execution.samples] == [1600, 1600]
