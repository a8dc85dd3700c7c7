"""What the checks of a task or DAG run found: from the result store, else what the task itself has said."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.report.notice import OF_VERDICT, Findings
from airflow_data_quality.notifications.occasion import Place

if TYPE_CHECKING:
    from airflow_data_quality.core.model.run import Run
    from airflow_data_quality.core.stores.results.base import ResultStore

log = logging.getLogger(__name__)


def findings(where: Place) -> Findings:
    """Returns what is known; nothing for a task that checks nothing. It never raises: why less is known is logged."""
    summary = {} if where.ti is None else _summary(where)
    try:
        return _stored(where, summary) or _said(summary)
    except Exception as error:  # noqa: BLE001 - a store that is away, or set up wrongly, keeps nobody from being told
        log.warning("what the tests found cannot be read from the result store: %s", error)
        return _said(summary)


def _summary(where: Place) -> Mapping[str, Any]:
    """Returns the summary that one of our tasks has pushed; nothing for what another task returns."""
    try:
        index = where.map_index
        given = where.ti.xcom_pull(task_ids=where.ti.task_id, map_indexes=index)
    except Exception as error:  # noqa: BLE001 - what other tasks return may be of any kind
        log.debug("what the task has returned cannot be read: %s", error)
        return {}
    ours = isinstance(given, Mapping) and given.get("verdict") in OF_VERDICT
    return given if ours and {"run_id", "counts", "failing"} <= given.keys() else {}


def _stored(where: Place, summary: Mapping[str, Any]) -> Findings | None:
    from airflow_data_quality.hooks import stores

    store = stores.result_store()
    executions = _of_dag_run(store, where) if where.ti is None else _of_try(store, where, summary)
    if not executions:
        return None
    bad = {e.test_id: e.outcome for e in executions if e.outcome in ("failed", "errored")}
    states = store.states_of(list(bad)) if bad else {}
    since = {test_id: state.since for test_id, state in states.items() if state.outcome == bad[test_id]}
    return Findings(executions=executions, since=since)


def _of_dag_run(store: ResultStore, where: Place) -> Sequence[Execution]:
    return store.executions_of_dag(dag_id=where.dag_id, run_id=where.run_id) if where.run_id else ()


def _of_try(store: ResultStore, where: Place, summary: Mapping[str, Any]) -> Sequence[Execution]:
    """Returns the executions of this very try: a run of an earlier one says nothing of why this one failed."""
    ti = where.ti
    run = store.run(summary["run_id"]) if summary else None
    if run is None or not _is_of(run, where):
        last = store.executions_of_task(dag_id=ti.dag_id, run_id=ti.run_id, task_id=ti.task_id, map_index=where.map_index)
        run = store.run(last[0].run_id) if last else None
    return run.executions if run is not None and _is_of(run, where) else ()


def _is_of(run: Run, where: Place) -> bool:
    origin, ti = run.origin, where.ti
    mine = (ti.dag_id, ti.run_id, ti.task_id, where.map_index, ti.try_number)
    return origin is not None and mine == tuple(origin.model_dump().values())


def _said(summary: Mapping[str, Any]) -> Findings:
    if not summary:
        return Findings()
    return Findings(failing=list(summary["failing"]), counts=dict(summary["counts"]), verdict=summary["verdict"])
