"""The core is tested as it is meant to live: with Airflow made unimportable.

``make test`` gives these tests a process of their own. Beside others, where Airflow is loaded already, only new imports of
it are refused.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from importlib.abc import MetaPathFinder

import pytest


class _NoAirflow(MetaPathFinder):
    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "airflow" or name.startswith("airflow."):
            raise ImportError(f"the core imports {name}")


@pytest.fixture(autouse=True)
def no_airflow() -> Iterator[None]:
    """Refuses every import of Airflow while a core test runs."""
    finder = _NoAirflow()
    sys.meta_path.insert(0, finder)
    yield
    sys.meta_path.remove(finder)


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step is a statement of its own, however short it is."""
    from airflow_data_quality.core.sql import planner

    monkeypatch.setattr(planner, "TUNING", planner.Tuning(short=0, branch=math.inf))
