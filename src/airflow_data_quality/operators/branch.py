"""The gate as a fork in the road."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.branch import BranchMixIn  # Airflow's own in all versions: its core requires it
from airflow.sdk.definitions.mappedoperator import MappedOperator

from airflow_data_quality.core.errors import DefinitionError, near
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.operators.data_quality import DataQualityOperator

if TYPE_CHECKING:
    from airflow.sdk import DAG, Context


class DataQualityBranchOperator(DataQualityOperator, BranchMixIn):
    """Runs checks against a database and lets one of two branches follow; the other is skipped.

    A run that ``passed`` or ``warned`` follows the one, a run that ``failed`` the other. A run that ``errored`` says nothing
    about the data: the task fails, and is retried like after any fault. The XCom is that of DataQualityOperator.

    Args:
        follow_if_passed: the tasks or task groups right behind this one that run when the data is good: an id, or a list of
            ids, in which ``[]`` means none.
        follow_if_failed: the same for data that is bad.
        **kwargs: the arguments of DataQualityOperator but ``gate`` and ``retry_on_failure``.

    Raises:
        DefinitionError: when the arguments cannot be meant together.
        pydantic.ValidationError: for a check or dataset that cannot be meant.
    """

    template_fields: Sequence[str] = (*DataQualityOperator.template_fields, "follow_if_passed", "follow_if_failed")
    inherits_from_skipmixin = True

    def __init__(self, *, follow_if_passed: str | Sequence[str], follow_if_failed: str | Sequence[str], **kwargs: Any) -> None:
        for name in ("gate", "retry_on_failure"):
            if name in kwargs:
                raise DefinitionError(f"a branch takes no {name}=: after bad data follow_if_failed runs")
        # Said outright, so that no default_args for gates reach a branch.
        super().__init__(gate="fail", retry_on_failure=False, **kwargs)
        self.follow_if_passed = follow_if_passed
        self.follow_if_failed = follow_if_failed

    def execute(self, context: Context) -> dict[str, Any]:
        """Asks, reports, keeps, branches; returns the summary.

        Raises:
            DefinitionError: for a branch that names no task or task group right behind this one; nothing is asked then.
            CheckErrored: a check could not be asked; or the task was stopped.
        """
        dag = context["dag"]
        if getattr(context.get("ti"), "map_index", -1) >= 0:
            self._refuse_what_cannot_be_skipped(dag)
        for name in ("follow_if_passed", "follow_if_failed"):
            self._refuse_strangers(name, dag)
        return super().execute(context)

    def _refuse_what_cannot_be_skipped(self, dag: DAG) -> None:
        """Raises DefinitionError where one of several branchings would skip nothing: bad data would be followed as good."""
        if not isinstance(dag.get_task(self.task_id), MappedOperator):
            raise DefinitionError(
                f"{self.task_id!r} is in a mapped task group, where Airflow runs every branch (apache/airflow issue 67265); "
                "use DataQualityOperator with gate='skip' there"
            )
        for task_id in sorted(self.downstream_task_ids):
            if not isinstance(dag.get_task(task_id), MappedOperator):
                raise DefinitionError(
                    f"{self.task_id!r} is mapped, but {task_id!r} is one task for all its branchings; map it over the same list"
                )

    def _refuse_strangers(self, name: str, dag: DAG) -> None:
        """Raises DefinitionError for ids of what does not come next: following that, Airflow would skip all that does."""
        given = getattr(self, name)
        ids = [given] if isinstance(given, str) else given
        if not isinstance(ids, Sequence) or not all(isinstance(task_id, str) for task_id in ids):
            raise DefinitionError(f"{name} is {given!r}; it is the id of a task or task group, or a list of such ids")
        following = self._following(dag)
        for task_id in ids:
            if task_id not in following:
                raise DefinitionError(
                    f"{name} names {task_id!r}, which does not come right behind {self.task_id!r}{near(task_id, following)} "
                    f"(right behind it: {', '.join(sorted(following)) or 'nothing'})"
                )

    def _following(self, dag: DAG) -> set[str]:
        """Returns the ids of the tasks right behind this one, and of the groups that begin with them."""
        following = set(self.downstream_task_ids)
        for group_id, group in dag.task_group_dict.items():
            roots = {root.task_id for root in group.get_roots()}
            if roots and roots <= self.downstream_task_ids:
                following.add(group_id)
        return following

    def _act(self, run: Run, context: Context) -> None:
        """Follows one branch. Airflow skips the other by an exception: the summary is pushed first."""
        super()._act(run, context)
        self._push(run.summary(), context)
        self.do_branch(context, self.follow_if_failed if run.verdict == "failed" else self.follow_if_passed)

    def _problem(self, run: Run) -> Exception | None:
        return super()._problem(run) if run.verdict == "errored" else None
