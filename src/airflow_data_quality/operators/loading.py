"""What a task loads when it runs, loaded cheaply."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keeps the garbage collector from running while modules are imported.

    The many objects of an import set off a collection of all that Airflow has loaded before, which is never garbage: a
    third of what the first task of a process would wait for.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
