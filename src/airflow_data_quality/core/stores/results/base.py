"""What every result store can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.run import Run


class ResultStore(Protocol):
    """Keeps runs whole and gives them back equal to what was written.

    Every method raises StoreError, with the place and the reason, when the store cannot be read or written.
    """

    def write(self, run: Run) -> bool:
        """Stores a run with all its executions and measurements, or nothing of it.

        Returns:
            True when it is stored now; False when a run with this id was there already, which is left as it is.
        """

    def run(self, run_id: UUID | str) -> Run | None:
        """Returns the run with this id, or None; the id may be text, as a task's XCom has it."""

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

    def latest_executions(
        self, *, dag_id: str | None = None, task_id: str | None = None, test_id: str | None = None, limit: int = 100
    ) -> Sequence[Execution]:
        """Returns the latest executions, newest first, those of every try; of what is named only.

        Args:
            dag_id: the DAG whose tasks they belong to.
            task_id: the task that they belong to.
            test_id: the test's id, exactly.
            limit: how many to return at most.
        """
