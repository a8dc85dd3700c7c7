"""tests → plan → measurements → executions: the story of a run on one page.

``run`` is a pure function of tests and databases. It stores nothing and knows no Airflow: whoever calls it keeps what it
returns. One test that cannot be asked or judged is ``errored`` and never hides another.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from uuid import UUID

from uuid6 import uuid7

from airflow_data_quality.core.database import Database
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.duration import parse_duration
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.options import MAX_PARALLEL, STATEMENT_TIMEOUT, Options
from airflow_data_quality.core.model.run import Plan, Run
from airflow_data_quality.core.model.templates import RENDERED, refuse_templates
from airflow_data_quality.core.model.test import Test, coded_tests

if TYPE_CHECKING:
    from airflow_data_quality.core.sql.watch import Flag


def run(
    tests: Sequence[Test],
    databases: Mapping[str | None, Database],
    *,
    id: UUID,
    started_at: datetime,
    options: Options | None = None,
    cancel: Flag | None = None,
) -> Run:
    """Asks every test of its database and judges the answers.

    Args:
        tests: what to ask; ids are unique.
        databases: the database behind each ``conn_id`` that the tests' datasets name.
        id: the run's id.
        started_at: when it began, with a time zone; it is fixed here and travels with the run.
        options: how it is made: timeouts, connections, which failing rows are looked at.
        cancel: once it is set, running statements are stopped and nothing new is asked; what is open then is errored.

    Returns:
        The run, with one execution per test, in the order of the tests.

    Raises:
        DefinitionError: for no tests at all, ids that are not unique, or a ``conn_id`` without a database.
    """
    # Loads sqlglot, which a DAG file that only names this function must not pay for.
    from airflow_data_quality.core.inquiry import inquire

    _refuse_nonsense(tests, databases)
    flag = cancel or threading.Event()
    executions: dict[str, Execution] = {}
    plan = Plan()
    for conn_id in dict.fromkeys(test.dataset.conn_id for test in tests):
        mine = [test for test in tests if test.dataset.conn_id == conn_id]
        answer = inquire(mine, databases[conn_id], run_id=id, started_at=started_at, options=options or Options(), flag=flag)
        executions.update((execution.test_id, execution) for execution in answer.executions)
        plan += answer.plan
    return Run(
        id=id,
        started_at=started_at,
        finished_at=datetime.now(timezone.utc),
        executions=tuple(executions[test.id] for test in tests),
        plan=plan,
    )


def plan(
    tests: Sequence[Test],
    databases: Mapping[str | None, Database],
    *,
    options: Options | None = None,
    cancel: Flag | None = None,
) -> Plan:
    """Returns what a run would ask and what the databases expect it to cost; catalogs alone are asked.

    A statement whose text depends on what another finds is shown in its widest form; a test that cannot be asked is in
    ``errors``. Arguments are those of ``run``.

    Raises:
        DefinitionError: as ``run``.
        QueryError: for a database that cannot be reached.
    """
    from airflow_data_quality.core.inquiry import draft

    _refuse_nonsense(tests, databases)
    whole = Plan()
    for conn_id in dict.fromkeys(test.dataset.conn_id for test in tests):
        mine = [test for test in tests if test.dataset.conn_id == conn_id]
        whole += draft(mine, databases[conn_id], options=options or Options(), flag=cancel or threading.Event())
    return whole


def run_checks(
    dataset: Dataset | Mapping[str, Any],
    checks: Sequence[Check | Mapping[str, Any]],
    database: Database,
    *,
    max_parallel: int = MAX_PARALLEL,
    statement_timeout: timedelta | str = STATEMENT_TIMEOUT,
    trust_foreign_keys: bool = False,
    sample_failing_rows: int = 0,
    sample_columns: Sequence[str] | None = None,
) -> Run:
    """Runs checks on one dataset, without Airflow; a test's id is its check's label.

    Args:
        dataset: what is checked, as a model or as plain data; it names no ``conn_id``, for ``database`` is what is asked.
        checks: what must hold, as models or as plain data in either YAML form.
        database: what ``connect`` returns.
        max_parallel: over how many connections the database is asked at most, all of which see the same state.
        statement_timeout: after how long the database stops a statement by itself: ``"30m"`` or a timedelta.
        trust_foreign_keys: whether a foreign key proves that no row is an orphan, though who loads a replica may pass it by.
        sample_failing_rows: how many failing rows of a failed row-level check are kept in ``.samples``; they may be
            personal data.
        sample_columns: the columns of these rows that are kept; all when not given.

    Raises:
        DefinitionError: for no checks or what is no list of them, equal labels, a dataset with a ``conn_id``, a template that
            nothing renders, or a ``database`` that is none.
        pydantic.ValidationError: for plain data that builds no dataset or check.
    """
    if isinstance(checks, str) or not isinstance(checks, Sequence):
        raise DefinitionError(f"checks is one {type(checks).__name__}; give a list of checks, such as [Volume(min=1)]")
    if not isinstance(database, Database):
        raise DefinitionError(f"database is one {type(database).__name__}; give what connect('postgresql://…') returns")
    refuse_templates([dataset, *checks])
    target = Dataset.model_validate(dataset, context=RENDERED)
    if target.conn_id is not None:
        raise DefinitionError(f"the dataset names conn_id {target.conn_id!r}, but the database is given; leave conn_id out")
    tests = coded_tests([Check.model_validate(check, context=RENDERED) for check in checks], [target])
    options = Options(
        max_parallel=max_parallel,
        statement_timeout=parse_duration(statement_timeout),
        trust_foreign_keys=trust_foreign_keys,
        sample_failing_rows=sample_failing_rows,
        sample_columns=sample_columns,
    )
    return run(tests, {None: database}, id=uuid7(), started_at=datetime.now(timezone.utc), options=options)


def _refuse_nonsense(tests: Sequence[Test], databases: Mapping[str | None, Database]) -> None:
    if not tests:
        raise DefinitionError("there is nothing to check: give at least one check")
    if len({test.id for test in tests}) < len(tests):
        raise DefinitionError("two tests of this run have the same id; give their checks different names")
    missing = {test.dataset.conn_id for test in tests} - databases.keys()
    if missing:
        raise DefinitionError(f"no database is given for conn_id {', '.join(map(repr, missing))}")
