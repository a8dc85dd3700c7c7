"""A gate that goes by what is known already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Literal

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.duration import parse_duration, spell_duration
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.stores.outcomes import Standing, standing
from airflow_data_quality.hooks import stores
from airflow_data_quality.operators import arguments, assets
from airflow_data_quality.operators.complaint import complaint
from airflow_data_quality.operators.data_quality import DataQualityOperator, Gate
from airflow_data_quality.operators.meant import meant, refuse_mixture

if TYPE_CHECKING:
    from airflow.sdk import Context

MISSING = ("fail", "run", "pass")


class OutcomeGate(DataQualityOperator):
    """Lets downstream tasks run only when the latest outcomes of tests are good. It does not wait.

    The verdict is that of a run of these tests, taken from the result store; severities and gates mean what they mean there.
    The XCom has ``verdict``, ``score``, ``counts``, ``failing``, ``missing``, and ``run_id`` where something was run.

    Args:
        tests: stored or coded tests by id, or ``tag:NAME`` for all enabled stored tests that have a tag. Or ``table``.
        conn_id: the Airflow connection behind which the table is.
        table: as the tests name it: all enabled stored tests that look at it, and all coded ones that ever did.
        max_age: how long ago the run of an outcome may have begun: ``"2h"`` or a timedelta.
        missing: what becomes of a test without such an outcome: ``fail`` counts it as failed, ``pass`` leaves it out, ``run``
            runs it now when it is a stored one, and counts it as failed when it is not.
        gate: what a failed verdict does to the task: ``fail`` it, ``skip`` it, or ``continue``.
        retry_on_failure: whether a failed gate may be retried by Airflow.
        **kwargs: of DataQualityOperator how a run is made: ``statement_timeout``, ``max_parallel``, ``trust_foreign_keys``,
            ``sample_failing_rows``, ``sample_columns``, ``hook_params``.

    Raises:
        DefinitionError: when the arguments cannot be meant together.
    """

    template_fields: Sequence[str] = ("tests", "conn_id", "table", "max_age", "hook_params", "sample_columns")

    def __init__(
        self,
        *,
        tests: Sequence[str] | Any = None,
        conn_id: str | None = None,
        table: str | None = None,
        max_age: timedelta | str,
        missing: Literal["fail", "run", "pass"] = "fail",
        gate: Gate = "fail",
        retry_on_failure: bool = False,
        **kwargs: Any,
    ) -> None:
        for name in ("checks", "suite", "dataset", "where", "database", "allow_empty", "history_key"):
            if name in kwargs:
                raise DefinitionError(f"an OutcomeGate takes no {name}=: it goes by tests that are stored, or asked by others")
        if missing not in MISSING:
            raise DefinitionError(f"missing is {missing!r}; it is one of {', '.join(MISSING)}")
        if not arguments.is_late(max_age):
            parse_duration(max_age)
        super().__init__(tests=tests, conn_id=conn_id, table=table, gate=gate, retry_on_failure=retry_on_failure, **kwargs)
        self.max_age = max_age
        self.missing = missing
        self._due: Sequence[str] = ()

    def _refuse_mixture(self) -> None:
        refuse_mixture(self.tests, self.conn_id, self.table)

    def execute(self, context: Context) -> dict[str, Any]:
        """Looks, runs what is missing if it may, gates; returns what it went by.

        Raises:
            DataQualityFailed: the verdict is failed, gate ``fail``; DataQualityFailedRetryable with ``retry_on_failure``.
            AirflowSkipException: the verdict is failed, gate ``skip``.
            CheckErrored: the verdict is errored, unless the gate is ``continue``; or the task was stopped.
            DefinitionError: for a tag that no stored test has, or that only disabled ones have.
            StoreError: when a store cannot be read.
        """
        max_age = parse_duration(self.max_age)
        since = datetime.now(timezone.utc) - max_age
        found = standing(meant(self.tests, self.conn_id, self.table), since, stores.result_store(), stores.config_store)
        run = self._run(found, context) if self.missing == "run" else None
        found = self._settled(found, run)
        summary = {"run_id": str(run.id) if run is not None else None, **found.summary()}
        said = complaint(found.blocking, found.total, f"have no good outcome of the last {spell_duration(max_age)}")
        for each in found.blocking:
            self.log.error("%s: %s", each.test_id, each.message)
        if (problem := self._refusal(found.verdict, said)) is not None:
            self._push(summary, context)
            raise problem
        self.log.info("%s: %s tests, score %s", found.verdict, found.total, summary["score"])
        assets.attach(summary, self.outlets, context)
        return summary

    def _run(self, found: Standing, context: Context) -> Run | None:
        """Runs the stored tests that are missing; None where there are none."""
        stored = {test.id for test in stores.config_store().all_tests() if test.enabled} if found.missing else set()
        self._due = [each.test_id for each in found.missing if each.test_id in stored]
        if not self._due:
            return None
        run = self.ask(context)
        self._keep(run)
        return run

    def _tests(self, context: Context, key: str | None) -> Sequence[Test]:
        return self._stored_tests(self._due)

    def _settled(self, found: Standing, run: Run | None) -> Standing:
        """Returns what the gate goes by: what was run is no longer missing, and what is may be left out."""
        executions = run.executions if run is not None else ()
        ran = {execution.test_id for execution in executions}
        missing = [each for each in found.missing if each.test_id not in ran]
        if self.missing == "pass":
            for each in missing:
                self.log.warning("left out: %s: %s", each.test_id, each.message)
            missing = []
        return Standing([*found.recent, *executions], missing)
