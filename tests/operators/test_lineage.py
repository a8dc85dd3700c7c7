"""What a run tells OpenLineage: the facets against the published schemas, and events as Airflow's provider emits them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from airflow_data_quality import Completeness, CustomSql, DataQualityOperator, Distribution, Referential, Schema, Volume

pytestmark = pytest.mark.filterwarnings("ignore")

FOLDER = Path(__file__).parent
SCHEMAS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (FOLDER / "openlineage").glob("*.json")}
REGISTRY: Registry[Any] = Registry().with_resources((s["$id"], Resource.from_contents(s)) for s in SCHEMAS.values())
OURS = {
    "dataQualityAssertions": "DataQualityAssertionsDatasetFacet",
    "dataQualityMetrics": "DataQualityMetricsDatasetFacet",
    "test": "TestRunFacet",
}


def validate(told: Any, schema: str, part: str) -> None:
    """Holds something against a part of a published schema."""
    reference = {"$ref": f"{SCHEMAS[schema]['$id']}#/$defs/{part}"}
    Draft202012Validator(reference, registry=REGISTRY, format_checker=FormatChecker()).validate(told)


def facets(of: dict[str, Any]) -> dict[str, Any]:
    """The facets of ours among those of a run or an input, each valid."""
    ours = {name: facet for name, facet in of.items() if name in OURS}
    for name, facet in ours.items():
        validate(facet, OURS[name], OURS[name])
        assert OURS[name] in facet["_schemaURL"]
    return ours


def told(**arguments: Any) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Runs a gate; what it tells OpenLineage: the facets of each table, and each test of the run by its name."""
    from openlineage.client.serde import Serde

    gate = DataQualityOperator(
        **{"task_id": "quality", "conn_id": "warehouse", "gate": "continue", "history_key": "q", "table": "orders", **arguments}
    )
    gate.execute({})
    lineage = gate.get_openlineage_facets_on_complete(None)
    assert not lineage.outputs
    inputs = [Serde.to_dict(given) for given in lineage.inputs]
    assert {given["namespace"].partition("://")[0] for given in inputs} <= {"postgres"}
    run = facets({name: Serde.to_dict(facet) for name, facet in lineage.run_facets.items()})
    return (
        {given["name"]: {**facets(given["facets"]), **facets(given["inputFacets"])} for given in inputs},
        {test["name"]: test for test in run["test"]["tests"]} if run else {},
    )


# Emitted for real -----------------------------------------------------------------------------------------------------

EMIT = """
import sys
from airflow.dag_processing.dagbag import DagBag

bag = DagBag(dag_folder=sys.argv[1])
for dag_id in sys.argv[2:]:
    bag.dags[dag_id].test()
"""


def emitted(tmp_path: Path, *dag_ids: str) -> dict[tuple[str, str], Any]:
    """Runs DAGs in a process of their own with OpenLineage on; what the provider has emitted, by job and type."""
    events = tmp_path / "events.json"
    transport = {"type": "file", "log_file_path": str(events), "append": True}
    environment = {
        **os.environ,
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(transport),
        "AIRFLOW__OPENLINEAGE__NAMESPACE": "here",
    }
    command = [sys.executable, "-W", "ignore", "-c", EMIT, str(FOLDER / "dags"), *dag_ids]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]
    return {(event["job"]["name"], event["eventType"]): event for event in lines}


def test_the_provider_emits_what_a_gate_has_found_whatever_becomes_of_its_task(
    operators_dags: Any, warehouse: Any, tmp_path: Path
) -> None:
    events = emitted(tmp_path, "gate_continue", "gate_fail")
    for event in (events["gate_continue.quality", "COMPLETE"], events["gate_fail.quality", "FAIL"]):
        validate(event, "OpenLineage", "RunEvent")
        (given,) = event["inputs"]
        assert given["name"] == f"postgres.{warehouse.schema}.orders"
        assert given["namespace"].startswith("postgres://")
        measured = facets(given["facets"])["dataQualityMetrics"]
        assert (measured["rowCount"], measured["columnMetrics"]["email"]["nullCount"]) == (100, 25)
        asserted = facets(given["inputFacets"])["dataQualityAssertions"]["assertions"]
        assert [(a["name"], a["success"]) for a in asserted] == [("orders/volume", True), ("orders/completeness(email)", False)]
        tests = facets(event["run"]["facets"])["test"]["tests"]
        assert [(test["name"], test["status"]) for test in tests] == [
            ("orders/volume", "pass"),
            ("orders/completeness(email)", "fail"),
        ]


# What is told ---------------------------------------------------------------------------------------------------------


def test_an_assertion_says_what_was_expected_and_found(warehouse: Any, store: Any) -> None:
    tables, tests = told(checks=[Completeness(column="email", max_failing="10%", severity="warn")], where="id <= 40")
    (asserted,) = tables[f"postgres.{warehouse.schema}.orders"]["dataQualityAssertions"]["assertions"]
    content = asserted.pop("content")
    assert f'FROM "{warehouse.schema}"."orders"' in content
    assert asserted == {
        "assertion": "completeness",
        "name": "q/completeness(email)",
        "description": "no row lacks email (up to 10% may)",
        "column": "email",
        "severity": "warn",
        "success": False,
        "expected": "at most 10%",
        "actual": "10",
        "contentType": "sql",
        "params": {"outcome": "failed", "where": "id <= 40", "checked": 40, "failing": 10},
    }
    tested = tests["q/completeness(email)"]
    assert (tested["status"], tested["type"], tested["content"]) == ("fail", "completeness", content)
    assert tested["params"] == {**asserted["params"], "tested_table": "orders", "tested_column": "email"}


