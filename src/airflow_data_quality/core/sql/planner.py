"""Many metrics → few statements.

Everything that one pass over a dataset can answer goes into one SELECT, each different aggregate once; what needs its own
grouping or join is a statement of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from airflow_data_quality.core.model.metric import Distinct, Duplicates, Metric, Orphans, Quantile, Query, Scan
from airflow_data_quality.core.model.nodes import all_of, count_rows, not_null, raw, raw_texts, ref
from airflow_data_quality.core.sql.catalog import Catalog, Source
from airflow_data_quality.core.sql.dialect import Dialect
from airflow_data_quality.core.sql.keys import KeyForms, duplicates, orphans
from airflow_data_quality.core.sql.proofs import Guarantees, proof, provable
from airflow_data_quality.core.sql.text import check_condition
from airflow_data_quality.core.sql.values import Ranked, Single, distinct, quantile, query


@dataclass(frozen=True)
class Cell:
    """One aggregate of a scan: a column of the SELECT that many share."""

    source: Source
    text: str
    alone: bool
    """Whether it must not share a statement, because nobody can tell where its text ends."""
    serial: bool = False
    """Whether it keeps PostgreSQL from scanning in parallel (a subquery for each row does), so that others had to wait."""


@dataclass(frozen=True)
class Proved:
    """What the catalog proves to be 0, so that nobody asks for it."""

    instead: Cell | KeyForms
    """What would have measured it."""
    fact: str
    """What proves it, for people."""


Own = KeyForms | Single | Ranked | Proved
"""What is no part of a scan: a statement of its own, or none."""
Ask = Cell | Own


@dataclass(frozen=True)
class Question:
    """A metric made askable; equal questions are asked once."""

    metric: Metric
    asks: Ask
    before: tuple[Cell, ...] = ()
    """What a scan must tell first."""


@dataclass(frozen=True)
class ScanStep:
    """One SELECT over one dataset."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class OwnStep:
    """One statement of its own (and, where its fast form cannot tell, one more); none for what is proved."""

    asks: Own
    before: tuple[Cell, ...] = ()


Step = ScanStep | OwnStep


def question(metric: Metric, where: str | None, source: Source, *, dialect: Dialect, catalog: Catalog) -> Question:
    """Returns a check's metric as a question to its source; raises what the catalog raises for names it cannot find."""
    asked = _measured(metric, where, source, dialect=dialect, catalog=catalog)
    if not provable(metric) or not isinstance(asked.asks, Cell | KeyForms):
        return asked
    guarantees = catalog.guarantees(source)
    proved = proof(metric, guarantees)
    if proved is None:
        return asked
    rows = [_checked(metric, guarantees)] if isinstance(metric, Duplicates) else []
    before = tuple(_cell(expression, where, source, dialect) for expression in rows)
    return Question(metric, Proved(asked.asks, f"proved by {proved}"), before)


def _measured(metric: Metric, where: str | None, source: Source, *, dialect: Dialect, catalog: Catalog) -> Question:
    if where is not None:
        check_condition(dialect, where, "where")
    conditions = [condition for condition in (source.where, where) if condition is not None]
    match metric:
        case Scan():
            return Question(metric, _cell(metric.expression, where, source, dialect))
        case Duplicates():
            return Question(metric, duplicates(metric, source.text, conditions, dialect=dialect))
        case Orphans():
            return Question(metric, orphans(metric, source.text, conditions, dialect=dialect, catalog=catalog))
        case Distinct():
            return Question(metric, distinct(metric, source.text, conditions, dialect=dialect))
        case Quantile():
            ranked, counts = quantile(metric, source.text, conditions, dialect=dialect)
            return Question(metric, ranked, tuple(_cell(count, where, source, dialect) for count in counts))
        case Query():
            return Question(metric, query(metric, source, where, dialect=dialect))
    raise TypeError(f"{type(metric).__name__} is no metric that the planner knows")


