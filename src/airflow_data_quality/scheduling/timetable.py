"""When which stored test is due, kept on this host for as long as the store says that nothing has changed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic_core import from_json, to_json

from airflow_data_quality.core.stores.configs.store import ConfigStore
from airflow_data_quality.scheduling.due import Entry


def timetable(store: ConfigStore, file: Path) -> Sequence[Entry]:
    """Returns the timetable of a store's tests; a process that is new reads thousands of tests by one small question.

    Args:
        store: of the tests.
        file: where it is kept; one that is not there, or that nobody may write, only costs time.
    """
    revision = store.revision()
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = from_json(file.read_bytes())
        if (kept["place"], kept["revision"]) == (store.place, revision):
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
