"""Runs in Airflow's metrics: sent to a real StatsD socket by a task in a process of its own."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.filterwarnings("ignore")

TASK = """
import sys
from airflow.sdk.observability.metrics import stats_utils
from airflow.sdk.observability import stats

stats.initialize(factory=stats_utils.get_stats_factory(), export_legacy_names=True)  # as Airflow's task runner does

from airflow_data_quality import Completeness, CustomSql, DataQualityOperator, Volume
from airflow_data_quality.operators.errors import DataQualityFailed

checks = [
    Volume(min=1),
    Completeness(column="email"),
    Completeness(column="email", severity="warn", name="warned"),
    Completeness(column="absent", severity="info"),
]
gate = DataQualityOperator(task_id="quality", conn_id="warehouse", table="orders", checks=checks)
try:
    gate.execute({})
except DataQualityFailed:
    print(len(gate._asked[0].plan.statements))
"""


@pytest.fixture
def statsd(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A socket to which Airflow's metrics are sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(15)
        settings = {"STATSD_ON": "True", "STATSD_HOST": "127.0.0.1", "STATSD_PORT": str(listening.getsockname()[1])}
        for name, value in settings.items():
            monkeypatch.setenv(f"AIRFLOW__METRICS__{name}", value)
        yield listening


def test_a_run_is_counted_by_what_came_of_it(warehouse: Any, statsd: socket.socket, tmp_path: Path) -> None:
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", TASK], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    statements = done.stdout.split()[-1]
    told: dict[str, str] = {}
    while "airflow.data_quality.statements" not in told:
        name, _, value = statsd.recv(1024).decode().partition(":")
        told[name] = value
    ours = {name.removeprefix("airflow.data_quality."): value for name, value in told.items() if "data_quality" in name}
    assert ours.pop("run_duration").endswith("|ms")
    assert ours == {
        "runs.failed": "1|c",
        "executions.passed.error": "1|c",
        "executions.failed.error": "1|c",
        "executions.failed.warn": "1|c",
        "executions.errored.info": "1|c",
        "statements": f"{statements}|c",
    }


def test_metrics_that_cannot_be_told_change_nothing(
    warehouse: Any, store: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from airflow.providers.common.compat import sdk

    from airflow_data_quality import DataQualityOperator, Volume

    class Broken:
        """A backend of a third party that raises: no real one can be made to."""

        @staticmethod
        def incr(*_: object, **__: object) -> None:
            raise OSError("no route")

    monkeypatch.setattr(sdk, "Stats", Broken, raising=False)
    gate = DataQualityOperator(task_id="quality", conn_id="warehouse", table="orders", checks=[Volume(min=1)])
    with caplog.at_level(logging.WARNING):
        assert gate.execute({})["verdict"] == "passed"
    assert "the run is not in the metrics: no route" in caplog.text