def test_what_could_not_be_asked_is_a_test_of_the_run_and_asserts_nothing(warehouse: Any, store: Any) -> None:
    tables, tests = told(checks=[Volume(min=1), Completeness(column="absent")])
    (asserted,) = tables[f"postgres.{warehouse.schema}.orders"]["dataQualityAssertions"]["assertions"]
    assert asserted["name"] == "q/volume"
    absent = tests["q/completeness(absent)"]
    assert (absent["status"], absent["params"]["outcome"], absent.get("actual")) == ("fail", "errored", None)


def test_what_was_measured_of_all_rows_is_told_of_their_columns(warehouse: Any, store: Any) -> None:
    warehouse.execute(
        "CREATE TABLE priced (price numeric, rate double precision)",
        "INSERT INTO priced SELECT n / 4.0, CASE WHEN n < 8 THEN n ELSE 'infinity'::float END FROM generate_series(1, 9) n",
        "INSERT INTO priced VALUES (NULL, NULL)",
    )
    any_number = {"min": 0}
    checks = [
        Volume(min=1, where="price > 1", name="dear"),
        Distribution(
            column="price", min=any_number, max=any_number, sum=any_number, median=any_number, p25=any_number, distinct=any_number
        ),
        Distribution(column="rate", max=any_number, min=any_number, missing=any_number),
        Completeness(columns=["price", "rate"]),
        Completeness(column="price", missing_values=[1], name="tokens"),
    ]
    tables, _ = told(table="priced", checks=checks)
    measured = tables[f"postgres.{warehouse.schema}.priced"]["dataQualityMetrics"]
    # Of the price's NULLs only together with tokens and another column's was anything asked.
    assert measured["columnMetrics"] == {
        "price": {
            "min": 0.25,
            "max": 2.25,
            "sum": 11.25,
            "distinctCount": 9,
            "quantiles": {"0.5": 1.25, "0.25": 0.75},
        },
        "rate": {"min": 1.0, "nullCount": 1, "quantiles": {}},  # JSON holds no infinity
    }
    assert measured["rowCount"] == 10


def test_rows_behind_filters_are_not_mixed(warehouse: Any, store: Any) -> None:
    suite = {
        "name": "s",
        "datasets": [
            {"table": "orders", "where": "id < 11"},
            {"table": "ORDERS", "where": "id < 21"},
            {"table": f"{warehouse.schema}.orders"},
        ],
        "checks": [{"volume": {"min": 1}}],
    }
    name = f"postgres.{warehouse.schema}.orders"
    tables, _ = told(suite=suite, table=None)
    assert len(tables[name]["dataQualityAssertions"]["assertions"]) == 3
    assert tables[name]["dataQualityMetrics"]["rowCount"] == 100
    tables, _ = told(suite={**suite, "datasets": suite["datasets"][:1]}, table=None)
    assert tables[name]["dataQualityMetrics"]["rowCount"] == 10
    tables, _ = told(suite={**suite, "datasets": suite["datasets"][:2]}, table=None)
    assert "dataQualityMetrics" not in tables[name]


def test_a_table_has_the_name_that_the_catalog_gives_it(warehouse: Any, store: Any) -> None:
    warehouse.execute('CREATE TABLE "Odd.Name" (id int)', 'CREATE TABLE "Case" (id int)')
    for table, name in (('"Odd.Name"', "Odd.Name"), ("Case", "Case"), (f"{warehouse.schema}.CLEAN", "clean")):
        tables, _ = told(table=table, checks=[Volume(min=0)])
        assert list(tables) == [f"postgres.{warehouse.schema}.{name}"]


def test_a_table_is_not_taken_for_the_one_that_it_refers_to(warehouse: Any, store: Any) -> None:
    other = f"{warehouse.schema}_other"
    warehouse.execute(f"CREATE SCHEMA {other}", f"CREATE TABLE {other}.orders AS SELECT * FROM orders")
    checks = [
        CustomSql(name="elsewhere", sql=f"SELECT COUNT(*) FROM {other}.orders", min=1),
        Referential(columns=["customer"], to_table=f"{other}.orders", to_columns=["customer"]),
    ]
    try:
        assert list(told(checks=checks)[0]) == [f"postgres.{warehouse.schema}.orders"]
    finally:
        warehouse.execute(f"DROP SCHEMA {other} CASCADE")


def test_what_openlineage_has_no_name_for_is_a_test_of_the_run_alone(
    warehouse: Any, store: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    query = {"query": "SELECT 1 AS one"}
    assert told(table=None, dataset=query, checks=[Volume(min=1)])[0] == {}
    tables, tests = told(checks=[CustomSql(name="one", sql="SELECT 1", min=1)])
    assert (tables, tests["q/one"]["params"]["tested_table"]) == ({}, "orders")
    assert told(checks=[Schema(columns=["id"])])[0] == {}
    assert told(checks=[], allow_empty=True) == ({}, {})
    (tmp_path / "warehouse.db").touch()
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "warehouse.db")}))
    tables, tests = told(table="sqlite_master", checks=[Volume(min=0)])
    assert (tables, list(tests)) == ({}, ["q/volume"])


def test_a_gate_that_asked_nothing_tells_nothing(warehouse: Any) -> None:
    gate = DataQualityOperator(task_id="quality", conn_id="warehouse", table="orders", checks=[Volume(min=1)])
    lineage = gate.get_openlineage_facets_on_complete(None)
    assert (lineage.inputs, lineage.run_facets) == ([], {})
