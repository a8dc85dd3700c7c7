"""What a foreign key proves where one trusts them, and what looks like such a proof and is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from airflow_data_quality import Dataset, Referential, connect, run_checks
from airflow_data_quality.core.model.execution import Execution

ONE = Referential(columns=["a"], to_table="there", to_columns=["id"])
BOTH = Referential(columns=["a", "b"], to_table="there", to_columns=["x", "y"])


def _asked(db: Any, check: Referential, *, trust: bool = True, role: str | None = None, **dataset: Any) -> Execution:
    url = db.url if role is None else f"{db.url}%20-crole%3D{role}"
    (execution,) = run_checks(Dataset(**dataset), [check], connect(url), trust_foreign_keys=trust).executions
    return execution


def _proofs(execution: Execution) -> list[str]:
    return [fact for fact in execution.plan_facts if fact.startswith("proved by")]


def _came(execution: Execution) -> tuple[Any, ...]:
    """Returns what must be the same however it was found out."""
    e = execution
    return (e.outcome, e.checked, e.failing, e.value, e.measurements, e.message, e.error)


def _make(db: Any, statements: Sequence[str]) -> None:
    """Runs statements in one session, for some set it."""
    with psycopg.connect(db.url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[arg-type]


def _version(db: Any) -> int:
    return int(db.execute("SHOW server_version_num")[0][0])


THERE = "CREATE TABLE there (id integer PRIMARY KEY, code integer UNIQUE)"
TWO = "CREATE TABLE there (x integer, y integer, PRIMARY KEY (x, y))"


@dataclass(frozen=True)
class Trap:
    """What looks like a proof in the catalog and is none."""

    make: Sequence[str]
    check: Referential = ONE
    since: int = 0
    outcome: str = "failed"
    """What a query finds: that which the key seems to promise is broken, where PostgreSQL lets it."""
    needs: str = ""
    """What the wheel comes without."""


TRAPS = {
    "none at all": Trap([THERE, "CREATE TABLE t (a integer)", "INSERT INTO t VALUES (1)"]),
    "not validated": Trap(
        [
            THERE,
            "CREATE TABLE t (a integer)",
            "INSERT INTO t VALUES (1)",
            "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES there NOT VALID",
        ]
    ),
    "not enforced": Trap(
        [THERE, "CREATE TABLE t (a integer REFERENCES there NOT ENFORCED)", "INSERT INTO t VALUES (1)"], since=180000
    ),
    "in time": Trap(
        [
            "CREATE TABLE there (x int4range, y daterange, PRIMARY KEY (x, y WITHOUT OVERLAPS))",
            "CREATE TABLE t (a int4range, b daterange, FOREIGN KEY (a, PERIOD b) REFERENCES there (x, PERIOD y))",
            "INSERT INTO there VALUES ('[1,2)', '[2024-01-01,2024-03-01)')",
            "INSERT INTO t VALUES ('[1,2)', '[2024-01-01,2024-02-01)')",
        ],
        BOTH,
        since=180000,
    ),
    "triggers that are disabled": Trap(
        [
            THERE,
            "CREATE TABLE t (a integer REFERENCES there)",
            "ALTER TABLE t DISABLE TRIGGER ALL",
            "INSERT INTO t VALUES (1)",
        ]
    ),
    "triggers of the other table that are disabled": Trap(
        [
            THERE,
            "CREATE TABLE t (a integer REFERENCES there)",
            "INSERT INTO there VALUES (1)",
            "INSERT INTO t VALUES (1)",
            "ALTER TABLE there DISABLE TRIGGER ALL",
            "DELETE FROM there",
        ]
    ),
    "triggers of one partition that are disabled": Trap(
        [
            THERE,
            "CREATE TABLE t (a integer REFERENCES there) PARTITION BY LIST (a)",
            "CREATE TABLE one PARTITION OF t FOR VALUES IN (1)",
            "CREATE TABLE two PARTITION OF t FOR VALUES IN (2)",
            "ALTER TABLE two DISABLE TRIGGER ALL",
            "INSERT INTO two VALUES (2)",
        ]
    ),
    "triggers for replicas alone": Trap(
        [
            THERE,
            "CREATE TABLE t (a integer CONSTRAINT k REFERENCES there)",
            """DO $$ DECLARE name text; BEGIN
               FOR name IN SELECT tgname FROM pg_trigger WHERE tgrelid = 't'::regclass LOOP
                 EXECUTE format('ALTER TABLE t ENABLE REPLICA TRIGGER %I', name);
               END LOOP; END $$""",
            "INSERT INTO t VALUES (1)",
        ]
    ),
    "of the parent, which its children do not inherit": Trap(
        [
            THERE,
            "CREATE TABLE t (a integer REFERENCES there)",
            "CREATE TABLE child () INHERITS (t)",
            "INSERT INTO child VALUES (1)",
        ]
    ),
    "of one partition": Trap(
        [
            THERE,
            "CREATE TABLE t (a integer) PARTITION BY LIST (a)",
            "CREATE TABLE one PARTITION OF t (FOREIGN KEY (a) REFERENCES there) FOR VALUES IN (1)",
            "CREATE TABLE two PARTITION OF t FOR VALUES IN (2)",
            "INSERT INTO t VALUES (2)",
        ]
    ),
    "two columns, of which one alone is asked for": Trap(
        [
            TWO,
            "CREATE TABLE t (a integer, b integer, FOREIGN KEY (a, b) REFERENCES there)",
            "INSERT INTO t VALUES (1, NULL)",
        ],
        Referential(columns=["a"], to_table="there", to_columns=["x"]),
    ),
    "one column of the two that are asked for": Trap(
        [
            "CREATE TABLE there (x integer UNIQUE, y integer)",
            "CREATE TABLE t (a integer REFERENCES there (x), b integer)",
            "INSERT INTO there VALUES (1, 1)",
            "INSERT INTO t VALUES (1, 2)",
        ],
        BOTH,
    ),
    "the columns crosswise": Trap(
        [
            TWO,
            "CREATE TABLE t (a integer, b integer, FOREIGN KEY (b, a) REFERENCES there)",
            "INSERT INTO there VALUES (1, 2)",
            "INSERT INTO t VALUES (2, 1)",
        ],
        BOTH,
    ),
    "another column of the other table": Trap(
        [
            THERE,
            "CREATE TABLE t (a integer REFERENCES there (code))",
            "INSERT INTO there VALUES (2, 1)",
            "INSERT INTO t VALUES (1)",
        ]
    ),
    "another column here": Trap(
        [
            THERE,
            "CREATE TABLE t (a integer, b integer REFERENCES there)",
            "INSERT INTO there VALUES (2)",
            "INSERT INTO t VALUES (1, 2)",
        ]
    ),
    "another table": Trap(
        [
            THERE,
            "CREATE TABLE elsewhere (id integer PRIMARY KEY)",
            "CREATE TABLE t (a integer REFERENCES elsewhere)",
            "INSERT INTO elsewhere VALUES (1)",
            "INSERT INTO t VALUES (1)",
        ]
    ),
    "some rows of the other table": Trap(
        [
            THERE,
            "CREATE TABLE t (a integer REFERENCES there)",
            "INSERT INTO there VALUES (1, 1)",
            "INSERT INTO t VALUES (1)",
        ],
        ONE.model_copy(update={"to_where": "code > 1"}),
    ),
    "a view of the other table": Trap(
        [
            "CREATE TABLE base (id integer PRIMARY KEY)",
            "CREATE VIEW there AS SELECT * FROM base WHERE id > 1",
            "CREATE TABLE t (a integer REFERENCES base)",
            "INSERT INTO base VALUES (1)",
            "INSERT INTO t VALUES (1)",
        ]
    ),
    "a view here": Trap(
        [
            THERE,
            "CREATE TABLE base (a integer REFERENCES there)",
            "CREATE VIEW t AS SELECT 1 AS a FROM base RIGHT JOIN (SELECT 1) AS one ON true",
        ]
    ),
    "a partitioned table": Trap(
        [
            "CREATE TABLE there (id integer PRIMARY KEY) PARTITION BY LIST (id)",
            "CREATE TABLE one PARTITION OF there FOR VALUES IN (1)",
            "CREATE TABLE t (a integer REFERENCES there)",
            "INSERT INTO there VALUES (1)",
            "INSERT INTO t VALUES (1)",
        ],
        outcome="passed",
    ),
    "one of its partitions": Trap(
        [
            "CREATE TABLE whole (id integer PRIMARY KEY) PARTITION BY LIST (id)",
            "CREATE TABLE there PARTITION OF whole FOR VALUES IN (1)",
            "CREATE TABLE other PARTITION OF whole FOR VALUES IN (2)",
            "CREATE TABLE t (a integer REFERENCES whole)",
            "INSERT INTO whole VALUES (2)",
            "INSERT INTO t VALUES (2)",
        ]
    ),
    "equality of another type": Trap(
        [
            "CREATE TABLE there (id char(3) PRIMARY KEY)",
            "CREATE TABLE t (a text REFERENCES there)",
            "INSERT INTO there VALUES ('x')",
            "INSERT INTO t VALUES ('x ')",
        ]
    ),
    "equality that depends on the time zone": Trap(
        [
            "SET timezone = 'Asia/Tokyo'",
            "CREATE TABLE there (id timestamptz PRIMARY KEY)",
            "CREATE TABLE t (a date REFERENCES there)",
            "INSERT INTO there VALUES ('2024-01-01')",
            "INSERT INTO t VALUES ('2024-01-01')",
        ]
    ),
    "equality of an operator of its own": Trap(
        [
            *(
                f"CREATE FUNCTION {name}(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE "
                f"AS 'SELECT $1 / 10 {sign} $2 / 10'"
                for name, sign in (("lt", "<"), ("le", "<="), ("eq", "="), ("ge", ">="), ("gt", ">"))
            ),
            "CREATE FUNCTION cmp(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE "
            "AS 'SELECT btint4cmp($1 / 10, $2 / 10)'",
            *(
                f"CREATE OPERATOR {sign} (LEFTARG = integer, RIGHTARG = integer, FUNCTION = {name})"
                for name, sign in (("lt", "#<#"), ("le", "#<=#"), ("eq", "#=#"), ("ge", "#>=#"), ("gt", "#>#"))
            ),
            "CREATE OPERATOR CLASS tens FOR TYPE integer USING btree AS "
            "OPERATOR 1 #<#, OPERATOR 2 #<=#, OPERATOR 3 #=#, OPERATOR 4 #>=#, OPERATOR 5 #>#, FUNCTION 1 cmp(integer, integer)",
            "CREATE TABLE there (id integer)",
            "CREATE UNIQUE INDEX ON there (id tens)",
            "CREATE TABLE t (a integer REFERENCES there (id))",
            "INSERT INTO there VALUES (12)",
            "INSERT INTO t VALUES (11)",
        ]
    ),
    "equality of an extension's type, which a query finds by the search path": Trap(
        [
            "CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public",
            "CREATE TABLE there (id public.citext PRIMARY KEY)",
            "CREATE TABLE t (a public.citext REFERENCES there)",
            "INSERT INTO there VALUES ('x')",
            "INSERT INTO t VALUES ('X')",
        ],
        outcome="passed",
        needs="citext",
    ),
    "equality under another collation": Trap(
        [
            "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
            "CREATE TABLE there (id text COLLATE blind PRIMARY KEY)",
            'CREATE TABLE t (a text COLLATE "C" REFERENCES there)',
            "INSERT INTO there VALUES ('x')",
            "INSERT INTO t VALUES ('X')",
        ],
        outcome="errored",
        needs="ICU",
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_nothing_is_believed_that_is_not_proved(name: str, db: Any) -> None:
    trap = TRAPS[name]
    if _version(db) < trap.since:
        pytest.skip(f"PostgreSQL {_version(db)} lets nobody do this")
    if trap.needs and not _has(db, trap.needs):
        pytest.skip(f"this PostgreSQL comes without {trap.needs}")
    _make(db, trap.make)
    execution = _asked(db, trap.check, table="t")
    assert (_proofs(execution), execution.outcome) == ([], trap.outcome)
    assert _came(execution) == _came(_asked(db, trap.check, query="SELECT * FROM t"))


def _has(db: Any, what: str) -> bool:
    if what == "ICU":
        return bool(
            db.execute("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu' AND pg_collation_actual_version(oid) <> ''")
        )
    return bool(db.execute(f"SELECT 1 FROM pg_available_extensions WHERE name = '{what}'"))


def test_a_table_of_the_same_name_elsewhere_is_another_one(db: Any) -> None:
    other = f"{db.schema}_other"
    db.execute(THERE, f"CREATE SCHEMA {other}", f"CREATE TABLE {other}.there (id integer PRIMARY KEY)")
    try:
        db.execute(
            f"CREATE TABLE t (a integer CONSTRAINT k REFERENCES {other}.there)",
            f"INSERT INTO {other}.there VALUES (1)",
            "INSERT INTO t VALUES (1)",
        )
        here = _asked(db, ONE, table="t")
        there = _asked(db, ONE.model_copy(update={"to_table": f"{other}.there"}), table="t")
    finally:
        db.execute("DROP TABLE IF EXISTS t", f"DROP SCHEMA {other} CASCADE")
    assert (_proofs(here), here.outcome) == ([], "failed")
    assert (_proofs(there), there.outcome) == (["proved by constraint k"], "passed")


def test_rows_that_a_policy_hides_are_not_there(db: Any) -> None:
    role = f"{db.schema}_reader"
    db.execute(
        THERE,
        "CREATE TABLE t (a integer CONSTRAINT k REFERENCES there)",
        "INSERT INTO there VALUES (1, 1), (2, 2)",
        "INSERT INTO t VALUES (1), (2)",
        "ALTER TABLE there ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY few ON there USING (id > 1)",
        f"CREATE ROLE {role}",
        f"GRANT USAGE ON SCHEMA {db.schema} TO {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {db.schema} TO {role}",
    )
    try:
        seen = _asked(db, ONE, table="t", role=role)
        owned = _asked(db, ONE, table="t")
        db.execute(
            "ALTER TABLE there DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY few ON t USING (a > 1)",
        )
        fewer = _asked(db, ONE, table="t", role=role)
    finally:
        db.execute(f"DROP OWNED BY {role} CASCADE", f"DROP ROLE {role}")
    assert (_proofs(seen), seen.outcome, seen.failing) == ([], "failed", 1)
    assert (len(_proofs(owned)), owned.outcome, owned.checked) == (1, "passed", 2)
    assert (len(_proofs(fewer)), fewer.outcome, fewer.checked) == (1, "passed", 1)


@dataclass(frozen=True)
class Proof:
    """A foreign key ``k`` that proves a check."""

    make: Sequence[str]
    check: Referential = ONE
    checked: int = 1


FILLED = "INSERT INTO there VALUES (1, 1), (2, 2)"
PROVED: Mapping[str, Proof] = {
    "one column": Proof(
        [THERE, "CREATE TABLE t (a integer CONSTRAINT k REFERENCES there)", FILLED, "INSERT INTO t VALUES (1), (2), (NULL)"],
        checked=2,
    ),
    "where no NULL can be": Proof(
        [THERE, "CREATE TABLE t (a integer NOT NULL CONSTRAINT k REFERENCES there)", FILLED, "INSERT INTO t VALUES (1), (2)"],
        checked=2,
    ),
    "some rows": Proof(
        [THERE, "CREATE TABLE t (a integer CONSTRAINT k REFERENCES there)", FILLED, "INSERT INTO t VALUES (1), (2), (NULL)"],
        ONE.model_copy(update={"where": "a = 1 OR a > 8"}),
    ),
    "one that may be put off": Proof(
        [
            THERE,
            "CREATE TABLE t (a integer CONSTRAINT k REFERENCES there DEFERRABLE INITIALLY DEFERRED)",
            FILLED,
            "INSERT INTO t VALUES (1)",
        ]
    ),
    "itself": Proof(
        [
            "CREATE TABLE t (id integer PRIMARY KEY, a integer CONSTRAINT k REFERENCES t)",
            "INSERT INTO t VALUES (1, NULL), (2, 1)",
        ],
        ONE.model_copy(update={"to_table": "t"}),
    ),
    "two columns in another order": Proof(
        [
            TWO,
            "CREATE TABLE t (b integer, a integer, CONSTRAINT k FOREIGN KEY (b, a) REFERENCES there (y, x))",
            "INSERT INTO there VALUES (1, 2)",
            "INSERT INTO t VALUES (2, 1), (2, NULL), (NULL, NULL)",
        ],
        BOTH,
    ),
    "two columns at once or none": Proof(
        [
            TWO,
            "CREATE TABLE t (a integer, b integer, CONSTRAINT k FOREIGN KEY (a, b) REFERENCES there MATCH FULL)",
            "INSERT INTO there VALUES (1, 2)",
            "INSERT INTO t VALUES (1, 2), (NULL, NULL)",
        ],
        BOTH,
    ),
    "one of two keys of a column": Proof(
        [
            THERE,
            "CREATE TABLE elsewhere (id integer PRIMARY KEY)",
            "CREATE TABLE t (a integer REFERENCES elsewhere CONSTRAINT k REFERENCES there)",
            "INSERT INTO elsewhere VALUES (1)",
            FILLED,
            "INSERT INTO t VALUES (1)",
        ]
    ),
    "a unique column": Proof(
        [THERE, "CREATE TABLE t (a integer CONSTRAINT k REFERENCES there (code))", FILLED, "INSERT INTO t VALUES (1)"],
        ONE.model_copy(update={"to_columns": ["code"]}),
    ),
    "a wider integer": Proof(
        [
            "CREATE TABLE there (id bigint PRIMARY KEY)",
            "CREATE TABLE t (a smallint CONSTRAINT k REFERENCES there)",
            "INSERT INTO there VALUES (1)",
            "INSERT INTO t VALUES (1)",
        ]
    ),
    "a number": Proof(
        [
            "CREATE TABLE there (id numeric PRIMARY KEY)",
            "CREATE TABLE t (a integer CONSTRAINT k REFERENCES there)",
            "INSERT INTO there VALUES (1.00)",
            "INSERT INTO t VALUES (1)",
        ]
    ),
    "a text": Proof(
        [
            "CREATE TABLE there (id text PRIMARY KEY)",
            "CREATE TABLE t (a varchar(9) CONSTRAINT k REFERENCES there)",
            "INSERT INTO there VALUES ('x')",
            "INSERT INTO t VALUES ('x')",
        ]
    ),
    "padded texts": Proof(
        [
            "CREATE TABLE there (id char(9) PRIMARY KEY)",
            "CREATE TABLE t (a char(3) CONSTRAINT k REFERENCES there)",
            "INSERT INTO there VALUES ('x')",
            "INSERT INTO t VALUES ('x')",
        ]
    ),
    "domains and enums": Proof(
        [
            "CREATE TYPE mood AS ENUM ('sad')",
            "CREATE TABLE there (x mood, y integer, PRIMARY KEY (x, y))",
            "CREATE DOMAIN whole AS integer",
            "CREATE TABLE t (a mood, b whole, CONSTRAINT k FOREIGN KEY (a, b) REFERENCES there)",
            "INSERT INTO there VALUES ('sad', 1)",
            "INSERT INTO t VALUES ('sad', 1)",
        ],
        BOTH,
    ),
    "a table with children, whose rows are there too": Proof(
        [
            THERE,
            "CREATE TABLE more () INHERITS (there)",
            "CREATE TABLE t (a integer CONSTRAINT k REFERENCES there)",
            FILLED,
            "INSERT INTO t VALUES (1)",
        ]
    ),
    "all partitions": Proof(
        [
            THERE,
            "CREATE TABLE t (a integer, b integer, CONSTRAINT k FOREIGN KEY (a) REFERENCES there) PARTITION BY LIST (b)",
            "CREATE TABLE one PARTITION OF t FOR VALUES IN (1)",
            "CREATE TABLE two PARTITION OF t FOR VALUES IN (2) PARTITION BY LIST (a)",
            "CREATE TABLE second PARTITION OF two FOR VALUES IN (2)",
            "CREATE TABLE three (b integer, a integer, FOREIGN KEY (a) REFERENCES there)",
            "ALTER TABLE t ATTACH PARTITION three FOR VALUES IN (3)",
            FILLED,
            "INSERT INTO t VALUES (1, 1), (2, 2), (1, 3)",
        ],
        checked=3,
    ),
}


@pytest.mark.parametrize("name", PROVED)
def test_what_is_proved_is_not_asked_and_comes_out_the_same(name: str, db: Any) -> None:
    case = PROVED[name]
    _make(db, case.make)
    result = run_checks(Dataset(table="t"), [case.check], connect(db.url), trust_foreign_keys=True)
    (execution,) = result.executions
    assert _proofs(execution) == ["proved by constraint k"]
    assert (execution.outcome, execution.checked, execution.failing) == ("passed", case.checked, 0)
    assert not any("EXISTS" in statement.sql for statement in result.plan.statements)
    measured = _asked(db, case.check, trust=False, table="t")
    assert (_proofs(measured), _came(measured)) == ([], _came(execution))
    assert db.execute(execution.sql or "") == [tuple(m.value for m in execution.measurements)]


def test_a_partition_has_the_key_too(db: Any) -> None:
    _make(db, PROVED["all partitions"].make)
    for table in ("one", "two", "second", "three"):
        execution = _asked(db, ONE, table=table)
        assert (len(_proofs(execution)), execution.checked) == (1, 1)


def test_rows_that_a_replica_passed_by_are_found_unless_one_trusts(db: Any) -> None:
    make = [
        THERE,
        "CREATE TABLE t (a integer CONSTRAINT k REFERENCES there)",
        "SET session_replication_role = replica",
        "INSERT INTO t VALUES (1)",
    ]
    _make(db, make)
    assert db.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'k' AND conrelid = 't'::regclass") == [(True,)]
    looked, trusted = (_asked(db, ONE, trust=trust, table="t") for trust in (False, True))
    assert (_proofs(looked), looked.outcome, looked.failing) == ([], "failed", 1)
    assert (_proofs(trusted), trusted.outcome, trusted.failing) == (["proved by constraint k"], "passed", 0)


def test_names_that_are_not_there_are_still_not_there(db: Any) -> None:
    db.execute(THERE, "CREATE TABLE t (a integer REFERENCES there)")
    for check, text in (
        (Referential(columns=["a"], to_table="nowhere", to_columns=["id"]), "no table or view 'nowhere'"),
        (Referential(columns=["a"], to_table="there", to_columns=["gone"]), "no column 'gone'"),
        (Referential(columns=["a"], to_table="there", to_columns=["id"], to_where="id = 1)"), "to_where"),
    ):
        execution = _asked(db, check, table="t")
        assert execution.outcome == "errored"
        assert text in (execution.error or "")
