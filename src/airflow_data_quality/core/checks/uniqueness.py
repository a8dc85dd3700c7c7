"""Uniqueness: a key occurs once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from airflow_data_quality.core.model.check import Names
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.metric import Count, Duplicates, Metric, Nulls
from airflow_data_quality.core.model.row_check import RowCheck


class Uniqueness(RowCheck):
    """No key occurs in more than one row; what is equal is what the database holds for equal.

    Failing: by ``count``. Checked: rows whose key has no NULL (``nulls="distinct"``), or all rows (``nulls="equal"``).
    Short form: ``uniqueness: [a, b]`` is ``columns``.
    """

    type: Literal["uniqueness"] = "uniqueness"
    dimension: str = "uniqueness"
    columns: Names
    """The key."""
    nulls: Nulls = "distinct"
    """``distinct``: a key with a NULL in it equals no other, as in SQL's UNIQUE; ``equal``: NULLs equal each other."""
    count: Count = "surplus"
    """``surplus``: rows beyond the first of each key; ``rows``: all rows of doubled keys; ``keys``: doubled keys."""

    def label_columns(self) -> Sequence[str]:
        """Returns the key."""
        return self.columns

    def metrics(self, columns: Columns) -> Sequence[Metric]:
        """Asks for the doubled keys."""
        return (Duplicates(tuple(columns[name] for name in self.columns), self.nulls, self.count),)

    def complaint(self) -> str:
        """Says what failing rows repeat."""
        key = ", ".join(self.columns)
        return {
            "surplus": f"repeat an earlier ({key})",
            "rows": f"share their ({key}) with another",
            "keys": f"are doubled keys ({key})",
        }[self.count]

    def sentence(self) -> str:
        """Says it in words."""
        nulls = ", NULLs being equal" if self.nulls == "equal" else ""
        return f"no two rows have the same ({', '.join(self.columns)}){nulls}{self.tolerance_in_words()}"

    @classmethod
    def from_primary(cls, value: Any) -> Mapping[str, Any]:
        """Reads a list as ``columns``."""
        return {"columns": value} if isinstance(value, list) else super().from_primary(value)
