"""One database's part of a run: open a session, plan what its tests need, measure it, judge it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from airflow_data_quality.core.database import Connection, Database
from airflow_data_quality.core.errors import Cancelled, DataQualityError, QueryError
from airflow_data_quality.core.judge import FROM_CATALOG, error_text, errored, judged
from airflow_data_quality.core.model.execution import NOT_SEEN, Execution
from airflow_data_quality.core.model.metric import OF_WARN
from airflow_data_quality.core.model.options import Options
from airflow_data_quality.core.model.run import Plan, PlannedTest, Statement
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.sql.board import Board
from airflow_data_quality.core.sql.catalog import Catalog, Source
from airflow_data_quality.core.sql.dialect import Dialect, dialect_named
from airflow_data_quality.core.sql.explain import facts
from airflow_data_quality.core.sql.implied import with_implied
from airflow_data_quality.core.sql.measure import Measurer
from airflow_data_quality.core.sql.planner import plan, sessions, united
from airflow_data_quality.core.sql.questions import question
from airflow_data_quality.core.sql.samples import sampled
from airflow_data_quality.core.sql.sessions import Sessions
from airflow_data_quality.core.sql.statements import calling, drafted, standalone
from airflow_data_quality.core.sql.steps import Ask, Implied, Question, ScanStep, Step
from airflow_data_quality.core.sql.watch import Flag, Watched

T = TypeVar("T")
BEGINNINGS = 5
"""How often a transaction is begun until it sees its tables as they are."""


@dataclass(frozen=True)
class Answered:
    """What came of one database's part."""

    executions: tuple[Execution, ...]
    plan: Plan = field(default_factory=Plan)


@dataclass(frozen=True)
class Prepared:
    """A test whose names were found: what is asked of which source."""

    source: Source
    questions: tuple[Question, ...]


