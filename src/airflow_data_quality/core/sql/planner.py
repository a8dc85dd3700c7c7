"""Questions → few statements.

Everything that one pass over a dataset can answer goes into one SELECT, each different aggregate once; what needs its own
grouping or join is a statement of its own; what is short shares a statement with others. The longest comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from airflow_data_quality.core.sql import effort
from airflow_data_quality.core.sql.keys import KeyForms
from airflow_data_quality.core.sql.steps import Bundle, Cell, Implied, OwnStep, Proved, Question, ScanStep, Step
from airflow_data_quality.core.sql.values import Single


@dataclass(frozen=True)
class Tuning:
    """Where one form begins to be better than another, in milliseconds of expected effort; benchmarks/README.md has numbers."""

    short: float = 40.0
    """Of a step that shares a statement with other short ones."""
    bundle: float = 120.0
    """Of the steps that share a statement."""
    branch: float = 40.0
    """Of a step that is worth a branch of its own, run beside others in one session."""
    session: float = 60.0
    """Of the work that is worth one more connection."""


TUNING = Tuning()
MOST_PARTS = 24
"""Steps that share a statement: how long a database plans one grows faster than their number."""


def plan(questions: Iterable[Question], *, max_columns: int, tuning: Tuning | None = None) -> list[Step]:
    """Returns the steps that answer all questions, each different one once, the longest first.

    What calls something that nobody knows comes before all.
    """
    asked = list(questions)
    cells = dict.fromkeys(ask for q in asked for ask in q.told() if isinstance(ask, Cell))
    own = dict.fromkeys(
        OwnStep(q.asks, q.before, _effort(q), q.calls, q.calls or q.source.view) for q in asked if not isinstance(q.asks, Cell)
    )
    steps: list[ScanStep | OwnStep] = [*_scans(cells, max_columns), *own]
    return sorted(_bundled(steps, max_columns, tuning or TUNING), key=lambda step: (not step.calls, -step.effort))


def sessions(steps: Sequence[Step], most: int, tuning: Tuning | None = None) -> int:
    """Returns how many connections the steps are worth, at most so many; what is tied to the first one is worth no other."""
    free = [step for step in steps if not step.tied]
    places = len(free) + (len(free) < len(steps))
    return max(1, min(most, places, 1 + int(sum(step.effort for step in free) / (tuning or TUNING).session)))


def united(steps: Sequence[Step], tuning: Tuning | None = None) -> list[Step]:
    """Returns the steps for one session, those that no database runs in parallel put together so that it runs them at once."""
    serial = [step for step in steps if _is_serial(step) and step.effort >= (tuning or TUNING).branch]
    if len(serial) < 2:
        return list(steps)
    return [*(step for step in steps if step not in serial), Bundle(tuple(serial), united=True)]


def _is_serial(step: Step) -> TypeGuard[OwnStep]:
    return isinstance(step, OwnStep) and isinstance(step.own, KeyForms) and step.own.fast is not None and not step.calls


def _effort(asked: Question) -> float:
    return 0.0 if isinstance(asked.asks, Cell | Proved | Implied) else effort.milliseconds(asked.source.rows, asked.asks.effort)


def _scans(cells: Iterable[Cell], max_columns: int) -> list[ScanStep]:
    by_source: dict[tuple[str, str | None, bool], list[Cell]] = {}
    steps: list[ScanStep] = []
    for cell in cells:
        if cell.alone:
            steps.append(ScanStep((cell,)))
        else:
            by_source.setdefault((cell.source.text, cell.source.where, cell.serial), []).append(cell)
    for shared in by_source.values():
        steps += [ScanStep(tuple(shared[start : start + max_columns])) for start in range(0, len(shared), max_columns)]
    return steps


def _bundled(steps: Sequence[ScanStep | OwnStep], max_columns: int, tuning: Tuning) -> list[Step]:
    """Returns the steps, short ones put together: the longest of them first, each where it fits."""
    short = sorted((step for step in steps if _shares(step, tuning)), key=lambda step: -step.effort)
    bundles: list[list[ScanStep | OwnStep]] = []
    for step in short:
        place = next((bundle for bundle in bundles if _fits([*bundle, step], max_columns, tuning)), None)
        if place is None:
            bundles.append([step])
        else:
            place.append(step)
    apart = [step for step in steps if not _shares(step, tuning)]
    return [*apart, *(Bundle(tuple(bundle)) if len(bundle) > 1 else bundle[0] for bundle in bundles)]


def _shares(step: ScanStep | OwnStep, tuning: Tuning) -> bool:
    """Says whether a step is short beyond doubt, asks at once, and may be asked by any session."""
    asks = isinstance(step, ScanStep) or isinstance(step.own, KeyForms | Single)
    return asks and step.effort < tuning.short and not step.before and not step.tied


def _fits(parts: Sequence[ScanStep | OwnStep], max_columns: int, tuning: Tuning) -> bool:
    columns = sum(step.width for step in parts)
    return len(parts) <= MOST_PARTS and columns <= max_columns and sum(step.effort for step in parts) <= tuning.bundle
