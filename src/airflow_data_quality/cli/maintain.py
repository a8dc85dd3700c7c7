"""``maintain``: deletes what is older than the retention, refreshes what came late; for a nightly job."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime, timezone

from airflow_data_quality.cli.main import PASSED
from airflow_data_quality.cli.selection import outside_of_tasks
from airflow_data_quality.cli.terminal import write


def run(args: Namespace) -> int:
    """Prints one line for each thing done, or that nothing was to be done."""
    outside_of_tasks()
    from airflow_data_quality.hooks.maintenance import maintain

    for line in maintain(datetime.now(timezone.utc)):
        write(line)
    return PASSED
