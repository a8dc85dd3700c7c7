"""``migrate``: makes the tables of both stores, or brings them to this version; says what it did."""

from __future__ import annotations

from argparse import Namespace

from airflow_data_quality.cli.main import PASSED
from airflow_data_quality.cli.selection import outside_of_tasks
from airflow_data_quality.cli.terminal import write


def run(args: Namespace) -> int:
    """Prints one line for each thing done, or that nothing was to be done; may run as often as one likes."""
    outside_of_tasks()
    from airflow_data_quality.hooks import stores

    for name, store in (("result", stores.result_store()), ("config", stores.config_store())):
        for line in store.migrate() or ["nothing to do"]:
            write(f"{name} store {store.place}: {line}")
    return PASSED
