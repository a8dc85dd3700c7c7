"""Rows as the run and the executions that they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import ValidationError
from sqlalchemy import RowMapping

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.run import Run

SAME_IN_RUN = ("id", "source", "started_at", "finished_at")
SAME_IN_ORIGIN = ("dag_id", "task_id", "map_index", "try_number")
SAME_IN_EXECUTION = (
    *("id", "run_id", "test_id", "outcome", "severity", "checked", "failing", "bounds", "judgements", "message"),
    *("started_at", "duration_ms", "error", "plan_facts", "sql"),
)
"""The columns that are called as the model's fields are."""


def run_of(row: RowMapping, executions: Iterable[Execution], texts: Mapping[str, str]) -> Run:
    """Returns the run that the rows hold; ``texts`` are its plan's statements by hash."""
    plan = row["plan"]
    origin = {"run_id": row["dag_run_id"], **{name: row[name] for name in SAME_IN_ORIGIN}}
    return Run.model_validate(
        {
            **{name: row[name] for name in SAME_IN_RUN},
            "origin": None if row["dag_id"] is None else origin,
            "executions": tuple(executions),
            "plan": {**plan, "statements": [{**sent, "sql": texts[sent["sql"]]} for sent in plan["statements"]]},
        }
    )


def execution_of(row: RowMapping, measurements: Iterable[RowMapping]) -> Execution:
    """Returns the execution that the rows hold.

    Raises:
        StoreError: when its check can no longer be read, for one because its type is not installed here.
    """
    document = {
        **{name: row[name] for name in SAME_IN_EXECUTION},
        "check": row["check_spec"],
        "dataset": row["dataset_spec"],
        "value": row["exact_value"],
        "samples": row["samples"] or (),
        "measurements": [{"metric": m["metric"], "value": m["exact_value"]} for m in measurements],
    }
    try:
        return Execution.model_validate(document)
    except ValidationError as error:
        reason = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise StoreError(f"execution {row['id']} of test {row['test_id']!r} cannot be read: {reason}") from error
