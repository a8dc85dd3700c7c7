"""One evaluation of one test: the row that is kept."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, StrictBool, StrictInt, StrictStr

from airflow_data_quality.core.model.check import Check, Severity
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.judgement import Allowed, Judgement
from airflow_data_quality.core.model.moments import Moment
from airflow_data_quality.core.model.value import MeasuredValue

Outcome = Literal["passed", "failed", "errored", "skipped"]
"""What became of a check: ``errored`` when the question could not be asked; a fact, so there is no "warned"."""


NOT_SEEN = "failing rows could not be looked at"
"""How the plan fact begins that says why no failing rows were kept."""
NO_TABLE = "no table or view"
"""How the error begins of a test whose table is not there."""
Sample = dict[str, StrictBool | StrictInt | StrictStr | None]
"""A failing row, in values that JSON holds as they are; ``***`` where they may not be seen."""


class Measurement(BaseModel):
    """The value of a metric at the moment of the execution."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    metric: str
    value: MeasuredValue


class Execution(BaseModel):
    """What came of asking one test once."""

    model_config = ConfigDict(defer_build=True, frozen=True, ser_json_inf_nan="strings")

    id: UUID
    """uuid5 of the run's id and the test's: the same run written twice is one."""
    run_id: UUID
    test_id: str
    check: SerializeAsAny[Check]
    dataset: Dataset
    outcome: Outcome
    severity: Severity
    """The check's; ``warn`` when only the bounds of its ``warn`` were broken."""
    value: MeasuredValue = None
    """The decisive value; of a row-level check the failing rows. None when errored or skipped, or nothing was there."""
    checked: int | None = None
    failing: int | None = None
    bounds: Allowed = None
    """What ``value`` was held against."""
    judgements: tuple[Judgement, ...] = ()
    message: str
    """What a person should know, on one line."""
    measurements: tuple[Measurement, ...] = ()
    sql: str | None = None
    """One SELECT that measures this check alone, to paste into a console; None when it could not be written."""
    started_at: Moment
    duration_ms: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """How long the statements took that it shares with others."""
    error: str | None = None
    """The database's own words, or what made the question impossible to ask."""
    plan_facts: tuple[str, ...] = ()
    """How it was measured: what it was fused with, which form was chosen."""

    samples: tuple[Sample, ...] = ()
    """Some of the failing rows, where they were asked for: column → whole number, boolean, text or None."""

    @property
    def label(self) -> str:
        """What the check is called."""
        return self.check.label

    @property
    def lacks_its_table(self) -> bool:
        """Whether it could not be asked because the table is not there, or may not be seen."""
        return self.error is not None and self.error.startswith(f"{NO_TABLE} {self.dataset.table!r}")


def execution_id(run_id: UUID, test_id: str) -> UUID:
    """Returns the id of a test's execution within a run."""
    return uuid5(run_id, test_id)
