# ruff: noqa: TID251 - Airflow's own operators are measured here
"""Airflow's common-sql operators: the column and the table checks, and a check of its own for what they cannot ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow.providers.common.sql.operators.sql import SQLCheckOperator, SQLColumnCheckOperator, SQLTableCheckOperator
from airflow.sdk.exceptions import AirflowException
from turns import Outcomes, serve

PAIRS = "SELECT count(*) = 0 FROM (SELECT 1 FROM {orders} GROUP BY order_id, sku HAVING count(*) > 1) AS doubled"
LOST = """\
SELECT count(*) <= 0.001 * (SELECT count(*) FROM {orders}) FROM {orders} AS o
WHERE NOT EXISTS (SELECT 1 FROM {customers} AS c WHERE c.id = o.customer_id)"""


def prepare(asked: dict[str, Any]) -> Callable[[], Outcomes]:
    """Spells the checks."""
    rows = asked["rows"]
    columns = {
        **{column: {"null_check": {"equal_to": 0}} for column in asked["given"]},
        "quantity": {"min": {"geq_to": 1}, "max": {"leq_to": 10}},
        "country": {"distinct_check": {"geq_to": 50, "leq_to": 70}},
    }
    columns["amount"] = {"null_check": {"leq_to": 0.0005 * rows}}
    columns["order_id"]["unique_check"] = {"equal_to": 0}
    statuses = ", ".join(f"'{status}'" for status in asked["statuses"])
    conditions = {
        "rows": f"count(*) BETWEEN {rows // 2} AND {rows * 2}",
        "rows as expected": f"count(*) BETWEEN {0.9 * rows} AND {1.1 * rows}",
        "status": f"sum(CASE WHEN status NOT IN ({statuses}) THEN 1 ELSE 0 END) <= 0.001 * count(status)",
        "email": f"sum(CASE WHEN email !~ '{asked['email']}' THEN 1 ELSE 0 END) <= 0.001 * count(email)",
        "amount": "sum(CASE WHEN amount NOT BETWEEN 0 AND 5000 THEN 1 ELSE 0 END) <= 0.001 * count(amount)",
        "amount on average": "avg(amount) BETWEEN 85 AND 95 AND stddev(amount) <= 150",
        "amount in the middle": "percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) BETWEEN 53 AND 56",
        "age": f"max(created_at) >= timestamptz '{asked['as_of']}' - interval '1 hour'",
        "sku": "max(length(sku)) <= 12",
    }
    own = {"order_id and sku unique": PAIRS, "customers": LOST}

    def ask() -> Outcomes:
        mapping = {column: {kind: dict(bounds) for kind, bounds in checks.items()} for column, checks in columns.items()}
        told = {name.replace(" ", "_"): {"check_statement": condition} for name, condition in conditions.items()}
        of_columns = SQLColumnCheckOperator(task_id="columns", conn_id="warehouse", table=asked["orders"], column_mapping=mapping)
        of_table = SQLTableCheckOperator(task_id="table", conn_id="warehouse", table=asked["orders"], checks=told)
        _executed(of_columns)
        _executed(of_table)
        outcomes = {name: bool(told[name.replace(" ", "_")]["success"]) for name in conditions}
        outcomes |= {f"{column} given": bool(mapping[column]["null_check"]["success"]) for column in asked["given"]}
        outcomes["order_id unique"] = bool(mapping["order_id"]["unique_check"]["success"])
        outcomes["quantity"] = all(check["success"] for check in mapping["quantity"].values())
        outcomes["countries"] = bool(mapping["country"]["distinct_check"]["success"])
        for name, sql in own.items():
            text = sql.format(orders=asked["orders"], customers=asked["customers"])
            outcomes[name] = _executed(SQLCheckOperator(task_id="own", conn_id="warehouse", sql=text))
        return outcomes

    return ask


def _executed(operator: Any) -> bool:
    """Runs an operator as a task does; says whether it let the data pass."""
    try:
        operator.execute({})
    except AirflowException:
        return False
    return True


if __name__ == "__main__":
    serve(prepare)
