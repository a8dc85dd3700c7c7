"""Soda 4: one contract; what it has no check for is a metric of one's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from soda_core.contracts.api import verify_contract_locally
from turns import Outcomes, serve

MEDIAN = "percentile_cont(0.5) WITHIN GROUP (ORDER BY amount)"


def prepare(asked: dict[str, Any]) -> Callable[[], Outcomes]:
    """Writes the contract."""
    place = {"host": asked["host"], "user": asked["user"], "password": "none", "database": asked["dbname"], "port": 5432}
    source = Path.home() / "warehouse.yml"
    source.write_text(json.dumps({"type": "postgres", "name": "warehouse", "connection": place}))
    file = Path.home() / "contract.yml"
    file.write_text(json.dumps(contract(asked)))

    def ask() -> Outcomes:
        done = verify_contract_locally(
            data_source_file_path=str(source), contract_file_path=str(file), data_timestamp=asked["as_of"]
        )
        (result,) = done.contract_verification_results
        outcomes: Outcomes = {}
        for check in result.check_results:
            if check.outcome.name not in ("PASSED", "FAILED"):
                raise RuntimeError(f"{check.check.name}: {check.outcome.name}\n{done.get_logs_str()}")
            name = check.check.name.partition("/")[0]
            outcomes[name] = outcomes.get(name, True) and check.outcome.name == "PASSED"
        return outcomes

    return ask


def contract(asked: dict[str, Any]) -> dict[str, Any]:
    """Returns the contract as it is written in YAML."""
    rows = asked["rows"]
    where = f"warehouse/{asked['dbname']}/public"
    share = {"metric": "percent", "must_be_less_than_or_equal": 0.1}
    columns = {column: [{"missing": {"name": f"{column} given"}}] for column in asked["given"]}
    few = {"metric": "percent", "must_be_less_than_or_equal": 0.05}
    columns["amount"] = [{"missing": {"name": "amount given", "threshold": few}}]
    columns["order_id"].append({"duplicate": {"name": "order_id unique"}})
    reference = {"dataset": f"{where}/{asked['customers']}", "column": "id"}
    columns["customer_id"].append({"invalid": {"name": "customers", "valid_reference_data": reference, "threshold": share}})
    columns["status"].append({"invalid": {"name": "status", "valid_values": asked["statuses"], "threshold": share}})
    regex = {"name": "email", "regex": asked["email"]}
    columns["email"].append({"invalid": {"name": "email", "valid_format": regex, "threshold": share}})
    columns["amount"].append({"invalid": {"name": "amount", "valid_min": 0, "valid_max": 5000, "threshold": share}})
    columns["amount"].append(aggregate("avg", "amount on average", {"must_be_between": between(85, 95)}))
    columns["quantity"] = [
        aggregate("min", "quantity/least", {"must_be_greater_than_or_equal": 1}),
        aggregate("max", "quantity/greatest", {"must_be_less_than_or_equal": 10}),
    ]
    columns["sku"] = [aggregate("maxLength", "sku", {"must_be_less_than_or_equal": 12})]
    checks = [
        {"row_count": {"name": "rows", "threshold": {"must_be_between": between(rows // 2, rows * 2)}}},
        {
            "row_count": {
                **{"name": "rows as expected", "qualifier": "expected"},
                "threshold": {"must_be_between": between(rows * 9 // 10, rows * 11 // 10)},
            }
        },
        {"duplicate": {"name": "order_id and sku unique", "columns": ["order_id", "sku"]}},
        {"freshness": {"name": "age", "column": "created_at", "threshold": {"unit": "hour", "must_be_less_than": 1}}},
        metric("amount on average/deviation", "stddev(amount)", {"must_be_less_than_or_equal": 150}),
        metric("amount in the middle", MEDIAN, {"must_be_between": between(53, 56)}),
        metric("countries", "count(DISTINCT country)", {"must_be_between": between(50, 70)}),
    ]
    named = [{"name": column, "checks": of_column} for column, of_column in columns.items()]
    return {"dataset": f"{where}/{asked['orders']}", "columns": named, "checks": checks}


def aggregate(function: str, name: str, threshold: dict[str, Any]) -> dict[str, Any]:
    """Returns a check of a column's aggregate."""
    return {"aggregate": {"name": name, "function": function, "qualifier": function, "threshold": threshold}}


def metric(name: str, expression: str, threshold: dict[str, Any]) -> dict[str, Any]:
    """Returns a check of one's own expression."""
    qualifier = name.replace(" ", "_").replace("/", "_")
    return {"metric": {"name": name, "expression": expression, "qualifier": qualifier, "threshold": threshold}}


def between(least: float, greatest: float) -> dict[str, float]:
    """Returns bounds, both inclusive."""
    return {"greater_than_or_equal": least, "less_than_or_equal": greatest}


if __name__ == "__main__":
    serve(prepare)
