"""Ctrl-C and its kin: the first one ends the demo in good order, and nothing cuts that short."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asked the demo to end. No ``Exception``, so that nothing on the way takes it for a fault."""

    def __init__(self, number: int) -> None:
        """Keeps which signal it was: the exit code tells it."""
        super().__init__(number)
        self.number = number


class Interrupts:
    """The signals that ask a process to end, turned into ``Interrupted``."""

    def __init__(self) -> None:
        """Changes nothing yet."""
        self._held = False
        self._pending: int | None = None

    def listen(self) -> None:
        """Listens from now on, also to signals that were ignored (as those of a job in the background are)."""
        for number in SIGNALS:
            signal.signal(number, self._interrupt)

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Lets a signal wait while something is done that must be done whole: a process is started and remembered."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self._pending is not None:
            raise Interrupted(self._pending)

    def _interrupt(self, number: int, _frame: FrameType | None) -> None:
        """Ends the demo, now or when what is under way is done; whatever comes later finds it ending already."""
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        self._pending = number
        if not self._held:
            raise Interrupted(number)


interrupts = Interrupts()
"""Those of this process."""
