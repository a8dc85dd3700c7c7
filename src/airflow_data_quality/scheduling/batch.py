"""A batch of stored tests as a task: what was claimed for it is asked, kept, and done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowNotFoundException
from airflow.sdk.definitions.mappedoperator import MappedOperator

from airflow_data_quality.core.errors import DataQualityError, StoreError
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.operators.data_quality import DataQualityOperator
from airflow_data_quality.operators.loading import uncollected
from airflow_data_quality.operators.stored_tests import as_asked

if TYPE_CHECKING:
    import threading

    from airflow.sdk import Context

    from airflow_data_quality.core.stores.schedule.store import Due, ScheduleStore

LATE = timedelta(minutes=5)
"""From when on an execution says that it is late."""


class StoredTestsOperator(DataQualityOperator):
    """Runs the stored tests that were claimed for one batch. It gates nothing: what they find is in the result store.

    Args:
        batch: ``{"number": …, "store": …}``: which of the batches of this DAG run it is, and whether what comes of it is kept.
        **kwargs: the arguments of DataQualityOperator that say how it is asked.
    """

    template_fields: Sequence[str] = ("batch",)

    def __init__(self, *, batch: Mapping[str, Any] | Any, **kwargs: Any) -> None:
        super().__init__(gate="continue", allow_empty=True, **kwargs)
        self.batch = batch
        self._due: Mapping[str, Due] = {}

    def _refuse_mixture(self) -> None:
        """What is checked was claimed before."""

    def _mapped_arguments(self, mapped: MappedOperator | None) -> Sequence[tuple[str, Any]]:
        return []

    def execute(self, context: Context) -> dict[str, Any]:
        """Asks, reports, keeps; returns the summary. A batch of which a try that was killed has stored all is not asked again."""
        from airflow_data_quality.hooks import stores

        schedule = stores.schedule_store()
        ti = context["ti"]
        before = stores.result_store().executions_of_task(
            dag_id=ti.dag_id, run_id=ti.run_id, task_id=ti.task_id, map_index=-1 if ti.map_index is None else ti.map_index
        )
        if before:
            self.log.info("run %s of an earlier try has stored this batch; it is not asked again", before[0].run_id)
            self._finish(schedule, f"{ti.dag_id}/{ti.run_id}")
            return {"run_id": str(before[0].run_id)}
        batch = f"{ti.dag_id}/{ti.run_id}"
        self._due = {due.test.id: due for due in schedule.claimed(batch, self.batch["number"])}
        summary = super().execute(context)
        self._finish(schedule, batch)
        return summary

    def _finish(self, schedule: ScheduleStore, batch: str) -> None:
        """Says that the batch is done; where that cannot be said, the next tick sees it: the task has succeeded."""
        try:
            schedule.finish(batch, self.batch["number"], now=datetime.now(timezone.utc))
        except StoreError as error:
            self.log.warning("that this batch is done cannot be noted now: %s", error)

    def _tests(self, context: Context, key: str | None) -> Sequence[Test]:
        return [as_asked(due.test) for due in self._due.values()]

    def _ask(self, tests: Sequence[Test], context: Context, cancel: threading.Event, poke: int) -> Run:
        with uncollected():
            from airflow_data_quality.core.judge import errored

        nowhere = self._nowhere(tests)
        run = super()._ask([test for test in tests if test.dataset.conn_id not in nowhere], context, cancel, poke)
        lost = [
            errored(test, nowhere[test.dataset.conn_id], run_id=run.id, started_at=run.started_at)
            for test in tests
            if test.dataset.conn_id in nowhere
        ]
        executions = tuple(self._dated(execution, run.started_at) for execution in (*run.executions, *lost))
        return run.model_copy(update={"executions": executions})

    def _nowhere(self, tests: Sequence[Test]) -> Mapping[str | None, Exception]:
        """Returns the connections that lead to no database, and why: their tests err, and keep no other from being asked."""
        with uncollected():
            from airflow_data_quality.hooks.database import database

        wrong: dict[str | None, Exception] = {}
        for conn_id in {test.dataset.conn_id for test in tests}:
            try:
                database(str(conn_id), hook_params=self.hook_params, name=self.database)
            except (AirflowNotFoundException, DataQualityError) as error:
                wrong[conn_id] = error
        return wrong

    def _dated(self, execution: Execution, began: datetime) -> Execution:
        """Returns the execution with when it was due, and how late it is."""
        due_at = self._due[execution.test_id].due_at
        late = began - due_at
        fact = f"due at {due_at:%Y-%m-%d %H:%M:%S} UTC" + (
            f", {late // timedelta(minutes=1)} minutes late" if late > LATE else ""
        )
        return execution.model_copy(update={"plan_facts": (*execution.plan_facts, fact)})

    def _keep(self, run: Run) -> None:
        if self.batch.get("store", True):
            super()._keep(run)
        else:
            self.log.info("a dry run: nothing of it is kept")
