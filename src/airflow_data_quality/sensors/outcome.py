"""Waiting until tests have passed that others run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from airflow_data_quality.core.model.moments import parse_moment
from airflow_data_quality.core.stores.outcomes import Meant, standing
from airflow_data_quality.hooks import stores
from airflow_data_quality.operators import arguments
from airflow_data_quality.operators.complaint import complaint
from airflow_data_quality.operators.meant import meant, refuse_mixture
from airflow_data_quality.sensors.waiting import Seen, WaitingSensor

if TYPE_CHECKING:
    from airflow.sdk import Context
    from airflow.triggers.base import BaseTrigger


class OutcomeSensor(WaitingSensor):
    """Waits until tests have passed since a moment, whoever runs them. It measures nothing: it reads the result store.

    A test has passed when its latest execution is of a run that began at that moment or later, and does not block: it passed,
    was skipped, or its severity is no error. While one has failed last, or was not asked since, the sensor waits. When it is
    deferred, the triggerer looks.

    Args:
        tests: stored or coded tests by id, or ``tag:NAME`` for all enabled stored tests that have a tag. Or ``table``.
        conn_id: the Airflow connection behind which the table is.
        table: as the tests name it: all enabled stored tests that look at it, and all coded ones that ever did.
        since: the moment, as text or datetime; in UTC where it has no time zone. When the DAG run was due, by default.
        **kwargs: those of Airflow's sensors, with ``deferrable``.

    Raises:
        DefinitionError: when the arguments cannot be meant together.
    """

    template_fields: Sequence[str] = ("tests", "conn_id", "table", "since")
    ui_color = "#e6f4ea"

    def __init__(
        self,
        *,
        tests: Sequence[str] | Any = None,
        conn_id: str | None = None,
        table: str | None = None,
        since: datetime | str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        refuse_mixture(tests, conn_id, table)
        self.tests = arguments.plain_tests(tests)
        self.conn_id = conn_id
        self.table = table
        self.since = since

    def poke(self, context: Context) -> Seen:
        """Looks at the latest outcomes.

        Raises:
            DefinitionError: for a tag that no stored test has, or that only disabled ones have.
            StoreError: when the store cannot be read.
        """
        since = self._since(context)
        found = standing(self._meant(), since, stores.result_store(), stores.config_store)
        if not found.blocking:
            return Seen(True, f"{found.total} tests have passed since {since.isoformat()}", found.summary())
        return Seen(False, complaint(found.blocking, found.total, f"have not passed since {since.isoformat()}"))

    def trigger(self, context: Context, until: datetime, wait: Mapping[str, Any]) -> BaseTrigger:
        """Returns what looks while the task sleeps."""
        from airflow_data_quality.triggers.outcome import OutcomeTrigger

        deadline = datetime.fromisoformat(wait["began"]) + timedelta(seconds=self.timeout)
        return OutcomeTrigger(
            until=until.isoformat(),
            wait=wait,
            deadline=max(deadline, until).isoformat(),
            every=max((until - datetime.now(timezone.utc)).total_seconds(), 1),
            growth=2 if self.exponential_backoff else 1,
            longest=self.max_wait.total_seconds() if self.max_wait is not None else None,
            since=self._since(context).isoformat(),
            meant=asdict(self._meant()),
        )

    def _meant(self) -> Meant:
        return meant(self.tests, self.conn_id, self.table)

    def _since(self, context: Context) -> datetime:
        given = self.since if self.since is not None else context["dag_run"].run_after
        moment = given if isinstance(given, datetime) else parse_moment(str(given))
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
