"""Row-level checks of one column's values: NULLs are not looked at."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.metric import Metric, Scan
from airflow_data_quality.core.model.row_check import RowCheck

if TYPE_CHECKING:
    from sqlglot import exp


class ColumnCheck(RowCheck):
    """A row fails when its value breaks the check. Checked: rows whose value is not NULL."""

    column: str
    """The column."""
    counts: ClassVar[str]
    """What the measurement of the failing rows is called, such as ``mismatch_count``."""

    def label_columns(self) -> Sequence[str]:
        """Returns the column."""
        return (self.column,)

    @abstractmethod
    def failing(self, column: Column) -> exp.Expression:
        """Returns the condition that a value breaks the check; for NULL it must not be true.

        Raises:
            ValueError: when the column's values cannot be asked that.
        """

    def metrics(self, columns: Columns) -> Sequence[Metric]:
        """Asks for the values that are there, and for those that break the check."""
        from sqlglot import exp

        from airflow_data_quality.core.model.nodes import count_rows, ref

        column = columns[self.column]
        condition = self.failing(column)
        return (
            Scan("checked", f"value_count({column.name})", exp.Count(this=ref(column))),
            Scan("failing", f"{self.counts}({column.name})", count_rows(condition), rows=condition),
        )
