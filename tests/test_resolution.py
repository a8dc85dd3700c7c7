"""Installing the package moves no version of Airflow's own environment."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
AIRFLOW = "apache-airflow==3.3.2"


def _uv() -> str:
    found = shutil.which("uv") or next(iter(map(str, ROOT.glob(".uv/bin/uv"))), None)
    if found is None:
        pytest.skip("needs uv, which `make setup` brings")
    return found


def _resolve(*requirements: str) -> dict[str, str]:
    done = subprocess.run(
        [_uv(), "pip", "compile", "-", "--no-header", "--no-annotate", "--quiet", "--python", sys.executable],
        input="\n".join(requirements),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.split(" ;")[0].strip() for line in done.stdout.splitlines()]
    return dict(line.split("==") for line in lines if "==" in line)


@pytest.mark.parametrize("extra", ["", "[postgres]"])
def test_no_version_of_airflows_environment_moves(extra: str) -> None:
    bare = _resolve(AIRFLOW)
    ours = _resolve(AIRFLOW, f"airflow-provider-data-quality{extra} @ {ROOT.as_uri()}")
    assert {name: (version, ours.get(name)) for name, version in bare.items() if ours.get(name) != version} == {}
