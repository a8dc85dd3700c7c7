"""A look at some of the rows that a check has found failing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import chain

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
from airflow_data_quality.core.sql.keys import absent, answers_alike
from airflow_data_quality.core.sql.measure import Measurer
from airflow_data_quality.core.sql.steps import Question
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
        if not _counts_rows(question.metric):
            continue
        if isinstance(question.metric, Query):
            # What was asked last may have failed: the catalog is asked as if it had not been.
            dialect.recover(measurer.connection)
            relation = query_relation(question.metric, source, where, dialect=dialect)
            source, where = Source(relation, None, catalog.query_columns(relation)), None
        look = Look(source, where, tuple(_chosen(source.columns, options.sample_columns, dialect.max_columns)), dialect)
        sql = look.statement(question.metric, catalog, options)
        rows = measurer.look(sql, (question.asks,), len(look.chosen), discreet=bool(options.masked_columns))
        return tuple({name: readable(value) for name, value in zip(look.names(), row, strict=True)} for row in rows)
    return ()


def _counts_rows(metric: Metric) -> bool:
    match metric:
        case Scan():
            return metric.rows is not None
        case Query():
            return metric.count
        case _:
            return isinstance(metric, Duplicates | Orphans)


def _chosen(columns: Columns, names: Sequence[str] | None, most: int) -> Sequence[int]:
    """Returns the places of the columns to look at: of those named that are there, or of as many as a statement can return."""
    if names is None:
        return range(len(list(columns)))[:most]
    found = [id(column) for name in names for column in columns.called(name)]
    if not found:
        raise DefinitionError(f"none of the sample_columns {', '.join(names)} is there")
    places = {id(column): place for place, column in enumerate(columns)}
    return [places[column] for column in dict.fromkeys(found)][:most]


@dataclass(frozen=True)
class Look:
    """A statement that looks at rows of a source.

    The rows stand in ``dq_rows``, their columns under names of our own, for a query may have two of one name: ``c0``, ``c1``
    and on, and those of a key ``k0``, ``k1`` and on.
    """

    source: Source
    where: str | None
    chosen: Sequence[int]
    """The places of the columns that are looked at."""
    dialect: Dialect

    def names(self) -> Sequence[str]:
        """Returns the names under which people see the columns, no two alike: ``a``, ``a (2)``."""
        columns = list(self.source.columns)
        names: list[str] = []
        for place in self.chosen:
            name = columns[place].name
            others = (f"{name} ({number})" for number in range(2, len(columns) + 2))
            free = (other for other in others if all(column.name != other for column in columns))
            names.append(next(spelling for spelling in chain([name], free) if spelling not in names))
        return names

    def statement(self, metric: Metric, catalog: Catalog, options: Options) -> str:
        """Returns the SELECT of at most so many rows that a metric counts as failing."""
        select = f"SELECT {', '.join(self._shown(options.masked_columns))}\nFROM dq_rows AS c"
        match metric:
            case Scan(rows=exp.Expression() as rows):
                wanted = self._rows([f"({self.dialect.text(rows.copy())})"]) + select
            case Duplicates():
                wanted = self._doubled(metric, select, options.sample_failing_rows)
            case Orphans():
                conditions = where_clause([], absent(metric, dialect=self.dialect, catalog=catalog))
                wanted = self._rows((), metric.columns) + select + conditions
            case _:
                wanted = self._rows() + select
        return self.dialect.limited(wanted, options.sample_failing_rows)

    def _doubled(self, metric: Duplicates, select: str, rows: int) -> str:
        """Finds some doubled keys first: sorting every row by its key would take several times as long.

        SQLite takes CROSS JOIN for an order to read the rows once and look each key up among the few.
        """
        dialect, keys = self.dialect, [f"k{number}" for number in range(len(metric.columns))]
        present = [] if metric.nulls == "equal" else [dialect.text(not_null(ref(column))) for column in metric.columns]
        names = ", ".join(keys)
        doubled = dialect.limited(f"SELECT {names} FROM dq_rows GROUP BY {names} HAVING COUNT(*) > 1", (rows + 1) // 2)
        equal = exp.NullSafeEQ if metric.nulls == "equal" else exp.EQ
        same = " AND ".join(
            dialect.text(equal(this=exp.column(key, table="c"), expression=exp.column(key, table="d"))) for key in keys
        )
        order = ", ".join(f"d.{key}" for key in keys)
        found = f"{select} CROSS JOIN (\n{doubled}\n) AS d\nWHERE {same}\nORDER BY {order}"
        return self._rows(present, metric.columns, twice=True) + found

    def _rows(self, written: Sequence[str] = (), keys: Sequence[Column] = (), *, twice: bool = False) -> str:
        """Returns the common table expression of the rows."""
        columns = list(self.source.columns)
        conditions = [condition for condition in (self.source.where, self.where) if condition is not None]
        key = [self.dialect.text(ref(column)) for column in keys]
        if len({column.name.casefold() for column in columns}) == len(columns):
            places, texts = self.chosen, [*(self.dialect.text(ref(columns[place])) for place in self.chosen), *key]
        else:
            places, texts = range(len(columns)), ["*", *key]
        names = [f"c{place}" for place in places] + [f"k{number}" for number in range(len(keys))]
        # What may answer otherwise when it is asked twice is asked once; a table's rows are not copied for that.
        how = self.dialect.materialized[not answers_alike(self.source, conditions)] if twice else ""
        rows = f"SELECT {', '.join(texts)}\nFROM {self.source.text}{where_clause(conditions, written)}"
        return f"WITH dq_rows ({', '.join(names)}) AS {how}(\n{rows}\n)\n"

    def _shown(self, masked: Sequence[str]) -> Iterator[str]:
        """Yields what stands behind SELECT: values that any driver can read, ``***`` for those that nobody may see."""
        columns = list(self.source.columns)
        for number, place in enumerate(self.chosen):
            column = replace(columns[place], name=f"c{place}")
            value = _masked(column) if is_masked(columns[place].name, masked) else shown(column)
            yield f"{self.dialect.text(value)} AS m{number}"


def is_masked(name: str, patterns: Sequence[str]) -> bool:
    """Says whether a column's name is like one of the shell patterns, whatever its case."""
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns)


def _masked(column: Column) -> exp.Expression:
    there = exp.If(this=not_null(ref(column)), true=exp.Literal.string(MASK))
    return exp.Case(ifs=[there])


def readable(value: object) -> int | bool | str | None:
    """Returns a value as JSON can hold it; a long text is cut."""
    if value is None or isinstance(value, int):
        return value
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"
