"""What every result store can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal, Protocol
from uuid import UUID

from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.stores.pages import Page
from airflow_data_quality.core.stores.results.answers import Measured, PassRate, RunHead, Summary, TestState

Part = Literal["day", "dataset", "dimension"]
"""By what pass rates are told apart."""


class ResultStore(Protocol):
    """Keeps runs whole and gives them back equal to what was written.

    Every method raises StoreError, with the place and the reason, when the store cannot be read or written. Those that take a
    cursor raise DefinitionError for one that is of no page of theirs.
    """

    @property
    def place(self) -> str:
        """What messages call it; no password is in it."""

    def migrate(self) -> Sequence[str]:
        """Makes the store what this version needs; may run twice, drops nothing; returns what was done, a line for each."""

    def maintain(self, *, now: datetime) -> Sequence[str]:
        """Deletes what is older than the retention, and sees to what came late; returns what was done, a line for each.

        Args:
            now: the moment from which ages are counted.
        """

    def write(self, run: Run) -> bool:
        """Stores a run with all its executions and measurements, or nothing of it.

        Returns:
            True when it is stored now; False when a run with this id was there already: then nothing is changed.
        """

    def run(self, run_id: UUID | str) -> Run | None:
        """Returns the run with this id, or None; the id may be text, as a task's XCom has it.

        One of which retention has taken a part already is no longer there.
        """

    def executions_of_test(self, test_id: str, *, limit: int = 100) -> Sequence[Execution]:
        """Returns the latest executions of a test, newest first, those of every try.

        Args:
            test_id: the test's id, exactly.
            limit: how many to return at most.
        """

    def executions_of_task(self, *, dag_id: str, run_id: str, task_id: str, map_index: int = -1) -> Sequence[Execution]:
        """Returns what the last try of a task instance found, in the run's own order.

        Args:
            dag_id: the DAG of the task instance.
            run_id: the id of the DAG run.
            task_id: the task within the DAG.
            map_index: which of a mapped task's instances; -1 for a task that is not mapped.

        Returns:
            The executions of one run: of the last try, and within a try of the latest run.
        """

    def runs_of_dag(self, *, dag_id: str, run_id: str) -> Sequence[RunHead]:
        """Returns the runs of a DAG run, the last of each task instance, in the order in which they began."""

    def executions_of_dag(self, *, dag_id: str, run_id: str) -> Sequence[Execution]:
        """Returns the executions of ``runs_of_dag``, in the same order, within a run in its own."""

    def latest_executions(
        self,
        *,
        dag_id: str | None = None,
        task_id: str | None = None,
        test_id: str | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> Page[Execution]:
        """Returns the latest executions, newest first, those of every try; of what is named only.

        Args:
            dag_id: the DAG whose tasks they belong to.
            task_id: the task that they belong to.
            test_id: the test's id, exactly.
            cursor: of the page before.
            limit: how many a page has at most.
        """

    def measurement_history(
        self,
        test_id: str,
        *,
        metric: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> Page[Measured]:
        """Returns what was measured of a test, newest first.

        Args:
            test_id: the test's id, exactly.
            metric: the one that is meant; all by default.
            since: the first moment that counts.
            until: the first moment that no longer counts.
            cursor: of the page before.
            limit: how many a page has at most.
        """

    def states(
        self,
        *,
        conn_id: str | None = None,
        dataset: str | None = None,
        dimension: str | None = None,
        severity: str | None = None,
        outcome: str | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> Page[TestState]:
        """Returns the latest of each test, ordered by the tests' ids; of those alone that have what is named.

        Args:
            conn_id: of the dataset.
            dataset: as text.
            dimension: of the check.
            severity: of the latest execution.
            outcome: of the latest execution.
            cursor: of the page before.
            limit: how many a page has at most.
        """

    def states_of(self, test_ids: Sequence[str]) -> Mapping[str, TestState]:
        """Returns the latest of each of these tests, by id; those that were never asked are missing."""

    def summary(self, *, seen_since: datetime | None = None, failing: int = 100) -> Summary:
        """Returns how the tests stand now.

        Args:
            seen_since: tests whose latest execution is older are left out.
            failing: how many of the tests that fail are named at most.
        """

    def pass_rates(self, since: date, until: date, *, by: Sequence[Part] = ("day",)) -> Sequence[PassRate]:
        """Returns what became of the executions of some days, of each task instance those of its last try.

        Args:
            since: the first day, in UTC.
            until: the last day.
            by: what is told apart, in the order of the answer; nothing for one answer about all.

        Raises:
            DefinitionError: for a part that there is not.
        """
