"""What the demo shows."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

from rich.console import Console

from demo import report
from demo.facts import BLOCKED, Seen, Story


def test_a_run_is_shown_with_every_check_and_task(seen_as_told: Callable[[Story], Seen]) -> None:
    seen = seen_as_told(BLOCKED)
    console = Console(width=160, record=True, file=StringIO())
    console.print(report.Checks(BLOCKED.title, seen.executions), report.pipeline(seen.tasks), sep="\n")
    text = console.export_text()
    assert BLOCKED.title in text
    assert "tasks: load_flights success >> flights_quality failed >> publish_flights upstream_failed" in text
    (line,) = (line for line in text.splitlines() if "referential(tailnum)" in line)
    assert [cell.strip() for cell in line.strip("│").split("│")] == [
        "referential(tailnum)",
        "warn",
        "failed",
        "",
        "",
        "50,094 of 334,264",
        "as it came",
    ]
