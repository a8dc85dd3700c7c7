"""Statements about a column's values, and users' own queries: what has an answer of its own and shares no scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.metric import DATASET, Distinct, Quantile, Query
from airflow_data_quality.core.model.nodes import count_rows, ref
from airflow_data_quality.core.model.tokens import literal
from airflow_data_quality.core.sql import effort
from airflow_data_quality.core.sql.dialect import Dialect
from airflow_data_quality.core.sql.text import one_query, put_in_place, where_clause

if TYPE_CHECKING:
    from airflow_data_quality.core.sql.catalog import Source

DATASET_NAME = "dq_dataset"
LARGEST = 30
"""Decimal digits of a number beyond which nobody hopes for a quantile."""


@dataclass(frozen=True)
class Single:
    """One statement with one value."""

    sql: str
    names: tuple[str, ...] | None
    """What its column is called; None where that is the user's business."""
    fact: str
    """The form in a word, for people."""
    effort: float = field(default=effort.VALUES, compare=False)
    """Nanoseconds for each row."""


@dataclass(frozen=True)
class Limit:
    """A value by which the rows around a quantile are told from the others, a literal; the scan counts the rows beyond it."""

    text: str
    low: bool
    """Whether the quantile is hoped for at or above it, and the values below are counted; else those up to it are."""


@dataclass(frozen=True)
class Ranked:
    """A quantile: counted in a scan how many values lie on either side of some limits, then looked up by its rank."""

    value: str
    source: str
    conditions: tuple[str, ...]
    percent: int
    limits: tuple[Limit, ...]
    effort = effort.RANK
    fact = "by counting, then looked up by its rank"

    def ranks(self, count: int) -> tuple[int, int, Decimal]:
        """Returns the ranks (from 0) on either side of the quantile among so many values, and how far it lies between them."""
        hundredths = self.percent * (count - 1)
        first = hundredths // 100
        return first, first + (hundredths % 100 > 0), Decimal(hundredths % 100) / 100

    def lookup(self, counted: Sequence[int], dialect: Dialect) -> str:
        """Returns the statement that finds the values at both ranks, among the fewest rows that are sure to hold them.

        Args:
            counted: how many values there are, then for each limit how many are below it, or up to it.
            dialect: what writes it.
        """
        count, *counts = counted
        first, last, _ = self.ranks(count)
        start, end = 0, count
        window = {"from": "", "to": ""}
        for limit, split in zip(self.limits, counts, strict=True):
            if start <= split <= first:
                start, window["from"] = split, f"{self.value} {'>=' if limit.low else '>'} {limit.text}"
            elif last < split <= end:
                end, window["to"] = split, f"{self.value} {'<' if limit.low else '<='} {limit.text}"
        narrow = [condition for condition in window.values() if condition]
        relation = self.source + where_clause([*self.conditions], [*narrow, f"{self.value} IS NOT NULL"])
        return dialect.ranked(self.value, relation, first - start, end - start)

    def alone(self, dialect: Dialect) -> str:
        """Returns one SELECT that gives the quantile."""
        relation = self.source + where_clause([*self.conditions], [f"{self.value} IS NOT NULL"])
        return dialect.quantile(self.value, relation, self.percent)


def distinct(metric: Distinct, source: str, conditions: Sequence[str], *, dialect: Dialect, few: bool = False) -> Single:
    """Returns the form of a distinct count: counting distinct integers is fast, few values are grouped in parallel.

    Any other type than integers is grouped however many values there are. ``few`` says that they are known to be few.
    """
    column, where = dialect.text(ref(metric.column)), where_clause(conditions)
    if metric.column.kind == "integer" and not few:
        sql = f"SELECT COUNT(DISTINCT {column}) AS value\nFROM {source}{where}"
        return Single(sql, ("value",), "by counting distinct integers", effort.INTEGERS)
    # NULL is one group more, which is not counted.
    sql = f"SELECT COUNT({column}) AS value\nFROM (SELECT {column} FROM {source}{where} GROUP BY {column}) AS k"
    return Single(sql, ("value",), "by grouping")


def quantile(
    metric: Quantile, source: str, conditions: Sequence[str], *, dialect: Dialect, window: tuple[Decimal, Decimal] | None = None
) -> tuple[Ranked, Sequence[exp.Expression]]:
    """Returns the form of a quantile, and the aggregates that must be known first.

    Args:
        metric: what is asked, with the values between which it is hoped for.
        source: what stands behind FROM.
        conditions: the filters.
        dialect: what writes it.
        window: two values between which the database's statistics expect it; where they are closer than those of the metric,
            fewer rows must be sorted.
    """
    expected = window or (None, None)
    hoped = [(metric.low, True), (metric.high, False)]
    if expected[0] is not None and (metric.low is None or expected[0] > metric.low):
        hoped.append((expected[0], True))
    if expected[1] is not None and (metric.high is None or expected[1] < metric.high):
        hoped.append((expected[1], False))
    literals = [(written, low) for value, low in hoped if (written := _limit(metric, value)) is not None]
    counts: list[exp.Expression] = [exp.Count(this=ref(metric.column))]
    for written, low in literals:
        beyond = exp.LT if low else exp.LTE
        counts.append(count_rows(beyond(this=ref(metric.column), expression=written)))
    limits = tuple(Limit(dialect.text(written.copy()), low) for written, low in literals)
    return Ranked(dialect.text(ref(metric.column)), source, tuple(conditions), metric.percent, limits), counts


def _limit(metric: Quantile, limit: int | Decimal | None) -> exp.Expression | None:
    """Returns a limit as a literal of the column's kind, or as a number that this cannot hold, such as 1.5 beside integers."""
    if limit is None:
        return None
    number = Decimal(limit)
    if not number.is_finite() or abs(number.adjusted()) > LARGEST:
        return None
    return literal(metric.column, limit) or exp.Literal.number(f"({number:f})")


def query(metric: Query, source: Source, where: str | None, *, dialect: Dialect) -> Single:
    """Returns a user's query as a statement; raises what ``query_relation`` raises."""
    relation = query_relation(metric, source, where, dialect=dialect)
    fact = "the query as it is written"
    if not dialect.one_statement:
        fact += "; its driver refuses no second statement, so the text was searched for one"
    if metric.count:
        return Single(f"SELECT COUNT(*) AS failing FROM {relation}", ("failing",), fact, effort.QUERY)
    return Single(dialect.limited(f"SELECT * FROM {relation}", 2), None, fact, effort.QUERY)


def query_relation(metric: Query, source: Source, where: str | None, *, dialect: Dialect) -> str:
    """Returns a user's query as something to select from; it stands in it verbatim.

    Raises:
        DefinitionError: for what is no single query, or where filters would be left out of account.
    """
    named = put_in_place(dialect, metric.sql, DATASET, DATASET_NAME)
    sql = one_query(dialect, named, "sql")
    conditions = [condition for condition in (source.where, where) if condition is not None]
    if named != metric.sql:
        dataset = f"WITH {DATASET_NAME} AS (SELECT * FROM {source.text}{where_clause(conditions)})"
        return f"({dataset}\nSELECT * FROM (\n{sql}\n) AS q) AS q"
    if conditions:
        raise DefinitionError(f"the query would leave the filter out of account; write {DATASET} where it reads the dataset")
    return f"(\n{sql}\n) AS q"
