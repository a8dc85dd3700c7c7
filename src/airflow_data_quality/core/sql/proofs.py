"""What the catalog guarantees, and so need not be measured.

Each rule errs on one side alone: what is not sure to hold in every row that a SELECT sees is measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.metric import Duplicates, Metric, Orphans, Scan

if TYPE_CHECKING:
    from airflow_data_quality.core.sql.catalog import Catalog


@dataclass(frozen=True)
class Key:
    """Columns of which no two rows have the same values, by the columns' own equality."""

    columns: frozenset[str]
    fact: str
    """What proves it, for people."""
    nulls_equal: bool = False
    """Whether it takes NULLs for equal; else a key with a NULL in it may be there twice."""


@dataclass(frozen=True)
class Reference:
    """A foreign key of which no row is an orphan: one without a NULL in it stands in the other table, as its query shows it."""

    pairs: frozenset[tuple[str, str]]
    """Each column here with the one that it refers to."""
    path: tuple[str, ...]
    """The exact path of the other table."""
    fact: str
    """What proves it, for people."""


@dataclass(frozen=True)
class Guarantees:
    """What holds in every row of a table."""

    present: Mapping[str, str] = field(default_factory=dict)
    """Column in which no NULL can be → what proves it, for people."""
    keys: Sequence[Key] = ()
    references: Sequence[Reference] = ()
    """None where foreign keys are not to be believed."""


def provable(metric: Metric) -> bool:
    """Says whether there is anything that a catalog could prove."""
    return isinstance(metric, Duplicates | Orphans) or bool(_nulls_of(metric))


def proof(metric: Metric, guarantees: Guarantees, catalog: Catalog) -> str | None:
    """Returns what proves that a metric counts no failing row, or None.

    Raises what the catalog raises for another table that it cannot find.
    """
    if isinstance(metric, Duplicates):
        return _unique(metric, guarantees)
    if isinstance(metric, Orphans):
        return _present_there(metric, guarantees, catalog)
    columns = _nulls_of(metric)
    return _all_present(columns, guarantees) if columns else None


def _nulls_of(metric: Metric) -> Sequence[str]:
    """Returns the columns whose NULLs are all that a metric counts as failing; none where it counts anything else too."""
    if not isinstance(metric, Scan) or metric.rows is None:
        return ()
    conditions = list(metric.rows.flatten()) if isinstance(metric.rows, exp.Or) else [metric.rows]
    nulls = [c for c in conditions if isinstance(c, exp.Is) and isinstance(c.expression, exp.Null)]
    columns = [c.this.name for c in nulls if isinstance(c.this, exp.Column)]
    return columns if len(columns) == len(conditions) else ()


def _unique(metric: Duplicates, guarantees: Guarantees) -> str | None:
    """A unique key implies every one that holds it; where NULLs count as equal, it must hold none or say so itself."""
    columns = {column.name for column in metric.columns}
    for key in guarantees.keys:
        if not key.columns <= columns:
            continue
        if metric.nulls == "distinct" or key.nulls_equal:
            return key.fact
        present = _all_present(sorted(key.columns), guarantees)
        if present is not None:
            return f"{key.fact} and {present}"
    return None


def _present_there(metric: Orphans, guarantees: Guarantees, catalog: Catalog) -> str | None:
    """Exactly the same columns: of a key of two, one alone may be NULL, and one alone says nothing of both."""
    if not guarantees.references or metric.to_where is not None:
        return None
    there = catalog.table(metric.to_table)
    pairs = [(column, there.columns[name]) for column, name in zip(metric.columns, metric.to_columns, strict=True)]
    if not all(_compared_alike(*pair) for pair in pairs):
        return None
    names = {(own.name, theirs.name) for own, theirs in pairs}
    facts = (key.fact for key in guarantees.references if key.pairs == names and key.path == there.path)
    return next(facts, None)


def _compared_alike(own: Column, theirs: Column) -> bool:
    """Says whether a query compares two columns as a key does: of different types it may choose another equality."""
    both = {own.kind, theirs.kind}
    return own.base == theirs.base or both <= {"integer", "numeric"} or (both == {"text"} and own.exact and theirs.exact)


def _all_present(columns: Sequence[str], guarantees: Guarantees) -> str | None:
    proofs = [guarantees.present.get(column) for column in columns]
    return None if None in proofs else " and ".join(dict.fromkeys(filter(None, proofs)))
