"""Referential: every key exists in the table it points to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from airflow_data_quality.core.model.check import Names
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.metric import Metric, Orphans
from airflow_data_quality.core.model.row_check import RowCheck


class Referential(RowCheck):
    """Every key is there in another table behind the same connection.

    Failing: rows whose key is absent there. Checked: rows whose key has no NULL in it.
    """

    type: Literal["referential"] = "referential"
    dimension: str = "consistency"
    columns: Names
    """The key here."""
    to_table: str
    """The table, or view, it points to."""
    to_columns: Names
    """The key there, column by column."""
    to_where: str | None = None
    """A row condition in the database's own SQL: only rows there for which it is true count as present."""

    def check_together(self) -> None:
        """Refuses keys of different lengths."""
        super().check_together()
        if len(self.columns) != len(self.to_columns):
            raise ValueError(f"columns names {len(self.columns)}, to_columns {len(self.to_columns)}: they must match one by one")

    def label_columns(self) -> Sequence[str]:
        """Returns the key here."""
        return self.columns

    def metrics(self, columns: Columns) -> Sequence[Metric]:
        """Asks for the rows whose key is absent there."""
        key = tuple(columns[name] for name in self.columns)
        return (Orphans(key, self.to_table, tuple(self.to_columns), self.to_where),)

    def _target(self) -> str:
        return f"{self.to_table}({', '.join(self.to_columns)})"

    def complaint(self) -> str:
        """Says where the failing rows' keys are absent."""
        return f"have a ({', '.join(self.columns)}) that is not in {self._target()}"

    def sentence(self) -> str:
        """Says it in words."""
        there = f" where {' '.join(self.to_where.split())}" if self.to_where else ""
        return f"every ({', '.join(self.columns)}) is in {self._target()}{there}{self.tolerance_in_words()}"
