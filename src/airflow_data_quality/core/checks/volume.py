"""Volume: how many rows there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from airflow_data_quality.core.model.bounded_check import BoundedCheck
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.judgement import Judged, Judgement
from airflow_data_quality.core.model.metric import Measured, Metric, Scan


class Volume(BoundedCheck):
    """The number of rows must lie within the bounds.

    Value: the number of rows, those with NULLs included. An empty dataset has 0 rows.
    Short form: ``volume: 336776`` is ``equals``.
    """

    type: Literal["volume"] = "volume"
    dimension: str = "completeness"

    def metrics(self, columns: Columns) -> Sequence[Metric]:
        """Asks for the number of rows."""
        from airflow_data_quality.core.model.nodes import count_rows

        return (Scan("rows", "row_count", count_rows()),)

    def judge(self, measured: Measured, columns: Columns) -> Judged:
        """Holds the number of rows against the bounds."""
        rows, bounds = int(measured["rows"]), self.bounds()
        held = bounds.holds(rows)
        message = f"{rows:,} {'row' if rows == 1 else 'rows'}, {'as allowed' if held else 'allowed'}: {bounds.describe()}"
        return Judged((Judgement(metric="row_count", value=rows, bounds=bounds, held=held),), message)

    def sentence(self) -> str:
        """Says it in words."""
        return f"there are {self.bounds().describe()} rows"

    @classmethod
    def from_primary(cls, value: Any) -> Mapping[str, Any]:
        """Reads ``volume: 5`` as ``equals: 5``."""
        if isinstance(value, int) and not isinstance(value, bool):
            return {"equals": value}
        return super().from_primary(value)
