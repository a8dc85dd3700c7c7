"""Statements about keys: which are doubled, which are orphans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.metric import Duplicates, Orphans
from airflow_data_quality.core.model.nodes import not_null, ref
from airflow_data_quality.core.sql import effort
from airflow_data_quality.core.sql.dialect import Dialect
from airflow_data_quality.core.sql.text import calls, check_condition, where_clause
from airflow_data_quality.core.sql.values import Single

if TYPE_CHECKING:
    from airflow_data_quality.core.sql.catalog import Catalog, Source


COUNTED = {
    "integer": "by counting distinct integers",
    **dict.fromkeys(("date", "timestamp", "timestamptz"), "by counting distinct moments"),
}
"""Kinds of columns whose different values are counted as fast as their hashes would be."""
SORTED = ("integer", "numeric", "text", "date", "timestamp", "timestamptz", "uuid")
"""Kinds of columns that any database can sort."""
MANY = 10
"""Rows for each key, from which on they are grouped in memory rather than sorted."""


@dataclass(frozen=True)
class KeyForms:
    """How a question about keys is asked: a fast form that may leave it open, and an exact one that never does."""

    exact: str
    """Returns ``checked`` and ``failing``."""
    fast: str | None = None
    """Returns ``rows`` and ``keys``, of which the second may be too small; as many of both prove that no key is doubled."""
    fast_is_exact: bool = False
    """Whether the fast form's ``keys`` is never too small, so that ``rows − keys`` are the surplus rows."""
    in_order: str | None = None
    """The exact form over sorted rows, the better one where nearly all keys are different."""
    fact: str = ""
    """The form in a word, for people."""
    effort: float = field(default=effort.GROUPS, compare=False)
    """Nanoseconds for each row."""

    def settled(self, rows: int, keys: int) -> tuple[int, int] | None:
        """Returns (checked, failing) when the fast form's answer settles the question."""
        return (rows, rows - keys) if self.fast_is_exact or rows == keys else None

    def sure(self, rows: int, keys: int) -> str:
        """Returns the exact form that is the better one where the fast form has found about so many keys in so many rows."""
        return self.in_order if self.in_order is not None and keys * MANY > rows else self.exact


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
    counts = f"SELECT COALESCE(SUM(n), 0) AS checked, COALESCE({failing[metric.count]}, 0) AS failing\n"
    exact = f"{counts}FROM (SELECT {rows} AS n FROM {source}{where} GROUP BY {keys}) AS k"
    in_order = None
    if dialect.groups_in_order and all(column.kind in SORTED for column in metric.columns):
        in_sort = f"(SELECT {keys} FROM {source}{where} ORDER BY {keys}) AS s"
        in_order = f"{counts}FROM (SELECT {rows} AS n FROM {in_sort} GROUP BY {keys}) AS k"
    if len(metric.columns) == 1 and metric.columns[0].kind in COUNTED:
        nulls = " + CASE WHEN COUNT(*) > COUNT(" + keys + ") THEN 1 ELSE 0 END" if metric.nulls == "equal" else ""
        counted = rows if metric.nulls == "equal" else f"COUNT({keys})"
        fast = f"SELECT {counted} AS checked, COUNT(DISTINCT {keys}){nulls} AS keys\nFROM {source}{where_clause(conditions)}"
        return KeyForms(exact, fast, metric.count == "surplus", in_order, COUNTED[metric.columns[0].kind], effort.INTEGERS)
    hashed = dialect.key_hash(metric.columns, nulls=metric.nulls == "equal")
    if hashed is None:
        return KeyForms(exact, fact="by grouping")
    fast = f"SELECT {rows} AS checked, COUNT(DISTINCT {hashed}) AS keys\nFROM {source}{where}"
    return KeyForms(exact, fast, False, in_order, "by counting distinct hashes of the key", effort.HASHES)


def orphans(
    metric: Orphans, source: Source, conditions: Sequence[str], *, dialect: Dialect, catalog: Catalog
) -> KeyForms | Single:
    """Returns the form of a referential question: a Single where a scan is to count the rows that have a full key.

    An anti-join is exact for all types, whatever their equality is, and the fastest measured on PostgreSQL 15 and 18. (Joining
    the other table's distinct keys would keep one spelling of equal keys, and be slower.)
    """
    full, missing = absent(metric, dialect=dialect, catalog=catalog)
    child = f"(SELECT {key_columns(metric.columns, dialect)} FROM {source.text}{where_clause(conditions)}) AS c"
    fact = "by an anti-join with the other table"
    if answers_alike(source, conditions):
        sql = f"SELECT COUNT(*) AS failing\nFROM {child}\nWHERE {full}\n  AND {missing}"
        return Single(sql, ("failing",), fact, effort.ANTI_JOIN)
    # What may answer otherwise when it is asked twice is asked once.
    exact = (
        f"WITH dq_rows AS {dialect.materialized[True]}{child.removesuffix(' AS c')}\n"
        f"SELECT (SELECT COUNT(*) FROM dq_rows AS c WHERE {full}) AS checked,\n"
        f"  (SELECT COUNT(*) FROM dq_rows AS c WHERE {full}\n"
        f"  AND {missing}) AS failing"
    )
    return KeyForms(exact, fact=fact, effort=effort.ANTI_JOIN)


def answers_alike(source: Source, conditions: Sequence[str]) -> bool:
    """Says whether rows are sure to be the same when they are asked for twice.

    A view, a query or a function may answer otherwise (TABLESAMPLE, random()).
    """
    return not source.view and not any(map(calls, conditions))


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
