"""Many metrics → few statements.

Everything that one pass over a dataset can answer goes into one SELECT, each different aggregate once; what needs its own
grouping or join is a statement of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from airflow_data_quality.core.model.metric import Duplicates, Metric, Orphans, Scan
from airflow_data_quality.core.model.nodes import raw
from airflow_data_quality.core.sql.catalog import Catalog, Source
from airflow_data_quality.core.sql.dialect import Dialect
from airflow_data_quality.core.sql.keys import KeyForms, duplicates, orphans
from airflow_data_quality.core.sql.text import check_condition


@dataclass(frozen=True)
class Cell:
    """One aggregate of a scan: a column of the SELECT that many share."""

    source: Source
    text: str
    alone: bool
    """Whether it must not share a statement, because nobody can tell where its text ends."""


@dataclass(frozen=True)
class Question:
    """A metric made askable; equal questions are asked once."""

    metric: Metric
    asks: Cell | KeyForms


@dataclass(frozen=True)
class ScanStep:
    """One SELECT over one dataset."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class KeyStep:
    """One statement of its own (and, where its fast form cannot tell, one more)."""

    forms: KeyForms


Step = ScanStep | KeyStep


def question(metric: Metric, where: str | None, source: Source, *, dialect: Dialect, catalog: Catalog) -> Question:
    """Returns a check's metric as a question to its source; raises what the catalog raises for names it cannot find."""
    alone = where is not None and not check_condition(dialect, where, "where")
    if isinstance(metric, Scan):
        expression = restricted(metric.expression, where) if where is not None else metric.expression
        return Question(metric, Cell(source, dialect.text(expression), alone))
    conditions = [condition for condition in (source.where, where) if condition is not None]
    if isinstance(metric, Duplicates):
        return Question(metric, duplicates(metric, source.text, conditions, dialect=dialect))
    if isinstance(metric, Orphans):
        return Question(metric, orphans(metric, source.text, conditions, dialect=dialect, catalog=catalog))
    raise TypeError(f"{type(metric).__name__} is no metric that the planner knows")


def restricted(expression: exp.Expression, where: str) -> exp.Expression:
    """Returns the expression with every aggregate in it looking at fewer rows only."""
    box = exp.Paren(this=expression.copy())
    aggregates = list(box.find_all(exp.AggFunc))
    if not aggregates:
        raise ValueError(f"where cannot be applied: there is no aggregate in {expression}")
    for aggregate in aggregates:
        parent = aggregate.parent
        if isinstance(parent, exp.Filter):
            condition = parent.expression.this
            parent.set("expression", exp.Where(this=exp.and_(raw(where), condition)))
        else:
            filtered = exp.Filter(this=aggregate.copy(), expression=exp.Where(this=raw(where)))
            aggregate.replace(filtered)
    restricted_expression: exp.Expression = box.this
    return restricted_expression


def plan(questions: Iterable[Question], *, max_columns: int) -> list[Step]:
    """Returns the steps that answer all questions, each different one once: scans first, then what stands alone."""
    asked = list(dict.fromkeys(q.asks for q in questions))
    by_source: dict[tuple[str, str | None], list[Cell]] = {}
    steps: list[Step] = []
    for cell in asked:
        if isinstance(cell, Cell) and cell.alone:
            steps.append(ScanStep((cell,)))
        elif isinstance(cell, Cell):
            by_source.setdefault((cell.source.text, cell.source.where), []).append(cell)
    for cells in by_source.values():
        steps += [ScanStep(tuple(cells[start : start + max_columns])) for start in range(0, len(cells), max_columns)]
    return steps + [KeyStep(forms) for forms in asked if isinstance(forms, KeyForms)]


def select(cells: Sequence[Cell], names: Sequence[str]) -> str:
    """Returns one SELECT over the source that all the cells share."""
    columns = ",\n  ".join(f"{cell.text} AS {name}" for cell, name in zip(cells, names, strict=True))
    source = cells[0].source
    where = f"\nWHERE (\n{source.where}\n)" if source.where is not None else ""
    return f"SELECT\n  {columns}\nFROM {source.text}{where}"


def standalone(questions: Sequence[Question], *, quote: str = '"') -> str:
    """Returns one SELECT that answers these questions alone, its columns named as the measurements are."""
    scans = [(q.metric.names[0], q.asks) for q in questions if isinstance(q.asks, Cell)]
    parts = [q.asks.exact for q in questions if isinstance(q.asks, KeyForms)]
    if scans:
        names = [quote + name.replace(quote, quote * 2) + quote for name, _ in scans]
        parts.insert(0, select([cell for _, cell in scans], names))
    if len(parts) == 1:
        return parts[0]
    return "SELECT * FROM " + " CROSS JOIN ".join(f"(\n{part}\n) AS s{number}" for number, part in enumerate(parts))
