"""When which stored test is due, kept on this host for as long as the store says that nothing has changed."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic_core import from_json, to_json

from airflow_data_quality.core.stores.configs.store import ConfigStore
from airflow_data_quality.scheduling.due import Entry

KEPT_SECONDS = 3600.0
"""After how long the tests are read again all the same: a store that was made anew, or brought back, counts as the other did."""


def timetable(store: ConfigStore, file: Path) -> Sequence[Entry]:
    """Returns the timetable of a store's tests; a process that is new reads thousands of tests by one small question.

    Args:
        store: of the tests.
        file: where it is kept; one that is not there, or that nobody may write, only costs time.
    """
    revision = store.revision()
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = from_json(file.read_bytes())
        is_fresh = abs(time.time() - file.stat().st_mtime) < KEPT_SECONDS
        if is_fresh and (kept["place"], kept["revision"]) == (store.place, revision):
            entries: Sequence[Entry] = kept["tests"]
            return entries
    revision, entries = store.timetable()
    with suppress(OSError):
        _replace(file, to_json({"place": store.place, "revision": revision, "tests": entries}))
    return entries


def _replace(file: Path, content: bytes) -> None:
    """Writes a file that others read at the same moment."""
    new = file.with_name(f"{file.name}.{os.getpid()}")
    new.write_bytes(content)
    new.replace(file)
