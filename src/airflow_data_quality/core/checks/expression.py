"""Expression: a condition that every row meets."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten
from typing import Literal

from airflow_data_quality.core.model.check import Name
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.metric import Metric, Scan
from airflow_data_quality.core.model.row_check import RowCheck

LONGEST = 200
"""Characters of the condition that a sentence repeats."""


class Expression(RowCheck):
    """A row condition in the database's own SQL is false for no row.

    Failing: rows for which it is false; a row for which it is NULL (unknown) does not fail. Checked: all rows. The text is
    sent as it is written; an unbalanced parenthesis, a semicolon, ``$1`` or an empty text makes the check errored. No short
    form.
    """

    type: Literal["expression"] = "expression"
    dimension: str = "consistency"
    name: Name
    """What people and ids call it."""
    sql: str
    """The condition: ``amount >= 0 OR kind = 'refund'``."""

    def metrics(self, columns: Columns) -> Sequence[Metric]:
        """Asks for all rows, and for those that break the condition."""
        from sqlglot import exp

        from airflow_data_quality.core.model.nodes import count_rows, raw

        broken = exp.Not(this=raw(self.sql))
        return (
            Scan("checked", "row_count", count_rows()),
            Scan("failing", f"broken_count({self.name})", count_rows(broken), rows=broken),
        )

    def _condition(self) -> str:
        return shorten(self.sql, LONGEST, placeholder=" …")

    def complaint(self) -> str:
        """Says what failing rows break."""
        return f"break the condition {self._condition()}"

    def sentence(self) -> str:
        """Says it in words."""
        return f"no row breaks the condition {self._condition()}{self.tolerance_in_words()}"
