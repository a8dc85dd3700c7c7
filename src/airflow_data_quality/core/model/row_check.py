"""Checks that look at rows one by one: so many looked at, so many failing, so many tolerated."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated

from airflow_data_quality.core.model.bounds import Bound
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.judgement import Judged, Judgement
from airflow_data_quality.core.model.metric import Measured
from airflow_data_quality.core.model.tolerance import MaxFailing, tolerates


class RowCheck(Check):
    """A check whose metrics answer the roles ``checked`` and ``failing``."""

    max_failing: Annotated[MaxFailing, Bound()] = 0
    """How many rows may fail: a count, or a share of the checked rows such as ``"0.5%"``."""

    @abstractmethod
    def complaint(self) -> str:
        """Returns what failing rows do, to stand after "3 of 10 rows": ``have no email``."""

    def notes(self, columns: Columns) -> str:
        """Returns what else the message should say, beginning with ``; ``, or nothing."""
        return ""

    def judge(self, measured: Measured, columns: Columns) -> Judged:
        """Holds the failing rows against ``max_failing``."""
        checked, failing = int(measured["checked"]), int(measured["failing"])
        held = tolerates(self.max_failing, failing, checked)
        allowed = "" if failing == 0 else f", allowed {allowance(self.max_failing)}"
        message = f"{failing:,} of {checked:,} rows{_share(failing, checked)} {self.complaint()}{allowed}"
        judgement = Judgement(metric="failing", value=failing, bounds=self.max_failing, held=held)
        return Judged((judgement,), message + self.notes(columns), checked=checked, failing=failing)

    def tolerance_in_words(self) -> str:
        """Returns how a sentence goes on when some rows may fail, or nothing."""
        return f" (up to {allowance(self.max_failing)} may)" if self.max_failing != 0 else ""


def allowance(max_failing: int | str) -> str:
    """Returns ``max_failing`` as people read it: ``1,000`` or ``0.5%``."""
    return f"{max_failing:,}" if isinstance(max_failing, int) else max_failing


def _share(failing: int, checked: int) -> str:
    """Returns `` (0.75%)``: two significant digits, never 0 for some failing rows, never 100 for some that pass."""
    if failing == 0 or failing > checked:
        return ""
    percent = 100 * failing / checked
    if failing < checked and percent >= 99.95:
        return " (over 99.9%)"
    if percent < 0.001:
        return " (under 0.001%)"
    return f" ({percent:.2g}%)" if percent < 10 else f" ({percent:.1f}%)".replace(".0%", "%")
