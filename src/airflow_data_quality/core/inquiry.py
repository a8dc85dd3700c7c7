"""One database's part of a run: open a session, plan what its tests need, measure it, judge it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from airflow_data_quality.core.database import Connection, Database
from airflow_data_quality.core.errors import Cancelled, QueryError
from airflow_data_quality.core.judge import errored, judged
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.options import Options
from airflow_data_quality.core.model.run import Plan, Statement
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.sql.catalog import Catalog, Source
from airflow_data_quality.core.sql.dialect import Dialect, dialect_named
from airflow_data_quality.core.sql.measure import Measurer
from airflow_data_quality.core.sql.planner import Question, plan, question, standalone
from airflow_data_quality.core.sql.watch import Flag, Watched


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
    """The tests of one database, over one session."""

    tests: Sequence[Test]
    run_id: UUID
    started_at: datetime
    prepared: dict[str, Prepared | Exception] = field(default_factory=dict)

    def ask(self, connection: Connection, dialect: Dialect, options: Options, watched: Watched[Answered]) -> Answered:
        """Plans, measures and judges over a session that is open."""
        clock = dialect.begin(connection, statement_timeout=options.statement_timeout)
        catalog = Catalog(connection, dialect, clock)
        for test in self.tests:
            if watched.stopping():
                raise Cancelled("the run was told to stop before this was asked")
            self.prepared[test.id] = self._prepare(test, catalog, connection, dialect)
        measurer = Measurer(connection, dialect, watched.stopping)
        ready = [p for p in self.prepared.values() if isinstance(p, Prepared)]
        measurer.measure(plan((q for p in ready for q in p.questions), max_columns=dialect.max_columns))
        executions = tuple(self._judge(test, measurer) for test in self.tests)
        return Answered(executions, self._plan(measurer))

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
        found = [(q, measurer.found[q.asks]) for q in prepared.questions]
        asks = {q.asks for q in prepared.questions}
        return judged(
            test,
            found,
            prepared.source.columns,
            run_id=self.run_id,
            started_at=self.started_at,
            sql=standalone(prepared.questions),
            duration_ms=sum(sent.duration_ms for sent in measurer.sent if not asks.isdisjoint(sent.asks)),
        )

    def _plan(self, measurer: Measurer) -> Plan:
        askers: dict[object, list[str]] = {}
        for test in self.tests:
            prepared = self.prepared[test.id]
            if isinstance(prepared, Prepared):
                for q in prepared.questions:
                    askers.setdefault(q.asks, []).append(test.id)
        return Plan(
            statements=tuple(
                Statement(
                    sql=sent.sql,
                    test_ids=tuple(dict.fromkeys(test_id for ask in sent.asks for test_id in askers[ask])),
                    conn_id=self.tests[0].dataset.conn_id,
                    duration_ms=sent.duration_ms,
                    error=sent.error,
                )
                for sent in measurer.sent
            )
        )


def inquire(
    tests: Sequence[Test], database: Database, *, run_id: UUID, started_at: datetime, options: Options, flag: Flag
) -> Answered:
    """Asks one database all its tests, in a thread that the main thread can stop.

    A database that cannot be reached, or is lost on the way, makes its tests errored.
    """
    dialect = dialect_named(database.dialect)
    inquiry = Inquiry(tests, run_id, started_at)

    def work(watched: Watched[Answered]) -> Answered:
        if watched.stopping():
            raise Cancelled("the run was told to stop before this was asked")
        connection = database.open()
        watched.uses(connection)
        try:
            return inquiry.ask(connection, dialect, options, watched)
        finally:
            connection.close()

    try:
        return Watched(work, flag).result()
    except (QueryError, Cancelled) as error:
        return Answered(tuple(errored(test, error, run_id=run_id, started_at=started_at) for test in tests))
