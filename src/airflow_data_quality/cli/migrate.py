"""``migrate``: makes the tables of all stores, or brings them to this version; says what it did."""

from __future__ import annotations

from argparse import Namespace

from airflow_data_quality.cli.main import PASSED
from airflow_data_quality.cli.selection import outside_of_tasks
from airflow_data_quality.cli.terminal import write


def run(args: Namespace) -> int:
    """Prints one line for each thing done, or that nothing was to be done; may run as often as one likes."""
    outside_of_tasks()
    from airflow_data_quality.hooks.maintenance import migrate

    for line in migrate():
        write(line)
    return PASSED
