"""Ctrl-C and its kin: the first one ends the demo in good order, and nothing cuts that short."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_held = False
_pending: int | None = None


class Interrupted(BaseException):
    """A signal asked the demo to end. No `Exception`, so that nothing on the way takes it for a fault."""

    def __init__(self, number: int) -> None:
        """Keep which signal it was: the exit code tells it."""
        super().__init__(number)
        self.number = number


def listen() -> None:
    """Turn the signals that ask a process to end into `Interrupted`, also where they were ignored (a job in the background)."""
    for number in SIGNALS:
        signal.signal(number, _interrupt)


@contextmanager
def held_back() -> Iterator[None]:
    """Let a signal wait while something is done that must be done whole: a process is started and remembered."""
    global _held
    _held = True
    try:
        yield
    finally:
        _held = False
    if _pending is not None:
        raise Interrupted(_pending)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    """End the demo, now or when what is under way is done; whatever comes later finds it ending already."""
    global _pending
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    _pending = number
    if not _held:
        raise Interrupted(number)
