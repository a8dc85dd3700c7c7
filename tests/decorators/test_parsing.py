"""What reading a DAG file loads: nothing that only a running task needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

CODE = """
import json, sys
from airflow.sdk import DAG, BaseOperator, task

before = set(sys.modules)
from airflow_data_quality import Completeness, DataQualityBranchOperator, DataQualityOperator, Volume

with DAG("parsed", schedule=None):
    given = {"conn_id": "warehouse", "table": "orders"}
    checks = [Volume(min=1), Completeness(column="email", warn={"max_failing": "1%"}, max_failing="5%")]
    DataQualityOperator(task_id="gate", checks=checks, sample_failing_rows=1, **given)
    DataQualityBranchOperator(task_id="fork", checks=checks, follow_if_passed=[], follow_if_failed=[], **given)

    @task.data_quality(**given)
    def made():
        return checks

    made()
    made.override(task_id="mapped").expand_kwargs([{}])

print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""
HEAVY = {"sqlglot", "sqlalchemy", "alembic", "boto3", "fastapi", "psycopg", "psycopg2", "yaml", "uuid6", "sqlparse"}


def test_reading_a_dag_file_loads_neither_the_sql_engine_nor_a_driver(tmp_path: Path) -> None:
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CODE], env=environment, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "airflow_data_quality" in loaded
    assert not loaded & HEAVY
