"""``check SUITE``: asks, and says what came of it. Nothing of it is kept."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from uuid6 import uuid7

from airflow_data_quality.cli.main import ERRORED, FAILED, PASSED
from airflow_data_quality.cli.selection import Selection, select
from airflow_data_quality.cli.terminal import print_table, progress, write
from airflow_data_quality.core import runner
from airflow_data_quality.core.formats.document import Document
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.report import text
from airflow_data_quality.core.report.github import github
from airflow_data_quality.core.report.junit import junit

EXITS = {"passed": PASSED, "warned": PASSED, "failed": FAILED, "errored": ERRORED}
"""Verdict → exit code."""


def run(args: Namespace) -> int:
    """Runs the checks of a suite and returns the exit code of the verdict."""
    selection = select(args)
    with progress() as on_progress:
        done = runner.run(
            selection.tests,
            selection.databases,
            id=uuid7(),
            started_at=datetime.now(timezone.utc),
            options=replace(selection.options, on_progress=on_progress),
        )
    WRITERS[args.format](done, selection, args.suite)
    return EXITS[done.verdict]


def _table(done: Run, selection: Selection, path: str) -> None:
    print_table(text.grid(done))
    told = [text.line(execution) for execution in text.worst_first(done) if execution.outcome != "passed"]
    write("\n".join(["", *told, *text.notes(done), text.title(done)]))


def _json(done: Run, selection: Selection, path: str) -> None:
    write(done.model_dump_json(indent=2))


def _junit(done: Run, selection: Selection, path: str) -> None:
    write(junit(done, selection.suite.name))


def _github(done: Run, selection: Selection, path: str) -> None:
    document = Document(Path(path).read_text(encoding="utf-8-sig"), path)
    checks = selection.suite.checks
    # The suite makes its tests dataset by dataset, the checks of each in their order.
    places = {test.id: document.place(["checks", number % len(checks)]) for number, test in enumerate(selection.tests)}
    write(github(done, places))


WRITERS: Mapping[str, Callable[[Run, Selection, str], None]] = {
    "table": _table,
    "json": _json,
    "junit": _junit,
    "github": _github,
}
