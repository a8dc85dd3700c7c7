"""Steps → values: sends the statements of one session, and finds the one that is to blame when a shared one fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from airflow_data_quality.core.database import Answer, Connection
from airflow_data_quality.core.errors import Cancelled, QueryError
from airflow_data_quality.core.model.numbers import interpolated, is_number
from airflow_data_quality.core.sql.board import Board, Found, Sent
from airflow_data_quality.core.sql.dialect import Dialect
from airflow_data_quality.core.sql.keys import KeyForms
from airflow_data_quality.core.sql.statements import Opening, opening
from airflow_data_quality.core.sql.steps import Ask, Bundle, Cell, Implied, Own, OwnStep, Proved, ScanStep, Step
from airflow_data_quality.core.sql.values import Ranked, Single

SAYS_NO_VALUE = ("425", "426", "427", "428", "42P")
"""How SQLSTATEs begin of errors that name parts of the statement or the catalog alone: rights, names, types."""
Row = Sequence[Any]


@dataclass
class Measurer:
    """Takes steps from a board and asks them over one connection, one statement after the other."""

    connection: Connection
    dialect: Dialect
    cancelled: Callable[[], bool]
    board: Board
    first: bool = True
    """Whether it is the first session of its run, which alone takes what is tied to it."""
    clean: bool = True
    """Whether nothing was sent since the session's transaction was as it began."""

    def work(self) -> Exception | None:
        """Takes steps for as long as there are any; returns why it could not go on before that.

        An error that is not a statement's own fault (a timeout, a lock, a lack of memory) makes all that its step asks
        errored, without asking again; the next step is asked if the connection lives.
        """
        lost: Exception | None = None
        while lost is None and (step := self.board.take(first=self.first)) is not None:
            try:
                self._step(step)
            except QueryError as error:
                lost = self._survive(error)
                self.board.give_up(step, error)
            except Cancelled as error:
                lost = error
                self.board.give_up(step, error)
            except Exception as error:
                # Nobody else may wait for it.
                self.board.give_up(step, error)
                raise
            finally:
                self.board.done(step)
        return lost

    def look(self, sql: str, asks: Sequence[Ask], columns: int, *, discreet: bool = False) -> Sequence[tuple[Any, ...]]:
        """Returns rows of the data as they were measured.

        Raises:
            QueryError: when the database says no; others can be looked at all the same. If it must be discreet, only words
                that can hold no value of a row are repeated.
        """
        try:
            return self._rows(sql, asks, tuple(f"m{number}" for number in range(columns)))
        except QueryError as error:
            if not discreet or not self.dialect.own_fault(error) or (error.sqlstate or "").startswith(SAYS_NO_VALUE):
                raise
            quiet = f"the database refused (SQLSTATE {error.sqlstate}); its words may hold a value that is masked"
            self.board.sent[-1] = replace(self.board.sent[-1], error=quiet)
            raise QueryError(quiet, sqlstate=error.sqlstate) from None

    def _survive(self, error: QueryError) -> Exception | None:
        """Returns why nothing more can be asked, or None when the session is usable again."""
        if error.closed:
            return error
        try:
            self.dialect.recover(self.connection)
        except QueryError as lost:
            return lost
        return None

    # Steps ------------------------------------------------------------------------------------------------------------

    def _step(self, step: Step) -> None:
        match step:
            case Bundle():
                self._bundle(step)
            case ScanStep():
                self._scan(step)
            case OwnStep():
                try:
                    self.board.found[step.own] = self._own(step)
                except QueryError as error:
                    if not self.dialect.own_fault(error):
                        raise
                    self.board.found[step.own] = Found(error=error)

    def _bundle(self, bundle: Bundle) -> None:
        """Asks the steps' first statements as one; when that fails, each by itself."""
        try:
            rows = self._united(bundle) if bundle.united else self._beside(bundle)
        except QueryError as error:
            if not self.dialect.own_fault(error):
                raise
            for part in bundle.parts:
                self._alone(part)
            return
        for part, row in zip(bundle.parts, rows, strict=True):
            if isinstance(part, ScanStep):
                self._tell(part, row)
            else:
                self._alone(part, row)
            for ask in part.asks:
                found = self.board.found[ask]
                self.board.found[ask] = replace(found, facts=(*found.facts, bundle.fact))

    def _beside(self, bundle: Bundle) -> Sequence[Row]:
        """Returns each part's share of one row."""
        row = self._row(opening(bundle), bundle.asks)
        ends = list(accumulate(part.width for part in bundle.parts))
        return [row[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    def _united(self, bundle: Bundle) -> Sequence[Row]:
        """Returns each part's own row, which come in any order."""
        begun = opening(bundle)
        rows = self._rows(begun.sql, bundle.asks, begun.names) if begun is not None and begun.names is not None else ()
        by_part = {int(number): row for number, *row in rows}
        if sorted(by_part) != list(range(len(bundle.parts))):
            raise QueryError(f"the statement returned {len(rows)} rows where {len(bundle.parts)} were asked for")
        return [by_part[number] for number in range(len(bundle.parts))]

    def _alone(self, part: ScanStep | OwnStep, row: Row | None = None) -> None:
        """Asks one step of a bundle that cannot be asked as one, or goes on from what its first statement has returned."""
        try:
            if row is None or isinstance(part, ScanStep):
                self._step(part)
            else:
                self.board.found[part.own] = self._settled(part.own, row)
        except QueryError as error:
            if not self.dialect.own_fault(error) and self._survive(error) is not None:
                raise
            self.board.give_up(part, error)

    def _own(self, step: OwnStep) -> Found:
        match step.own:
            case Ranked():
                return self._ranked(step.own, step.before)
            case Proved():
                return Found((0,), facts=(step.own.fact,))
            case Implied():
                return self._implied(step.own)
            case _:
                return self._asked(step.own, step.own)

    def _asked(self, own: KeyForms | Single, ask: Ask) -> Found:
        """Asks for what has a statement of its own."""
        if isinstance(own, Single) and own.names is None:
            return self._users(own)
        begun = opening(OwnStep(own))
        try:
            row = self._row(begun, (ask,))
        except QueryError as error:
            if not self.dialect.own_fault(error) or not isinstance(own, KeyForms) or own.fast is None:
                raise
            # A type without the operator that the fast form needs: the exact form judges.
            return self._exact(own.exact, ask, "by grouping, for a type has no hash")
        return self._settled(own, row, ask)

    def _settled(self, own: Own, row: Row, ask: Ask | None = None) -> Found:
        """Returns what the first statement of a step tells, asking the exact form where the fast one leaves it open."""
        if not isinstance(own, KeyForms):
            return Found(tuple(row), facts=(own.fact,))
        first, second = map(int, row)
        settled = own.settled(first, second) if own.fast else (first, second)
        return (
            self._exact(own.sure(first, second), ask or own, f"{own.fact}, then exactly by grouping")
            if settled is None
            else Found(settled, facts=(own.fact,))
        )

    def _exact(self, sql: str, ask: Ask, fact: str) -> Found:
        row = self._row(Opening(sql, ("checked", "failing")), (ask,))
        return Found(tuple(map(int, row)), facts=(fact,))

    def _users(self, single: Single) -> Found:
        """Asks a user's query for its one value; a query without a row has none."""
        answer = self._send(single.sql, (single,))
        if len(answer.rows) > 1 or len(answer.names) != 1:
            raise QueryError("the query must return one value: one row of one column", sqlstate="21000")
        ((value,),) = answer.rows or ((None,),)
        problem = not_a_number(value)
        return Found((value,), facts=(single.fact,)) if problem is None else Found(error=problem)

    def _ranked(self, ranked: Ranked, before: Sequence[Ask]) -> Found:
        """Looks a quantile up by its rank, as soon as a scan has told how many values there are."""
        counts, problem = self._counted(before)
        if problem is not None:
            return Found(error=problem)
        if counts[0] == 0:
            return Found((None,), facts=("by counting",))
        first, last, between = ranked.ranks(counts[0])
        values = [value for (value,) in self._rows(ranked.lookup(counts, self.dialect), (ranked,), ("value",))]
        if len(values) <= last - first:
            raise QueryError("the rows changed between two questions about them; a quantile needs rows that stay as they are")
        return Found((interpolated(values[0], values[last - first], between),), facts=(ranked.fact,))

    def _implied(self, implied: Implied) -> Found:
        """Takes what another answer tells, or measures it where none tells it."""
        doubled = False
        for by in implied.by:
            known = self.board.found[by.asks]
            if known.error is not None:
                continue
            checked, failing = known.values
            if isinstance(implied.instead, Single):
                return Found((checked - failing,), facts=(by.fact,))
            (rows,), problem = self._counted([implied.rows] if implied.rows is not None else [])
            if problem is None and failing == 0 and (not by.full or checked == rows):
                return Found((rows, 0), facts=(by.fact,))
            doubled |= failing > 0
        forms = implied.instead
        if doubled and isinstance(forms, KeyForms) and forms.in_order is not None and not forms.fast_is_exact:
            # Keys of which a part is doubled: the fast form would probably leave it open.
            return self._exact(forms.in_order, implied, "by grouping, for a part of the key is doubled")
        return self._asked(forms, implied)

    def _counted(self, cells: Sequence[Ask]) -> tuple[list[int], Exception | None]:
        """Returns what a scan has counted, or why it could not."""
        found = [self.board.found[cell] for cell in cells]
        problem = next((f.error for f in found if f.error is not None), None)
        return [int(f.values[0]) if f.values else 0 for f in found], problem

    # Scans ------------------------------------------------------------------------------------------------------------

    def _scan(self, step: ScanStep) -> None:
        """Asks for the cells of a scan; what fails by its own fault is told apart from the others.

        What cannot be planned is found by planning halves, without reading a row; what fails on some row by asking them. When
        the source itself is at fault (its filter, its query, its view) every cell would fail: that is asked first.
        """
        if self._tried(step.cells):
            return
        cells, everything = step.cells, (Cell(step.cells[0].source, "COUNT(*)", alone=False),)
        if self._unplanned(cells) is not None:
            problem = self._unplanned(everything, booked_on=step.cells)
            if problem is not None:
                raise problem
            cells = self._plannable(cells)
            if not cells or self._tried(cells):
                return
        self._row(opening(ScanStep(everything)), step.cells)
        self._halves(cells)

    def _tried(self, cells: Sequence[Cell]) -> bool:
        """Asks for some cells; says whether that told of all of them."""
        try:
            row = self._row(opening(ScanStep(tuple(cells))), cells)
        except QueryError as error:
            if not self.dialect.own_fault(error):
                raise
            if len(cells) == 1:
                self.board.found[cells[0]] = Found(error=error)
            return len(cells) == 1
        self._tell(ScanStep(tuple(cells)), row)
        return True

    def _halves(self, cells: Sequence[Cell]) -> None:
        """Asks for each half of some cells that cannot be asked together, down to the offender."""
        for half in _halves(cells):
            if not self._tried(half):
                self._halves(half)

    def _plannable(self, cells: Sequence[Cell]) -> tuple[Cell, ...]:
        """Returns those of some cells that the database can plan, noting of the others why not; all of them it cannot."""
        fine: list[Cell] = []
        for half in _halves(cells):
            problem = self._unplanned(half)
            if problem is None:
                fine += half
            elif len(half) == 1:
                self.board.found[half[0]] = Found(error=problem)
            else:
                fine += self._plannable(half)
        return tuple(fine)

    def _unplanned(self, cells: Sequence[Cell], booked_on: Sequence[Cell] = ()) -> QueryError | None:
        """Returns why the database cannot plan a scan of some cells; None where it can, or does not plan without asking."""
        begun = opening(ScanStep(tuple(cells)))
        if begun is None or self.dialect.explain is None:
            return None
        try:
            self._send(f"{self.dialect.explain} {begun.sql}", booked_on or cells)
        except QueryError as error:
            if not self.dialect.own_fault(error):
                raise
            return error
        return None

    def _tell(self, scan: ScanStep, row: Row) -> None:
        for cell, value in zip(scan.cells, row, strict=True):
            self.board.found[cell] = Found((value,), facts=(scan.fact,))

    # Statements -------------------------------------------------------------------------------------------------------

    def _row(self, begun: Opening | None, asks: Sequence[Ask]) -> Row:
        """Sends a statement that returns one row."""
        if begun is None or begun.names is None:
            raise TypeError(f"{asks} are asked in another way")
        rows = self._rows(begun.sql, asks, begun.names)
        if len(rows) != 1:
            raise QueryError(f"the statement returned {len(rows)} rows where one was asked for")
        return rows[0]

    def _rows(self, sql: str, asks: Sequence[Ask], names: tuple[str, ...]) -> Sequence[tuple[Any, ...]]:
        """Sends one statement; an answer of another shape than was asked for is an error, never read by position."""
        answer = self._send(sql, asks)
        if names != answer.names:
            raise QueryError(f"the statement returned other columns than were asked for: {', '.join(answer.names)[:200]}")
        return answer.rows

    def _send(self, sql: str, asks: Sequence[Ask]) -> Answer:
        if self.cancelled():
            raise Cancelled("the run was told to stop before this was asked")
        if not self.clean:
            # What failed, or a function of an earlier statement has set in the session, is undone: with other settings a
            # text may be read otherwise than it was looked at.
            self.dialect.recover(self.connection)
        self.clean = False
        started = time.perf_counter()
        error: str | None = None
        try:
            return self.connection.query(sql)
        except QueryError as problem:
            error = str(problem)
            raise
        finally:
            self.board.sent.append(Sent(sql, tuple(asks), (time.perf_counter() - started) * 1000, error))


def _halves(cells: Sequence[Cell]) -> tuple[Sequence[Cell], ...]:
    middle = len(cells) // 2
    return (cells[:middle], cells[middle:]) if middle else (cells,)


def not_a_number(value: Any) -> QueryError | None:
    """Returns what is wrong with the value of a user's query, which may be of any type; None for a number and for nothing.

    The value itself is not named: it may be personal data.
    """
    if value is None or is_number(value):
        return None
    kind = "truth value" if isinstance(value, bool) else "text" if isinstance(value, str) else type(value).__name__
    return QueryError(f"the query must return a number; it returned a {kind}: write CAST(… AS integer), or count with it")
