"""What the demo shows of a run: every check with what was measured, and what became of each task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.report.text import cells

COLOURS = {"passed": "green", "failed": "red", "errored": "magenta", "success": "green", "upstream_failed": "yellow"}
COLOUR_OF_A_WARNING = "yellow"
WIDE = 130
"""Columns from which on a message has room in the table; in a narrower terminal it stands below."""


@dataclass(frozen=True)
class Checks:
    """A table of checks, one a row, drawn for the width there is."""

    title: str
    executions: Sequence[Execution]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Draws it."""
        wide = options.max_width >= WIDE
        table = Table(title=self.title, title_justify="left", title_style="bold", box=box.HEAVY_HEAD if wide else None)
        for heading in ("check", "severity", "outcome"):
            table.add_column(heading, overflow="fold")
        for heading in ("value", "bounds", "failing of checked"):
            table.add_column(heading, justify="right")
        if wide:
            table.add_column("message")
        for execution in self.executions:
            outcome, severity, label, value, bounds, failing = cells(execution)
            row = (label, severity, Text(outcome, _colour(execution)), value, bounds, failing)
            table.add_row(*row, *([execution.message] if wide else []))
        yield table
        if not wide:
            yield from (Text(f"{execution.label}: {execution.message}") for execution in self.executions)


def pipeline(tasks: Mapping[str, str]) -> Text:
    """Draws what became of each task, in the order in which they run."""
    line = Text("tasks: ")
    for number, (task, state) in enumerate(tasks.items()):
        line.append(" >> " if number else "").append(f"{task} ").append(state, COLOURS.get(state, ""))
    return line


def _colour(execution: Execution) -> str:
    """Chooses how loud an outcome is: a failure that does not block is a warning."""
    if execution.outcome == "failed" and execution.severity != "error":
        return COLOUR_OF_A_WARNING
    return COLOURS.get(execution.outcome, "")
