"""The folder in which the demo keeps what it makes: Airflow's home and the logs, new with every start."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.errors import DemoError

FOLDER = Path(__file__).resolve().parent.parent / ".demo"
LOCK = "lock"


@contextmanager
def fresh() -> Iterator[Path]:
    """Empties the folder for one demo, which has it for itself as long as the block lasts.

    Raises:
        DemoError: Another demo runs in it.
    """
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    with (FOLDER / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise DemoError(f"a demo runs here already (process {lock.read()}): end that one first") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        _empty(FOLDER)
        yield FOLDER


def _empty(folder: Path) -> None:
    """Removes what an earlier demo left for people to look at."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()
