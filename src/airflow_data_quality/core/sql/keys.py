"""Statements about keys: which are doubled, which are orphans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.metric import Duplicates, Orphans
from airflow_data_quality.core.model.nodes import not_null, ref
from airflow_data_quality.core.sql.dialect import Dialect
from airflow_data_quality.core.sql.text import check_condition, where_clause

if TYPE_CHECKING:
    from airflow_data_quality.core.sql.catalog import Catalog


@dataclass(frozen=True)
class KeyForms:
    """How a question about keys is asked: a fast form that may leave it open, and an exact one that never does."""

    exact: str
    """Returns ``checked`` and ``failing``."""
    fast: str | None = None
    """Returns ``rows`` and ``keys``, of which the second may be too small; as many of both prove that no key is doubled."""
    fast_is_exact: bool = False
    """Whether the fast form's ``keys`` is never too small, so that ``rows − keys`` are the surplus rows."""
    fact: str = ""
    """The form in a word, for people."""

    def settled(self, rows: int, keys: int) -> tuple[int, int] | None:
        """Returns (checked, failing) when the fast form's answer settles the question."""
        return (rows, rows - keys) if self.fast_is_exact or rows == keys else None


def duplicates(metric: Duplicates, source: str, conditions: Sequence[str], *, dialect: Dialect) -> KeyForms:
    """Returns the forms of a uniqueness question.

    ``count(DISTINCT integer)`` and ``count(DISTINCT hash)`` are the fastest there are; grouping by the key itself is exact
    for every type that knows equality at all.
    """
    refs = [ref(column) for column in metric.columns]
    present = [] if metric.nulls == "equal" else [dialect.text(not_null(r)) for r in refs]
    where = where_clause(conditions, present)
    keys = ", ".join(dialect.text(r) for r in refs)
    rows = dialect.text(exp.Count(this=exp.Star()))
    failing = {"surplus": "SUM(n - 1)", "rows": "SUM(CASE WHEN n > 1 THEN n END)", "keys": "COUNT(CASE WHEN n > 1 THEN 1 END)"}
    exact = (
        f"SELECT COALESCE(SUM(n), 0) AS checked, COALESCE({failing[metric.count]}, 0) AS failing\n"
        f"FROM (SELECT {rows} AS n FROM {source}{where} GROUP BY {keys}) AS k"
    )
    if len(metric.columns) == 1 and metric.columns[0].kind == "integer":
        nulls = " + CASE WHEN COUNT(*) > COUNT(" + keys + ") THEN 1 ELSE 0 END" if metric.nulls == "equal" else ""
        fast = f"SELECT {rows} AS checked, COUNT(DISTINCT {keys}){nulls} AS keys\nFROM {source}{where}"
        return KeyForms(exact, fast, metric.count == "surplus", "by counting distinct integers")
    hashed = dialect.key_hash(metric.columns, refs)
    if hashed is None:
        return KeyForms(exact, fact="by grouping")
    fast = f"SELECT {rows} AS checked, COUNT(DISTINCT {dialect.text(hashed)}) AS keys\nFROM {source}{where}"
    return KeyForms(exact, fast, fact="by counting distinct hashes of the key")


def orphans(metric: Orphans, source: str, conditions: Sequence[str], *, dialect: Dialect, catalog: Catalog) -> KeyForms:
    """Returns the form of a referential question.

    A count beside an anti-join is exact for all types, whatever their equality is, and the fastest measured on PostgreSQL
    15 and 18. (Joining the other table's distinct keys would keep one spelling of equal keys, and be slower.)
    """
    full, missing = absent(metric, dialect=dialect, catalog=catalog)
    child = f"(SELECT {key_columns(metric.columns, dialect)} FROM {source}{where_clause(conditions)}) AS c"
    with_child = ""
    if not answers_alike(source, conditions):
        with_child, child = f"WITH dq_rows AS MATERIALIZED {child.removesuffix(' AS c')}\n", "dq_rows AS c"
    exact = (
        f"{with_child}SELECT (SELECT COUNT(*) FROM {child} WHERE {full}) AS checked,\n"
        f"  (SELECT COUNT(*) FROM {child} WHERE {full}\n"
        f"  AND {missing}) AS failing"
    )
    return KeyForms(exact, fact="by an anti-join with the other table")


def answers_alike(source: str, conditions: Sequence[str]) -> bool:
    """Says whether rows are sure to be the same when they are asked for twice in one statement.

    A query or a function may answer otherwise (TABLESAMPLE, random()).
    """
    return not source.startswith("(") and not any("(" in condition for condition in conditions)


def absent(metric: Orphans, *, dialect: Dialect, catalog: Catalog) -> tuple[str, str]:
    """Returns the conditions that a key is full, and that it is not in the other table; the key is ``c.k0``, ``c.k1`` and on."""
    parent = catalog.table(metric.to_table)
    parent_columns = [parent.columns[column] for column in metric.to_columns]
    if metric.to_where is not None:
        check_condition(dialect, metric.to_where, "to_where")
    own = [f"c.k{n}" for n in range(len(metric.columns))]
    full = " AND ".join(f"{key} IS NOT NULL" for key in own)
    pairs = zip(metric.columns, parent_columns, strict=True)
    same = " AND ".join(f"{own[n]} = p.k{n}{_collation(*pair, dialect)}" for n, pair in enumerate(pairs))
    present = [dialect.text(not_null(ref(column))) for column in parent_columns]
    rest = f"{key_columns(parent_columns, dialect)} FROM {parent.text}{where_clause([metric.to_where or ''], present)}"
    return full, f"NOT EXISTS (SELECT 1 FROM (SELECT {rest}) AS p WHERE {same})"


def key_columns(columns: Sequence[Column], dialect: Dialect) -> str:
    """Returns a key's columns as ``k0``, ``k1`` and on."""
    return ", ".join(f"{dialect.text(ref(column))} AS k{n}" for n, column in enumerate(columns))


def _collation(own: Column, theirs: Column, dialect: Dialect) -> str:
    exact_texts = own.kind == theirs.kind == "text" and own.exact and theirs.exact
    return f" COLLATE {dialect.exact_collation}" if exact_texts and dialect.exact_collation else ""
