"""``airflow data-quality``: the same commands under Airflow's own parser."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from airflow_data_quality.cli.commands import COMMANDS
from airflow_data_quality.core.model.run import Run

pytestmark = pytest.mark.filterwarnings("ignore")


def test_airflow_runs_a_check_for_real(orders: Any, tmp_path: Any) -> None:
    """JSON is all that stands on stdout, whatever Airflow logs; the connection is Airflow's."""
    env = {**os.environ, "AIRFLOW_HOME": str(tmp_path), "AIRFLOW_CONN_WAREHOUSE": orders.airflow_connection()}
    command = [sys.executable, "-W", "ignore", "-m", "airflow", "data-quality", "check", "orders.yaml"]
    orders.execute("UPDATE orders SET customer = NULL")
    done = subprocess.run(
        [*command, "--conn-id", "warehouse", "--format", "json"], capture_output=True, text=True, check=False, env=env
    )
    assert done.returncode == 1, done.stderr
    assert Run.model_validate_json(done.stdout).verdict == "failed"


@pytest.fixture(scope="module")
def parser() -> Any:
    from airflow.cli.cli_parser import get_parser

    return get_parser()


def test_every_command_is_there(parser: Any) -> None:
    for command, words in (
        ("check", ["s.yaml", "--format", "junit"]),
        ("plan", ["s.yaml", "--where", "x"]),
        ("validate", ["a", "b"]),
        ("schema", []),
        ("results", ["--last", "5"]),
        ("tests", ["apply", "defs", "--prune", "--dry-run"]),
        ("tests", ["list", "--disabled"]),
        ("migrate", []),
        ("flush", []),
        ("maintain", []),
    ):
        args = parser.parse_args(["data-quality", command, *words])
        assert args.func.args == (command,)
    assert {command.name for command in COMMANDS} == {
        "check",
        "plan",
        "validate",
        "schema",
        "results",
        "tests",
        "migrate",
        "flush",
        "maintain",
    }


@pytest.mark.parametrize(
    "words",
    [
        ["check"],
        ["check", "s.yaml", "--bogus"],
        ["results", "--last", "x"],
        ["tests"],
        ["tests", "bogus"],
        ["tests", "apply"],
        ["tests", "apply", "defs", "--bogus"],
        ["tests", "list", "--enabled", "--disabled"],
    ],
)
def test_a_mistake_in_the_arguments_ends_with_three_here_too(
    parser: Any, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["data-quality", *words])
    assert ended.value.code == 3
    assert "error: " in capsys.readouterr().err


def test_a_command_ends_the_process_with_its_code(parser: Any, capsys: pytest.CaptureFixture[str]) -> None:
    args = parser.parse_args(["data-quality", "validate", "missing.yaml"])
    with pytest.raises(SystemExit) as ended:
        args.func(args)
    assert ended.value.code == 3
    assert "missing.yaml" in capsys.readouterr().out


def test_what_every_airflow_call_imports_is_light() -> None:
    code = (
        "import sys; import airflow.cli.cli_config; before = set(sys.modules)\n"
        "from airflow_data_quality.cli.definition import get_data_quality_cli_commands as get; get()\n"
        "print({name for name in set(sys.modules) - before if not name.startswith('airflow_data_quality.cli')})"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert eval(done.stdout.splitlines()[-1]) <= {"airflow_data_quality"}
