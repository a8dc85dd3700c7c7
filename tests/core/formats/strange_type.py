"""A check type as another package may define it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.judgement import Judged
from airflow_data_quality.core.model.metric import Measured, Metric


class Strange(Check):
    """Nothing is strange."""

    type: Literal["strange"] = "strange"
    dimension: str = "air"
    colour: str = "red"
    """What it looks like."""

    def metrics(self, columns: Columns) -> Sequence[Metric]:
        return ()

    def judge(self, measured: Measured, columns: Columns) -> Judged:
        raise NotImplementedError

    def sentence(self) -> str:
        return "nothing is strange"

    @classmethod
    def from_primary(cls, value: Any) -> Mapping[str, Any]:
        return {"colour": value} if isinstance(value, str) else super().from_primary(value)
