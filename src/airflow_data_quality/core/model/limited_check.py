"""Row-level checks of one column whose bounds say which values fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, cast

from typing_extensions import Self

from airflow_data_quality.core.model.bounds import refuse_nonsense
from airflow_data_quality.core.model.column_check import ColumnCheck
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.metric import OF_WARN, Metric, Scan


class LimitedCheck(ColumnCheck):
    """A value fails when it lies outside the bounds.

    What ``warn`` leaves out stays as the check has it: each end of the range, and ``max_failing``. Where ``warn`` draws
    other bounds, the values outside them are counted as well, in the same scan.
    """

    ends: ClassVar[Sequence[Sequence[str]]]
    """The bounds of the lower and of the upper end; those of one end exclude each other."""

    def limits(self) -> dict[str, Any]:
        """Returns the bounds that are given, by name."""
        names = [name for end in self.ends for name in end]
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    @staticmethod
    def order(limit: Any) -> Any:
        """Returns of a bound what is larger when the bound is."""
        return limit

    def check_together(self) -> None:
        """Refuses bounds that make no sense together."""
        super().check_together()
        refuse_nonsense(self.limits(), known=[name for end in self.ends for name in end], order=self.order)

    def warned(self) -> Self | None:
        """Returns this check with what ``warn`` gives in the place of its own."""
        warned = super().warned()
        if warned is None:
            return None
        left_out = [end for end in (*self.ends, ("max_failing",)) if all(getattr(warned, name) is None for name in end)]
        return warned.model_copy(update={name: getattr(self, name) for end in left_out for name in end})

    def metrics(self, columns: Columns) -> Sequence[Metric]:
        """Asks for the values that are there, for those outside the bounds, and for those outside the bounds of ``warn``."""
        asked, warned = super().metrics(columns), self.warned()
        if warned is None or warned.limits() == self.limits():
            return asked
        failing = cast("Scan", warned.metrics(columns)[-1])
        return (*asked, replace(failing, role=OF_WARN + failing.role, name=f"{failing.name} by warn"))
