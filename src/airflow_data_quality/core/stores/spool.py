"""Where runs wait that the result store could not take: one file a run, whole or not there at all.

A file is a line that names the format and the SHA-256 of what follows, and the run as JSON. What cannot be delivered is
never deleted: it stays, or is set aside into the folder ``aside`` with a message.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from airflow_data_quality.core.errors import StoreError, Unstorable
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.stores.results.base import ResultStore

KIND = b"data-quality-run "
FORMAT = 1
"""How files are written by this code; what a newer one has written is left to it."""
ENDING = ".run"
PARTIAL = ".partial"
ABANDONED_SECONDS = 3600.0
"""After how long a file that is not finished has been left behind by a process that was killed."""


class Folder(Protocol):
    """A flat folder of files and one for those that are set aside; errors are OSErrors."""

    def names(self) -> Sequence[str]:
        """Returns the names of the files that wait; none where there is no folder yet."""

    def read(self, name: str) -> bytes:
        """Returns what is in a file; raises FileNotFoundError when somebody else has removed it."""

    def write(self, name: str, content: bytes) -> None:
        """Makes a file durably; whoever looks meanwhile sees all of it or nothing."""

    def remove(self, name: str) -> None:
        """Removes a file; one that is gone already is fine."""

    def set_aside(self, name: str) -> None:
        """Puts a file where nobody looks for runs; one that is gone already is fine."""


@dataclass(frozen=True)
class LocalFolder:
    """A folder on this host, or one that several share; it is made by the first file."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def names(self) -> Sequence[str]:
        """See ``Folder``; a file that a killed process has left unfinished long ago is named too."""
        with suppress(FileNotFoundError):
            return [entry.name for entry in os.scandir(self.path) if entry.is_file() and self._waits(entry)]
        return []

    def _waits(self, entry: os.DirEntry[str]) -> bool:
        if entry.name.endswith(PARTIAL):
            with suppress(FileNotFoundError):
                return time.time() - entry.stat().st_mtime > ABANDONED_SECONDS
        return entry.name.endswith(ENDING)

    def read(self, name: str) -> bytes:
        """See ``Folder``."""
        return (self.path / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """See ``Folder``: written, synced, renamed, and the folder synced; only its owner may read it."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = self.path / f"{name}.{os.getpid()}{PARTIAL}"
        descriptor = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self.path / name)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        _sync(self.path)

    def remove(self, name: str) -> None:
        """See ``Folder``."""
        (self.path / name).unlink(missing_ok=True)

    def set_aside(self, name: str) -> None:
        """See ``Folder``."""
        aside = self.path / "aside"
        aside.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            (self.path / name).replace(aside / name)
            _sync(aside)


def _sync(folder: Path) -> None:
    """Makes the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass
class Delivery:
    """What came of delivering. Texts say what a person should know of a file that is still there."""

    stored: int = 0
    """Runs that the store has now, those that it had before counted too."""
    aside: list[str] = field(default_factory=list)
    """Of files that were set aside."""
    left: list[str] = field(default_factory=list)
    """Of files that were left where they are."""
    away: StoreError | None = None
    """Why the store took no more; None where it has seen all."""

    def problems(self, waiting: int, place: str) -> Sequence[str]:
        """Returns what a person should see to, one text each, given how many still wait, and where."""
        away = [] if self.away is None else [str(self.away), f"{waiting} run(s) still wait in {place}"]
        return [*self.aside, *self.left, *away]


class Spool:
    """Runs that wait for the result store."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def __str__(self) -> str:
        return str(self._folder)

    def put(self, run: Run) -> str:
        """Keeps a run durably and returns the name of its file; raises OSError where that cannot be done."""
        name = f"{run.started_at:%Y%m%dT%H%M%S}-{run.id}{ENDING}"
        text = run.model_dump_json().encode()
        self._folder.write(name, _head(text) + b"\n" + text)
        return name

    def waiting(self) -> Sequence[str]:
        """Returns the names of the files that wait, the oldest first."""
        return sorted(self._folder.names())

    def deliver(self, store: ResultStore, *, seconds: float | None = None) -> Delivery:
        """Gives the store what waits, the oldest first, until it takes no more.

        Two that deliver at the same moment disturb neither each other nor the store, which takes each run once.

        Args:
            store: takes them.
            seconds: after how long no other run is begun; None for as long as it takes.
        """
        done = Delivery()
        deadline = None if seconds is None else time.monotonic() + seconds
        for name, run in self._runs(done):
            try:
                store.write(run)
            except Unstorable as error:
                self._set_aside(name, str(error), done)
                continue
            except StoreError as error:
                done.away = error
                break
            done.stored += 1
            try:
                self._folder.remove(name)
            except OSError as error:
                done.left.append(f"{name} is stored, but cannot be removed: {error.strerror or error}")
            if deadline is not None and time.monotonic() > deadline:
                break
        return done

    def _runs(self, done: Delivery) -> Iterator[tuple[str, Run]]:
        """Yields what waits and can be read."""
        for name in self.waiting():
            try:
                content = self._folder.read(name)
            except FileNotFoundError:
                continue
            except OSError as error:
                done.left.append(f"{name} cannot be read: {error.strerror or error}")
                continue
            head, _, text = content.partition(b"\n")
            if head == _head(text):
                try:
                    yield name, Run.model_validate_json(text)
                except ValidationError as error:
                    reason = error.errors(include_url=False, include_input=False)[0]["msg"]
                    done.left.append(f"{name} cannot be read here: {reason}")
            elif _is_newer(head):
                done.left.append(f"{name} was written by a newer airflow-provider-data-quality; upgrade the package here")
            else:
                self._set_aside(name, "it is damaged: its text is not the one that was written", done)

    def _set_aside(self, name: str, reason: str, done: Delivery) -> None:
        try:
            self._folder.set_aside(name)
        except OSError as error:
            done.left.append(f"{name} cannot be set aside ({error.strerror or error}): {reason}")
        else:
            done.aside.append(f"{name} was set aside in {self}/aside: {reason}")


def _head(text: bytes) -> bytes:
    return b"%s%d %s" % (KIND, FORMAT, sha256(text).hexdigest().encode())


def _is_newer(head: bytes) -> bool:
    number = head.removeprefix(KIND).partition(b" ")[0]
    return head.startswith(KIND) and number.isdigit() and int(number) > FORMAT
