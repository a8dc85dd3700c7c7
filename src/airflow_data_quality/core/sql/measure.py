"""Steps → values: sends the statements, and finds the one that is to blame when a shared one fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from airflow_data_quality.core.database import Answer, Connection
from airflow_data_quality.core.errors import Cancelled, QueryError
from airflow_data_quality.core.model.numbers import interpolated, is_number
from airflow_data_quality.core.sql.dialect import Dialect
from airflow_data_quality.core.sql.keys import KeyForms
from airflow_data_quality.core.sql.planner import Ask, Cell, OwnStep, Proved, ScanStep, Step, select
from airflow_data_quality.core.sql.values import Ranked, Single

SAYS_NO_VALUE = ("425", "426", "427", "428", "42P")
"""How SQLSTATEs begin of errors that name parts of the statement or the catalog alone: rights, names, types."""


@dataclass(frozen=True)
class Sent:
    """A statement that was sent, for which questions, and how it went."""

    sql: str
    asks: tuple[Ask, ...]
    duration_ms: float
    error: str | None = None


@dataclass(frozen=True)
class Found:
    """What came back for one question: its values, or why there are none."""

    values: tuple[Any, ...] = ()
    error: Exception | None = None
    fact: str = ""


@dataclass
class Measurer:
    """Asks over one connection, one statement after the other, and keeps what came of each question."""

    connection: Connection
    dialect: Dialect
    cancelled: Callable[[], bool]
    on_progress: Callable[[int, int], None] | None = None
    sent: list[Sent] = field(default_factory=list)
    found: dict[Ask, Found] = field(default_factory=dict)

    def measure(self, steps: Sequence[Step]) -> None:
        """Answers all steps.

        An error that is not a statement's own fault (a timeout, a lock, a lack of memory) makes all that its step asks
        errored, without asking again; the next step is asked if the connection lives.
        """
        lost: Exception | None = None
        for number, step in enumerate(steps, 1):
            try:
                if lost is None:
                    self._step(step)
            except QueryError as error:
                lost = self._survive(error)
                self._give_up(step, error)
            except Cancelled as error:
                lost = error
            if lost is not None:
                self._give_up(step, lost)
            if self.on_progress is not None:
                self.on_progress(number, len(steps))

    def look(self, sql: str, asks: Sequence[Ask], columns: int, *, discreet: bool = False) -> Sequence[tuple[Any, ...]]:
        """Returns rows of the data as they were measured.

        Raises:
            QueryError: when the database says no; others can be looked at all the same. If it must be discreet, only words
                that can hold no value of a row are repeated.
        """
        try:
            return self._ask(sql, asks, tuple(f"m{number}" for number in range(columns)), rows=None)
        except QueryError as error:
            if not discreet or not self.dialect.own_fault(error) or (error.sqlstate or "").startswith(SAYS_NO_VALUE):
                raise
            quiet = f"the database refused (SQLSTATE {error.sqlstate}); its words may hold a value that is masked"
            self.sent[-1] = replace(self.sent[-1], error=quiet)
            raise QueryError(quiet, sqlstate=error.sqlstate) from None

    def _step(self, step: Step) -> None:
        if isinstance(step, ScanStep):
            self._scan(step, step.cells)
            return
        try:
            self.found[step.asks] = self._own(step)
        except QueryError as error:
            if not self.dialect.own_fault(error):
                raise
            self.found[step.asks] = Found(error=error)

    def _own(self, step: OwnStep) -> Found:
        match step.asks:
            case KeyForms():
                return self._keys(step.asks)
            case Single():
                return self._single(step.asks)
            case Ranked():
                return self._ranked(step.asks, step.before)
            case Proved():
                return self._proved(step.asks, step.before)

    def _give_up(self, step: Step, error: Exception) -> None:
        for ask in step.cells if isinstance(step, ScanStep) else (step.asks,):
            self.found.setdefault(ask, Found(error=error))

    def _survive(self, error: QueryError) -> Exception | None:
        """Returns why nothing more can be asked, or None when the session is usable again."""
        if error.closed:
            return error
        try:
            self.dialect.recover(self.connection)
        except QueryError as lost:
            return lost
        return None

    def _scan(self, step: ScanStep, cells: Sequence[Cell], *, source_is_fine: bool = False) -> None:
        """Asks for some cells of a scan; when that fails, for each half of them, down to the offender.

        When the source itself is at fault (its filter, its query, its view) every cell would fail: that is asked first.
        """
        names = tuple(f"m{position}" for position in range(len(cells)))
        try:
            (row,) = self._ask(select(cells, names), cells, names)
        except QueryError as error:
            if not self.dialect.own_fault(error):
                raise
            if len(cells) == 1:
                self.found[cells[0]] = Found(error=error)
                return
            if not source_is_fine:
                self._refuse_bad_source(step)
            middle = len(cells) // 2
            for half in (cells[:middle], cells[middle:]):
                self._scan(step, half, source_is_fine=True)
            return
        fact = f"one of {len(cells)} questions of one scan" if len(cells) > 1 else "in a scan of its own"
        for cell, value in zip(cells, row, strict=True):
            self.found[cell] = Found((value,), fact=fact)

    def _refuse_bad_source(self, step: ScanStep) -> None:
        """Raises the source's own error when not even its rows can be counted."""
        everything = Cell(step.cells[0].source, "COUNT(*)", alone=False)
        self._ask(select([everything], ["m0"]), step.cells, ("m0",))

    def _keys(self, forms: KeyForms) -> Found:
        """Asks the fast form, and the exact one when there is no fast one or it leaves the question open."""
        settled = self._fast(forms)
        if settled is not None:
            return Found(settled, fact=forms.fact)
        ((checked, failing),) = self._ask(forms.exact, (forms,), ("checked", "failing"))
        asked_twice = f"{forms.fact}, then exactly by grouping" if forms.fast else forms.fact
        return Found((int(checked), int(failing)), fact=asked_twice)

    def _single(self, single: Single) -> Found:
        """Asks for one value; a query without a row has none."""
        if single.names is not None:
            return Found(tuple(self._ask(single.sql, (single,), single.names)[0]), fact=single.fact)
        answer = self._send(single.sql, (single,))
        if len(answer.rows) > 1 or len(answer.names) != 1:
            raise QueryError("the query must return one value: one row of one column", sqlstate="21000")
        ((value,),) = answer.rows or ((None,),)
        problem = not_a_number(value)
        return Found((value,), fact=single.fact) if problem is None else Found(error=problem)

    def _ranked(self, ranked: Ranked, before: Sequence[Cell]) -> Found:
        """Looks a quantile up by its rank, as soon as a scan has told how many values there are."""
        counted = [self.found[cell] for cell in before]
        problem = next((found.error for found in counted if found.error is not None), None)
        if problem is not None:
            return Found(error=problem)
        counts = [int(found.values[0]) for found in counted]
        if counts[0] == 0:
            return Found((None,), fact="by counting")
        first, last, between = ranked.ranks(counts[0])
        values = [value for (value,) in self._ask(ranked.lookup(counts, self.dialect), (ranked,), ("value",), rows=None)]
        if len(values) <= last - first:
            raise QueryError("the rows changed between two questions about them; a quantile needs rows that stay as they are")
        return Found((interpolated(values[0], values[last - first], between),), fact="by counting, then looked up by its rank")

    def _proved(self, proved: Proved, before: Sequence[Cell]) -> Found:
        """Takes what is proved for known, as soon as a scan has told how many rows were looked at, where that is asked."""
        counted = [self.found[cell] for cell in before]
        problem = next((found.error for found in counted if found.error is not None), None)
        values = tuple(int(found.values[0]) for found in counted if found.values)
        return Found((*values, 0), fact=proved.fact) if problem is None else Found(error=problem)

    def _fast(self, forms: KeyForms) -> tuple[int, int] | None:
        if forms.fast is None:
            return None
        try:
            ((rows, keys),) = self._ask(forms.fast, (forms,), ("checked", "keys"))
        except QueryError as error:
            if not self.dialect.own_fault(error):
                raise
            # A type without the operator that the fast form needs: the exact form judges.
            return None
        return forms.settled(int(rows), int(keys))

    def _ask(self, sql: str, asks: Sequence[Ask], names: tuple[str, ...], *, rows: int | None = 1) -> Sequence[tuple[Any, ...]]:
        """Sends one statement; an answer of another shape than was asked for is an error, never read by position."""
        answer = self._send(sql, asks)
        if names != answer.names or rows not in (None, len(answer.rows)):
            raise QueryError(f"the statement returned other columns than were asked for: {', '.join(answer.names)[:200]}")
        return answer.rows

    def _send(self, sql: str, asks: Sequence[Ask]) -> Answer:
        if self.cancelled():
            raise Cancelled("the run was told to stop before this was asked")
        if self.sent:
            # What failed, or a function of an earlier statement has set in the session, is undone: with other settings a
            # text may be read otherwise than it was looked at.
            self.dialect.recover(self.connection)
        started = time.perf_counter()
        error: str | None = None
        try:
            return self.connection.query(sql)
        except QueryError as problem:
            error = str(problem)
            raise
        finally:
            self.sent.append(Sent(sql, tuple(asks), (time.perf_counter() - started) * 1000, error))


def not_a_number(value: Any) -> QueryError | None:
    """Returns what is wrong with the value of a user's query, which may be of any type; None for a number and for nothing.

    The value itself is not named: it may be personal data.
    """
    if value is None or is_number(value):
        return None
    kind = "truth value" if isinstance(value, bool) else "text" if isinstance(value, str) else type(value).__name__
    return QueryError(f"the query must return a number; it returned a {kind}: write CAST(… AS integer), or count with it")
