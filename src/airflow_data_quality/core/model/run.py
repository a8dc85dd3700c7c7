"""One go of an operator, schedule or command: many executions that share one plan."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from airflow_data_quality.core.model.check import Severity
from airflow_data_quality.core.model.execution import Execution, Outcome
from airflow_data_quality.core.model.moments import Moment

Verdict = Literal["passed", "warned", "failed", "errored"]
Found = tuple[Outcome, Severity]
"""What became of one test, and how much that matters."""

RUN_NAMESPACE = UUID("8f3c2f0e-6a55-5d0a-9d57-3f2c4b7f5f0d")
"""Under which the ids of runs are made; it never changes."""


class Origin(BaseModel):
    """Which task instance a run belongs to."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1
    try_number: int = 1


class Statement(BaseModel):
    """One statement that was sent, and which tests it served."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    sql: str
    test_ids: tuple[str, ...]
    conn_id: str | None = None
    duration_ms: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    error: str | None = None
    cost: float | None = None
    """What the database expected it to cost, in its own unit, where it was asked: a plan that has not been run."""


class PlannedTest(BaseModel):
    """How a test would be measured: a plan that has not been run."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    test_id: str
    statements: tuple[int, ...] = ()
    """Which statements of the plan it needs, counted from 1; none where the catalog answers it."""
    facts: tuple[str, ...] = ()
    """The forms that were chosen, what it is fused with, what proves or implies it."""
    cost: float | None = None
    """What the database expects these statements to cost, in its own unit; they may serve other tests too."""


class Plan(BaseModel):
    """The statements that measured a run, in the order in which they were sent."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    statements: tuple[Statement, ...] = ()
    errors: Mapping[str, str] = {}
    """Test id → why it cannot be asked, in a plan that has not been run."""
    tests: tuple[PlannedTest, ...] = ()
    """How each test would be measured, in a plan that has not been run; executions say how it was."""
    notes: tuple[str, ...] = ()
    """What was done otherwise than it should be, such as asking on one connection because no other could be had."""

    def __add__(self, other: Plan) -> Plan:
        """Returns the plan of both, another database's behind this one's."""
        first = len(self.statements)
        moved = (t.model_copy(update={"statements": tuple(first + number for number in t.statements)}) for t in other.tests)
        return Plan(
            statements=self.statements + other.statements,
            errors={**self.errors, **other.errors},
            tests=(*self.tests, *moved),
            notes=self.notes + other.notes,
        )

    def __str__(self) -> str:
        blocks = (f"-- {number}. for {len(s.test_ids)} test(s)\n{s.sql};" for number, s in enumerate(self.statements, 1))
        return "\n\n".join(blocks)


class Run(BaseModel):
    """What came of a run, whole: it survives JSON unchanged."""

    model_config = ConfigDict(defer_build=True, frozen=True, ser_json_inf_nan="strings")

    id: UUID
    source: str = "python"
    """Who asked: ``airflow`` or ``python``."""
    origin: Origin | None = None
    started_at: Moment
    finished_at: Moment
    executions: tuple[Execution, ...]
    plan: Plan = Plan()

    @property
    def verdict(self) -> Verdict:
        """``failed`` before ``errored`` before ``warned`` before ``passed``; only error-severity checks fail or error a run."""
        return verdict_of(self._found())

    @property
    def score(self) -> float | None:
        """1 − (failed errors + errored + ¼ failed warnings) / tests, over tests not skipped, info not counted.

        None when there are none.
        """
        return score_of(self._found())

    def counts(self) -> Mapping[str, int]:
        """Returns how many executions had each outcome, outcomes that did not occur included."""
        return counts_of(self._found())

    def _found(self) -> Sequence[Found]:
        return [(execution.outcome, execution.severity) for execution in self.executions]

    def failing_tests(self) -> Sequence[str]:
        """Returns the ids of the tests that failed or errored, whatever their severity."""
        return [e.test_id for e in self.executions if e.outcome in ("failed", "errored")]

    def summary(self) -> dict[str, Any]:
        """Returns what travels to other tasks: small, plain, without a row's content."""
        return {
            "run_id": str(self.id),
            "verdict": self.verdict,
            "score": self.score,
            "counts": dict(self.counts()),
            "failing": list(self.failing_tests()),
        }


def verdict_of(found: Iterable[Found]) -> Verdict:
    """Returns what outcomes amount to: see ``Run.verdict``."""
    seen = {(outcome, severity == "error") for outcome, severity in found}
    if ("failed", True) in seen:
        return "failed"
    if ("errored", True) in seen:
        return "errored"
    return "warned" if {("failed", False), ("errored", False)} & seen else "passed"


def score_of(found: Iterable[Found]) -> float | None:
    """Returns how good outcomes are: see ``Run.score``."""
    counted = [(outcome, severity) for outcome, severity in found if outcome != "skipped" and severity != "info"]
    if not counted:
        return None
    return 1 - sum(_weight(*each) for each in counted) / len(counted)


def counts_of(found: Iterable[Found]) -> Mapping[str, int]:
    """Returns how many there are of each outcome: see ``Run.counts``."""
    seen = Counter(outcome for outcome, _ in found)
    return {outcome: seen[outcome] for outcome in ("passed", "failed", "errored", "skipped")}


def _weight(outcome: Outcome, severity: Severity) -> float:
    if outcome == "errored":
        return 1.0
    if outcome == "failed":
        return 1.0 if severity == "error" else 0.25
    return 0.0


def run_id(*parts: object) -> UUID:
    """Returns the id of the run that the parts name: the same parts, the same run."""
    return uuid5(RUN_NAMESPACE, json.dumps([str(part) for part in parts]))
