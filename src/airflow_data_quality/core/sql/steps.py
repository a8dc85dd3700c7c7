"""What a plan is made of: questions, and the steps that answer them. Data, to print, test and explain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from airflow_data_quality.core.model.metric import Metric
from airflow_data_quality.core.sql import effort
from airflow_data_quality.core.sql.catalog import Source
from airflow_data_quality.core.sql.keys import KeyForms
from airflow_data_quality.core.sql.values import Ranked, Single


@dataclass(frozen=True)
class Cell:
    """One aggregate of a scan: a column of the SELECT that many share."""

    source: Source
    text: str
    alone: bool
    """Whether it must not share a statement, because nobody can tell where its text ends."""
    serial: bool = False
    """Whether it keeps PostgreSQL from scanning in parallel (a subquery for each row does), so that others had to wait."""
    calls: bool = False
    """Whether a user's text in it calls something, so that nobody knows how long it takes."""
    effort: float = field(default=effort.AGGREGATE, compare=False)
    """Nanoseconds for each row."""


@dataclass(frozen=True)
class Proved:
    """What the catalog proves to be 0, so that nobody asks for it."""

    instead: Cell | KeyForms | Single
    """What would have measured it."""
    fact: str
    """What proves it, for people."""


@dataclass(frozen=True)
class Implier:
    """A question about keys whose answer may tell that of another one."""

    asks: KeyForms | Implied
    full: bool
    """Whether it tells something only where all rows have a full key."""
    key: str
    """The names of its columns, for people."""
    fact: str
    """What is implied by it, for people."""


@dataclass(frozen=True)
class Implied:
    """What the answers to other questions about keys may tell; it is measured where none of them does."""

    instead: KeyForms | Single
    """What measures it: a key without duplicates when one of the others has none, or a number of different values."""
    by: tuple[Implier, ...] = field(compare=False)
    """In the order in which they are tried. What a plan measures in one way is implied in one way too."""
    rows: Cell | None = field(default=None, compare=False)
    """What counts the rows of a key that is implied."""

    @property
    def fact(self) -> str:
        """What it is, for people."""
        keys = " or of ".join(dict.fromkeys(implier.key for implier in self.by))
        if isinstance(self.instead, Single):
            return f"counted with the uniqueness of {keys}"
        return f"implied by the uniqueness of {keys} if that holds, else {self.instead.fact}"


Own = KeyForms | Single | Ranked | Proved | Implied
"""What is no part of a scan: a statement of its own, or none."""
Ask = Cell | Own


@dataclass(frozen=True)
class Question:
    """A metric made askable; equal questions are asked once."""

    metric: Metric
    asks: Ask
    source: Source
    where: str | None = None
    """The filter of the check beside that of the source."""
    before: tuple[Ask, ...] = ()
    """What must be known first."""
    checked: Cell | None = None
    """What counts the rows that are looked at, where ``asks`` tells only how many of them fail."""
    calls: bool = False
    """Whether a user's text in it calls something, or cannot be read: nobody knows how long it takes."""

    @property
    def conditions(self) -> tuple[str, ...]:
        """The filters of the rows that are looked at."""
        return tuple(condition for condition in (self.source.where, self.where) if condition is not None)

    def told(self) -> tuple[Ask, ...]:
        """Returns everything whose answer it needs."""
        counted = () if self.checked is None else (self.checked,)
        return (*self.before, *counted, self.asks)


@dataclass(frozen=True)
class ScanStep:
    """One SELECT over one dataset."""

    cells: tuple[Cell, ...]
    before: ClassVar[tuple[Ask, ...]] = ()

    @property
    def width(self) -> int:
        """How many columns its statement returns."""
        return len(self.cells)

    @property
    def calls(self) -> bool:
        """Whether it shares no statement with other steps: a cell calls something, cannot be read, or is not run in parallel."""
        return any(cell.calls or cell.alone or cell.serial for cell in self.cells)

    @property
    def tied(self) -> bool:
        """Whether it might be answered otherwise in another session, whose transaction began at another time."""
        return self.calls or self.cells[0].source.view

    @property
    def asks(self) -> tuple[Ask, ...]:
        """What it answers."""
        return self.cells

    @property
    def effort(self) -> float:
        """How long it is expected to take, in milliseconds."""
        each = effort.SCAN + sum(cell.effort for cell in self.cells)
        return effort.milliseconds(self.cells[0].source.rows, each)

    @property
    def fact(self) -> str:
        """What it is, for people."""
        return f"one of {len(self.cells)} questions of one scan" if len(self.cells) > 1 else "in a scan of its own"


@dataclass(frozen=True)
class OwnStep:
    """One statement of its own (and, where its fast form cannot tell, one more); none for what is proved."""

    own: Own
    before: tuple[Ask, ...] = ()
    effort: float = field(default=0.0, compare=False)
    """How long it is expected to take, in milliseconds."""
    calls: bool = field(default=False, compare=False)
    """Whether a user's text in it calls something, so that nobody knows how long it takes."""
    tied: bool = field(default=False, compare=False)
    """Whether it might be answered otherwise in another session, whose transaction began at another time."""

    @property
    def width(self) -> int:
        """How many columns its statement returns."""
        return 1 if isinstance(self.own, Single) else 2

    @property
    def asks(self) -> tuple[Ask, ...]:
        """What it answers."""
        return (self.own,)


@dataclass(frozen=True)
class Bundle:
    """Steps whose first statements are sent as one."""

    parts: tuple[ScanStep | OwnStep, ...]
    united: bool = False
    """Whether each is a row of its own, so that a database with one connection works on several at once; else they stand side
    by side in one row, for they are so short that the way there and back counts."""
    before: ClassVar[tuple[Ask, ...]] = ()
    calls: ClassVar[bool] = False
    tied: ClassVar[bool] = False

    @property
    def asks(self) -> tuple[Ask, ...]:
        """What it answers."""
        return tuple(ask for part in self.parts for ask in part.asks)

    @property
    def effort(self) -> float:
        """How long it is expected to take, in milliseconds."""
        return sum(part.effort for part in self.parts)

    @property
    def fact(self) -> str:
        """What it is, for people."""
        return f"one of {len(self.parts)} {'branches of' if self.united else 'short steps in'} one statement"


Step = ScanStep | OwnStep | Bundle
