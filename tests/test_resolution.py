"""Installing the package moves no version of Airflow's own environment."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import requires
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


def _providers() -> list[str]:
    """What the extras name: Airflow's own providers, and pins of their dependencies."""
    lines = [line.partition(";") for line in requires("airflow-provider-data-quality") or ()]
    return [name.strip() for name, _, marker in lines if "extra ==" in marker and "airflow-provider-data-quality" not in name]


@pytest.mark.parametrize(("extra", "beside"), [("", []), ("[postgres]", []), ("[all]", _providers())])
def test_no_version_of_airflows_environment_moves(extra: str, beside: list[str]) -> None:
    """With ``all``, Airflow and the very providers that it brings are resolved without the package too."""
    bare = _resolve(AIRFLOW, *beside)
    ours = _resolve(AIRFLOW, f"airflow-provider-data-quality{extra} @ {ROOT.as_uri()}")
    assert {name: (version, ours.get(name)) for name, version in bare.items() if ours.get(name) != version} == {}
