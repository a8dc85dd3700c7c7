"""The docs of the sensors: their code runs, and every argument is in them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from airflow_data_quality import DataQualitySensor, FreshnessSensor, OutcomeGate, OutcomeSensor
from airflow_data_quality.sensors.waiting import GRACE, SOONEST, WaitingSensor
from airflow_data_quality.triggers.outcome import AT_ONCE

pytestmark = pytest.mark.filterwarnings("ignore")

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "sensors.md").read_text(encoding="utf-8")


def test_the_example_is_read_as_it_stands() -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```", DOCS, flags=re.M | re.S)
    names: dict[str, Any] = {}
    exec(block, names)
    assert [type(names[name]) for name in ("arrived", "fresh", "passed", "gate")] == [
        DataQualitySensor,
        FreshnessSensor,
        OutcomeSensor,
        OutcomeGate,
    ]


def test_every_argument_is_described() -> None:
    classes = (WaitingSensor, DataQualitySensor, FreshnessSensor, OutcomeSensor, OutcomeGate)
    arguments = {name for each in classes for name in inspect.signature(each.__init__).parameters} - {"self", "kwargs"}
    assert [name for name in sorted(arguments) if not re.search(rf"`{name}[`=]", DOCS)] == []


def test_the_numbers_are_those_of_the_code() -> None:
    assert (SOONEST.total_seconds(), GRACE.total_seconds(), AT_ONCE) == (10, 300, 4)
    assert "less than ten seconds" in DOCS
    assert "five\nminutes after its timeout" in DOCS
    assert "four looks at once" in DOCS
