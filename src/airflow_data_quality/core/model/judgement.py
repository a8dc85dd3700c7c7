"""What a check says of its measurements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.value import MeasuredValue, read_scalar, write_scalar


def _write_bounds(bounds: Any) -> Any:
    return bounds.model_dump(mode="json", exclude_none=True) if isinstance(bounds, Bounds) else write_scalar(bounds)


Allowed = Annotated[
    Bounds | int | str | timedelta | None,
    BeforeValidator(read_scalar),
    PlainSerializer(_write_bounds, when_used="json"),
]
"""What a value was held against: bounds, a ``max_failing`` (count or share), or a ``max_age``."""


class Judgement(BaseModel):
    """One measured value held against what it must be."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    metric: str
    value: MeasuredValue
    bounds: Allowed
    held: bool


@dataclass(frozen=True)
class Judged:
    """All that a check says: one judgement a bound set, the counts of a row-level check, a sentence for people."""

    judgements: tuple[Judgement, ...]
    message: str
    checked: int | None = None
    failing: int | None = None

    @property
    def held(self) -> bool:
        """Whether every judgement held."""
        return all(judgement.held for judgement in self.judgements)

    @property
    def decisive(self) -> Judgement:
        """The first judgement that did not hold, else the first."""
        return next((judgement for judgement in self.judgements if not judgement.held), self.judgements[0])
