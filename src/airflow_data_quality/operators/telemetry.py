"""Counters and timers of runs, in Airflow's own metrics: StatsD, Datadog or OpenTelemetry, as the deployment has it.

What is counted stands in the name, for plain StatsD knows no tags; which DAG and task is a tag, where tags are known.
"""

from __future__ import annotations

import logging
from collections import Counter

from airflow_data_quality.core.model.run import Run

log = logging.getLogger(__name__)


def count(run: Run) -> None:
    """Tells Airflow's metrics of a run. That they cannot be told changes nothing for the run."""
    try:
        _count(run)
    except Exception as error:  # noqa: BLE001 - a backend of a third party may raise anything
        log.warning("the run is not in the metrics: %s", error)


def _count(run: Run) -> None:
    from airflow.providers.common.compat.sdk import Stats

    tags = {"dag_id": run.origin.dag_id, "task_id": run.origin.task_id} if run.origin is not None else {}
    Stats.incr(f"data_quality.runs.{run.verdict}", tags=tags)
    Stats.timing("data_quality.run_duration", run.finished_at - run.started_at, tags=tags)
    for (outcome, severity), number in Counter((e.outcome, e.severity) for e in run.executions).items():
        Stats.incr(f"data_quality.executions.{outcome}.{severity}", number, tags=tags)
    Stats.incr("data_quality.statements", len(run.plan.statements), tags=tags)
