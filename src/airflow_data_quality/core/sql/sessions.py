"""The sessions that measure: the first, which has read the catalog, and others that see the same state of the database."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from airflow_data_quality.core.database import Connection, Database
from airflow_data_quality.core.sql.board import Board
from airflow_data_quality.core.sql.dialect import Dialect
from airflow_data_quality.core.sql.measure import Measurer
from airflow_data_quality.core.sql.watch import Watched


@dataclass
class Sessions:
    """Opens sessions beside the first one, and lets all of them take steps from one board.

    The first one's transaction shows its snapshot to the others and stays open for as long as they measure.
    """

    database: Database
    dialect: Dialect
    statement_timeout: timedelta
    watched: Watched[Any]
    board: Board
    relations: Sequence[str] = ()
    """What the first session holds, and the others must too."""
    notes: list[str] = field(default_factory=list)
    """Why there are fewer sessions than were wanted."""

    def __post_init__(self) -> None:
        self._errors: list[BaseException] = []
        self._opening = threading.Lock()

    def measure(self, first: Measurer, state: str | None, helpers: int) -> None:
        """Answers all steps of the board, over the first session and so many more that see its state.

        A session that cannot be opened, or cannot see that state, takes none: the others do its work. One that is lost on the
        way leaves its step without an answer, and the rest to the others. An exception that is no database's stops them all and
        is raised here.
        """
        for _ in range(helpers if state is not None else 0):
            context = contextvars.copy_context()
            arguments = (self._help, state)
            threading.Thread(target=context.run, args=arguments, name="data-quality", daemon=True).start()
        lost: Exception | None = None
        try:
            lost = first.work()
        except BaseException as error:  # noqa: BLE001 - raised below, once nobody measures any more
            self._fail(error)
        self.board.close(lost)
        if self._errors:
            raise self._errors[0]

    def _help(self, state: str) -> None:
        """Measures in a session of its own, unless there is nothing left to do once it is open."""
        try:
            connection = self._opened(state)
        except Exception as error:  # noqa: BLE001 - whatever a driver or hook raises, the first session does the work
            self.notes.append(f"asked on fewer connections than it may, for another one could not be had: {error}")
            return
        entered = self.board.enter()
        try:
            if entered:
                Measurer(connection, self.dialect, self.watched.stopping, self.board, first=False).work()
        except BaseException as error:  # noqa: BLE001 - carried to the thread that waits
            self._fail(error)
        finally:
            connection.close()
            if entered:
                self.board.leave()

    def _fail(self, error: BaseException) -> None:
        self._errors.append(error)
        self.watched.stop()

    def _opened(self, state: str) -> Connection:
        # One at a time: some hooks keep the connection they open in themselves before they hand it out.
        with self._opening:
            connection = self.database.open()
        self.watched.uses(connection)
        try:
            self.dialect.begin(connection, statement_timeout=self.statement_timeout, state=state)
            # A statement that waited behind whoever waits for the first session to end would wait for ever.
            self.dialect.hold(connection, self.relations)
        except BaseException:
            connection.close()
            raise
        return connection
