"""The whole SQL of every check, as people will read it in a log: ``golden/*.sql``.

Each file holds what is sent for one run, statement by statement, and what stands in ``.sql`` of each execution. Where a
form is changed on purpose, ``DQ_WRITE_GOLDEN=1`` writes the files anew, for ``git diff`` to be read.
"""

from __future__ import annotations

import os
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from airflow_data_quality import Completeness, Dataset, Freshness, Referential, Uniqueness, Volume, connect
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
    "query": (
        Dataset(query="SELECT id AS n, amount FROM orders -- all; of them\n;", where="amount > 0"),
        [Volume(min=1), Uniqueness(columns=["n"]), Completeness(column="n")],
    ),
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


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, postgres: Any) -> None:
    dataset, checks = CASES[name]
    postgres.execute(*TABLES)
    tests = coded_tests(checks, [dataset])
    result = run(tests, {None: connect(postgres.url)}, id=UUID(int=1), started_at=datetime.now(timezone.utc))
    assert {execution.error for execution in result.executions} == {None}
    text = _text(result).replace(postgres.schema, "shop")
    file = GOLDEN / f"{name}.sql"
    if os.environ.get("DQ_WRITE_GOLDEN"):
        file.write_text(text)
    assert text == file.read_text()


def test_every_golden_file_is_asked() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == set(CASES)


def test_every_check_type_has_golden_sql() -> None:
    from airflow_data_quality.core.model.check import REGISTRY

    ours = {type_ for type_, check in REGISTRY.items() if check.__module__.startswith("airflow_data_quality.")}
    assert ours <= {check.type for _, checks in CASES.values() for check in checks}


def _text(result: Any) -> str:
    sent = [f"-- sent for {', '.join(s.test_ids)}\n{s.sql};" for s in result.plan.statements]
    alone = [f"-- {e.test_id}, alone ({'; '.join(e.plan_facts)})\n{e.sql};" for e in result.executions]
    return re.sub(r"[ \t]+\n", "\n", "\n\n".join(sent + alone)) + "\n"
