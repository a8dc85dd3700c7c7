"""Data quality gates for Apache Airflow: ask the database whether its data is good, run what follows only when it is."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_data_quality.core.checks.completeness import Completeness
    from airflow_data_quality.core.checks.freshness import Freshness
    from airflow_data_quality.core.checks.referential import Referential
    from airflow_data_quality.core.checks.uniqueness import Uniqueness
    from airflow_data_quality.core.checks.volume import Volume
    from airflow_data_quality.core.database import connect
    from airflow_data_quality.core.formats.suite import Suite
    from airflow_data_quality.core.model.bounds import Bounds
    from airflow_data_quality.core.model.dataset import Dataset
    from airflow_data_quality.core.runner import run_checks
    from airflow_data_quality.operators.data_quality import DataQualityOperator

__version__ = "0.1.0"

__all__ = [
    "Bounds",
    "Completeness",
    "DataQualityOperator",
    "Dataset",
    "Freshness",
    "Referential",
    "Suite",
    "Uniqueness",
    "Volume",
    "connect",
    "run_checks",
]

_HOMES = {
    "Bounds": "core.model.bounds",
    "Completeness": "core.checks.completeness",
    "DataQualityOperator": "operators.data_quality",
    "Dataset": "core.model.dataset",
    "Freshness": "core.checks.freshness",
    "Referential": "core.checks.referential",
    "Suite": "core.formats.suite",
    "Uniqueness": "core.checks.uniqueness",
    "Volume": "core.checks.volume",
    "connect": "core.database",
    "run_checks": "core.runner",
}


def __getattr__(name: str) -> Any:
    """Loads a public name when it is asked for: importing the package costs nothing (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
