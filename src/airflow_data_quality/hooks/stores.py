"""The stores behind the configured connections; unset, one embedded SQLite file in AIRFLOW_HOME."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.providers.common.compat.sdk import conf

if TYPE_CHECKING:
    from airflow_data_quality.core.stores.results.base import ResultStore

DISTRIBUTED = ("Celery", "Kubernetes", "Edge", "Ecs", "Batch")


def embedded_path() -> Path:
    """Returns where the embedded store lies."""
    return Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser() / "data_quality.db"


def result_store() -> ResultStore:
    """Returns where the results of runs are kept."""
    from airflow_data_quality.core.stores.results.sql import SqlResultStore

    return SqlResultStore.embedded(embedded_path())


def warning() -> str | None:
    """Returns what should be said about where results are kept, or None."""
    executor = conf.get("core", "executor", fallback="LocalExecutor")
    if any(name in executor for name in DISTRIBUTED):
        return f"results are kept in {embedded_path()} on this worker alone, while {executor} spreads tasks over many"
    return None
