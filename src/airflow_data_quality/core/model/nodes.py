"""SQL expressions that checks are built of, in no database's dialect. Imported inside ``metrics()``: it loads sqlglot."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from airflow_data_quality.core.database import Column

ISO_TEXT = "$ISO_TEXT"


def ref(column: Column, *, of: str | None = None) -> exp.Expression:
    """Returns a column by its exact, quoted name; ``of`` is the alias of what it belongs to."""
    return exp.column(column.name, table=of, quoted=True)


def raw(text: str) -> exp.Expression:
    """Returns a user's row condition, printed untouched; the newlines keep a trailing comment from eating what follows."""
    return exp.Var(this=f"(\n{text}\n)")


def any_of(conditions: Sequence[exp.Expression]) -> exp.Expression:
    """Returns the condition that at least one of the conditions is true."""
    first, *rest = conditions
    for condition in rest:
        first = exp.Or(this=first, expression=condition)
    return first


def count_rows(condition: exp.Expression | None = None) -> exp.Expression:
    """Returns the number of rows, or of those for which the condition is true."""
    return when(exp.Count(this=exp.Star()), condition)


def when(aggregate: exp.Expression, condition: exp.Expression | None) -> exp.Expression:
    """Returns an aggregate over only the rows for which the condition is true."""
    return aggregate if condition is None else exp.Filter(this=aggregate, expression=exp.Where(this=condition))


def iso_text(moment: exp.Expression, kind: str) -> exp.Expression:
    """Returns a date or timestamp as ISO 8601 text: in UTC when it knows its zone, else as it stands."""
    return exp.Anonymous(this=ISO_TEXT, expressions=[moment, exp.Literal.string(kind)])
