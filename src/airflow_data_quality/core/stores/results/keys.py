"""Keys made of texts: as long as an index likes them, however long the texts are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid5

from pydantic_core import to_json

from airflow_data_quality.core.model.run import Origin

NAMESPACE = UUID("5b1c7a52-3f0e-5c8b-9a64-0d6f3e1b7c29")
"""Under which the keys are made; it never changes."""


def test_key(test_id: str) -> UUID:
    """Returns the key of a test."""
    return uuid5(NAMESPACE, test_id)


test_key.__test__ = False  # type: ignore[attr-defined]


def task_key(origin: Origin) -> UUID:
    """Returns the key of a task instance, the same for all its tries."""
    return _key(origin.dag_id, origin.run_id, origin.task_id, origin.map_index)


def day_key(day: date, parts: Sequence[str | None]) -> UUID:
    """Returns the key of a day's count."""
    return _key(day.isoformat(), *parts)


def _key(*parts: object) -> UUID:
    return uuid5(NAMESPACE, to_json(parts).decode())
