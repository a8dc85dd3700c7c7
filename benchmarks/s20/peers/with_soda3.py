"""Soda 3: one scan of SodaCL; what counts orphans with a tolerance is a query of one's own, for its reference check has none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from soda.scan import Scan
from turns import Outcomes, serve

LOST = """\
SELECT count(*) FROM {orders} AS o LEFT JOIN {customers} AS c ON c.id = o.customer_id
WHERE o.customer_id IS NOT NULL AND c.id IS NULL"""


def prepare(asked: dict[str, Any]) -> Callable[[], Outcomes]:
    """Writes the checks."""
    place = {"host": asked["host"], "username": asked["user"], "password": "none", "database": asked["dbname"]}
    source = json.dumps({"data_source warehouse": {"type": "postgres", **place, "schema": "public"}})
    rows = asked["rows"]
    checks = {
        f"row_count between {rows // 2} and {rows * 2}": ["rows", {}],
        f"row_count between {rows * 9 // 10} and {rows * 11 // 10}": ["rows as expected", {}],
        **{f"missing_count({column}) = 0": [f"{column} given", {}] for column in asked["given"] if column != "amount"},
        "missing_percent(amount) <= 0.05": ["amount given", {}],
        "duplicate_count(order_id) = 0": ["order_id unique", {}],
        "duplicate_count(order_id, sku) = 0": ["order_id and sku unique", {}],
        "invalid_percent(status) <= 0.1": ["status", {"valid values": asked["statuses"]}],
        "invalid_percent(email) <= 0.1": ["email", {"valid regex": asked["email"]}],
        "invalid_percent(amount) <= 0.1": ["amount", {"valid min": 0, "valid max": 5000}],
        "min(quantity) >= 1": ["quantity", {}],
        "max(quantity) <= 10": ["quantity", {}],
        "avg(amount) between 85 and 95": ["amount on average", {}],
        "stddev(amount) <= 150": ["amount on average", {}],
        "percentile(amount, 0.5) between 53 and 56": ["amount in the middle", {}],
        "freshness(created_at) < 1h": ["age", {}],
        "countries between 50 and 70": ["countries", {"countries expression": "COUNT(DISTINCT country)"}],
        f"lost <= {rows // 1000}": ["customers", {"lost query": LOST.format(**asked)}],
        "max_length(sku) <= 12": ["sku", {}],
    }
    named = [{check: {"name": f"{name}/{check}", **more}} for check, (name, more) in checks.items()]
    text = json.dumps({f"checks for {asked['orders']}": named})

    def ask() -> Outcomes:
        scan = Scan()
        scan.set_data_source_name("warehouse")
        scan.add_configuration_yaml_str(source)
        scan.add_sodacl_yaml_str(text)
        scan.disable_telemetry()
        scan.add_variables({"NOW": asked["as_of"]})
        scan.execute()
        if scan.has_error_logs():
            raise RuntimeError(scan.get_error_logs_text())
        outcomes: Outcomes = {}
        for check in scan.get_scan_results()["checks"]:
            name = check["name"].partition("/")[0]
            outcomes[name] = outcomes.get(name, True) and check["outcome"] == "pass"
        return outcomes

    return ask


if __name__ == "__main__":
    serve(prepare)
