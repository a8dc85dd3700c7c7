"""The twenty checks of S20, and what is known of their answers. Two are meant to fail; on doubled keys two more do."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from benchmarks.s20.data import STATUSES, Tables

EMAIL = "^[^@ ]+@[^@ ]+[.][a-z]+$"
GIVEN = ("order_id", "customer_id", "amount", "status", "email", "created_at")
MEDIAN = (53, 56)
FAILING = {"amount given", "quantity"}
FAILING_IF_DOUBLED = {"order_id unique", "order_id and sku unique"}

Answers = dict[str, Any]
"""Question → what was counted or measured; a question about several statistics has one answer for each."""


def as_of(tables: Tables) -> datetime:
    """Returns the moment at which the newest row is half an hour old."""
    return datetime(2026, 1, 1, 0, 30, tzinfo=timezone.utc) + timedelta(seconds=tables.rows)


def held(tables: Tables) -> dict[str, bool]:
    """Returns question → whether its check must pass."""
    failing = FAILING | (FAILING_IF_DOUBLED if tables.kind == "doubled" else set())
    return {check.name: check.name not in failing for check in checks(tables)}


def checks(tables: Tables) -> list[Any]:
    """Returns the suite."""
    from airflow_data_quality import (
        Completeness,
        Distribution,
        Freshness,
        Length,
        Pattern,
        Range,
        Referential,
        Uniqueness,
        Values,
        Volume,
    )

    shares = {"amount": "0.05%"}
    return [
        Volume(name="rows", min=tables.rows // 2, max=tables.rows * 2),
        Volume(name="rows as expected", min=tables.rows * 9 // 10, max=tables.rows * 11 // 10),
        *(Completeness(name=f"{column} given", column=column, max_failing=shares.get(column, 0)) for column in GIVEN),
        Uniqueness(name="order_id unique", columns=["order_id"]),
        Uniqueness(name="order_id and sku unique", columns=["order_id", "sku"]),
        Values(name="status", column="status", allowed=STATUSES, max_failing="0.1%"),
        Pattern(name="email", column="email", matches=EMAIL, max_failing="0.1%"),
        Range(name="amount", column="amount", min=0, max=5000, max_failing="0.1%"),
        Distribution(name="quantity", column="quantity", min={"min": 1}, max={"max": 10}),
        Distribution(name="amount on average", column="amount", mean={"min": 85, "max": 95}, stddev={"max": 150}),
        Distribution(name="amount in the middle", column="amount", median={"min": MEDIAN[0], "max": MEDIAN[1]}),
        Freshness(name="age", column="created_at", max_age="1h", as_of=as_of(tables).isoformat()),
        Distribution(name="countries", column="country", distinct={"min": 50, "max": 70}),
        Referential(name="customers", columns=["customer_id"], to_table=tables.customers, to_columns=["id"], max_failing="0.1%"),
        Length(name="sku", column="sku", max=12),
    ]


def answers(run: Any) -> Answers:
    """Returns what a run measured."""
    found: Answers = {}
    for execution in run.executions:
        if execution.failing is None and len(execution.judgements) > 1:
            found |= {f"{execution.check.label}: {j.metric}": j.value for j in execution.judgements}
        else:
            found[execution.check.label] = execution.value if execution.failing is None else execution.failing
    return found


def confirm(run: Any, tables: Tables) -> None:
    """Raises unless every check passed or failed as it must."""
    outcomes = {execution.check.label: execution.outcome for execution in run.executions}
    expected = {name: "passed" if passes else "failed" for name, passes in held(tables).items()}
    if wrong := [f"{e.check.label}: {e.message}" for e in run.executions if outcomes[e.check.label] != expected[e.check.label]]:
        raise RuntimeError(f"on {tables.orders} this is not as it must be: {'; '.join(wrong)}")
