"""A run as text: one line per check, and a table that ends it."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.duration import rough_duration, spell_duration
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.numbers import spell
from airflow_data_quality.core.model.row_check import allowance
from airflow_data_quality.core.model.run import Run

HEADER = ("outcome", "severity", "check", "value", "allowed", "failing of checked")
ORDER = {"failed": 0, "errored": 1, "skipped": 2, "passed": 3}


def line(execution: Execution) -> str:
    """Returns an execution on one line: ``failed   completeness(email): 412 of 1,000 rows …``."""
    warning = f" [{execution.severity}]" if execution.severity != "error" else ""
    return _one_line(f"{execution.outcome:<7} {execution.test_id}{warning}: {execution.message}")


def cells(execution: Execution) -> tuple[str, ...]:
    """Returns what ``HEADER`` names, as text."""
    of = f"{execution.failing:,} of {execution.checked:,}" if execution.checked is not None else ""
    value = "" if execution.value is None else _spell(execution.value)
    return (execution.outcome, execution.severity, _one_line(execution.label), value, _allowed(execution), of)


def table(run: Run) -> str:
    """Returns the run as a table, the worst first, under one line that says how it went."""
    counts = ", ".join(f"{count} {outcome}" for outcome, count in run.counts().items() if count)
    score = "" if run.score is None else f", score {run.score:.2f}"
    title = f"verdict {run.verdict}: {counts or 'nothing was checked'}{score} (run {run.id})"
    worst_first = sorted(run.executions, key=lambda e: (ORDER[e.outcome], e.severity != "error"))
    return "\n".join([title, *_aligned([HEADER, *map(cells, worst_first)])]) if worst_first else title


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def _aligned(rows: Sequence[tuple[str, ...]]) -> Sequence[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _allowed(execution: Execution) -> str:
    bounds = execution.bounds
    if isinstance(bounds, Bounds):
        return bounds.describe()
    if bounds is None:
        return ""
    return f"at most {allowance(bounds) if isinstance(bounds, int | str) else spell_duration(bounds)}"


def _spell(value: object) -> str:
    return rough_duration(value) if hasattr(value, "total_seconds") else spell(value)  # type: ignore[arg-type]