@dataclass
class Inquiry:
    """The tests of one database."""

    tests: Sequence[Test]
    database: Database
    run_id: UUID
    started_at: datetime
    prepared: dict[str, Prepared | Exception] = field(default_factory=dict)
    held: Sequence[str] = ()
    """What is kept from being emptied or rewritten meanwhile."""
    blind: QueryError | None = None
    """Why no more failing rows are looked at."""

    def ask(self, connection: Connection, dialect: Dialect, options: Options, watched: Watched[Answered]) -> Answered:
        """Plans, measures and judges over a session that is open, and over others where they are worth it."""
        notes: list[str] = []
        catalog, steps, state = self._ready(connection, dialect, options, watched, notes)
        helpers = sessions(steps, options.max_parallel) - 1 if state is not None else 0
        steps = _arranged(steps, 1 + helpers, dialect)
        board = Board(steps, options.on_progress)
        others = Sessions(self.database, dialect, options.statement_timeout, watched, board, self.held, notes)
        first = Measurer(connection, dialect, watched.stopping, board)
        others.measure(first, state, helpers)
        executions = [self._judge(test, first) for test in self.tests]
        if options.sample_failing_rows:
            executions = [self._sampled(execution, first, catalog, options) for execution in executions]
        return Answered(tuple(executions), self._plan(board, notes))

    def _ready(
        self, connection: Connection, dialect: Dialect, options: Options, watched: Watched[Any], notes: list[str]
    ) -> tuple[Catalog, Sequence[Step], str | None]:
        """Plans what is asked, over a transaction that sees one state; returns by what name others see it too, None if not.

        A table that was emptied or rewritten since the transaction began would be seen empty: it is begun anew.
        """
        alone = not dialect.shows_state
        for _ in range(BEGINNINGS):
            catalog, steps = self._steps(connection, dialect, options, watched)
            try:
                if not self._hold(catalog, steps, connection, dialect, notes):
                    dialect.end(connection)
                    continue
                shown = None if alone or sessions(steps, options.max_parallel) == 1 else dialect.show(connection)
            except QueryError as error:
                if not dialect.own_fault(error):
                    raise
                notes.append(f"asked on one connection, for the database shows no other what it sees: {error}")
                alone = True
            else:
                return catalog, steps, shown
        raise QueryError("its tables are emptied or rewritten again and again while they are looked at", sqlstate="40001")

    def _hold(self, catalog: Catalog, steps: Sequence[Step], connection: Connection, dialect: Dialect, notes: list[str]) -> bool:
        """Holds all that is asked, or what of it can be asked at all; returns whether the transaction sees it."""
        self.held = [*catalog.relations(), *calling(steps)]
        try:
            return dialect.hold(connection, self.held)
        except QueryError as error:
            if error.closed:
                raise
            dialect.recover(connection)
            if not dialect.own_fault(error):
                notes.append(f"what is seen may change between statements, for the tables could not be held: {error}")
                return True
        whole = {relation: self._holds(relation, connection, dialect) for relation in self.held}
        self.held = [relation for relation, held in whole.items() if held is not None]
        return False not in whole.values()

    def _holds(self, relation: str, connection: Connection, dialect: Dialect) -> bool | None:
        """Returns whether one relation is seen as it is; None where it cannot be asked."""
        try:
            return dialect.hold(connection, [relation])
        except QueryError as error:
            if not dialect.own_fault(error):
                raise
            dialect.recover(connection)
            return None

    def draft(self, connection: Connection, dialect: Dialect, options: Options, watched: Watched[Plan]) -> Plan:
        """Plans over a session that is open, and asks what the statements would cost; measures nothing."""
        _, steps = self._steps(connection, dialect, options, watched)
        steps = _arranged(steps, sessions(steps, options.max_parallel) if dialect.shows_state else 1, dialect)
        errors = {test_id: error_text(p) for test_id, p in self.prepared.items() if isinstance(p, Exception)}
        begun = [(step, opening) for step in steps if (opening := drafted(step, dialect)) is not None]
        askers = self._askers()
        statements = []
        for step, sql in begun:
            test_ids = tuple(dict.fromkeys(test_id for ask in step.asks for test_id in askers[ask]))
            cost = self._cost(sql, connection, dialect)
            if isinstance(cost, QueryError):
                alone = {test_id: self._cost(self._alone(test_id, dialect), connection, dialect) for test_id in test_ids}
                wrong = {test_id: error_text(error) for test_id, error in alone.items() if isinstance(error, QueryError)}
                errors |= wrong
                cost = self._cost_without(wrong, step, askers, connection, dialect)
            conn_id = self.tests[0].dataset.conn_id
            statements.append(Statement(sql=sql, test_ids=test_ids, conn_id=conn_id, cost=cost))
        tests = self._explained(steps, [step for step, _ in begun], statements)
        return Plan(statements=tuple(statements), errors=errors, tests=tests)

    def _explained(
        self, steps: Sequence[Step], begun: Sequence[Step], statements: Sequence[Statement]
    ) -> tuple[PlannedTest, ...]:
        """Returns how each test that can be asked would be measured."""
        told = facts(steps)
        numbers = {ask: number for number, step in enumerate(begun) for ask in step.asks}
        explained = []
        for test_id, prepared in self.prepared.items():
            if isinstance(prepared, Exception):
                continue
            mine = sorted({numbers[ask] for ask in _built_on(prepared.questions) if ask in numbers})
            costs = [cost for cost in (statements[number].cost for number in mine) if cost is not None]
            explained.append(
                PlannedTest(
                    test_id=test_id,
                    statements=tuple(number + 1 for number in mine),
                    facts=tuple(dict.fromkeys(fact for q in prepared.questions for fact in told[q.asks])) or (FROM_CATALOG,),
                    cost=sum(costs) if costs else None,
                )
            )
        return tuple(explained)

    def _cost(self, sql: str, connection: Connection, dialect: Dialect) -> float | QueryError | None:
        """Returns what a statement would cost, or why the database cannot plan it."""
        try:
            return dialect.cost(connection, sql)
        except QueryError as error:
            if not dialect.own_fault(error):
                raise
            dialect.recover(connection)
            return error

    def _cost_without(
        self,
        wrong: Mapping[str, str],
        step: Step,
        askers: Mapping[object, Sequence[str]],
        connection: Connection,
        dialect: Dialect,
    ) -> float | None:
        """Returns what a scan would cost without what cannot be asked."""
        if not isinstance(step, ScanStep):
            return None
        fine = tuple(cell for cell in step.cells if not wrong.keys() >= set(askers[cell]))
        rest = drafted(ScanStep(fine), dialect) if fine else None
        cost = self._cost(rest, connection, dialect) if rest is not None else None
        return cost if isinstance(cost, float) else None

    def _alone(self, test_id: str, dialect: Dialect) -> str:
        prepared = self.prepared[test_id]
        return (standalone(prepared.questions, dialect) if isinstance(prepared, Prepared) else None) or "SELECT 1"

    def _steps(
        self, connection: Connection, dialect: Dialect, options: Options, watched: Watched[Any]
    ) -> tuple[Catalog, Sequence[Step]]:
        """Opens the transaction, finds every test's names, and plans what is asked."""
        dialect.one_statement = connection.one_statement
        clock = dialect.begin(connection, statement_timeout=options.statement_timeout)
        catalog = Catalog(connection, dialect, clock, trust_foreign_keys=options.trust_foreign_keys)
        for test in self.tests:
            if watched.stopping():
                raise Cancelled("the run was told to stop before this was asked")
            self.prepared[test.id] = self._prepare(test, catalog, connection, dialect)
        ready = {test_id: p for test_id, p in self.prepared.items() if isinstance(p, Prepared)}
        questions = with_implied([q for p in ready.values() for q in p.questions], dialect=dialect, catalog=catalog)
        places = iter(questions)
        for test_id, p in ready.items():
            self.prepared[test_id] = replace(p, questions=tuple(islice(places, len(p.questions))))
        return catalog, plan(questions, max_columns=dialect.max_columns)

    def _prepare(self, test: Test, catalog: Catalog, connection: Connection, dialect: Dialect) -> Prepared | Exception:
        """Finds a test's names; what is wrong with one test is kept for it and stops no other."""
        try:
            source = catalog.source(test.dataset)
            metrics = test.check.metrics(source.columns)
            where = test.check.where
            asked = tuple(question(m, where, source, dialect=dialect, catalog=catalog) for m in metrics)
            return Prepared(source, asked)
        except QueryError as error:
            if not dialect.own_fault(error):
                raise
            dialect.recover(connection)
            return error
        except Exception as error:  # noqa: BLE001 - a check of a third party may raise anything
            return error

    def _judge(self, test: Test, measurer: Measurer) -> Execution:
        prepared = self.prepared[test.id]
        if isinstance(prepared, Exception):
            return errored(test, prepared, run_id=self.run_id, started_at=self.started_at)
        board = measurer.board
        found = [(q, board.answer(q)) for q in prepared.questions]
        asks = {ask for q in prepared.questions for ask in q.told()}
        return judged(
            test,
            found,
            prepared.source.columns,
            run_id=self.run_id,
            started_at=self.started_at,
            sql=standalone(prepared.questions, measurer.dialect),
            duration_ms=board.duration_ms(asks),
        )

    def _sampled(self, execution: Execution, measurer: Measurer, catalog: Catalog, options: Options) -> Execution:
        """Returns a failed execution with some of its failing rows; that they cannot be had changes no outcome."""
        prepared = self.prepared[execution.test_id]
        if execution.outcome != "failed" or isinstance(prepared, Exception):
            return execution
        by_warn = execution.severity != execution.check.severity
        questions = sorted(prepared.questions, key=lambda q: q.metric.roles[0].startswith(OF_WARN) != by_warn)
        try:
            if self.blind is not None:
                raise self.blind
            samples = sampled(questions, prepared.source, execution.check.where, measurer, catalog, options)
            return execution.model_copy(update={"samples": samples})
        except (DataQualityError, ValueError) as error:
            if isinstance(error, QueryError) and not measurer.dialect.own_fault(error):
                # Another look would wait as long, or find the connection lost; nothing depends on it.
                self.blind = error
            facts = (*execution.plan_facts, f"{NOT_SEEN}: {error_text(error)}")
            return execution.model_copy(update={"plan_facts": facts})

    def _askers(self) -> dict[object, list[str]]:
        """Returns which tests want to know each answer."""
        askers: dict[object, list[str]] = {}
        for test in self.tests:
            prepared = self.prepared[test.id]
            if isinstance(prepared, Prepared):
                for ask in (ask for q in prepared.questions for ask in q.told()):
                    askers.setdefault(ask, []).append(test.id)
        return askers

    def _plan(self, board: Board, notes: Sequence[str]) -> Plan:
        askers = self._askers()
        conn_id = self.tests[0].dataset.conn_id
        statements = [
            Statement(
                sql=sent.sql,
                test_ids=tuple(dict.fromkeys(test_id for ask in sent.asks for test_id in askers[ask])),
                conn_id=conn_id,
                duration_ms=sent.duration_ms,
                error=sent.error,
            )
            for sent in board.sent
        ]
        behind = f"{conn_id}: " if conn_id is not None else ""
        return Plan(statements=tuple(statements), notes=tuple(f"{behind}{note}" for note in dict.fromkeys(notes)))


