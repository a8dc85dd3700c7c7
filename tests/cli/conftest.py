"""A table of orders and a suite that looks at it; the command line in this process and in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from airflow_data_quality.cli.main import main

CONSOLE = (sys.executable, "-W", "ignore", "-c", "import sys; from airflow_data_quality.cli.main import main; sys.exit(main())")
"""What the script ``data-quality`` does."""

SUITE = """\
name: orders
table: orders
checks:
  - volume: {min: 1}
  - completeness: customer
  - {type: completeness, column: amount, severity: warn}
"""


@pytest.fixture
def orders(postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Ten orders, the last without an amount, and ``orders.yaml`` in the working directory."""
    postgres.execute(
        "CREATE TABLE orders (id int, customer int, amount numeric)",
        "INSERT INTO orders SELECT n, n, nullif(n, 10) FROM generate_series(1, 10) n",
    )
    (tmp_path / "orders.yaml").write_text(SUITE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return postgres


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Calls a command in this process; returns exit code, stdout and stderr."""

    def call(*words: str) -> tuple[int, str, str]:
        try:
            code = main(words)
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def console(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Calls a command in a process of its own."""
    env = {**os.environ, **options.pop("env", {})}
    return subprocess.run([*CONSOLE, *words], capture_output=True, text=True, check=False, env=env, **options)
