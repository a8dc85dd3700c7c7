"""Pattern: texts look as they should."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, WithJsonSchema

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.column_check import ColumnCheck
from airflow_data_quality.core.model.formats import FORMATS, known_format

if TYPE_CHECKING:
    from sqlglot import exp

KINDS = ("text", "enum", "uuid", "json")


def read_regex(given: str) -> str:
    """Returns a regular expression as it is; refuses one that no database can be given."""
    if not given:
        raise ValueError("an empty regular expression is found in every text; leave it out, or write one")
    if "\0" in given:
        raise ValueError(r"a regular expression cannot hold a NUL character; write \x00")
    return given


Regex = Annotated[str, AfterValidator(read_regex)]
"""A field that takes a regular expression, verbatim; only the database ever reads it."""
FormatName = Annotated[str, AfterValidator(known_format), WithJsonSchema({"type": "string", "enum": sorted(FORMATS)})]
"""A field that takes the name of a format."""


class Pattern(ColumnCheck):
    r"""A regular expression is found in every text, or in none, or every text is of a format.

    Failing: rows whose text is otherwise. Checked: rows whose text is not NULL; an empty one is a text. A regular expression
    is the database's own and is searched for anywhere: ``^`` and ``$`` anchor it. No short form.
    """

    type: Literal["pattern"] = "pattern"
    dimension: str = "validity"
    counts: ClassVar[str] = "mismatch_count"
    exactly_one_of: ClassVar[Sequence[str]] = ("matches", "not_matches", "format")
    matches: Regex | None = None
    """A regular expression that must be found in every text, such as ``^[A-Z]{2}[0-9]+$``."""
    not_matches: Regex | None = None
    """A regular expression that must be found in none."""
    format: FormatName | None = None
    """What every text must be: ``email``, ``uuid``, ``iso_date`` …"""

    def failing(self, column: Column) -> exp.Expression:
        """Returns the condition that a text is otherwise."""
        from sqlglot import exp

        from airflow_data_quality.core.model.format_rules import breaks
        from airflow_data_quality.core.model.nodes import matches, ref

        if column.kind not in KINDS:
            raise ValueError(f"column {column.name!r} is {column.type}; pattern needs a text, an enum, a uuid or JSON")
        if self.format is not None:
            return breaks(FORMATS[self.format], column)
        text = ref(column) if column.kind == "text" else exp.cast(ref(column), "text")
        if self.matches is not None:
            return exp.Not(this=matches(text, self.matches))
        return matches(text, self.not_matches or "")

    def complaint(self) -> str:
        """Says what failing rows have."""
        if self.format is not None:
            return f"have a {self.column} that is no {FORMATS[self.format].says}"
        verb = "does not match" if self.not_matches is None else "matches"
        return f"have a {self.column} that {verb} {self._regex()}"

    def sentence(self) -> str:
        """Says it in words."""
        if self.format is not None:
            says = FORMATS[self.format].says if self.format in FORMATS else self.format
            return f"every {self.column} is of the format {says}{self.tolerance_in_words()}"
        subject = f"every {self.column} matches" if self.not_matches is None else f"no {self.column} matches"
        return f"{subject} {self._regex()}{self.tolerance_in_words()}"

    def _regex(self) -> str:
        """Returns the regular expression on one line, its backslashes as they are written."""
        return "'{}'".format((self.matches or self.not_matches or "").replace("\n", r"\n"))