def _built_on(questions: Iterable[Question]) -> Sequence[Ask]:
    """Returns everything that questions are answered by, one way or the other."""
    asks = list(dict.fromkeys(ask for q in questions for ask in q.told()))
    for ask in asks:
        if isinstance(ask, Implied):
            asks += [implier.asks for implier in ask.by if implier.asks not in asks]
    return asks


def _arranged(steps: Sequence[Step], count: int, dialect: Dialect) -> Sequence[Step]:
    """Returns the steps as so many sessions take them."""
    return united(steps) if count == 1 and dialect.unites_in_parallel else steps


def inquire(
    tests: Sequence[Test], database: Database, *, run_id: UUID, started_at: datetime, options: Options, flag: Flag
) -> Answered:
    """Asks one database all its tests, in a thread that the main thread can stop.

    A database that cannot be reached, or is lost on the way, makes its tests errored.
    """
    inquiry = Inquiry(tests, database, run_id, started_at)
    try:
        return _in_session(database, inquiry.ask, options, flag)
    except (QueryError, Cancelled) as error:
        return Answered(tuple(errored(test, error, run_id=run_id, started_at=started_at) for test in tests))


def draft(tests: Sequence[Test], database: Database, *, options: Options, flag: Flag) -> Plan:
    """Plans what one database would be asked; asks its catalog alone.

    Raises:
        QueryError: for a database that cannot be reached, or is lost on the way.
    """
    inquiry = Inquiry(tests, database, run_id=UUID(int=0), started_at=datetime.now(timezone.utc))
    return _in_session(database, inquiry.draft, options, flag)


def _in_session(
    database: Database, use: Callable[[Connection, Dialect, Options, Watched[T]], T], options: Options, flag: Flag
) -> T:
    dialect = dialect_named(database.dialect)

    def work(watched: Watched[T]) -> T:
        if watched.stopping():
            raise Cancelled("the run was told to stop before this was asked")
        connection = database.open()
        watched.uses(connection)
        try:
            return use(connection, dialect, options, watched)
        finally:
            connection.close()

    return Watched(work, flag).result()
