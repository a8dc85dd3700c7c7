"""Completeness: nothing is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.check import Names
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.metric import Metric, Scan
from airflow_data_quality.core.model.row_check import RowCheck
from airflow_data_quality.core.model.tokens import Token, equals_token, read_tokens

if TYPE_CHECKING:
    from sqlglot import exp


class Completeness(RowCheck):
    """No row has a NULL, or a token that stands for "missing", in any of the columns.

    Failing: rows in which any of the columns is NULL or equal to one of ``missing_values``. Checked: all rows.
    A token that a column's type cannot hold is never equal and is left out for that column; NaN is a value.
    Short form: ``completeness: email`` is ``column``, ``completeness: [a, b]`` is ``columns``.
    """

    type: Literal["completeness"] = "completeness"
    dimension: str = "completeness"
    exactly_one_of: ClassVar[Sequence[str]] = ("column", "columns")
    column: str | None = None
    """The column that must be there in every row."""
    columns: Names | None = None
    """The columns that must all be there in every row: one check, one count of rows."""
    missing_values: Annotated[Sequence[Token], BeforeValidator(read_tokens), AfterValidator(tuple)] = ()
    """Values that mean "missing" besides NULL, such as ``["", "N/A", -1]``."""

    def label_columns(self) -> Sequence[str]:
        """Returns the column or columns."""
        return (self.column,) if self.column is not None else tuple(self.columns or ())

    def metrics(self, columns: Columns) -> Sequence[Metric]:
        """Asks for all rows, and for those in which something is missing."""
        from sqlglot import exp

        from airflow_data_quality.core.model.nodes import any_of, count_rows, ref

        looked_at = [columns[name] for name in self.label_columns()]
        missing = any_of([condition for column in looked_at for condition in self._missing(column)])
        if len(looked_at) == 1 and not self.missing_values:
            # count(column) is the cheapest way there is to count NULLs.
            failing: exp.Expression = exp.Sub(this=count_rows(), expression=exp.Count(this=ref(looked_at[0])))
        else:
            failing = count_rows(missing)
        name = f"null_count({', '.join(column.name for column in looked_at)})"
        return (Scan("checked", "row_count", count_rows()), Scan("failing", name, failing, rows=missing))

    def _missing(self, column: Column) -> Sequence[exp.Expression]:
        from sqlglot import exp

        from airflow_data_quality.core.model.nodes import ref

        tokens = [equals_token(column, token) for token in self.missing_values]
        return [exp.Is(this=ref(column), expression=exp.Null()), *(token for token in tokens if token is not None)]

    def complaint(self) -> str:
        """Says what failing rows lack."""
        return f"have no {' or no '.join(self.label_columns())}"

    def notes(self, columns: Columns) -> str:
        """Says when no token fits the type of a column: then only NULL was looked for."""
        deaf = [
            f"{column.name} ({column.type})"
            for column in map(columns.__getitem__, self.label_columns())
            if self.missing_values and all(equals_token(column, token) is None for token in self.missing_values)
        ]
        return f"; none of the missing_values can stand in {', '.join(deaf)}, only NULL was looked for" if deaf else ""

    def sentence(self) -> str:
        """Says it in words."""
        tokens = f" (nor one of {', '.join(map(repr, self.missing_values))})" if self.missing_values else ""
        return f"no row lacks {' or '.join(self.label_columns())}{tokens}{self.tolerance_in_words()}"

    @classmethod
    def from_primary(cls, value: Any) -> Mapping[str, Any]:
        """Reads a text as ``column`` and a list as ``columns``."""
        if isinstance(value, str):
            return {"column": value}
        return {"columns": value} if isinstance(value, list) else super().from_primary(value)
