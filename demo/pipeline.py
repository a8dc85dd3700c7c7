"""One run of the pipeline in the demo's Airflow, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import psycopg

from airflow_data_quality.core.stores.results.sql import SqlResultStore
from demo.errors import DemoError
from demo.facts import Seen, Story
from demo.processes import wait_until

if TYPE_CHECKING:
    from airflow_data_quality.core.model.execution import Execution
    from demo.airflow import Airflow
    from demo.api import AirflowApi
    from demo.postgres import Postgres

DAG = "flights"
GATE = "flights_quality"
PARSE_SECONDS = 90
RUN_SECONDS = 180


def wait_for_dag(airflow: Airflow, api: AirflowApi) -> None:
    """Waits until Airflow has read the pipeline's file.

    Raises:
        DemoError: It could not, or not in time.
    """
    if not wait_until(lambda: bool(api.import_errors()) or api.has_dag(DAG), timeout=PARSE_SECONDS):
        raise DemoError.with_log(f"Airflow did not read the DAG {DAG!r} within {PARSE_SECONDS} s", airflow.log)
    if errors := api.import_errors():
        raise DemoError(f"Airflow could not read the pipeline:\n{errors}")


def run(story: Story, airflow: Airflow, api: AirflowApi, postgres: Postgres) -> Seen:
    """Starts a run as the story wants it, waits for its end and gathers what came of it.

    Raises:
        DemoError: It did not end in time.
    """
    run_id = api.trigger(DAG, {"table": story.table})
    if not wait_until(lambda: api.is_finished(DAG, run_id), timeout=RUN_SECONDS):
        seen = ", ".join(f"{task} {state}" for task, state in api.task_states(DAG, run_id).items())
        raise DemoError.with_log(f"the run {run_id} did not end within {RUN_SECONDS} s ({seen})", airflow.log)
    states = api.task_states(DAG, run_id)
    return Seen(
        tasks={task: states[task] for task in (*story.tasks, *states) if task in states},
        executions=executions(airflow, run_id),
        published=count_published(postgres),
    )


def executions(airflow: Airflow, run_id: str) -> Sequence[Execution]:
    """Reads what the operator stored of its run."""
    store = SqlResultStore.embedded(airflow.results)
    return store.executions_of_task(dag_id=DAG, run_id=run_id, task_id=GATE, map_index=-1)


def count_published(postgres: Postgres) -> int:
    """Counts what the pipeline has published."""
    with psycopg.connect(postgres.dsn()) as connection:
        row = connection.execute("SELECT count(*) FROM public.flights_published").fetchone()
    return int(row[0]) if row else 0
