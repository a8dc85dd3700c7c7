"""Processes the demo starts, and how they all end: whatever belongs to one, children of children included."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

import psutil  # type: ignore[import-untyped]

from demo.interrupts import interrupts

POLL_SECONDS = 0.2
PATIENCE_SECONDS = 8.0


@contextmanager
def session(command: Sequence[object], output: BinaryIO, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a command as the leader of a session of its own; all of the session ends with the block.

    A session of its own keeps a terminal's Ctrl-C away from it: the demo decides when and in which order things end.

    Args:
        command: What to run.
        output: Where it writes.
        options: More for `subprocess.Popen`.
    """
    leader = None
    try:
        with interrupts.held_back():
            leader = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **options,
            )
        yield leader
    finally:
        if leader is not None:
            _stop(leader)


def members(session: int) -> list[psutil.Process]:
    """Finds what runs in a session: its leader, and what descends from it without having left for a session of its own."""
    found = []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, PermissionError, psutil.Error):
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def wait_until(condition: Callable[[], bool], *, timeout: float) -> bool:
    """Asks again and again until the answer is yes.

    Args:
        condition: What is waited for.
        timeout: Seconds after which to give up.

    Returns:
        Whether it came to be in time.
    """
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _stop(leader: subprocess.Popen[bytes]) -> None:
    """Asks the leader to end (SIGINT: PostgreSQL and Airflow then end in good order), then the rest; kills what stays."""
    with suppress(ProcessLookupError):
        leader.send_signal(signal.SIGINT)
    wait_until(lambda: leader.poll() is not None, timeout=PATIENCE_SECONDS)
    _send(signal.SIGTERM, members(leader.pid))
    if not wait_until(lambda: _is_over(leader), timeout=PATIENCE_SECONDS):
        _send(signal.SIGKILL, members(leader.pid))
        wait_until(lambda: _is_over(leader), timeout=PATIENCE_SECONDS)


def _is_over(leader: subprocess.Popen[bytes]) -> bool:
    """Says whether nothing of a session runs any more."""
    return leader.poll() is not None and not members(leader.pid)


def _send(number: signal.Signals, processes: Iterable[psutil.Process]) -> None:
    """Sends a signal to each process that is still there."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
