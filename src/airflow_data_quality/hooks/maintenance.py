"""What is done to the stores now and then, for the command line and the DAG alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from airflow_data_quality.core.stores.spool import Delivery
from airflow_data_quality.hooks import stores
from airflow_data_quality.hooks.spool import spool


def migrate() -> Iterator[str]:
    """Makes the tables of all stores, or brings them to this version; yields what was done, one line each."""
    results, configs = stores.result_store(), stores.config_store()
    yield from _told(f"result store {results.place}", [*results.migrate(), *stores.schedule_store().migrate()])
    yield from _told(f"config store {configs.place}", configs.migrate())


def maintain(now: datetime) -> Iterator[str]:
    """Deletes what is older than the retention, and refreshes what came late; yields what was done, one line each."""
    results, configs, days = stores.result_store(), stores.config_store(), stores.audit_days()
    yield from _told(f"result store {results.place}", [*results.maintain(now=now), *stores.schedule_store().maintain(now=now)])
    audit_before = now - timedelta(days=days) if days else None
    yield from _told(f"config store {configs.place}", configs.maintain(audit_before=audit_before))


def flush() -> tuple[str, Delivery, int]:
    """Delivers what waits in the spool; returns where that is, what came of it, and how many still wait."""
    waiting = spool()
    done = waiting.deliver(stores.result_store())
    return str(waiting), done, len(waiting.waiting())


def _told(place: str, lines: Sequence[str]) -> Iterator[str]:
    yield from (f"{place}: {line}" for line in lines or ["nothing to do"])
