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
    from airflow_data_quality.hooks import stores
    from airflow_data_quality.hooks.spool import spool

    waiting = spool()
    done = waiting.deliver(stores.result_store())
    write(f"{done.stored} run(s) delivered from {waiting}")
    for text in (*done.aside, *done.left, *([str(done.away)] if done.away else [])):
        print(f"data-quality: {text}", file=sys.stderr)
    if done.away:
        print(f"data-quality: {len(waiting.waiting())} run(s) still wait in {waiting}", file=sys.stderr)
    return ERRORED if done.aside or done.left or done.away else PASSED
