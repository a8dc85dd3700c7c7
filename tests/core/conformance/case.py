"""What the conformance suite is made of: data, questions about it, and the answers that are known beforehand.

A ``Given`` is data; its ``Ask``s are questions about that data. Both are plain values, in words that every database
shares. How a database makes the data, and which of it it never can hold, is its backend's to say (``backend.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.row_check import RowCheck


@dataclass(frozen=True)
class Between:
    """A value that can only be known roughly, such as an age by the database's clock."""

    low: Any
    high: Any

    def __eq__(self, other: object) -> bool:
        return bool(self.low <= other <= self.high)

    __hash__ = object.__hash__


@dataclass(frozen=True)
class Table:
    """Columns, with types that the backend translates (an unknown one is written as it is), and rows."""

    columns: Mapping[str, str]
    rows: Sequence[tuple[Any, ...]] = ()


@dataclass(frozen=True)
class Expect:
    """What must come of an execution; what is not given may be anything."""

    outcome: str
    facts: Mapping[str, Any]
    says: Sequence[str | Mapping[str, str]] = ()
    """Parts of the message; a database's own words by dialect, anything where a dialect is not named."""

    def differences(self, execution: Execution, dialect: str) -> list[str]:
        """Returns what is otherwise than it must be, in words."""
        seen = {name: getattr(execution, name) for name in ("outcome", *self.facts)}
        expected = {"outcome": self.outcome, **self.facts}
        wrong = [f"{name} is {seen[name]!r}, must be {value!r}" for name, value in expected.items() if value != seen[name]]
        says = [part if isinstance(part, str) else part.get(dialect, "") for part in self.says]
        wrong += [f"the message lacks {part!r}" for part in says if part not in execution.message]
        if isinstance(execution.check, RowCheck) and execution.value != execution.failing:
            wrong.append(f"value is {execution.value!r}, must be what is failing")
        if self.outcome == "errored" and not execution.error:
            wrong.append("error is empty")
        return [f"{difference} (message: {execution.message})" for difference in wrong]


def passed(*says: str | Mapping[str, str], severity: str = "error", **facts: Any) -> Expect:
    """The check holds."""
    return Expect("passed", {"severity": severity, "error": None, **facts}, says)


def failed(*says: str | Mapping[str, str], severity: str = "error", **facts: Any) -> Expect:
    """The data breaks the check."""
    return Expect("failed", {"severity": severity, "error": None, **facts}, says)


def errored(*says: str | Mapping[str, str], severity: str = "error") -> Expect:
    """The question cannot be asked; then nothing was measured."""
    return Expect("errored", {"severity": severity, "value": None, "checked": None, "failing": None}, says)


@dataclass(frozen=True)
class Ask:
    """One question and its answer."""

    name: str
    check: Check
    expect: Expect
    dataset: Dataset | None = None
    """What is asked; the first of the given tables when not given."""
    but: Mapping[str, Expect] = field(default_factory=dict)
    """Dialect → what must come there instead, where it rightly answers otherwise."""

    def expected(self, dialect: str) -> Expect:
        """Returns what must come of it in a database of that dialect."""
        return self.but.get(dialect, self.expect)


@dataclass(frozen=True)
class Given:
    """Data, and what is asked of it.

    Texts may hold ``{schema}`` (where the tables are), ``{odd}`` (another schema, oddly named) and ``{database}``.
    """

    name: str
    asks: Sequence[Ask]
    tables: Mapping[str, Table] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    """What a database must be able to do for this to make sense, in words that backends know."""
    before: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Dialect → statements that come before the tables: types, collations. Where none are written, it cannot be had."""
    after: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Dialect → statements that come after the tables: views, rows that only SQL can write."""
    session: Mapping[str, str] = field(default_factory=dict)
    """Settings that the role brings into every session."""
    alone: bool = True
    """Whether each question is asked by itself too; not where they are many and alike."""

    @property
    def dataset(self) -> Dataset:
        """What is asked when an Ask does not say."""
        return Dataset(table=next(iter(self.tables)))


def only(dialect: str, *statements: str) -> Mapping[str, Sequence[str]]:
    """Returns statements that are written for one dialect so far."""
    return {dialect: statements}


def words(**by_dialect: str) -> Mapping[str, str]:
    """Returns a part of a message in each database's own words."""
    return by_dialect


def one(column: str, *values: Any, name: str = "v") -> Mapping[str, Table]:
    """Returns a table ``t`` with ``id`` (1, 2, 3 …) and one column of that type with these values."""
    return {"t": Table({"id": "integer", name: column}, [(number, value) for number, value in enumerate(values, 1)])}
