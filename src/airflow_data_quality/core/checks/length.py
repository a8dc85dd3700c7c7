"""Length: texts are neither too short nor too long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.bounds import Bound, in_words
from airflow_data_quality.core.model.limited_check import LimitedCheck
from airflow_data_quality.core.model.numbers import exact, parse_number

if TYPE_CHECKING:
    from sqlglot import exp


def parse_length(given: Any) -> int:
    """Returns a number of characters; raises ValueError for what is no whole number from 0."""
    number = exact(parse_number(given))
    if not number.is_finite() or number != number.to_integral_value() or number < 0:
        raise ValueError(f"{given!r} is no length; give a whole number of characters, 0 or more")
    return int(number)


GivenLength = Annotated[int | str, PlainValidator(parse_length, json_schema_input_type=Annotated[int, Field(ge=0)])]
"""A field that takes a number of characters."""


class Length(LimitedCheck):
    """Every text has at least ``min`` and at most ``max`` characters.

    Failing: rows whose text is shorter or longer. Checked: rows whose text is not NULL; an empty one has no characters.
    Blanks count, but for those that pad a ``char(n)``: there no blank at the end counts. No short form.
    """

    type: Literal["length"] = "length"
    dimension: str = "validity"
    counts: ClassVar[str] = "wrong_length_count"
    ends: ClassVar = (("min",), ("max",))
    min: Annotated[GivenLength | None, Bound()] = None
    """The fewest characters (inclusive)."""
    max: Annotated[GivenLength | None, Bound()] = None
    """The most characters (inclusive)."""

    def failing(self, column: Column) -> exp.Expression:
        """Returns the condition that a text is too short or too long."""
        from sqlglot import exp

        from airflow_data_quality.core.model.nodes import any_of, length, ref

        if column.kind not in ("text", "enum"):
            raise ValueError(f"column {column.name!r} is {column.type}; length needs a text")
        text = exp.cast(ref(column), "text") if column.kind == "enum" else ref(column)
        fails: dict[str, type[exp.Expression]] = {"min": exp.LT, "max": exp.GT}
        conditions = [
            fails[name](this=length(text.copy()), expression=exp.Literal.number(limit)) for name, limit in self.limits().items()
        ]
        return any_of(conditions)

    def complaint(self) -> str:
        """Says what failing rows have."""
        return f"have a {self.column} that is not {in_words(self.limits())} characters long"

    def sentence(self) -> str:
        """Says it in words."""
        return f"every {self.column} is {in_words(self.limits())} characters long{self.tolerance_in_words()}"
