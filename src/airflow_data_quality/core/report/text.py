"""A run as text: one line per check, and a table that ends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.duration import rough_duration, spell_duration
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.numbers import is_number, rounded, spell
from airflow_data_quality.core.model.row_check import allowance
from airflow_data_quality.core.model.run import Plan, Run, Statement

HEADER = ("outcome", "severity", "check", "value", "allowed", "failing of checked")
ORDER = {"failed": 0, "errored": 1, "skipped": 2, "passed": 3}
_CONTROL = {code: " " for code in (*range(32), *range(127, 160))}


def line(execution: Execution) -> str:
    """Returns an execution on one line: ``failed   completeness(email): 412 of 1,000 rows …``."""
    warning = f" [{execution.severity}]" if execution.severity != "error" else ""
    return one_line(f"{execution.outcome:<7} {execution.test_id}{warning}: {execution.message}")


def cells(execution: Execution) -> tuple[str, ...]:
    """Returns what ``HEADER`` names, as text."""
    of = f"{execution.failing:,} of {execution.checked:,}" if execution.checked is not None else ""
    value = "" if execution.value is None else _spell(execution.value)
    return (execution.outcome, execution.severity, one_line(execution.label), value, _allowed(execution), of)


def worst_first(run: Run) -> Sequence[Execution]:
    """Returns the run's executions: failed before errored before skipped before passed, errors before warnings."""
    return sorted(run.executions, key=lambda e: (ORDER[e.outcome], e.severity != "error"))


def title(run: Run) -> str:
    """Returns how the run went, on one line."""
    counts = ", ".join(f"{count} {outcome}" for outcome, count in run.counts().items() if count)
    score = "" if run.score is None else f", score {run.score:.2f}"
    return f"verdict {run.verdict}: {counts or 'nothing was checked'}{score}"


def grid(run: Run) -> Sequence[tuple[str, ...]]:
    """Returns the run's executions as ``cells`` under their header, the worst first; named by dataset where there are several."""
    shown = worst_first(run)
    rows = [HEADER, *map(cells, shown)]
    datasets = ["dataset", *(one_line(execution.dataset.text) for execution in shown)]
    if len({execution.dataset for execution in shown}) < 2:
        return rows
    return [(*row[:2], dataset, *row[2:]) for dataset, row in zip(datasets, rows, strict=True)]


def table(run: Run) -> str:
    """Returns the run as a table, the worst first, under one line that says how it went."""
    head = f"{title(run)} (run {run.id})"
    return "\n".join([head, *(aligned(grid(run)) if run.executions else ()), *notes(run)])


def notes(run: Run) -> Sequence[str]:
    """Returns what was done otherwise than it should be, one line each."""
    return [one_line(f"note: {note}") for note in run.plan.notes]


def planned(plan: Plan) -> str:
    """Returns a plan as SQL to paste into a console: comments say what each statement is for, why so, and what it costs."""
    why = {test.test_id: f"{test.test_id}: {'; '.join(test.facts)}" for test in plan.tests}
    blocks: list[str] = []
    for number, sent in enumerate(plan.statements, 1):
        blocks.append(_planned(f"statement {number} of {len(plan.statements)}", sent, why))
        # Its reasons are given where a test is named first.
        why = {test_id: text for test_id, text in why.items() if test_id not in sent.test_ids}
    free = [why[test.test_id] for test in plan.tests if not test.statements]
    return "\n\n".join([*blocks, *_comments(["no statement is needed for", *free] if free else []), *_not_asked(plan.errors)])


def _planned(head: str, sent: Statement, why: Mapping[str, str]) -> str:
    tests = f"{len(sent.test_ids)} tests in one" if len(sent.test_ids) > 1 else "1 test"
    cost = "" if sent.cost is None else f", estimated cost {spell(sent.cost)}"
    conn_id = "" if sent.conn_id is None else f", behind {sent.conn_id}"
    (comments,) = _comments([f"{head}: {tests}{conn_id}{cost}", *(why.get(test_id, test_id) for test_id in sent.test_ids)])
    return f"{comments}\n{sent.sql};"


def _comments(lines: Sequence[str]) -> Sequence[str]:
    """Returns a heading and what stands below it as one block of comments, none for no lines."""
    return ["\n".join(f"-- {'  ' * (number > 0)}{one_line(text)}" for number, text in enumerate(lines))] if lines else []


def _not_asked(errors: Mapping[str, str]) -> Sequence[str]:
    lines = (f"-- {one_line(f'{test_id} cannot be asked: {reason}')}" for test_id, reason in errors.items())
    return ["\n".join(lines)] if errors else []


def one_line(text: str) -> str:
    """Returns a text on one line, and without what would command a terminal."""
    return " ".join(text.splitlines()).translate(_CONTROL)


def aligned(rows: Sequence[Sequence[str]]) -> Sequence[str]:
    """Returns rows as lines whose columns stand below each other."""
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
    if isinstance(value, timedelta):
        return rough_duration(value)
    return spell(rounded(value) if is_number(value) else value)  # type: ignore[arg-type]
