"""Waiting until checks hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.operators.complaint import complaint
from airflow_data_quality.operators.data_quality import DataQualityOperator
from airflow_data_quality.operators.errors import CheckErrored
from airflow_data_quality.sensors.waiting import Seen, WaitingSensor

if TYPE_CHECKING:
    from airflow.sdk import Context


class DataQualitySensor(WaitingSensor, DataQualityOperator):
    """Asks a database until its data is good.

    A run that ``passed`` or ``warned`` ends the wait, a run that ``failed`` does not; nor does a table that is not there yet.
    Each poke is a run of its own, kept as the operator keeps it; the XCom is the summary of the last one. The checks are asked
    by a worker; when it is deferred, the triggerer only watches the clock.

    Args:
        **kwargs: the arguments of DataQualityOperator but ``gate`` and ``retry_on_failure``, and those of Airflow's sensors
            with ``deferrable``.

    Raises:
        DefinitionError: when the arguments cannot be meant together.
        pydantic.ValidationError: for a check or dataset that cannot be meant.
    """

    ui_color = DataQualityOperator.ui_color

    def __init__(self, **kwargs: Any) -> None:
        for name in ("gate", "retry_on_failure"):
            if name in kwargs:
                raise DefinitionError(f"a sensor takes no {name}=: it waits while the data is bad, until its timeout")
        # Said outright, so that no default_args for gates reach a sensor.
        super().__init__(gate="fail", retry_on_failure=False, **kwargs)

    def poke(self, context: Context) -> Seen:
        """Asks, reports, keeps; the summary is pushed at each poke, for the last one may not return.

        Raises:
            CheckErrored: a check could not be asked, for another reason than that its table is not there; or the task was
                stopped.
        """
        run = self.ask(context, poke=self.pokes)
        self._keep(run)
        self._refuse_errors(run, context)
        if run.verdict in ("passed", "warned"):
            self._act(run, context)
            return Seen(True, f"{len(run.executions)} checks {run.verdict}", run.summary())
        self._push(run.summary(), context)
        blocking = [e for e in run.executions if e.outcome in ("failed", "errored") and e.severity == "error"]
        return Seen(False, complaint(blocking, len(run.executions), "do not hold"))

    def _refuse_errors(self, run: Run, context: Context) -> None:
        """Raises CheckErrored for what will not be answered by waiting."""
        broken = [e for e in run.executions if e.outcome == "errored" and e.severity == "error" and not e.lacks_its_table]
        if broken:
            self._push(run.summary(), context)
            raise CheckErrored(complaint(broken, len(run.executions), "errored"))
