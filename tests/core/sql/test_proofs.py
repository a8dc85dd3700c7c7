"""What the catalog proves is not measured, and nothing is believed that it does not prove.

A query over the same rows is never proved: it tells what measuring finds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from airflow_data_quality import Completeness, CustomSql, Dataset, Referential, Uniqueness, Volume, connect, run_checks
from airflow_data_quality.core import runner
from airflow_data_quality.core.database import Answer
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.metric import Scan
from airflow_data_quality.core.model.nodes import any_of, count_rows
from airflow_data_quality.core.model.test import coded_tests
from airflow_data_quality.core.sql.proofs import provable


def _version(db: Any) -> int:
    return int(db.execute("SHOW server_version_num")[0][0])


def _asked(db: Any, checks: Sequence[Check], **dataset: Any) -> Sequence[Execution]:
    return run_checks(Dataset(**dataset), checks, connect(db.url)).executions


def _came(executions: Sequence[Execution]) -> list[Any]:
    """Returns what must be the same however it was found out."""
    return [(e.label, e.outcome, e.checked, e.failing, e.value, e.measurements, e.message, e.error) for e in executions]


def _proofs(executions: Sequence[Execution]) -> list[str]:
    return [fact for execution in executions for fact in execution.plan_facts if fact.startswith("proved by")]


NULLS = [Completeness(column="a")]
BOTH_NULLS = [Completeness(columns=["a", "b"])]
UNIQUE = [Uniqueness(columns=["a"])]
EQUAL = [Uniqueness(columns=["a"], nulls="equal")]


@dataclasses.dataclass(frozen=True)
class Trap:
    """What looks like a proof in the catalog and is none."""

    checks: Sequence[Check]
    make: Sequence[str]
    since: int = 0
    before: int = 999999
    fails: bool = True
    """Whether the data breaks what it seems to promise, where PostgreSQL lets it."""
    needs: str = ""
    """What the wheel comes without."""


TRAPS = {
    # NOT NULL
    "NOT NULL that is not validated": Trap(
        NULLS,
        [
            "CREATE TABLE t (a integer, b integer)",
            "INSERT INTO t VALUES (NULL, 1)",
            "ALTER TABLE t ADD CONSTRAINT known NOT NULL a NOT VALID",
        ],
        since=180000,
    ),
    "NOT NULL that children do not inherit": Trap(
        NULLS,
        [
            "CREATE TABLE t (a integer, b integer, CONSTRAINT mine NOT NULL a NO INHERIT)",
            "CREATE TABLE child () INHERITS (t)",
            "INSERT INTO child VALUES (NULL, 1)",
        ],
        since=180000,
    ),
    "NOT NULL that a child has dropped": Trap(
        NULLS,
        [
            "CREATE TABLE t (a integer NOT NULL, b integer)",
            "CREATE TABLE child () INHERITS (t)",
            "ALTER TABLE child ALTER a DROP NOT NULL",
            "INSERT INTO child VALUES (NULL, 1)",
        ],
        before=180000,
    ),
    "NOT NULL of the parent alone, a grandchild's rows": Trap(
        NULLS,
        [
            "CREATE TABLE t (a integer, b integer)",
            "CREATE TABLE child () INHERITS (t)",
            "CREATE TABLE grandchild () INHERITS (child)",
            "ALTER TABLE ONLY t ALTER a SET NOT NULL",
            "ALTER TABLE ONLY child ALTER a SET NOT NULL",
            "INSERT INTO grandchild VALUES (NULL, 1)",
        ],
        before=180000,
    ),
    "NOT NULL of a domain": Trap(
        NULLS,
        [
            "CREATE DOMAIN known AS integer NOT NULL",
            "CREATE TABLE t (a known, b integer)",
            "INSERT INTO t SELECT (SELECT a FROM t WHERE false), 1",
        ],
    ),
    "a composite value whose fields are NULL": Trap(
        BOTH_NULLS,
        [
            "CREATE TYPE pair AS (x integer, y integer)",
            "CREATE TABLE t (a pair NOT NULL, b integer NOT NULL)",
            "INSERT INTO t VALUES (ROW(NULL, NULL), 1)",
        ],
    ),
    "a domain over a composite value": Trap(
        BOTH_NULLS,
        [
            "CREATE TYPE pair AS (x integer, y integer)",
            "CREATE DOMAIN twin AS pair",
            "CREATE DOMAIN twins AS twin",
            "CREATE TABLE t (a twins NOT NULL, b integer NOT NULL)",
            "INSERT INTO t VALUES (ROW(NULL, NULL)::pair::twins, 1)",
        ],
    ),
    "a virtual column": Trap(
        NULLS,
        [
            "CREATE TABLE t (b integer NOT NULL, a integer GENERATED ALWAYS AS (b * 2) VIRTUAL NOT NULL)",
            "INSERT INTO t VALUES (1)",
        ],
        since=180000,
        fails=False,
    ),
    "a foreign table": Trap(
        NULLS,
        [
            "CREATE EXTENSION IF NOT EXISTS file_fdw WITH SCHEMA public",
            "CREATE SERVER {server} FOREIGN DATA WRAPPER file_fdw",
            "CREATE FOREIGN TABLE t (a integer NOT NULL, b integer) SERVER {server} OPTIONS (program 'echo ,1', format 'csv')",
        ],
        needs="file_fdw",
    ),
    "a foreign table among the partitions": Trap(
        NULLS,
        [
            "CREATE EXTENSION IF NOT EXISTS file_fdw WITH SCHEMA public",
            "CREATE SERVER {server} FOREIGN DATA WRAPPER file_fdw",
            "CREATE TABLE t (a integer NOT NULL, b integer) PARTITION BY RANGE (b)",
            "CREATE FOREIGN TABLE away PARTITION OF t FOR VALUES FROM (0) TO (9) SERVER {server} "
            "OPTIONS (program 'echo ,1', format 'csv')",
        ],
        needs="file_fdw",
    ),
    "a view": Trap(
        NULLS,
        [
            "CREATE TABLE base (a integer NOT NULL, b integer PRIMARY KEY)",
            "INSERT INTO base VALUES (1, 1)",
            "CREATE VIEW t AS SELECT y.a, x.b FROM base x LEFT JOIN base y ON x.b = y.b + 1",
        ],
    ),
    "a materialized view": Trap(
        NULLS, ["CREATE TABLE base (a integer NOT NULL)", "CREATE MATERIALIZED VIEW t AS SELECT max(a) AS a FROM base"]
    ),
    "a materialized view with a key": Trap(
        UNIQUE,
        ["CREATE MATERIALIZED VIEW t AS SELECT 1 AS a", "CREATE UNIQUE INDEX ON t (a)"],
        fails=False,
    ),
    "a column of the same name that was dropped": Trap(
        NULLS,
        [
            "CREATE TABLE t (a integer NOT NULL UNIQUE, b integer)",
            "ALTER TABLE t DROP COLUMN a",
            "ALTER TABLE t ADD COLUMN a integer",
            "INSERT INTO t VALUES (1)",
        ],
    ),
    "tokens for what is missing": Trap(
        [Completeness(column="a", missing_values=["", -1])],
        ["CREATE TABLE t (a integer NOT NULL)", "INSERT INTO t VALUES (-1)"],
    ),
    # Keys
    "a partial index": Trap(
        UNIQUE,
        [
            "CREATE TABLE t (a integer, b integer)",
            "CREATE UNIQUE INDEX ON t (a) WHERE b > 0",
            "INSERT INTO t VALUES (1, 0), (1, 0)",
        ],
    ),
    "an index on an expression": Trap(
        UNIQUE,
        [
            "CREATE TABLE t (a integer, b integer)",
            "CREATE UNIQUE INDEX ON t ((a + b))",
            "CREATE UNIQUE INDEX ON t (a, (b + 1))",
            "INSERT INTO t VALUES (1, 0), (1, 1)",
        ],
    ),
    "an index over more columns": Trap(
        UNIQUE, ["CREATE TABLE t (a integer, b integer, PRIMARY KEY (a, b))", "INSERT INTO t VALUES (1, 0), (1, 1)"]
    ),
    "a column that an index includes": Trap(
        UNIQUE, ["CREATE TABLE t (a integer, b integer, UNIQUE (b) INCLUDE (a))", "INSERT INTO t VALUES (1, 0), (1, 1)"]
    ),
    "an index that is not unique": Trap(
        UNIQUE, ["CREATE TABLE t (a integer)", "CREATE INDEX ON t (a)", "INSERT INTO t VALUES (1), (1)"]
    ),
    "a deferrable key that a replica's session passed by": Trap(
        UNIQUE,
        [
            "CREATE TABLE t (a integer PRIMARY KEY DEFERRABLE)",
            "ALTER TABLE t DISABLE TRIGGER ALL",
            "INSERT INTO t VALUES (1), (1)",
            "ALTER TABLE t ENABLE TRIGGER ALL",
        ],
    ),
    "a deferred key that a replica's session passed by": Trap(
        UNIQUE,
        [
            "CREATE TABLE t (a integer UNIQUE DEFERRABLE INITIALLY DEFERRED)",
            "SET session_replication_role = replica",
            "INSERT INTO t VALUES (1), (1)",
        ],
    ),
    "a key of the parent alone": Trap(
        UNIQUE,
        [
            "CREATE TABLE t (a integer PRIMARY KEY)",
            "CREATE TABLE child () INHERITS (t)",
            "INSERT INTO t VALUES (1)",
            "INSERT INTO child VALUES (1)",
        ],
    ),
    "a key of a partitioned table": Trap(
        UNIQUE,
        [
            "CREATE TABLE t (a integer PRIMARY KEY) PARTITION BY LIST (a)",
            "CREATE TABLE one PARTITION OF t FOR VALUES IN (1)",
            "INSERT INTO t VALUES (1)",
        ],
        fails=False,
    ),
    "a key in time": Trap(
        [Uniqueness(columns=["a"]), Uniqueness(columns=["a", "b"])],
        [
            "CREATE TABLE t (a int4range, b daterange, PRIMARY KEY (a, b WITHOUT OVERLAPS))",
            "INSERT INTO t VALUES ('[1,2)', '[2024-01-01,2024-02-01)'), ('[1,2)', '[2024-02-01,2024-03-01)')",
        ],
        since=180000,
    ),
    "what an exclusion keeps apart": Trap(
        UNIQUE,
        [
            "CREATE TABLE t (a int4range, EXCLUDE USING gist (a WITH &&))",
            "INSERT INTO t VALUES ('empty'), ('empty')",
        ],
    ),
    "NULLs in a key that takes them for different": Trap(
        EQUAL, ["CREATE TABLE t (a integer UNIQUE)", "INSERT INTO t VALUES (NULL), (NULL)"]
    ),
    "NULLs in one column of such a key": Trap(
        [Uniqueness(columns=["a", "b"], nulls="equal")],
        ["CREATE TABLE t (a integer NOT NULL, b integer, UNIQUE (a, b))", "INSERT INTO t VALUES (1, NULL), (1, NULL)"],
    ),
    "another collation": Trap(
        UNIQUE,
        ['CREATE TABLE t (a text COLLATE "POSIX")', 'CREATE UNIQUE INDEX ON t (a COLLATE "C")', "INSERT INTO t VALUES ('x')"],
        fails=False,
    ),
    "another collation, which tells more apart": Trap(
        UNIQUE,
        [
            "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
            "CREATE TABLE t (a text COLLATE blind)",
            'CREATE UNIQUE INDEX ON t (a COLLATE "C")',
            "INSERT INTO t VALUES ('x'), ('X')",
        ],
        needs="ICU",
    ),
    "another operator class": Trap(
        UNIQUE,
        ["CREATE TABLE t (a text)", "CREATE UNIQUE INDEX ON t (a text_pattern_ops)", "INSERT INTO t VALUES ('x')"],
        fails=False,
    ),
    "another operator class, which tells more apart": Trap(
        UNIQUE,
        [
            "CREATE FUNCTION finer(numeric, numeric) RETURNS integer LANGUAGE sql IMMUTABLE "
            "AS 'SELECT bttextcmp($1::text, $2::text)'",
            "CREATE OPERATOR CLASS finer FOR TYPE numeric USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, "
            "OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 finer(numeric, numeric)",
            "CREATE TABLE t (a numeric)",
            "CREATE UNIQUE INDEX ON t (a finer)",
            "INSERT INTO t VALUES (1.0), (1.00)",
        ],
    ),
    "another type's own operator class": Trap(
        UNIQUE,
        [
            "CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public",
            "CREATE TABLE t (a citext)",
            "CREATE UNIQUE INDEX ON t (a text_ops)",
            "INSERT INTO t VALUES ('x'), ('X')",
        ],
        needs="citext",
    ),
    "an index over composite values": Trap(
        UNIQUE,
        [
            "CREATE TYPE pair AS (x numeric)",
            "CREATE TABLE t (a pair)",
            "CREATE UNIQUE INDEX ON t (a record_image_ops)",
            "INSERT INTO t VALUES (ROW(1.0)), (ROW(1.00))",
        ],
    ),
    "a view of tables with keys": Trap(
        UNIQUE,
        [
            "CREATE TABLE base (a integer PRIMARY KEY)",
            "INSERT INTO base VALUES (1)",
            "CREATE VIEW t AS SELECT a FROM base UNION ALL SELECT a FROM base",
        ],
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_nothing_is_believed_that_is_not_proved(name: str, db: Any) -> None:
    trap = TRAPS[name]
    if not trap.since <= _version(db) < trap.before:
        pytest.skip(f"PostgreSQL {_version(db)} lets nobody do this")
    if trap.needs and not _has(db, trap.needs):
        pytest.skip(f"this PostgreSQL comes without {trap.needs}")
    server = f"server_{db.schema}"
    try:
        _in_one_session(db, [statement.replace("{server}", server) for statement in trap.make])
        executions = _asked(db, trap.checks, table="t")
        assert _proofs(executions) == []
        assert executions[0].outcome == ("failed" if trap.fails else "passed")
        assert _came(executions) == _came(_asked(db, trap.checks, query="SELECT * FROM t"))
    finally:
        db.execute(f"DROP SERVER IF EXISTS {server} CASCADE")


def _has(db: Any, what: str) -> bool:
    if what == "ICU":
        return bool(
            db.execute("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu' AND pg_collation_actual_version(oid) <> ''")
        )
    return bool(db.execute(f"SELECT 1 FROM pg_available_extensions WHERE name = '{what}'"))


def _in_one_session(db: Any, statements: Sequence[str]) -> None:
    import psycopg

    with psycopg.connect(db.url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_table_of_the_same_name_elsewhere_proves_nothing(db: Any) -> None:
    other = f"{db.schema}_other"
    db.execute("CREATE TABLE t (a integer)", "INSERT INTO t VALUES (NULL), (NULL)", f"CREATE SCHEMA {other}")
    try:
        db.execute(f"CREATE TABLE {other}.t (a integer PRIMARY KEY)", f"INSERT INTO {other}.t VALUES (1)")
        here, there = (_asked(db, [*NULLS, *EQUAL], table=table) for table in ("t", f"{other}.t"))
    finally:
        db.execute(f"DROP SCHEMA {other} CASCADE")
    assert ([e.outcome for e in here], _proofs(here)) == (["failed"] * 2, [])
    assert ([e.outcome for e in there], len(_proofs(there))) == (["passed"] * 2, 2)


def test_an_invalid_index_proves_nothing(db: Any) -> None:
    """One that was built while rows were written and met a duplicate stays behind."""
    import psycopg

    db.execute("CREATE TABLE t (a integer)", "INSERT INTO t VALUES (1), (1)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        db.execute("CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a)")
    assert db.execute("SELECT indisunique, indisvalid FROM pg_index WHERE indexrelid = 'broken'::regclass") == [(True, False)]
    (execution,) = _asked(db, UNIQUE, table="t")
    assert (_proofs([execution]), execution.outcome, execution.failing) == ([], "failed", 1)


@pytest.mark.parametrize("flag", ["indisvalid", "indisready", "indislive"])
def test_an_index_that_is_not_in_force_proves_nothing(flag: str, db: Any) -> None:
    """What building or dropping an index beside writers leaves for a moment, or for good when it fails."""
    db.execute("CREATE TABLE t (a integer)", "CREATE UNIQUE INDEX i ON t (a)", "INSERT INTO t VALUES (1)")
    assert _proofs(_asked(db, UNIQUE, table="t")) == ["proved by unique index i"]
    index = f"(SELECT oid FROM pg_class WHERE relname = 'i' AND relnamespace = '{db.schema}'::regnamespace)"
    change = f"UPDATE pg_index SET {flag} = {{}} WHERE indexrelid = {index}"
    db.execute(change.format("false"))
    try:
        executions = _asked(db, UNIQUE, table="t")
    finally:
        db.execute(change.format("true"))
    assert (_proofs(executions), executions[0].outcome) == ([], "passed")


# What is proved --------------------------------------------------------------------------------------------------------

ODD = '"Odd ""Name"" {x} 100%\'s"'
TABLES = (
    "CREATE TYPE mood AS ENUM ('sad', 'happy')",
    "CREATE DOMAIN short AS varchar(9)",
    "CREATE TABLE t (gone integer, id integer, a text, b text NOT NULL, c integer, m mood, v varchar(9), d short, "
    f"{ODD} integer NOT NULL, g integer GENERATED ALWAYS AS (id * 2) STORED NOT NULL, "
    "CONSTRAINT t_key PRIMARY KEY (id), CONSTRAINT t_a_b UNIQUE (b, a) INCLUDE (c), "
    f"CONSTRAINT t_m UNIQUE (m), CONSTRAINT t_v UNIQUE (v), CONSTRAINT t_d UNIQUE (d), CONSTRAINT t_odd UNIQUE ({ODD}))",
    "CREATE UNIQUE INDEX t_g ON t (g)",
    "ALTER TABLE t ADD CONSTRAINT a_foreign_key_of_its_own FOREIGN KEY (c) REFERENCES t (id)",
    "ALTER TABLE t DROP COLUMN gone",
    f"INSERT INTO t (id, a, b, c, m, v, d, {ODD}) VALUES (1, 'x', 'x', 1, 'sad', 'x', 'x', 1), "
    "(2, NULL, 'x', 1, NULL, NULL, NULL, 2), (3, NULL, 'x', NULL, NULL, NULL, NULL, 3)",
)
ODD_NAME = 'Odd "Name" {x} 100%\'s'
PROVED: Mapping[str, tuple[Check, str]] = {
    "a column": (Completeness(column="b"), "b"),
    "a column of the key": (Completeness(column="id"), "id"),
    "two columns": (Completeness(columns=["b", "id"]), "b and id"),
    "an odd name": (Completeness(column=ODD_NAME), ODD_NAME),
    "a stored column": (Completeness(column="g"), "g"),
    "a token that no integer is": (Completeness(column="id", missing_values=["N/A"]), "id"),
    "a share": (Completeness(column="b", max_failing="1%"), "b"),
    "some rows": (Completeness(column="b", where="id > 1 OR id < 0 -- some"), "b"),
    "the key": (Uniqueness(columns=["id"]), "t_key"),
    "the key, NULLs equal": (Uniqueness(columns=["id"], nulls="equal"), "t_key and id"),
    "what holds the key": (Uniqueness(columns=["c", "id"]), "t_key"),
    "what holds the key, NULLs equal": (Uniqueness(columns=["c", "id"], nulls="equal", count="rows"), "t_key and id"),
    "a compound key with NULLs": (Uniqueness(columns=["a", "b"]), "t_a_b"),
    "what holds a compound key": (Uniqueness(columns=["a", "b", "c"], count="keys"), "t_a_b"),
    "some rows of a key": (Uniqueness(columns=["a", "b"], where="id = 1 OR id = 2"), "t_a_b"),
    "an enum": (Uniqueness(columns=["m"]), "t_m"),
    "a varchar": (Uniqueness(columns=["v"]), "t_v"),
    "a domain": (Uniqueness(columns=["d"]), "t_d"),
    "an odd key": (Uniqueness(columns=[ODD_NAME]), "t_odd"),
    "an index without a constraint": (Uniqueness(columns=["g"]), "t_g"),
}


def _told(version: int, spelled: str) -> str:
    """Returns the fact that names these proofs: columns by the name that PostgreSQL gives their NOT NULL, where it does."""
    names = {"b": "t_b_not_null", "id": "t_id_not_null", "g": "t_g_not_null", ODD_NAME: f"t_{ODD_NAME}_not_null"}
    named = version >= 180000
    columns = {column: f"constraint {name}" if named else f"NOT NULL of {column}" for column, name in names.items()}
    spelling = {**columns, "t_g": "unique index t_g"}
    return "proved by " + " and ".join(spelling.get(part, f"constraint {part}") for part in spelled.split(" and "))


@pytest.mark.parametrize("dataset", [None, "id > 1"])
def test_what_is_proved_is_not_asked_and_comes_out_the_same(dataset: str | None, db: Any) -> None:
    db.execute(*TABLES)
    checks = [check.model_copy(update={"name": name}) for name, (check, _) in PROVED.items()]
    result = run_checks(Dataset(table="t", where=dataset), checks, connect(db.url))
    version = _version(db)
    assert {e.label: _proofs([e]) for e in result.executions} == {n: [_told(version, p)] for n, (_, p) in PROVED.items()}
    (scan,) = result.plan.statements
    assert set(scan.test_ids) == set(PROVED)
    assert scan.sql.count(" AS m") == 9
    measured = _asked(db, checks, query="SELECT * FROM t", where=dataset)
    assert _came(result.executions) == _came(measured)
    assert {e.outcome for e in measured} == {"passed"}
    for execution in result.executions:
        assert db.execute(execution.sql or "") == [tuple(m.value for m in execution.measurements)], execution.label


def test_nulls_not_distinct_prove_that_nulls_are_alone(db: Any) -> None:
    if _version(db) < 150000:
        pytest.skip("NULLS NOT DISTINCT came with PostgreSQL 15")
    db.execute(
        "CREATE TABLE t (a integer, b integer, CONSTRAINT alone UNIQUE NULLS NOT DISTINCT (a))",
        "INSERT INTO t VALUES (1, 1), (NULL, 1)",
    )
    checks = [
        Uniqueness(columns=["a"], nulls="equal"),
        Uniqueness(columns=["a", "b"], nulls="equal"),
        Uniqueness(columns=["a"], name="NULLs distinct"),
    ]
    executions = _asked(db, checks, table="t")
    assert _proofs(executions) == ["proved by constraint alone"] * 3
    assert [(e.checked, e.failing) for e in executions] == [(2, 0), (2, 0), (1, 0)]


def test_partitions_prove_together_that_nothing_is_missing(db: Any) -> None:
    db.execute(
        "CREATE TABLE t (a integer NOT NULL, b integer) PARTITION BY RANGE (a)",
        "CREATE TABLE low PARTITION OF t (PRIMARY KEY (a)) FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (a)",
        "CREATE TABLE lowest PARTITION OF low FOR VALUES FROM (0) TO (5)",
        "CREATE TABLE high PARTITION OF t FOR VALUES FROM (10) TO (20)",
        "INSERT INTO t VALUES (1, 1), (11, 1)",
    )
    (execution,) = _asked(db, NULLS, table="t")
    assert (len(_proofs([execution])), execution.checked, execution.failing) == (1, 2, 0)
    assert _proofs(_asked(db, UNIQUE, table="t")) == []
    assert _proofs(_asked(db, UNIQUE, table="lowest")) == ["proved by constraint lowest_pkey"]


def test_a_child_may_prove_for_itself(db: Any) -> None:
    db.execute(
        "CREATE TABLE t (a integer NOT NULL)", "CREATE TABLE child (PRIMARY KEY (a)) INHERITS (t)", "INSERT INTO child VALUES (1)"
    )
    assert _proofs(_asked(db, UNIQUE, table="child")) == ["proved by constraint child_pkey"]
    assert len(_proofs(_asked(db, NULLS, table="t"))) == 1


def test_a_scan_that_fails_hides_no_proof_but_what_it_was_to_count(db: Any) -> None:
    db.execute(*TABLES)
    checks = [
        Completeness(column="id", where="1 / (id - 1) > 0", name="bad"),
        Uniqueness(columns=["id"], where="1 / (id - 1) > 0", name="bad too"),
        Uniqueness(columns=["id"], where="id = 1)", name="unreadable"),
        Uniqueness(columns=["id"], where="-- nothing", name="empty"),
        Uniqueness(columns=["id"]),
    ]
    executions = _asked(db, checks, table="t")
    assert [e.outcome for e in executions] == ["errored"] * 4 + ["passed"]
    assert [e.error for e in executions[:2]] == ["division by zero"] * 2


def test_no_such_column_is_still_no_such_column(db: Any) -> None:
    db.execute(*TABLES)
    executions = _asked(db, [Uniqueness(columns=["id", "gone"]), Completeness(column="gone")], table="t")
    assert [(e.outcome, "no column 'gone'" in (e.error or "")) for e in executions] == [("errored", True)] * 2


@pytest.mark.usefixtures("apart")
def test_a_plan_needs_no_statement_for_what_is_proved(db: Any) -> None:
    db.execute(*TABLES)
    tests = coded_tests([Uniqueness(columns=["id"]), Completeness(column="b"), Uniqueness(columns=["c"])], [Dataset(table="t")])
    plan = runner.plan(tests, {None: connect(db.url)})
    assert plan.errors == {}
    assert {s.test_ids for s in plan.statements} == {("uniqueness(id)", "completeness(b)"), ("uniqueness(c)",)}


# What it costs ---------------------------------------------------------------------------------------------------------


class Heard:
    """A database whose sessions tell what they were asked, and can be made to stumble over the catalog."""

    dialect = "postgresql"

    def __init__(self, url: str, stumble: bool = False) -> None:
        self._database = connect(url)
        self.stumble = stumble
        self.heard: list[str] = []

    def open(self) -> Any:
        return Session(self._database.open(), self)

    def catalog_asked(self, of: str = "pg_index") -> int:
        return sum(of in sql for sql in self.heard)


class Session:
    def __init__(self, connection: Any, database: Heard) -> None:
        self._connection = connection
        self._database = database

    def query(self, sql: str) -> Answer:
        self._database.heard.append(sql)
        answer: Answer = self._connection.query("SELECT 1 / 0" if self._database.stumble and "pg_index" in sql else sql)
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def test_the_catalog_is_asked_once_for_each_name(postgres: Any) -> None:
    postgres.execute(*TABLES)
    database = Heard(postgres.url)
    checks = [
        Volume(min=1),
        Completeness(column="id"),
        Completeness(column="a", max_failing=9),
        Uniqueness(columns=["id"]),
        Uniqueness(columns=["c", "id"], where="id > 0"),
        Referential(columns=["c"], to_table="t", to_columns=["id"]),
        CustomSql(name="s", sql="SELECT count(*) FROM {dataset}", min=1),
    ]
    datasets = [Dataset(table="t"), Dataset(table="t", where="id > 0"), Dataset(table="T"), Dataset(query="SELECT * FROM t")]
    tests = [
        test.model_copy(update={"id": f"{number} {test.id}"})
        for number, dataset in enumerate(datasets)
        for test in coded_tests(checks, [dataset])
    ]
    result = runner.run(tests, {None: database}, id=UUID(int=1), started_at=datetime.now(timezone.utc))
    assert result.verdict == "passed"
    assert database.catalog_asked("pg_attribute") == database.catalog_asked("pg_index") == 2


def test_a_catalog_that_does_not_answer_proves_nothing(postgres: Any) -> None:
    postgres.execute(*TABLES)
    database = Heard(postgres.url, stumble=True)
    result = run_checks(Dataset(table="t"), [Completeness(column="id"), Uniqueness(columns=["id"])], database)
    assert database.catalog_asked() == 1
    assert _proofs(result.executions) == []
    assert [(e.outcome, e.checked, e.failing) for e in result.executions] == [("passed", 3, 0)] * 2


def test_sqlite_proves_nothing(tmp_path: Path) -> None:
    """There a primary key may hold NULLs, and a constraint may be written into the schema over the rows."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(tmp_path / "d.db")) as made:
        made.executescript("CREATE TABLE t (a TEXT PRIMARY KEY, b TEXT NOT NULL); INSERT INTO t VALUES (NULL, 'x'), (NULL, 'y')")
    checks = [Completeness(column="a"), Completeness(column="b"), Uniqueness(columns=["a"])]
    result = run_checks(Dataset(table="t"), checks, connect(f"sqlite:///{tmp_path}/d.db"))
    assert [(e.outcome, e.failing) for e in result.executions] == [("failed", 2), ("passed", 0), ("passed", 0)]
    assert _proofs(result.executions) == []


# What a metric must be like --------------------------------------------------------------------------------------------


def _scans() -> Iterator[Scan]:
    from sqlglot import parse_one

    for rows in ("a IS NULL OR b = 1", "NOT a IS NULL", "a IS NULL AND b IS NULL", "(a + b) IS NULL", "a IS TRUE", "f(a)"):
        yield Scan("failing", rows, count_rows(), rows=parse_one(rows))
    yield Scan("checked", "no rows", count_rows())


@pytest.mark.parametrize("scan", list(_scans()), ids=lambda scan: scan.name)
def test_only_nulls_of_columns_can_be_proved_absent(scan: Scan) -> None:
    assert not provable(scan)


def test_so_many_columns_that_they_stand_in_halves_are_measured() -> None:
    from sqlglot import parse_one

    rows = any_of([parse_one(f"c{number} IS NULL") for number in range(1200)])
    assert not provable(Scan("failing", "many", count_rows(), rows=rows))
