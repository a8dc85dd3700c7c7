"""From what was measured to an execution."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.execution import Execution, Measurement, execution_id
from airflow_data_quality.core.model.metric import OF_WARN, Measured
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.sql.board import Found
from airflow_data_quality.core.sql.steps import Question

Answer = tuple[Question, Found]
FROM_CATALOG = "from the catalog"
"""How a check is answered that has no questions to its dataset's rows."""


def judged(
    test: Test,
    answers: Sequence[Answer],
    columns: Columns,
    *,
    run_id: UUID,
    started_at: datetime,
    sql: str | None,
    duration_ms: float,
) -> Execution:
    """Returns what came of a test that was asked: main bounds first, then those of ``warn``, from the same values."""
    facts: dict[str, Any] = {"sql": sql, "duration_ms": duration_ms}
    problem = next((found.error for _, found in answers if found.error is not None), None)
    if problem is not None:
        return errored(test, problem, run_id=run_id, started_at=started_at, **facts)
    facts["measurements"] = tuple(
        Measurement(metric=name, value=value)
        for asked, found in answers
        for name, value in zip(asked.metric.names, found.values, strict=True)
    )
    told = [fact for _, found in answers for fact in found.facts] if answers else [FROM_CATALOG]
    facts["plan_facts"] = tuple(dict.fromkeys(told))
    measured = {role: value for asked, found in answers for role, value in zip(asked.metric.roles, found.values, strict=True)}
    try:
        verdict = test.check.judge(measured, columns)
        warned = test.check.warned()
        warning = warned.judge(_by_warn(measured), columns) if verdict.held and warned is not None else verdict
    except Exception as error:  # noqa: BLE001 - a check of a third party may raise anything
        return errored(test, error, run_id=run_id, started_at=started_at, **facts)
    severity = test.check.severity if warning.held or not verdict.held else "warn"
    decisive = warning.decisive
    return _execution(
        test,
        run_id,
        started_at,
        outcome="passed" if warning.held else "failed",
        severity=severity,
        value=decisive.value,
        bounds=decisive.bounds,
        checked=warning.checked,
        failing=warning.failing,
        judgements=warning.judgements,
        message=warning.message,
        **facts,
    )


def _by_warn(measured: Measured) -> Measured:
    return measured | {role.removeprefix(OF_WARN): value for role, value in measured.items() if role.startswith(OF_WARN)}


def errored(test: Test, error: Exception, *, run_id: UUID, started_at: datetime, **facts: Any) -> Execution:
    """Returns what came of a test that could not be asked or judged; the database's own words are in ``error``."""
    text = error_text(error)
    return _execution(
        test,
        run_id,
        started_at,
        outcome="errored",
        severity=test.check.severity,
        message=f"could not be asked: {text}",
        error=text,
        **facts,
    )


def error_text(error: Exception) -> str:
    """Returns what an error says; its name where it says nothing."""
    return str(error) or type(error).__name__


def _execution(test: Test, run_id: UUID, started_at: datetime, **facts: Any) -> Execution:
    return Execution(
        id=execution_id(run_id, test.id),
        run_id=run_id,
        test_id=test.id,
        check=test.check,
        dataset=test.dataset,
        started_at=started_at,
        **facts,
    )
