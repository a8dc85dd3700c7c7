"""The notifier's docs cannot fall behind: their code runs, and every argument is in them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

from airflow_data_quality import DataQualityNotifier

DOCS = (Path(__file__).parents[2] / "docs" / "notifier.md").read_text()


def test_the_example_runs() -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```", DOCS, flags=re.M | re.S)
    names: dict[str, Any] = {}
    exec(block, names)
    assert isinstance(names["tell"], DataQualityNotifier)


def test_every_argument_is_described_with_its_default() -> None:
    for name, parameter in inspect.signature(DataQualityNotifier.__init__).parameters.items():
        if name not in ("self", "kwargs"):
            (row,) = [line for line in DOCS.splitlines() if line.startswith(f"| `{name}` |")]
            assert parameter.default is None or str(parameter.default) in row.split("|")[-2]
