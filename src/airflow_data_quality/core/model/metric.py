"""The questions a check can ask of a dataset. A check says what it wants to know; the planner finds the best form.

Each metric answers one or two values under *roles*, the words by which the check reads them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from airflow_data_quality.core.database import Column

if TYPE_CHECKING:
    from sqlglot import exp

Nulls = Literal["distinct", "equal"]
Count = Literal["surplus", "rows", "keys"]
DATASET = "{dataset}"
"""What stands in a user's query for the dataset with its filters."""

OF_WARN = "warn."
"""How a role begins whose value ``warn`` reads in the place of the role behind it: its bounds may count other rows."""


@dataclass(frozen=True)
class Scan:
    """An aggregate that one pass over the rows can answer, together with any number of others.

    The expression is built over quoted column names and filters nothing itself beyond what it means: the check's and the
    dataset's ``where`` are added by the planner.
    """

    role: str
    """Under which word the check reads the value."""
    name: str
    """How the measurement is called in the result store, such as ``null_count(email)``."""
    expression: exp.Expression
    rows: exp.Expression | None = None
    """The condition of the rows that it counts as failing: a sample of them can be asked for."""

    @property
    def roles(self) -> tuple[str, ...]:
        """The words under which values come back."""
        return (self.role,)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the measurements, in the order of the roles."""
        return (self.name,)


@dataclass(frozen=True)
class Duplicates:
    """How many rows (or keys) break the uniqueness of a key, and how many rows were looked at."""

    columns: Sequence[Column]
    nulls: Nulls
    """``distinct``: a row with a NULL in its key is not looked at; ``equal``: NULLs are equal to each other."""
    count: Count
    """``surplus``: rows beyond the first of each key; ``rows``: all rows of doubled keys; ``keys``: doubled keys."""

    roles = ("checked", "failing")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the measurements, in the order of the roles."""
        key = _spell(self.columns)
        return (f"key_count({key})", f"duplicate_count({key})")


@dataclass(frozen=True)
class Orphans:
    """How many rows have a key that is absent in another table, and how many have a full key at all."""

    columns: Sequence[Column]
    to_table: str
    to_columns: Sequence[str]
    to_where: str | None

    roles = ("checked", "failing")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the measurements, in the order of the roles."""
        key = _spell(self.columns)
        return (f"key_count({key})", f"orphan_count({key} -> {self.to_table}({', '.join(self.to_columns)}))")


@dataclass(frozen=True)
class Distinct:
    """How many different values a column has; NULL is none."""

    role: str
    column: Column

    @property
    def roles(self) -> tuple[str, ...]:
        """The word under which the value comes back."""
        return (self.role,)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the measurement."""
        return (f"distinct({self.column.name})",)


@dataclass(frozen=True)
class Quantile:
    """The interpolated quantile of a column of numbers: between the two nearest ranks where none falls on it.

    The value at rank ``percent / 100 · (n − 1)`` of the n values from rank 0, as PostgreSQL's ``percentile_cont``; None
    where there are no values.
    """

    role: str
    name: str
    column: Column
    percent: int
    low: int | Decimal | None = None
    """A value that it is hoped to be at least, or None: where it is found between the two, few rows must be sorted."""
    high: int | Decimal | None = None

    @property
    def roles(self) -> tuple[str, ...]:
        """The word under which the value comes back."""
        return (self.role,)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the measurement."""
        return (self.name,)


@dataclass(frozen=True)
class Query:
    """What a user's own query says: its single value, or how many rows it returns."""

    sql: str
    """One query, verbatim; ``{dataset}`` in it is the dataset with its filters."""
    name: str
    count: bool
    """Whether it is the number of rows that is asked for."""

    @property
    def roles(self) -> tuple[str, ...]:
        """The word under which the value comes back."""
        return ("failing",) if self.count else ("value",)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the measurement."""
        return (self.name,)


Metric = Scan | Duplicates | Orphans | Distinct | Quantile | Query
Measured = dict[str, Any]
"""Role → value, as a check's ``judge`` receives them."""


def _spell(columns: Sequence[Column]) -> str:
    return ", ".join(column.name for column in columns)
