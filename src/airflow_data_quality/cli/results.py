"""``results``: the latest executions in the result store, the newest last."""

from __future__ import annotations

import sys
from argparse import Namespace

from airflow_data_quality.cli.main import PASSED
from airflow_data_quality.cli.selection import outside_of_tasks
from airflow_data_quality.cli.terminal import print_table
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.report.text import cells, one_line

HEADER = ("when", "test", "outcome", "severity", "value", "allowed", "failing of checked", "message")


def run(args: Namespace) -> int:
    """Prints a table; a store that is not there yet, or holds nothing of that kind, is no error."""
    outside_of_tasks()
    from airflow_data_quality.hooks import stores

    store, path = stores.result_store(), stores.embedded_path()
    if store.place == str(path) and not path.exists():
        print(f"no results are kept yet: {path} is not there", file=sys.stderr)
        return PASSED
    found = store.latest_executions(dag_id=args.dag, task_id=args.task, test_id=args.test, limit=args.last).items
    if not found:
        print(f"nothing of that kind is kept in {store.place}", file=sys.stderr)
        return PASSED
    print_table([HEADER, *map(_row, reversed(found))])
    return PASSED


def _row(execution: Execution) -> tuple[str, ...]:
    outcome, severity, _, *amounts = cells(execution)
    when = execution.started_at.strftime("%Y-%m-%d %H:%M:%SZ")
    return (when, one_line(execution.test_id), outcome, severity, *amounts, one_line(execution.message))
