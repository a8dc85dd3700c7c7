"""Metric → question: what a check wants to know, in the form in which one dataset of one database is best asked."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.metric import Distinct, Duplicates, Metric, Orphans, Quantile, Query, Scan
from airflow_data_quality.core.model.nodes import MATCHES, all_of, count_rows, nodes_of, not_null, raw, raw_text, ref
from airflow_data_quality.core.sql import effort
from airflow_data_quality.core.sql.catalog import Catalog, Source
from airflow_data_quality.core.sql.dialect import Dialect
from airflow_data_quality.core.sql.keys import KeyForms, duplicates, orphans
from airflow_data_quality.core.sql.proofs import Guarantees, proof, provable
from airflow_data_quality.core.sql.statistics import Statistics
from airflow_data_quality.core.sql.steps import Cell, Proved, Question
from airflow_data_quality.core.sql.text import calls, check_condition
from airflow_data_quality.core.sql.values import Single, distinct, quantile, query

LARGE = 200_000
"""Rows from which on a table's statistics are looked at."""
FEW = 50_000
"""Different values of a column that any session can count in memory."""
MARGIN = 1.0
"""Per cent of the rows on either side of where a quantile is expected, among which it is looked for."""


def question(metric: Metric, where: str | None, source: Source, *, dialect: Dialect, catalog: Catalog) -> Question:
    """Returns a check's metric as a question to its source; raises what the catalog raises for names it cannot find."""
    if where is not None:
        check_condition(dialect, where, "where")
    asked = _measured(metric, where, source, dialect=dialect, catalog=catalog)
    asked = replace(asked, calls=_calls(asked, dialect))
    if not provable(metric) or not isinstance(asked.asks, Cell | KeyForms | Single):
        return asked
    guarantees = catalog.guarantees(source)
    proved = proof(metric, guarantees, catalog)
    if proved is None:
        return asked
    rows = checked(metric, where, source, dialect, guarantees) if isinstance(metric, Duplicates | Orphans) else None
    return replace(asked, asks=Proved(asked.asks, f"proved by {proved}"), checked=rows)


def _calls(asked: Question, dialect: Dialect) -> bool:
    """Says whether a user's text in it calls something, or cannot be read."""
    to_where = asked.metric.to_where if isinstance(asked.metric, Orphans) else None
    texts = [*asked.conditions, *([to_where] if to_where is not None else [])]
    clear = [check_condition(dialect, text, "where") for text in texts]
    return isinstance(asked.metric, Query) or not all(clear) or any(map(calls, texts))


def _measured(metric: Metric, where: str | None, source: Source, *, dialect: Dialect, catalog: Catalog) -> Question:
    conditions = [condition for condition in (source.where, where) if condition is not None]
    match metric:
        case Scan():
            return Question(metric, _cell(metric.expression, where, source, dialect), source, where)
        case Duplicates():
            return Question(metric, duplicates(metric, source.text, conditions, dialect=dialect), source, where)
        case Orphans():
            own = orphans(metric, source, conditions, dialect=dialect, catalog=catalog)
            rows = checked(metric, where, source, dialect, Guarantees()) if isinstance(own, Single) else None
            return Question(metric, own, source, where, checked=rows)
        case Distinct():
            known = _known(metric.column, source, catalog)
            few = known is not None and known.distinct is not None and known.distinct <= FEW
            return Question(metric, distinct(metric, source.text, conditions, dialect=dialect, few=few), source, where)
        case Quantile():
            known = _known(metric.column, source, catalog)
            window = None if known is None else known.window(metric.percent, MARGIN)
            ranked, counts = quantile(metric, source.text, conditions, dialect=dialect, window=window)
            return Question(metric, ranked, source, where, tuple(_cell(count, where, source, dialect) for count in counts))
        case Query():
            return Question(metric, query(metric, source, where, dialect=dialect), source, where)
    raise TypeError(f"{type(metric).__name__} is no metric that the planner knows")


def _known(column: Column, source: Source, catalog: Catalog) -> Statistics | None:
    """Returns what the database has noted of a column, where that can save more than it costs to ask."""
    return catalog.statistics(source, column.name) if (source.rows or 0) >= LARGE else None


def _cell(expression: exp.Expression, where: str | None, source: Source, dialect: Dialect) -> Cell:
    filtered = expression.copy() if where is None else restricted(expression, where)
    nodes = nodes_of(filtered)
    texts = [text for text in map(raw_text, nodes) if text is not None]
    clear = all([check_condition(dialect, text, "sql") for text in texts])
    unknown = any(map(calls, (*texts, source.where or "")))
    serial = any(isinstance(node, exp.Subquery) for node in nodes)
    matches = any(isinstance(node, exp.Anonymous) and node.this == MATCHES for node in nodes)
    each = effort.SUBQUERY if serial else effort.MATCH if matches else effort.AGGREGATE
    return Cell(source, dialect.text(filtered), not clear, serial, unknown, each)


def checked(metric: Duplicates | Orphans, where: str | None, source: Source, dialect: Dialect, known: Guarantees) -> Cell:
    """Returns what counts the rows that a question about keys looks at."""
    nullable = [] if _nulls_too(metric) else [column for column in metric.columns if column.name not in known.present]
    if len(nullable) == 1:
        return _cell(exp.Count(this=ref(nullable[0])), where, source, dialect)
    rows = count_rows(all_of([not_null(ref(column)) for column in nullable])) if nullable else count_rows()
    return _cell(rows, where, source, dialect)


def _nulls_too(metric: Duplicates | Orphans) -> bool:
    return isinstance(metric, Duplicates) and metric.nulls == "equal"


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
