"""A run as rows. What is asked for has a column of its own; what only travels along is JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import from_json

from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.stores.results.keys import task_key, test_key
from airflow_data_quality.core.stores.results.rows import Row


class Rows(NamedTuple):
    """What one run adds to each table."""

    run: Row
    statements: list[Row]
    executions: list[Row]
    measurements: Iterator[Row]
    """Made as they are taken, once: they are many."""


def rows_of(run: Run) -> Rows:
    """Returns the rows that hold a run."""
    document = from_json(run.model_dump_json())
    pairs = list(zip(run.executions, document["executions"], strict=True))
    ids = _ids_within(run.id)
    hashes = {text: sha256(text.encode()).hexdigest() for text in _texts(run)}
    moments = [execution.started_at for execution in run.executions] or [run.started_at]
    used = max(*moments, run.started_at).astimezone(timezone.utc).date()
    executions = [_execution_row(number, *pair, hashes) for number, pair in enumerate(pairs)]
    keys = [row["test_key"] for row in executions]
    return Rows(
        run={**_run_row(run, document["plan"], hashes), "first_at": min(moments), "last_at": max(moments)},
        statements=[{"hash": key, "text": text, "last_used": used} for text, key in sorted(hashes.items(), key=itemgetter(1))],
        executions=executions,
        measurements=(row for key, pair in zip(keys, pairs, strict=True) for row in _measurement_rows(key, *pair, ids)),
    )


def _texts(run: Run) -> set[str]:
    return {sent.sql for sent in run.plan.statements} | {e.sql for e in run.executions if e.sql is not None}


def _run_row(run: Run, plan: Mapping[str, Any], hashes: Mapping[str, str]) -> Row:
    origin = run.origin
    return {
        "id": run.id,
        "source": run.source,
        "dag_id": origin and origin.dag_id,
        "dag_run_id": origin and origin.run_id,
        "task_id": origin and origin.task_id,
        "map_index": origin and origin.map_index,
        "try_number": origin and origin.try_number,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "verdict": run.verdict,
        "score": run.score,
        **run.counts(),
        "task_key": origin and task_key(origin),
        "plan": {**plan, "statements": [{**sent, "sql": hashes[sent["sql"]]} for sent in plan["statements"]]},
    }


def _execution_row(position: int, execution: Execution, document: Mapping[str, Any], hashes: Mapping[str, str]) -> Row:
    return {
        "id": execution.id,
        "started_at": execution.started_at,
        "run_id": execution.run_id,
        "position": position,
        "test_key": test_key(execution.test_id),
        "test_id": execution.test_id,
        "label": execution.label,
        "type": execution.check.type,
        "dimension": execution.check.dimension,
        "dataset": execution.dataset.text,
        "conn_id": execution.dataset.conn_id,
        "outcome": execution.outcome,
        "severity": execution.severity,
        "value": as_double(execution.value),
        "checked": execution.checked,
        "failing": execution.failing,
        "message": execution.message,
        "error": execution.error,
        "duration_ms": execution.duration_ms,
        "statement": None if execution.sql is None else hashes[execution.sql],
        "exact_value": document["value"],
        "bounds": document["bounds"],
        "judgements": document["judgements"],
        "check_spec": document["check"],
        "dataset_spec": document["dataset"],
        "plan_facts": document["plan_facts"],
        "samples": document["samples"] or None,
    }


def _ids_within(run_id: UUID) -> Iterator[str]:
    """Yields ids that begin as the run's and count up: a run touches few pages of their index, however long that is."""
    first = run_id.int >> 32 << 32
    return (f"{first + number:032x}" for number in range(1 << 32))


def _measurement_rows(key: UUID, execution: Execution, document: Mapping[str, Any], ids: Iterator[str]) -> Iterator[Row]:
    for measured, plain in zip(execution.measurements, document["measurements"], strict=True):
        yield {
            "id": next(ids),
            "started_at": execution.started_at,
            "execution_id": execution.id,
            "test_key": key,
            "metric": measured.metric,
            "value": as_double(measured.value),
            "exact_value": plain["value"],
        }


def as_double(value: object) -> float | None:
    """Returns a value as charts draw it: a number, or the seconds of a duration; None for anything else and for NaN."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if not isinstance(value, int | float | Decimal):
        return None
    try:
        double = float(value)
    except OverflowError:  # an int; a decimal that is too large is infinite by itself
        double = math.inf if value > 0 else -math.inf
    return None if math.isnan(double) else double
