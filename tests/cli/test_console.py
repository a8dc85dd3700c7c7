"""The command in a process of its own: what it loads, what a terminal sees, how it is interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from airflow_data_quality.cli.main import main
from airflow_data_quality.core.formats import json_schema
from tests.cli.conftest import CONSOLE, console

NO_AIRFLOW = """
import sys
from importlib.abc import MetaPathFinder

class NoAirflow(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "airflow":
            raise SystemExit(f"{name} is loaded")

sys.meta_path.insert(0, NoAirflow())
from airflow_data_quality.cli.main import main
sys.exit(main())
"""


def test_the_script_is_installed() -> None:
    (script,) = entry_points(group="console_scripts", name="data-quality")
    assert script.load() is main


def test_airflow_is_not_loaded_when_a_url_is_given(orders: Any) -> None:
    for words, code in (
        (("check", "orders.yaml", "--url", orders.url), 0),
        (("plan", "orders.yaml", "--url", orders.url), 0),
        (("validate", "orders.yaml"), 0),
        (("schema",), 0),
        (("--help",), 0),
        (("check",), 3),
    ):
        done = subprocess.run([sys.executable, "-c", NO_AIRFLOW, *words], capture_output=True, text=True, check=False)
        assert (done.returncode, "is loaded" in done.stderr) == (code, False), done.stderr
    done = subprocess.run([sys.executable, "-c", NO_AIRFLOW, "results"], capture_output=True, text=True, check=False)
    assert done.stderr.startswith("airflow is loaded")


def test_help_and_mistakes_load_nothing_but_pythons_own() -> None:
    loads = "import sys; from airflow_data_quality.cli.main import main\ntry: main(['check'])\nexcept SystemExit: pass\n"
    report = "print([name for name in ('rich', 'pydantic', 'yaml', 'sqlglot', 'airflow') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", loads + report], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_exit_codes_of_the_process(orders: Any) -> None:
    check = ("check", "orders.yaml", "--url", orders.url)
    assert console(*check).returncode == 0
    orders.execute("TRUNCATE orders")
    assert console(*check).returncode == 1
    orders.execute("DROP TABLE orders")
    assert console(*check).returncode == 2
    assert console("check", "nothing.yaml", "--url", orders.url).returncode == 3


def test_the_schema_is_what_ships() -> None:
    shipped = Path(json_schema.__file__).with_name("suite.schema.json").read_text(encoding="utf-8")
    assert console("schema").stdout == shipped
    assert json.loads(shipped)["title"] == "Data quality suite"
    assert json.loads(console("schema", "--tests").stdout)["title"] == "Data quality stored tests"


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", '"$@" schema | head -1; exit ${PIPESTATUS[0]}', "bash", *CONSOLE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "{\n", "")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check", "orders.yaml", "--format", "json"), 1),
        (("check", "orders.yaml"), 1),
        (("plan", "lost.yaml"), 2),
        (("validate", "wrong.yaml"), 3),
    ],
)
def test_a_reader_that_has_seen_enough_changes_no_exit_code(orders: Any, words: tuple[str, ...], code: int) -> None:
    orders.execute("UPDATE orders SET customer = NULL")
    Path("lost.yaml").write_text("name: s\ntable: nowhere\nchecks: [volume: 1]")
    Path("wrong.yaml").write_text("name: s")
    url = () if words[0] == "validate" else ("--url", orders.url)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*CONSOLE, *words, *url], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (code, "")


def test_what_an_output_cannot_hold_is_escaped(orders: Any) -> None:
    Path("s.yaml").write_text('name: s\ntable: orders\nchecks: [volume: {max: 1, name: "naïve 😀"}]', encoding="utf-8")
    done = console("check", "s.yaml", "--url", orders.url, env={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (1, "")
    assert "failed  s/na\\xefve \\U0001f600: 10 rows" in done.stdout


# On a terminal --------------------------------------------------------------------------------------------------------


def seen(*words: str, stream: str, **env: str) -> str:
    """Returns what a command writes to a stream that is a terminal."""
    ours, theirs = os.openpty()
    streams: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: theirs}
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "CI")}
    process = subprocess.Popen([*CONSOLE, *words], env={**clean, "TERM": "xterm-256color", "COLUMNS": "120", **env}, **streams)
    os.close(theirs)
    read = b""
    while chunk := _read(ours):
        read += chunk
    process.wait()
    os.close(ours)
    return read.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # what Linux says when nobody writes any more
        return b""


def test_a_terminal_sees_colours_unless_told_not_to(orders: Any) -> None:
    words = ("check", "orders.yaml", "--url", orders.url)
    coloured = seen(*words, stream="stdout")
    assert "\x1b[32mpassed" in coloured
    assert "─" in coloured
    plain = seen(*words, stream="stdout", NO_COLOR="1")
    assert "─" in plain
    assert "\x1b[32m" not in plain
    assert "\x1b" not in console(*words).stdout


def test_what_a_database_says_commands_no_terminal(orders: Any) -> None:
    Path("s.yaml").write_text('name: "s"\ntable: orders\nchecks: [completeness: "\\e]0;title\\a[red]x"]')
    sight = seen("check", "s.yaml", "--url", orders.url, stream="stdout")
    assert "\x1b]0" not in sight
    assert "[red]x" in sight


def test_a_long_run_says_how_far_it_is_on_a_terminal_alone(orders: Any) -> None:
    Path("s.yaml").write_text("name: s\ntable: orders\nchecks: [volume: {min: 1, where: id > 1 OR pg_sleep(2) IS NOT NULL}]")
    words = ("check", "s.yaml", "--url", orders.url)
    assert "0:00:01" in seen(*words, stream="stderr")
    assert console(*words).stderr == ""


# Interrupted ----------------------------------------------------------------------------------------------------------

ACTIVE = (
    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(300)%' AND state = 'active' AND pid <> pg_backend_pid()"
)


def _until(orders: Any, active: int) -> None:
    deadline = time.monotonic() + 60
    while orders.execute(ACTIVE) != [(active,)]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_ctrl_c_cancels_the_statement_in_the_database(orders: Any) -> None:
    Path("s.yaml").write_text("name: s\ntable: orders\nchecks: [volume: {min: 1, where: pg_sleep(300) IS NOT NULL}]")
    command = [*CONSOLE, "check", "s.yaml", "--url", orders.url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        _until(orders, 1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out) == (130, "")
    assert err == "data-quality: interrupted; running statements were cancelled\n"
    _until(orders, 0)


@pytest.mark.parametrize("command", ["check", "plan"])
def test_a_password_in_a_url_is_never_said(orders: Any, command: str) -> None:
    done = console(command, "orders.yaml", "--url", "postgresql://me:hush-hush@localhost:1/x")
    assert done.returncode == 2
    assert "hush-hush" not in done.stdout + done.stderr
