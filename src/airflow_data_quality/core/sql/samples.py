"""A look at some of the rows that a check has found failing."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from sqlglot import exp

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.execution import Sample
from airflow_data_quality.core.model.metric import Duplicates, Metric, Orphans, Query, Scan
from airflow_data_quality.core.model.nodes import not_null, ref, shown
from airflow_data_quality.core.model.options import Options
from airflow_data_quality.core.sql.catalog import Catalog, Source
from airflow_data_quality.core.sql.dialect import Dialect
from airflow_data_quality.core.sql.keys import absent, key_columns
from airflow_data_quality.core.sql.measure import Measurer
from airflow_data_quality.core.sql.planner import Question
from airflow_data_quality.core.sql.text import where_clause
from airflow_data_quality.core.sql.values import query_relation

MASK = "***"
LONGEST = 500
"""Characters of a text that are kept."""


def sampled(
    questions: Sequence[Question], source: Source, where: str | None, measurer: Measurer, catalog: Catalog, options: Options
) -> tuple[Sample, ...]:
    """Returns some of the rows that a check's questions have found failing, from the state that was measured.

    Raises:
        QueryError: when the database says no; others can be asked for all the same.
        DefinitionError: when none of the columns that were named is there.
    """
    dialect = measurer.dialect
    for question in questions:
        found = failing_rows(question.metric, where, source, dialect=dialect, catalog=catalog)
        if found is None:
            continue
        columns = _chosen(found[0], options.sample_columns, dialect.max_columns)
        select = f"SELECT {select_columns(columns, options.masked_columns, dialect)}\n{found[1]}"
        rows = measurer.look(dialect.limited(select, options.sample_failing_rows), (question.asks,), len(columns))
        return tuple({c.name: readable(value) for c, value in zip(columns, row, strict=True)} for row in rows)
    return ()


def _chosen(columns: Columns, names: Sequence[str] | None, most: int) -> Sequence[Column]:
    """Returns the columns to look at: those named that are there, or as many of all as one statement can return."""
    if names is None:
        return list(columns)[:most]
    found = [columns.find(name) for name in names]
    chosen = list(dict.fromkeys(column for column in found if column is not None))
    if not chosen:
        raise DefinitionError(f"none of the sample_columns {', '.join(names)} is there")
    return chosen


def select_columns(columns: Sequence[Column], masked: Sequence[str], dialect: Dialect) -> str:
    """Returns what stands behind SELECT: values that any driver can read, ``***`` for those that nobody may see."""
    texts = [dialect.text(_masked(column) if is_masked(column.name, masked) else shown(column)) for column in columns]
    return ", ".join(f"{text} AS m{number}" for number, text in enumerate(texts))


def is_masked(name: str, patterns: Sequence[str]) -> bool:
    """Says whether a column's name is like one of the shell patterns, whatever its case."""
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns)


def _masked(column: Column) -> exp.Expression:
    there = exp.If(this=not_null(ref(column)), true=exp.Literal.string(MASK))
    return exp.Case(ifs=[there])


def failing_rows(
    metric: Metric, where: str | None, source: Source, *, dialect: Dialect, catalog: Catalog
) -> tuple[Columns, str] | None:
    """Returns the rows that a metric counts as failing: their columns, and FROM with what follows.

    None for a metric that counts none.
    """
    conditions = [condition for condition in (source.where, where) if condition is not None]
    match metric:
        case Scan(rows=rows) if rows is not None:
            found = f"{source.text}{where_clause(conditions, [f'({dialect.text(rows.copy())})'])}"
        case Duplicates():
            found = _doubled(metric, source, conditions, dialect)
        case Orphans():
            name = _free("dq_k", source)
            keys = key_columns(metric.columns, dialect, name=name)
            everything = f"(SELECT *, {keys} FROM {source.text}{where_clause(conditions)}) AS c"
            found = everything + where_clause([], absent(metric, dialect=dialect, catalog=catalog, name=name))
        case Query(count=True):
            found = query_relation(metric, source, where, dialect=dialect)
            return catalog.query_columns(found), f"FROM {found}"
        case _:
            return None
    return source.columns, f"FROM {found}"


def _doubled(metric: Duplicates, source: Source, conditions: Sequence[str], dialect: Dialect) -> str:
    keys = [dialect.text(ref(column)) for column in metric.columns]
    present = [] if metric.nulls == "equal" else [dialect.text(not_null(ref(column))) for column in metric.columns]
    count = _free("dq_n", source)
    window = f"COUNT(*) OVER (PARTITION BY {', '.join(keys)}) AS {count}"
    rows = f"SELECT *, {window} FROM {source.text}{where_clause(conditions, present)}"
    return f"({rows}) AS d\nWHERE {count} > 1\nORDER BY {', '.join(keys)}"


def _free(stem: str, source: Source) -> str:
    """Returns a name that no column of the dataset begins with."""
    while any(column.name.casefold().startswith(stem) for column in source.columns):
        stem += "_"
    return stem


def readable(value: object) -> int | bool | str | None:
    """Returns a value as JSON can hold it; a long text is cut."""
    if value is None or isinstance(value, int):
        return value
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"
