"""What can happen to a result store while a run is written, made to happen to a real PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from demo.postgres import Cluster, cluster
from demo.processes import wait_until

ROOM = 1 << 20
"""Bytes to which the files of the server are limited where its disk is full: those of its log fit, its tables do not."""
DURABLE = {"fsync": "off", "synchronous_commit": "on", "max_connections": "60"}
"""What is committed outlives the server's death; that the machine dies too is not what is tested."""


class Server:
    """A PostgreSQL that is started, stopped and killed, and the store in it."""

    def __init__(self, made: Cluster) -> None:
        self._cluster = made
        self._stack = ExitStack()
        self.fired = 0
        """How often something happened to a session of the store."""
        self.start()
        self.database = StoreDatabase.by_url(f"postgresql+psycopg://postgres@/postgres?host={made.folder}")
        self.store = SqlResultStore(self.database)
        self.store.migrate()

    def start(self) -> None:
        """Starts it, and waits until it answers; after a crash that is when it has recovered."""
        running, self._process = self._stack.enter_context(self._cluster.started())
        self._beside = self._stack.enter_context(psycopg.connect(running.dsn(), autocommit=True))

    def stop(self) -> None:
        """Ends it in good order."""
        self._stack.close()

    def kill(self, number: signal.Signals) -> None:
        """Ends it at once: SIGQUIT is what it calls immediate shutdown; SIGKILL takes every process of it."""
        leader = psutil.Process(self._process.pid)
        victims = [leader, *leader.children(recursive=True)] if number == signal.SIGKILL else [leader]
        for victim in victims:
            victim.send_signal(number)
        self._process.wait(60)
        assert wait_until(lambda: all(map(_is_dead, victims)), timeout=60)
        self._stack.close()

    def execute(self, *statements: str) -> list[Any]:
        """Runs statements beside the store."""
        rows: list[Any] = []
        for statement in statements:
            cursor = self._beside.execute(statement)
            rows = cursor.fetchall() if cursor.description else []
        return rows

    def statements(self, work: Callable[[], object]) -> int:
        """Returns how many statements the store sends for some work."""
        seen = 0

        def count(*given: Any) -> None:
            nonlocal seen
            seen += 1

        event.listen(self.database.engine, "before_cursor_execute", count)
        work()
        event.remove(self.database.engine, "before_cursor_execute", count)
        return seen

    # Faults: each is on while its block lasts ------------------------------------------------------------------------

    @contextmanager
    def at_statement(self, number: int, happens: Callable[[int], None]) -> Iterator[None]:
        """Lets something happen before that statement of a transaction; it is told the server process of the session."""
        seen = 0

        def count(connection: Any, *rest: Any) -> None:
            nonlocal seen
            seen += 1
            if seen == number:
                self.fired += 1
                happens(connection.connection.driver_connection.info.backend_pid)

        event.listen(self.database.engine, "before_cursor_execute", count)
        try:
            yield
        finally:
            event.remove(self.database.engine, "before_cursor_execute", count)

    @contextmanager
    def before_commit(self, happens: Callable[[int], None]) -> Iterator[None]:
        """Lets something happen when all is said and nothing committed."""

        def tell(connection: Any) -> None:
            self.fired += 1
            happens(connection.connection.driver_connection.info.backend_pid)

        event.listen(self.database.engine, "commit", tell)
        try:
            yield
        finally:
            event.remove(self.database.engine, "commit", tell)

    @contextmanager
    def answer_lost(self) -> Iterator[None]:
        """Commits, and loses the connection before the answer is here: at will that can only be pretended."""
        dialect = self.database.engine.dialect
        commit = dialect.do_commit

        def lose(raw: Any) -> None:
            commit(raw)
            raise OperationalError("COMMIT", None, Exception("the connection was lost"))

        dialect.do_commit = lose  # type: ignore[method-assign]
        try:
            yield
        finally:
            dialect.do_commit = commit  # type: ignore[method-assign]

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """What a server is that has become a replica, or that somebody has closed to writers."""
        self._set("default_transaction_read_only", "on")
        try:
            yield
        finally:
            self._set("default_transaction_read_only", "off")

    def _set(self, name: str, value: str) -> None:
        self.execute("SET default_transaction_read_only = off", f"ALTER SYSTEM SET {name} = '{value}'", "SELECT pg_reload_conf()")
        self.database.engine.dispose()

    @contextmanager
    def full(self) -> Iterator[None]:
        """A disk without room: no file of the server's may grow beyond a limit that its tables have reached."""
        self.database.engine.dispose()
        self._limit(str(ROOM))
        try:
            yield
        finally:
            self._limit("unlimited")
            self.database.engine.dispose()

    def _limit(self, bytes_of_a_file: str) -> None:
        """Limits what new sessions may write, as the user who runs the server: nobody else may, root in a container included."""
        owner = self._cluster.folder.stat()
        run_as = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if owner.st_uid != os.geteuid() else {}
        limit = ["prlimit", f"--pid={self._process.pid}", f"--fsize={bytes_of_a_file}:"]
        subprocess.run(limit, check=True, cwd="/", **run_as)

    def end_session(self, pid: int) -> None:
        """Ends a session, as an administrator or a failover does."""
        self._beside.execute(f"SELECT pg_terminate_backend({pid})")


def _is_dead(process: psutil.Process) -> bool:
    """Says whether it does nothing any more, though nobody may have asked yet how it ended."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """A server of a test's own."""
    with cluster(folder / "log", initdb=("--wal-segsize=1",), **DURABLE) as made:
        running = Server(made)
        try:
            yield running
        finally:
            running.database.engine.dispose()
            running.stop()
