"""A folder of suites as DAGs, for those who want them in Airflow's grid: one DAG for each schedule."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.formats.suite import ENDINGS, Suite
from airflow_data_quality.operators.data_quality import DataQualityOperator
from airflow_data_quality.scheduling.dags import COMMON


def data_quality_dags(
    folder: str | Path,
    *,
    prefix: str = "data_quality",
    schedule: str | None = None,
    dag_args: Mapping[str, Any] | None = None,
    **operator_args: Any,
) -> dict[str, DAG]:
    """Returns a DAG for each schedule of the suites in a folder, with a task for each suite.

    In a DAG file: ``globals().update(data_quality_dags("suites"))``. Suites are read when the file is parsed, databases are
    asked when a task runs.

    Args:
        folder: of suite files, and folders of them; a relative one starts at the folder of the file that calls.
        prefix: what the ids of the DAGs begin with.
        schedule: of the suites that have none of their own; None when they run only on demand.
        dag_args: more for each DAG, such as ``default_args`` or ``on_failure_callback``.
        **operator_args: more for each task, such as ``gate`` or ``pool``.

    Returns:
        DAG id → DAG.

    Raises:
        DefinitionError: for a folder without suites, a suite that cannot be meant, or two of one name.
    """
    groups: dict[tuple[str | None, str], dict[str, Suite]] = defaultdict(dict)
    for path in _files(_from_caller(folder)):
        suite = Suite.from_file(path)
        group = groups[suite.schedule or schedule, suite.timezone]
        task_id = _slug(suite.name)
        if task_id in group:
            raise DefinitionError(f"{path}: another suite of this schedule is called {suite.name!r}; give it another name")
        group[task_id] = suite
    dags = [_dag(prefix, when, suites, dag_args or {}, operator_args) for when, suites in groups.items()]
    return {dag.dag_id: dag for dag in dags}


def _from_caller(folder: str | Path) -> Path:
    """Returns the folder, from where the file lies that calls ``data_quality_dags``."""
    caller = sys._getframe(2).f_globals.get("__file__")
    return (Path(caller).parent if caller else Path.cwd()) / Path(folder).expanduser()


def _files(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS and path.is_file())
    if not found:
        raise DefinitionError(f"the folder {str(folder)!r} holds no suite: no file that ends in {', '.join(ENDINGS)}")
    return found


def _dag(
    prefix: str,
    when: tuple[str | None, str],
    suites: Mapping[str, Suite],
    dag_args: Mapping[str, Any],
    operator_args: Mapping[str, Any],
) -> DAG:
    schedule, zone = when
    name = _slug(schedule.lstrip("@").replace("*", "x") if schedule else "on demand")
    place = "" if zone == "UTC" or schedule is None else f"_{_slug(zone)}"
    timetable = CronTriggerTimetable(schedule, timezone=zone) if schedule is not None else None
    with DAG(f"{prefix}_{name}{place}", schedule=timetable, **{**COMMON, **dag_args}) as dag:
        for task_id, suite in suites.items():
            DataQualityOperator(task_id=task_id, suite=suite, **operator_args)
    return dag


def _slug(text: str) -> str:
    """Returns a text in the characters that ids may have."""
    return re.sub(r"[^\w.-]+", "_", text, flags=re.ASCII).strip("_") or "suite"
