"""SQL expressions that checks are built of, in no database's dialect. Imported inside ``metrics()``: it loads sqlglot."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from airflow_data_quality.core.database import Column

ISO_TEXT = "$ISO_TEXT"
TYPED = "$TYPED"
MATCHES = "$MATCHES"
LENGTH = "$LENGTH"
IS_JSON = "$IS_JSON"
PLAIN_TEXT = "$PLAIN_TEXT"
SHOWN = "$SHOWN"

WIDEST = 500
"""Alternatives in a row: SQLite reads no expression that is deeper than 1,000, and each one is a step down."""


def ref(column: Column, *, of: str | None = None) -> exp.Expression:
    """Returns a column by its exact, quoted name; ``of`` is the alias of what it belongs to."""
    return exp.column(column.name, table=of, quoted=True)


def raw(text: str) -> exp.Expression:
    """Returns a user's row condition, printed untouched; the newlines keep a trailing comment from eating what follows."""
    condition = exp.Var(this=f"(\n{text}\n)")
    condition.meta["raw"] = text
    return condition


def raw_text(node: exp.Expr) -> str | None:
    """Returns the user's own text that a node is, as it was written; None of any other node."""
    return node.meta.get("raw") if isinstance(node, exp.Var) else None


def nodes_of(expression: exp.Expr) -> Sequence[exp.Expr]:
    """Returns an expression and all that is in it, what is outside first; several times as fast as sqlglot's own walk."""
    found = [expression]
    for node in found:
        for part in node.args.values():
            found += [one for one in (part if type(part) is list else (part,)) if isinstance(one, exp.Expr)]
    return found


def any_of(conditions: Sequence[exp.Expression]) -> exp.Expression:
    """Returns the condition that at least one of the conditions is true."""
    if len(conditions) > WIDEST:
        middle = len(conditions) // 2
        halves = [exp.Paren(this=any_of(half)) for half in (conditions[:middle], conditions[middle:])]
        return exp.Or(this=halves[0], expression=halves[1])
    first, *rest = conditions
    for condition in rest:
        first = exp.Or(this=first, expression=condition)
    return first


def all_of(conditions: Sequence[exp.Expression]) -> exp.Expression:
    """Returns the condition that all of the conditions are true."""
    first, *rest = conditions
    for condition in rest:
        first = exp.And(this=first, expression=condition)
    return first


def not_null(value: exp.Expression) -> exp.Expression:
    """Returns the condition that a value is there."""
    return exp.Not(this=exp.Is(this=value, expression=exp.Null()))


def count_rows(condition: exp.Expression | None = None) -> exp.Expression:
    """Returns the number of rows, or of those for which the condition is true."""
    return when(exp.Count(this=exp.Star()), condition)


def when(aggregate: exp.Expression, condition: exp.Expression | None) -> exp.Expression:
    """Returns an aggregate over only the rows for which the condition is true."""
    return aggregate if condition is None else exp.Filter(this=aggregate, expression=exp.Where(this=condition))


def iso_text(moment: exp.Expression, kind: str) -> exp.Expression:
    """Returns a date or timestamp as ISO 8601 text: in UTC when it knows its zone, else as it stands."""
    return exp.Anonymous(this=ISO_TEXT, expressions=[moment, exp.Literal.string(kind)])


def typed(text: str, kind: str, type_name: str | None = None) -> exp.Expression:
    """Returns a literal of a column's kind; where that matters, of a type by the database's own name."""
    return exp.Anonymous(this=TYPED, expressions=[*map(exp.Literal.string, (text, kind, type_name or ""))])


def matches(value: exp.Expression, pattern: str) -> exp.Expression:
    """Returns the condition that a regular expression is found anywhere in a text."""
    return exp.Anonymous(this=MATCHES, expressions=[value, exp.Literal.string(pattern)])


def length(value: exp.Expression) -> exp.Expression:
    """Returns the number of a text's characters."""
    return exp.Anonymous(this=LENGTH, expressions=[value])


def is_json(value: exp.Expression) -> exp.Expression:
    """Returns the condition that a text is a JSON document."""
    return exp.Anonymous(this=IS_JSON, expressions=[value])


def plain_text(value: exp.Expression) -> exp.Expression:
    """Returns a value as a text that is compared character by character, whatever its own type and collation are."""
    return exp.Anonymous(this=PLAIN_TEXT, expressions=[value])


def shown(column: Column) -> exp.Expression:
    """Returns a column's value as a whole number, a boolean or a text, which every driver can read and JSON can hold."""
    return exp.Anonymous(this=SHOWN, expressions=[ref(column), exp.Literal.string(column.kind)])
