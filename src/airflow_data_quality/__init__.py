"""Data quality gates for Apache Airflow: ask the database whether its data is good, run what follows only when it is."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_data_quality.core.checks.completeness import Completeness
    from airflow_data_quality.core.checks.custom_sql import CustomSql
    from airflow_data_quality.core.checks.distribution import Distribution
    from airflow_data_quality.core.checks.expression import Expression
    from airflow_data_quality.core.checks.freshness import Freshness
    from airflow_data_quality.core.checks.length import Length
    from airflow_data_quality.core.checks.pattern import Pattern
    from airflow_data_quality.core.checks.range import Range
    from airflow_data_quality.core.checks.referential import Referential
    from airflow_data_quality.core.checks.schema import Schema
    from airflow_data_quality.core.checks.uniqueness import Uniqueness
    from airflow_data_quality.core.checks.values import Values
    from airflow_data_quality.core.checks.volume import Volume
    from airflow_data_quality.core.database import connect
    from airflow_data_quality.core.formats.suite import Suite
    from airflow_data_quality.core.model.bounds import Bounds
    from airflow_data_quality.core.model.dataset import Dataset
    from airflow_data_quality.core.runner import run_checks
    from airflow_data_quality.notifications.data_quality import DataQualityNotifier
    from airflow_data_quality.operators.branch import DataQualityBranchOperator
    from airflow_data_quality.operators.data_quality import DataQualityOperator
    from airflow_data_quality.operators.outcome_gate import OutcomeGate
    from airflow_data_quality.sensors.data_quality import DataQualitySensor
    from airflow_data_quality.sensors.freshness import FreshnessSensor
    from airflow_data_quality.sensors.outcome import OutcomeSensor

__version__ = "0.1.0"

__all__ = [
    "Bounds",
    "Completeness",
    "CustomSql",
    "DataQualityBranchOperator",
    "DataQualityNotifier",
    "DataQualityOperator",
    "DataQualitySensor",
    "Dataset",
    "Distribution",
    "Expression",
    "Freshness",
    "FreshnessSensor",
    "Length",
    "OutcomeGate",
    "OutcomeSensor",
    "Pattern",
    "Range",
    "Referential",
    "Schema",
    "Suite",
    "Uniqueness",
    "Values",
    "Volume",
    "connect",
    "run_checks",
]

_HOMES = {
    "Bounds": "core.model.bounds",
    "Completeness": "core.checks.completeness",
    "CustomSql": "core.checks.custom_sql",
    "DataQualityBranchOperator": "operators.branch",
    "DataQualityNotifier": "notifications.data_quality",
    "DataQualityOperator": "operators.data_quality",
    "DataQualitySensor": "sensors.data_quality",
    "Dataset": "core.model.dataset",
    "Distribution": "core.checks.distribution",
    "Expression": "core.checks.expression",
    "Freshness": "core.checks.freshness",
    "FreshnessSensor": "sensors.freshness",
    "Length": "core.checks.length",
    "OutcomeGate": "operators.outcome_gate",
    "OutcomeSensor": "sensors.outcome",
    "Pattern": "core.checks.pattern",
    "Range": "core.checks.range",
    "Referential": "core.checks.referential",
    "Schema": "core.checks.schema",
    "Suite": "core.formats.suite",
    "Uniqueness": "core.checks.uniqueness",
    "Values": "core.checks.values",
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
