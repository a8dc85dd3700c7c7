"""The whole SQL of every check, as people will read it in a log: ``golden/<dialect>/*.sql``.

Each file holds what is sent for one run, statement by statement, and what stands in ``.sql`` of each execution. Where a
form is changed on purpose, ``DQ_WRITE_GOLDEN=1`` writes the files anew, for ``git diff`` to be read.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from airflow_data_quality import (
    Completeness,
    CustomSql,
    Dataset,
    Distribution,
    Expression,
    Freshness,
    Length,
    Pattern,
    Range,
    Referential,
    Schema,
    Uniqueness,
    Values,
    Volume,
    connect,
)
from airflow_data_quality.core.database import Database
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.test import coded_tests
from airflow_data_quality.core.runner import run

GOLDEN = Path(__file__).parent / "golden"
TABLES = (
    'CREATE TABLE orders (id bigint, "Order Id" text, amount numeric, rate real, '
    "placed date, shipped timestamp, paid timestamptz)",
    "CREATE TABLE customers (id integer, email text, live boolean)",
    "INSERT INTO orders VALUES (1, 'x', 1.0, 1, '2024-01-01', '2024-01-01', '2024-01-01 00:00+00')",
    "INSERT INTO orders VALUES (1, 'x', 1.0, 1, NULL, NULL, NULL)",
)
ORDERS = Dataset(table="orders")
AS_OF = "2024-01-02T03:04:05+01:00"
ONLY_POSTGRESQL = {"expression_doubtful"}
"""Cases whose own SQL SQLite does not read."""

CASES: dict[str, tuple[Dataset, list[Check]]] = {
    "volume": (ORDERS, [Volume(min=1)]),
    "volume_where": (ORDERS, [Volume(min=1, where="amount > 10 OR amount IS NULL -- the large ones")]),
    "completeness": (ORDERS, [Completeness(column="Order Id")]),
    "completeness_where": (ORDERS, [Completeness(column="amount", where="id = 1 OR id = 2")]),
    "completeness_columns": (ORDERS, [Completeness(columns=["id", "Order Id"], missing_values=["", -1], where="placed IS NULL")]),
    "completeness_tokens": (
        ORDERS,
        [
            Completeness(column="id", missing_values=[-1, "", "0"]),
            Completeness(column="Order Id", missing_values=["it's", -1]),
            Completeness(column="amount", missing_values=[0.1, "NaN"]),
            Completeness(column="rate", missing_values=[0.1]),
            Completeness(column="placed", missing_values=["1900-01-01"]),
            Completeness(column="paid", missing_values=["1900-01-01", "infinity"]),
        ],
    ),
    "uniqueness_integer": (ORDERS, [Uniqueness(columns=["id"])]),
    "uniqueness_integer_nulls_equal": (ORDERS, [Uniqueness(columns=["id"], nulls="equal", count="rows")]),
    "uniqueness_key": (ORDERS, [Uniqueness(columns=["id", "Order Id"], where="id > 0 OR id < 0")]),
    "uniqueness_key_nulls_equal": (ORDERS, [Uniqueness(columns=["id", "Order Id"], nulls="equal", count="keys")]),
    "referential": (ORDERS, [Referential(columns=["id"], to_table="customers", to_columns=["id"])]),
    "referential_where": (
        Dataset(table="orders", where="placed > '2024-01-01' OR placed IS NULL"),
        [
            Referential(
                columns=["id", "Order Id"],
                to_table="customers",
                to_columns=["id", "email"],
                to_where="live -- ones",
                where="id > 1",
            )
        ],
    ),
    "referential_unlike": (ORDERS, [Referential(columns=["amount"], to_table="customers", to_columns=["id"])]),
    "freshness_timestamptz": (ORDERS, [Freshness(column="paid", max_age="1d", as_of=AS_OF)]),
    "freshness_timestamp": (ORDERS, [Freshness(column="shipped", max_age="1d", as_of=AS_OF, timezone="Europe/Berlin")]),
    "freshness_date": (ORDERS, [Freshness(column="placed", max_age="1d", as_of=AS_OF, where="id = 1 OR id = 2")]),
    "custom_sql": (
        ORDERS,
        [
            CustomSql(name="a value", sql="SELECT   max(amount) FROM orders; -- of all", max=5),
            CustomSql(name="rows", sql="SELECT * FROM orders WHERE amount < 0", failing_rows=True),
        ],
    ),
    "custom_sql_dataset": (
        Dataset(table="orders", where="id = 1 OR id = 2"),
        [
            CustomSql(
                name="a value", sql="SELECT count(*) FROM {dataset} a JOIN {dataset} b USING (id)", min=1, where="id > 0 -- all"
            ),
            CustomSql(
                name="rows",
                sql="WITH q AS (SELECT * FROM {dataset}) SELECT '{dataset}', q.* FROM q",
                failing_rows=True,
                max_failing=9,
            ),
        ],
    ),
    "query": (
        Dataset(query="SELECT id AS n, amount FROM orders -- all; of them\n;", where="amount > 0"),
        [Volume(min=1), Uniqueness(columns=["n"]), Completeness(column="n")],
    ),
    "values": (
        ORDERS,
        [
            Values(column="Order Id", allowed=["it's", -1]),
            Values(column="id", allowed=[1, -2, "N/A"], where="amount > 0 -- paid"),
            Values(column="rate", forbidden=[0.1, "NaN"]),
            Values(column="placed", forbidden=["1900-01-01"]),
        ],
    ),
    "range": (
        ORDERS,
        [
            Range(column="id", min=1, max=9, warn={"max": 5}),
            Range(column="amount", above=0.1, where="id = 1 OR id = 2"),
            Range(column="rate", max=0.1),
            Range(column="placed", min="2024-01-01 12:00"),
            Range(column="paid", min="2024-01-01", below="Infinity"),
        ],
    ),
    "length": (ORDERS, [Length(column="Order Id", min=1, max=20)]),
    "pattern": (
        ORDERS,
        [
            Pattern(column="Order Id", matches=r"^it's \d+$"),
            Pattern(column="Order Id", not_matches="\n", name="one line", where="id = 1 OR id = 2"),
            Pattern(column="Order Id", format="email", name="e-mail"),
            Pattern(column="Order Id", format="uuid", name="uuid"),
        ],
    ),
    "pattern_rules": (
        ORDERS,
        [
            Pattern(column="Order Id", format="hostname", name="host"),
            Pattern(column="Order Id", format="credit_card", name="card", where="id = 1 OR id = 2"),
            Pattern(column="Order Id", format="iban", name="account"),
            Pattern(column="Order Id", format="country_code", name="country"),
            Pattern(column="Order Id", format="json", name="document"),
        ],
    ),
    "expression": (
        ORDERS,
        [
            Expression(name="paid after it was placed", sql="paid >= placed -- at least"),
            Expression(name="cheap", sql="amount < 10 OR amount IS NULL", where="id = 1 OR id = 2"),
        ],
    ),
    "expression_doubtful": (
        ORDERS,
        [
            Expression(name="cheap", sql="amount < 10 OR amount IS NULL"),
            Expression(name="open to doubt", sql="amount >= 0 AND \"Order Id\" <> E'it\\'s'"),
        ],
    ),
    "distribution": (
        Dataset(table="orders", where="id > 0"),
        [
            Distribution(
                column="amount",
                mean={"min": 0},
                stddev={"max": 5},
                min={"min": 0},
                max={"max": 9},
                sum={"above": 1},
                missing={"equals": 1},
                where="id = 1 OR id = 2",
            ),
            Distribution(column="rate", sum={"min": 1}, max={"max": 1}),
        ],
    ),
    "distribution_quantiles": (
        ORDERS,
        [
            Distribution(column="amount", median={"min": 0.5, "max": 1.5}, p99={"max": 5}, where="id = 1 OR id = 2"),
            Distribution(column="rate", p05={"above": 0.1}),
            Distribution(column="id", median={"equals": 1}, name="of no rows", where="id > 5"),
        ],
    ),
    "distribution_distinct": (
        Dataset(table="orders", where="id > 0"),
        [
            Distribution(column="id", distinct={"min": 1}, where="amount > 0 -- paid"),
            Distribution(column="Order Id", distinct={"min": 1}, missing={"max": 0}),
        ],
    ),
    "schema": (ORDERS, [Schema(columns={"id": "int8", "Order Id": "any"})]),
    "fused": (
        Dataset(table="orders", where="id > 0"),
        [
            Volume(min=1),
            Volume(min=1, name="again"),
            Completeness(column="amount"),
            Completeness(column="placed"),
            Freshness(column="paid", max_age="1d", as_of=AS_OF),
            Uniqueness(columns=["id"]),
            Referential(columns=["id"], to_table="customers", to_columns=["id"]),
        ],
    ),
}


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("name", CASES)
def test_golden_postgresql(name: str, postgres: Any) -> None:
    postgres.execute(*TABLES)
    compare("postgresql", name, connect(postgres.url), postgres.schema)


@pytest.mark.parametrize("name", sorted(CASES.keys() - ONLY_POSTGRESQL))
def test_golden_sqlite(name: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db", isolation_level=None)) as connection:
        for statement in TABLES:
            connection.execute(statement)
    compare("sqlite", name, connect(f"sqlite:///{tmp_path / 'shop.db'}"), "main")


def compare(dialect: str, name: str, database: Database, schema: str) -> None:
    dataset, checks = CASES[name]
    tests = coded_tests(checks, [dataset])
    result = run(tests, {None: database}, id=UUID(int=1), started_at=datetime.now(timezone.utc))
    assert {execution.error for execution in result.executions} == {None}
    text = _text(result).replace(schema, "shop")
    file = GOLDEN / dialect / f"{name}.sql"
    if os.environ.get("DQ_WRITE_GOLDEN"):
        file.write_text(text)
    assert text == file.read_text()


@pytest.mark.parametrize(("dialect", "without"), [("postgresql", set()), ("sqlite", ONLY_POSTGRESQL)])
def test_every_golden_file_is_asked(dialect: str, without: set[str]) -> None:
    assert {file.stem for file in (GOLDEN / dialect).iterdir()} == CASES.keys() - without


def test_every_check_type_has_golden_sql() -> None:
    from airflow_data_quality.core.model.check import REGISTRY

    ours = {type_ for type_, check in REGISTRY.items() if check.__module__.startswith("airflow_data_quality.")}
    assert ours <= {check.type for _, checks in CASES.values() for check in checks}


def _text(result: Any) -> str:
    sent = [f"-- sent for {', '.join(s.test_ids)}\n{s.sql};" for s in result.plan.statements]
    alone = [f"-- {e.test_id}, alone ({'; '.join(e.plan_facts)})\n{e.sql or '-- nothing is asked'};" for e in result.executions]
    return re.sub(r"[ \t]+\n", "\n", "\n\n".join(sent + alone)) + "\n"
