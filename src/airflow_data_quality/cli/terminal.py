"""What people see: tables with colours on a terminal, plain aligned text anywhere else; progress of long runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Timer

from airflow_data_quality.core.report.text import aligned

COLOURS = {"passed": "green", "failed": "bold red", "errored": "magenta", "skipped": "dim", "warn": "yellow", "info": "dim"}
NUMBERS = ("value", "allowed", "failing of checked")
LONG = 1.0
"""Seconds after which a run is long enough to say how far it is."""


def write(text: str) -> None:
    """Prints a text; characters that the output cannot hold are escaped.

    That its reader has seen enough (``| head -1``) is no error, and changes no exit code.
    """
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except BrokenPipeError:
        # Else Python would complain of what is left once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Prints rows, the first of them the header."""
    if not sys.stdout.isatty():
        write("\n".join(aligned(rows)))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    header, *others = rows
    table = Table(box=box.SIMPLE_HEAD)
    for name in header:
        table.add_column(name, justify="right" if name in NUMBERS else "left", overflow="fold")
    for row in others:
        table.add_row(*(Text(cell, style=COLOURS.get(cell, "")) for cell in row))
    Console().print(table)


@contextmanager
def progress() -> Iterator[Callable[[int, int], None] | None]:
    """Yields what a run tells how far it is; on a terminal a bar shows it on stderr while it lasts, None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=Console(stderr=True), transient=True
    )
    steps = bar.add_task("steps", total=None)
    late = Timer(LONG, bar.start)
    late.daemon = True
    late.start()
    try:
        yield lambda done, total: bar.update(steps, completed=done, total=total)
    finally:
        late.cancel()
        late.join()
        bar.stop()
