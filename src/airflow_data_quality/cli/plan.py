"""``plan SUITE``: the statements that a run would send, as SQL to paste into a console; nothing is checked."""

from __future__ import annotations

from argparse import Namespace

from airflow_data_quality.cli.main import ERRORED, PASSED
from airflow_data_quality.cli.selection import select
from airflow_data_quality.cli.terminal import write
from airflow_data_quality.core import runner
from airflow_data_quality.core.report.text import planned


def run(args: Namespace) -> int:
    """Prints the plan; errored when a test of it cannot be asked."""
    selection = select(args)
    plan = runner.plan(selection.tests, selection.databases, options=selection.options)
    write(planned(plan))
    return ERRORED if plan.errors else PASSED
