"""What the demo shows of a run: every check with what was measured, and what became of each task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from airflow_data_quality.core.model.execution import Execution

COLOURS = {
    "passed": "green",
    "failed": "red",
    "errored": "magenta",
    "skipped": "dim",
    "success": "green",
    "upstream_failed": "yellow",
}
WARNED = "yellow"


def run(title: str, tasks: Mapping[str, str], executions: Sequence[Execution]) -> RenderableType:
    """Draws a run of the pipeline."""
    return Group("", checks(title, executions), pipeline(tasks), "")


def checks(title: str, executions: Sequence[Execution]) -> Table:
    """Draws a table of checks, one a row."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for heading in ("check", "severity", "outcome"):
        table.add_column(heading)
    for heading in ("value", "bounds", "failing of checked"):
        table.add_column(heading, justify="right")
    table.add_column("message", overflow="fold")
    for execution in executions:
        table.add_row(
            execution.label,
            execution.severity,
            _outcome(execution),
            _spell(execution.value),
            _bounds(execution),
            _failing(execution),
            execution.message,
        )
    return table


def pipeline(tasks: Mapping[str, str]) -> Text:
    """Draws what became of each task, in the order in which they run."""
    line = Text("tasks: ")
    for number, (task, state) in enumerate(tasks.items()):
        line.append(" >> " if number else "").append(f"{task} ").append(state, COLOURS.get(state, ""))
    return line


def _outcome(execution: Execution) -> Text:
    """Colours an outcome by how much it matters."""
    colour = COLOURS.get(execution.outcome, "")
    return Text(execution.outcome, WARNED if execution.outcome == "failed" and execution.severity != "error" else colour)


def _failing(execution: Execution) -> str:
    """Spells how many rows break a check, of how many that it looked at."""
    if execution.failing is None:
        return "–"
    share = f" ({execution.failing / execution.checked:.2%})" if execution.failing and execution.checked else ""
    return f"{execution.failing:,} of {_spell(execution.checked)}{share}"


def _bounds(execution: Execution) -> str:
    """Spells what the value had to be."""
    return "–" if execution.bounds is None else str(execution.bounds)


def _spell(value: Any) -> str:
    """Spells a value for people: digits in groups, nothing as a dash."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else str(value)
