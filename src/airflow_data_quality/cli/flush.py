"""``flush``: delivers the runs that wait in the spool to the result store."""

from __future__ import annotations

import sys
from argparse import Namespace

from airflow_data_quality.cli.main import ERRORED, PASSED
from airflow_data_quality.cli.selection import outside_of_tasks
from airflow_data_quality.cli.terminal import write


def run(args: Namespace) -> int:
    """Prints what was delivered; errored while anything still waits, or was set aside now."""
    outside_of_tasks()
    from airflow_data_quality.hooks.maintenance import flush

    place, done, waiting = flush()
    write(f"{done.stored} run(s) delivered from {place}")
    for text in done.problems(waiting, place):
        print(f"data-quality: {text}", file=sys.stderr)
    return ERRORED if done.problems(waiting, place) else PASSED
