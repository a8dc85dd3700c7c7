"""From a suite and where it is to be asked to the tests and databases of a run."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from airflow_data_quality.core.database import Database, connect
from airflow_data_quality.core.errors import DataQualityError, DefinitionError
from airflow_data_quality.core.formats.suite import Suite
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.duration import parse_duration
from airflow_data_quality.core.model.options import MAX_PARALLEL, Options
from airflow_data_quality.core.model.templates import refuse_templates
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.sql.dialect import dialect_named
from airflow_data_quality.core.sql.text import check_condition


@dataclass(frozen=True)
class Selection:
    """What a command asks, and of what."""

    suite: Suite
    tests: Sequence[Test]
    databases: Mapping[str | None, Database]
    options: Options


def select(args: Namespace) -> Selection:
    """Reads the suite and finds its databases; ``--conn-id`` and ``--url`` stand in for all that the suite names.

    Raises:
        DefinitionError: for a suite that cannot be meant, holds a template, or names no connection where none is given.
        DataQualityError: for a connection that cannot be used.
    """
    suite = Suite.from_file(args.suite)
    refuse_templates(suite)
    tests = suite.tests()
    if args.url is not None or args.conn_id is not None:
        tests = tuple(_on(test, test.dataset.model_copy(update={"conn_id": args.conn_id})) for test in tests)
    if args.url is not None:
        databases: Mapping[str | None, Database] = {None: connect(args.url)}
        options = Options()
    else:
        databases = {test.dataset.conn_id: _behind(test.dataset.conn_id) for test in tests}
        options = _configured()
    if args.where is not None:
        tests = tuple(_on(test, _narrowed(test.dataset, args.where, databases[test.dataset.conn_id])) for test in tests)
    return Selection(suite, tests, databases, options)


def _on(test: Test, dataset: Dataset) -> Test:
    return test.model_copy(update={"dataset": dataset})


def _narrowed(dataset: Dataset, where: str, database: Database) -> Dataset:
    """Returns the dataset with one more condition.

    Each must end where it seems to: together, two that are wrong alone might be one that is right and means something else.
    """
    dialect = dialect_named(database.dialect)
    if not check_condition(dialect, where, "--where"):
        raise DefinitionError(f"--where cannot be told from what would follow it (an open quote, an odd comment): {where!r}")
    if dataset.where is None:
        return dataset.model_copy(update={"where": where})
    if not check_condition(dialect, dataset.where, "where of the dataset"):
        raise DefinitionError(f"--where cannot be added to the where of {dataset.text}, which may end elsewhere than it seems")
    return dataset.model_copy(update={"where": f"(\n{dataset.where}\n) AND (\n{where}\n)"})


def _behind(conn_id: str | None) -> Database:
    """Returns the database behind an Airflow connection."""
    if conn_id is None:
        raise DefinitionError("the suite names no conn_id; give --conn-id or --url")
    outside_of_tasks()
    from airflow_data_quality.hooks.database import database

    try:
        return database(conn_id)
    except DataQualityError:
        raise
    except Exception as error:
        raise DefinitionError(f"connection {conn_id!r} cannot be used: {error}") from error


def outside_of_tasks() -> None:
    """Lets Airflow look connections up in its own database, which a task may not; to be said before Airflow is loaded."""
    os.environ.setdefault("_AIRFLOW_PROCESS_CONTEXT", "server")


def _configured() -> Options:
    from airflow.providers.common.compat.sdk import conf

    return Options(
        statement_timeout=parse_duration(conf.get("data_quality", "statement_timeout", fallback="30m")),
        max_parallel=conf.getint("data_quality", "max_parallel", fallback=MAX_PARALLEL),
    )
