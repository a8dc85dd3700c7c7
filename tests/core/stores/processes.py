"""What other processes do to a store, and how they are started."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Sequence
from multiprocessing.context import ForkServerProcess
from typing import Any

from sqlalchemy import Connection, Engine, event

from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from tests.core.stores.samples import a_run

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["alembic.command", "airflow_data_quality.core.checks.volume", "tests.core.stores.processes"])


def start(target: Any, *arguments: Any) -> ForkServerProcess:
    """Starts a process; one that knows nothing of this one's connections."""
    process = CONTEXT.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def store_at(url: str) -> SqlResultStore:
    """Returns the store in the database that the URL names."""
    return SqlResultStore(StoreDatabase.by_url(url), retention_days=0)


def exit_codes(processes: Sequence[ForkServerProcess]) -> list[int | None]:
    """Waits for all of them."""
    for process in processes:
        process.join(timeout=120)
    return [process.exitcode for process in processes]


def write_at_once(url: str, barrier: Any, runs: Sequence[Run]) -> None:
    """Waits until everybody is there, then writes."""
    store = store_at(url)
    barrier.wait(timeout=120)
    for run in runs:
        store.write(run)


def die_after(url: str, run: Run, statements: int) -> None:
    """Writes, and is killed after so many statements that change something."""
    seen = 0

    @event.listens_for(Engine, "after_cursor_execute")
    def _count(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
        nonlocal seen
        seen += statement.lstrip().startswith(("INSERT", "CREATE", "UPDATE"))
        if seen == statements:
            os.kill(os.getpid(), signal.SIGKILL)

    store = store_at(url)
    store.migrate()
    store.write(run)


def die_before_commit(url: str, run: Run) -> None:
    """Writes, and is killed when all is said and nothing committed."""

    @event.listens_for(Engine, "commit")
    def _die(connection: Connection) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    store_at(url).write(run)


def write_and_fork(url: str) -> None:
    """Writes, forks, and writes on both sides with the same store."""
    store = store_at(url)
    store.write(a_run())
    child = os.fork()
    for _ in range(10):
        store.write(a_run())
    if child == 0:
        os._exit(0)
    _, status = os.waitpid(child, 0)
    raise SystemExit(os.waitstatus_to_exitcode(status))