def _cell(expression: exp.Expression, where: str | None, source: Source, dialect: Dialect) -> Cell:
    texts = [check_condition(dialect, text, "sql") for text in raw_texts(expression)]
    filtered = expression.copy() if where is None else restricted(expression, where)
    clear = where is None or check_condition(dialect, where, "where")
    serial = filtered.find(exp.Subquery) is not None
    return Cell(source, dialect.text(filtered), not clear or not all(texts), serial)


def _checked(metric: Duplicates, guarantees: Guarantees) -> exp.Expression:
    """Returns how many rows a uniqueness question looks at."""
    nullable = [column for column in metric.columns if column.name not in guarantees.present]
    if metric.nulls == "equal" or not nullable:
        return count_rows()
    return count_rows(all_of([not_null(ref(column)) for column in nullable]))


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
            parent.expression.set("this", exp.and_(raw(where), condition.copy()))
        else:
            filtered = exp.Filter(this=aggregate.copy(), expression=exp.Where(this=raw(where)))
            aggregate.replace(filtered)
    restricted_expression: exp.Expression = box.this
    return restricted_expression


def plan(questions: Iterable[Question], *, max_columns: int) -> list[Step]:
    """Returns the steps that answer all questions, each different one once: scans first, then what stands alone."""
    asked = list(questions)
    cells = dict.fromkeys(cell for q in asked for cell in (*q.before, q.asks) if isinstance(cell, Cell))
    by_source: dict[tuple[str, str | None, bool], list[Cell]] = {}
    steps: list[Step] = []
    for cell in cells:
        if cell.alone:
            steps.append(ScanStep((cell,)))
        else:
            by_source.setdefault((cell.source.text, cell.source.where, cell.serial), []).append(cell)
    for shared in by_source.values():
        steps += [ScanStep(tuple(shared[start : start + max_columns])) for start in range(0, len(shared), max_columns)]
    own = dict.fromkeys(OwnStep(q.asks, q.before) for q in asked if not isinstance(q.asks, Cell))
    return [*steps, *own]


def select(cells: Sequence[Cell], names: Sequence[str]) -> str:
    """Returns one SELECT over the source that all the cells share."""
    columns = ",\n  ".join(f"{cell.text} AS {name}" for cell, name in zip(cells, names, strict=True))
    source = cells[0].source
    where = f"\nWHERE (\n{source.where}\n)" if source.where is not None else ""
    return f"SELECT\n  {columns}\nFROM {source.text}{where}"


def drafted(step: Step, dialect: Dialect) -> tuple[str, Sequence[Ask]] | None:
    """Returns a step's (first) statement before anything is known of the data, and what it asks; None where it needs none."""
    if isinstance(step, ScanStep):
        return select(step.cells, [f"m{position}" for position in range(len(step.cells))]), step.cells
    if isinstance(step.asks, Proved):
        return None
    if isinstance(step.asks, KeyForms):
        return step.asks.fast or step.asks.exact, (step.asks,)
    return _alone(step.asks, dialect), (step.asks,)


def standalone(questions: Sequence[Question], dialect: Dialect) -> str | None:
    """Returns one SELECT that answers these questions alone, scans' columns named as the measurements are.

    None when nothing is asked.
    """
    measured = [(q.metric.names[0], q.asks.instead if isinstance(q.asks, Proved) else q.asks) for q in questions]
    scans = [(name, asks) for name, asks in measured if isinstance(asks, Cell)]
    parts = [_alone(asks, dialect) for _, asks in measured if not isinstance(asks, Cell)]
    if scans:
        names = [dialect.text(exp.to_identifier(name, quoted=True)) for name, _ in scans]
        parts.insert(0, select([cell for _, cell in scans], names))
    if len(parts) <= 1:
        return parts[0] if parts else None
    return "SELECT * FROM " + " CROSS JOIN ".join(f"(\n{part}\n) AS s{number}" for number, part in enumerate(parts))


def _alone(asks: KeyForms | Single | Ranked, dialect: Dialect) -> str:
    match asks:
        case KeyForms():
            return asks.exact
        case Single():
            return asks.sql
        case Ranked():
            return asks.alone(dialect)
