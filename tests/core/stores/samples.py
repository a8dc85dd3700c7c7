"""Small runs, for tests that ask for one thing only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid4

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.execution import Execution, Measurement, Outcome, execution_id
from airflow_data_quality.core.model.judgement import Judgement
from airflow_data_quality.core.model.run import Origin, Plan, Run, Statement

NOON = datetime(2024, 5, 1, 12, tzinfo=timezone.utc)
ORDERS = Dataset(table="public.orders", conn_id="warehouse")


def a_volume(run_id: UUID, test_id: str, *, at: datetime = NOON, outcome: Outcome = "passed") -> Execution:
    """An execution that counted five rows."""
    bounds = Bounds(min=1)
    return Execution(
        id=execution_id(run_id, test_id),
        run_id=run_id,
        test_id=test_id,
        check=Volume(min=1),
        dataset=ORDERS,
        outcome=outcome,
        severity="error",
        value=5,
        bounds=bounds,
        judgements=(Judgement(metric="row_count", value=5, bounds=bounds, held=True),),
        message="5 rows, as allowed: at least 1",
        measurements=(Measurement(metric="row_count", value=5),),
        sql="SELECT COUNT(*) FROM public.orders",
        started_at=at,
    )


def a_completeness(run_id: UUID, test_id: str, *, check: Check | None = None) -> Execution:
    """An execution that found three NULLs among a thousand rows."""
    return Execution(
        id=execution_id(run_id, test_id),
        run_id=run_id,
        test_id=test_id,
        check=check or Completeness(column="email", severity="warn", tags=["gold"]),
        dataset=ORDERS,
        outcome="failed",
        severity="warn",
        value=3,
        checked=1_000,
        failing=3,
        bounds=0,
        judgements=(Judgement(metric="failing", value=3, bounds=0, held=False),),
        message="3 of 1,000 rows (0.3%) have no email, allowed 0",
        measurements=(Measurement(metric="row_count", value=1_000), Measurement(metric="null_count(email)", value=3)),
        sql="SELECT COUNT(*), COUNT(CASE WHEN email IS NULL THEN 1 END) FROM public.orders",
        started_at=NOON,
        duration_ms=12.5,
        plan_facts=("fused with 1 other",),
    )


def a_run(
    *,
    test_ids: Sequence[str] = ("shop/orders_quality/volume",),
    at: datetime = NOON,
    origin: Origin | None = None,
    run_id: UUID | None = None,
) -> Run:
    """A run in which everything passed, one execution for each of the tests."""
    run_id = run_id or uuid4()
    sent = Statement(sql="SELECT COUNT(*) AS m0 FROM public.orders", test_ids=tuple(test_ids), duration_ms=2.0)
    return Run(
        id=run_id,
        source="python" if origin is None else "airflow",
        origin=origin,
        started_at=at,
        finished_at=at + timedelta(seconds=1),
        executions=tuple(a_volume(run_id, test_id, at=at) for test_id in test_ids),
        plan=Plan(statements=(sent,)),
    )


def a_task(*, map_index: int = -1, try_number: int = 1, task_id: str = "orders_quality") -> Origin:
    """A task instance."""
    return Origin(dag_id="shop", run_id="manual__1", task_id=task_id, map_index=map_index, try_number=try_number)
