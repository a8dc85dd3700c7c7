"""Values: only these, or none of these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.column_check import ColumnCheck
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.tokens import Token, comparand, literals, read_tokens

if TYPE_CHECKING:
    from sqlglot import exp

NAMED = 10
"""How many of the values a sentence names."""


def read_values(given: Any) -> Any:
    """Refuses what is no list of plain values, an empty list, and NULL."""
    if isinstance(given, list | tuple) and None in given:
        raise ValueError("NULL is no value here: it is never looked at; completeness finds it")
    values = read_tokens(given)
    if not values:
        raise ValueError("give at least one value")
    return values


GivenValues = Annotated[Sequence[Token], BeforeValidator(read_values), AfterValidator(tuple)]
"""A field that takes a list of plain values."""


class Values(ColumnCheck):
    """Every value is one of ``allowed``, or none is one of ``forbidden``.

    Failing: rows whose value is not allowed, or is forbidden. Checked: rows whose value is not NULL. What is equal is what
    the database holds for equal. A value that the column's type cannot hold equals nothing and is left out. No short form.
    """

    type: Literal["values"] = "values"
    dimension: str = "validity"
    counts: ClassVar[str] = "invalid_count"
    exactly_one_of: ClassVar[Sequence[str]] = ("allowed", "forbidden")
    allowed: GivenValues | None = None
    """The only values there may be, such as ``["new", "paid"]``."""
    forbidden: GivenValues | None = None
    """Values that there must not be."""

    def failing(self, column: Column) -> exp.Expression:
        """Returns the condition that a value is not allowed, or is forbidden."""
        from sqlglot import exp

        from airflow_data_quality.core.model.nodes import not_null, ref

        found = self._found(column)
        if found is None:
            return not_null(ref(column)) if self.allowed is not None else exp.false()
        return exp.Not(this=found) if self.allowed is not None else found

    def _values(self) -> Sequence[Token]:
        return self.allowed or self.forbidden or ()

    def _found(self, column: Column) -> exp.Expression | None:
        """Returns the condition that a value is among those of the check; None when the column can hold none of them."""
        from sqlglot import exp

        found = [value for token in self._values() for value in literals(column, token)]
        return exp.In(this=comparand(column), expressions=found) if found else None

    def complaint(self) -> str:
        """Says what failing rows have."""
        return f"have a {self.column} that is {'not one of' if self.allowed else 'one of'} {self._spelled()}"

    def notes(self, columns: Columns) -> str:
        """Says when the type of the column can hold none of the values."""
        column = columns[self.column]
        if self._found(column) is not None:
            return ""
        which, result = ("allowed", "every value fails") if self.allowed else ("forbidden", "no value can fail")
        return f"; none of the {which} values can stand in {column.name} ({column.type}): {result}"

    def sentence(self) -> str:
        """Says it in words."""
        subject = f"every {self.column} is" if self.allowed else f"no {self.column} is"
        return f"{subject} one of {self._spelled()}{self.tolerance_in_words()}"

    def _spelled(self) -> str:
        values = self._values()
        if isinstance(values, str):
            return values  # a template
        more = f" and {len(values) - NAMED:,} more" if len(values) > NAMED else ""
        return ", ".join(map(repr, values[:NAMED])) + more
