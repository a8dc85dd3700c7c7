"""What the result store answers beside runs and executions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from airflow_data_quality.core.model.check import Severity
from airflow_data_quality.core.model.execution import Outcome
from airflow_data_quality.core.model.run import Verdict
from airflow_data_quality.core.model.value import Scalar

FAILED_WARNING = 0.25
"""What a failed warning takes from a score; a failed or errored error takes 1."""


@dataclass(frozen=True)
class RunHead:
    """A run without its executions and its plan."""

    id: UUID
    source: str
    dag_id: str | None
    dag_run_id: str | None
    task_id: str | None
    map_index: int | None
    try_number: int | None
    started_at: datetime
    finished_at: datetime
    verdict: Verdict
    score: float | None
    passed: int
    failed: int
    errored: int
    skipped: int


@dataclass(frozen=True)
class TestState:
    """The latest of a test."""

    __test__ = False

    test_id: str
    conn_id: str | None
    dataset: str
    label: str
    type: str
    dimension: str
    severity: Severity
    outcome: Outcome
    value: float | None
    """As charts draw it; the execution has the exact one."""
    message: str
    started_at: datetime
    since: datetime
    """When the first execution began of the unbroken streak of this outcome."""
    execution_id: UUID
    run_id: UUID
    dag_id: str | None
    dag_run_id: str | None
    task_id: str | None
    map_index: int | None


@dataclass(frozen=True)
class Measured:
    """A value of one metric of a test at one moment."""

    started_at: datetime
    metric: str
    value: Scalar
    number: float | None
    """As charts draw it: seconds of a duration, None for what is no number."""
    execution_id: UUID
    outcome: Outcome | None
    """Of the execution; None when that is no longer kept."""


@dataclass(frozen=True)
class Tally:
    """How many executions, or tests, had each outcome."""

    passed: int = 0
    failed: int = 0
    errored: int = 0
    skipped: int = 0
    scored: int = 0
    """Those that a score is made of: not skipped, not info."""
    lost: float = 0.0
    """What they take from it."""

    @property
    def pass_rate(self) -> float | None:
        """Passed of those that were not skipped; None when there are none."""
        asked = self.passed + self.failed + self.errored
        return self.passed / asked if asked else None

    @property
    def score(self) -> float | None:
        """As of a run: 1 − (failed errors + errored + ¼ failed warnings) / tests; None when there are none."""
        return 1 - self.lost / self.scored if self.scored else None


@dataclass(frozen=True)
class PassRate:
    """What became of the executions of a day, a dataset, a dimension; None in each that was not asked for."""

    tally: Tally
    day: date | None = None
    conn_id: str | None = None
    dataset: str | None = None
    dimension: str | None = None


@dataclass(frozen=True)
class Summary:
    """How the tests stand now."""

    tally: Tally
    outcomes: Mapping[tuple[Outcome, Severity], int]
    """How many tests by outcome and severity; those that are there."""
    dimensions: Mapping[str, Tally]
    failing: Sequence[TestState]
    """Tests that failed or errored, those that began to last first; no more than were asked for."""
