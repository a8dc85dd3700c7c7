"""What the demo tells while it works: one line a step, with the seconds it took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import TypeVar

from rich.console import Console

WIDTH_WITHOUT_TERMINAL = 160

T = TypeVar("T")

console = Console(highlight=False)
if not console.is_terminal:
    console = Console(highlight=False, width=WIDTH_WITHOUT_TERMINAL)


class Step:
    """A step under way; `note` is what its line says in the end beside its title."""

    def __init__(self, title: str) -> None:
        """Names the step.

        Args:
            title: What is being done, as an imperative.
        """
        self.title = title
        self.note = ""


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Shows that a step is under way (where there is a terminal), then its line: done or not, what, seconds."""
    current, started, mark = Step(title), time.monotonic(), "[red]✗[/red]"
    try:
        with console.status(title) if console.is_terminal else nullcontext():
            yield current
        mark = "[green]✓[/green]"
    finally:
        note = f": {current.note}" if current.note else ""
        console.print(f"{mark} {title}{note} [dim]({time.monotonic() - started:.1f} s)[/dim]")


@contextmanager
def part(name: str, running: AbstractContextManager[T]) -> Iterator[T]:
    """Runs a part of the demo as long as the block lasts, with a line for its start and one for its end."""
    with ExitStack() as stack:
        with step(f"start {name}"):
            value = stack.enter_context(running)
        try:
            yield value
        finally:
            with step(f"stop {name}"):
                stack.close()
