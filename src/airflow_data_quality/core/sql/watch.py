"""Work in a thread that the main thread can stop.

Python runs signal handlers in the main thread only, between two of its instructions: a main thread that waits inside a
database driver neither sees a timeout nor a request to stop. So statements run in a thread, and the main thread waits in
short slices.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from airflow_data_quality.core.database import Connection
from airflow_data_quality.core.errors import Cancelled

SLICE = 0.25
"""Seconds between two looks at whether to stop."""
PATIENCE = 10.0
"""Seconds to wait for a cancelled statement to end before the thread is left behind."""

T = TypeVar("T")


class Flag(Protocol):
    """What says that a run must stop; ``threading.Event`` does."""

    def is_set(self) -> bool:
        """Whether to stop."""


class Watched(Generic[T]):
    """One piece of work in a thread of its own, with the connections that it uses."""

    def __init__(self, work: Callable[[Watched[T]], T], flag: Flag) -> None:
        self._work = work
        self._flag = flag
        self._stopping = False
        self._done = threading.Event()
        self._result: list[T] = []
        self._error: BaseException | None = None
        self._connections: list[Connection] = []

    def uses(self, connection: Connection) -> None:
        """Tells of one more connection to cancel when the work must stop."""
        self._connections.append(connection)

    def stop(self) -> None:
        """Tells that the work is in vain: its statements are cancelled, and nothing new may be asked."""
        self._stopping = True

    def stopping(self) -> bool:
        """Whether nothing new may be asked."""
        return self._stopping or self._flag.is_set()

    def result(self) -> T:
        """Does the work and returns its result, or raises its error.

        Raises:
            Cancelled: when it was told to stop and did not end in time.
        """
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(self._run,), name="data-quality", daemon=True)
        thread.start()
        try:
            while not self._done.wait(SLICE):
                if self.stopping():
                    self._stop()
                    break
        except BaseException:
            # A timeout's or Ctrl-C's exception reached the main thread: the query must not outlive it.
            self._stop()
            raise
        if not self._done.is_set():
            raise Cancelled("the run was told to stop, and its statement did not end in time")
        thread.join()
        if self._error is not None:
            raise self._error
        return self._result[0]

    def _stop(self) -> None:
        self._stopping = True
        deadline = time.monotonic() + PATIENCE
        while not self._done.wait(SLICE) and time.monotonic() < deadline:
            self._cancel()

    def _cancel(self) -> None:
        for connection in list(self._connections):
            # A connection that is just being closed may raise anything; it is tried again until the deadline.
            with contextlib.suppress(Exception):
                connection.cancel()

    def _run(self) -> None:
        try:
            self._result.append(self._work(self))
        except BaseException as error:  # noqa: BLE001 - carried to the thread that waits
            self._error = error
        finally:
            self._done.set()
