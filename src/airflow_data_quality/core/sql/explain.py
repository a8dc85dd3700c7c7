"""What a plan says of itself before it is run: how each question would be answered, and why so."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_data_quality.core.sql.steps import Ask, Bundle, ScanStep, Step


def facts(steps: Sequence[Step]) -> dict[Ask, tuple[str, ...]]:
    """Returns, for each question, the words that its execution would have among its plan facts."""
    told: dict[Ask, tuple[str, ...]] = {}
    for step in steps:
        if isinstance(step, Bundle):
            told |= {ask: (*fact, step.fact) for ask, fact in facts(step.parts).items()}
        elif isinstance(step, ScanStep):
            told |= dict.fromkeys(step.asks, (step.fact,))
        else:
            told[step.own] = (step.own.fact,)
    return told
