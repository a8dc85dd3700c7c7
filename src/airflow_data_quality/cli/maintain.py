"""``maintain``: deletes what is older than the retention, refreshes what came late; for a nightly job."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime, timedelta, timezone

from airflow_data_quality.cli.main import PASSED
from airflow_data_quality.cli.selection import outside_of_tasks
from airflow_data_quality.cli.terminal import write


def run(args: Namespace) -> int:
    """Prints one line for each thing done, or that nothing was to be done."""
    outside_of_tasks()
    from airflow_data_quality.hooks import stores

    now = datetime.now(timezone.utc)
    results, configs, days = stores.result_store(), stores.config_store(), stores.audit_days()
    audit_before = now - timedelta(days=days) if days else None
    for name, place, lines in (
        ("result", results.place, results.maintain(now=now)),
        ("config", configs.place, configs.maintain(audit_before=audit_before)),
    ):
        for line in lines or ["nothing to do"]:
            write(f"{name} store {place}: {line}")
    return PASSED
