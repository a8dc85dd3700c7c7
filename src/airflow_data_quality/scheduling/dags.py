"""The DAGs that a deployment mounts: what is due, what is asked for now, what is done every night."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import conf
from airflow.sdk import DAG, Param, get_current_context, task

from airflow_data_quality.scheduling import RUN
from airflow_data_quality.scheduling.batch import StoredTestsOperator

if TYPE_CHECKING:
    from airflow_data_quality.core.model.stored import StoredTest

SCHEDULER, RUNNER, MAINTENANCE = "data_quality_scheduler", "data_quality_runner", "data_quality_maintenance"
OVER = {"success", "failed", "upstream_failed", "skipped", "removed"}
"""The states in which nothing more comes of a task instance."""
ALWAYS = datetime(2020, 1, 1, tzinfo=timezone.utc)
log = logging.getLogger("airflow.task")
COMMON: dict[str, Any] = {"start_date": ALWAYS, "catchup": False, "tags": ["data-quality"]}


def scheduler_dag() -> DAG:
    """Returns the DAG that looks every minute which stored tests are due, and runs them."""
    with DAG(
        SCHEDULER, schedule="* * * * *", max_active_runs=64, description="Runs stored tests when they are due", **COMMON
    ) as dag:
        _batches(batch=claim_due.override(task_id="due")())
    return dag


def runner_dag() -> DAG:
    """Returns the DAG that runs stored tests now: those that its conf names."""
    params = {
        "ids": Param([], type="array", items={"type": "string"}, description="Ids of stored tests"),
        "tags": Param([], type="array", items={"type": "string"}, description="Tags: all enabled tests that have one"),
        "dataset": Param(None, type=["null", "string"], description="All enabled tests on this table or query"),
        "store": Param(True, type="boolean", description="Whether results are kept; false is a dry run"),
    }
    with DAG(RUNNER, schedule=None, params=params, max_active_runs=64, description="Runs stored tests now", **COMMON) as dag:
        _batches(batch=claim_asked.override(task_id="choose")())
    return dag


def maintenance_dag() -> DAG:
    """Returns the DAG that applies retention, refreshes what came late and delivers what waits, every night."""
    with DAG(MAINTENANCE, schedule="30 3 * * *", max_active_runs=1, description="Keeps the stores in order", **COMMON) as dag:
        flush() >> maintain()
    return dag


def _batches(batch: Any) -> None:
    StoredTestsOperator.partial(
        task_id=RUN,
        pool=conf.get("data_quality", "pool", fallback="default_pool"),
        retries=2,
        retry_delay=timedelta(seconds=30),
    ).expand(batch=batch)


@task
def claim_due() -> list[dict[str, Any]]:
    """Claims what has become due; returns a batch for each mapped task."""
    from airflow_data_quality.hooks import stores
    from airflow_data_quality.operators.stored_tests import placed
    from airflow_data_quality.scheduling.tick import tick
    from airflow_data_quality.scheduling.timetable import timetable

    ti = get_current_context()["ti"]
    configs = stores.config_store()

    def load(ids: Collection[str]) -> Sequence[StoredTest]:
        connections = {connection.id: connection for connection in configs.all_connections()}
        return [placed(test, connections) for test in configs.tests_by_id(ids)]

    seen = tick(
        f"{ti.dag_id}/{ti.run_id}",
        timetable=timetable(configs, stores.airflow_home() / "data_quality_timetable.json"),
        load=load,
        schedule=stores.schedule_store(),
        results=stores.result_store(),
        ended=_ended,
        now=datetime.now(timezone.utc),
        **_limits(),
    )
    for text in seen.said():
        log.warning("%s", text)
    return _mapped(seen.numbers)


def _ended(batches: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], bool]:
    """Returns which batches have ended, and whether well; one that has no task, or no DAG run any more, has ended too."""
    ti = get_current_context()["ti"]
    run_ids: dict[str, set[str]] = defaultdict(set)
    for batch, _ in batches:
        dag_id, _, run_id = batch.partition("/")
        run_ids[dag_id].add(run_id)
    states = {
        f"{dag_id}/{run_id}": found
        for dag_id, some in run_ids.items()
        for run_id, found in ti.get_task_states(dag_id=dag_id, task_ids=[RUN], run_ids=sorted(some)).items()
    }
    over = {}
    for batch, number in batches:
        tasks = states.get(batch, {})
        state = tasks.get(f"{RUN}_{number}", tasks.get(RUN, "removed"))
        if state in OVER:
            over[batch, number] = state == "success"
    return over


@task
def claim_asked(params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Claims the tests that the run's conf names; returns a batch for each mapped task."""
    from airflow_data_quality.core.stores.schedule.store import Due
    from airflow_data_quality.hooks import stores
    from airflow_data_quality.scheduling.asked import asked_tests
    from airflow_data_quality.scheduling.due import batches

    given, now = params or {}, datetime.now(timezone.utc)
    ti = get_current_context()["ti"]
    tests = asked_tests(stores.config_store(), ids=given["ids"], tags=given["tags"], dataset=given["dataset"])
    planned = batches([Due(test, now) for test in tests], **_limits())
    numbers = stores.schedule_store().claim(
        f"{ti.dag_id}/{ti.run_id}", planned, now=now, purpose="asked" if given["store"] else "dry"
    )
    return _mapped(numbers, store=given["store"])


def _limits() -> dict[str, int]:
    return {
        "per_connection": conf.getint("data_quality", "max_batches_per_connection", fallback=4),
        "most": conf.getint("core", "max_map_length", fallback=1024),
    }


def _mapped(numbers: Sequence[int], **more: Any) -> list[dict[str, Any]]:
    """Returns what the mapped task is mapped over: its map index is the batch's number."""
    return [{"number": number, **more} for number in range(max(numbers, default=-1) + 1)]


@task
def flush() -> None:
    """Delivers what waits in the spool."""
    from airflow_data_quality.hooks import maintenance

    place, done, waiting = maintenance.flush()
    log.info("%s run(s) delivered from %s", done.stored, place)
    for text in done.problems(waiting, place):
        log.warning("%s", text)


@task(trigger_rule="all_done")
def maintain() -> None:
    """Applies retention, and refreshes what came late."""
    from airflow_data_quality.hooks import maintenance

    for line in maintenance.maintain(datetime.now(timezone.utc)):
        log.info("%s", line)
