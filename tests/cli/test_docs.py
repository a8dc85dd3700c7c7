"""``docs/cli.md`` is what the commands print: every example is run, every option and exit code is in it."""

from __future__ import annotations

import re
import shlex
from argparse import PARSER, ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from airflow_data_quality.cli import main
from airflow_data_quality.cli.commands import COMMANDS
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from tests.core.stores.samples import NOON, a_run, a_task

Call = Callable[..., tuple[int, str, str]]

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
EXAMPLES = [block.split("\n", 1) for block in re.findall(r"^```console\n\$ (.*?)^```", DOCS, flags=re.M | re.S)]
WRONG = """\
name: wrong
table: t
checks:
  - volum: {min: 1}
  - {type: completeness, colunm: a}
  - completeness: {column: a, max_failing: 0.005}
"""


@pytest.fixture
def warehouse(postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The table and the files that the examples speak of."""
    postgres.execute(
        "DROP TABLE IF EXISTS public.orders",
        "CREATE TABLE public.orders (order_id int, customer_id int, amount numeric)",
        "INSERT INTO public.orders SELECT n, nullif(nullif(n, 1), 2), nullif(n, 500) FROM generate_series(1, 1000) n",
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    (suite,) = re.findall(r"is checked below:\n\n```yaml\n(.*?)^```", DOCS, flags=re.M | re.S)
    (stored,) = re.findall(r"`tests`, or both:\n\n```yaml\n(.*?)^```", DOCS, flags=re.M | re.S)
    Path("orders.yaml").write_text(suite, encoding="utf-8")
    Path("wrong.yaml").write_text(WRONG, encoding="utf-8")
    Path("defs").mkdir()
    Path("defs/orders.yaml").write_text(stored, encoding="utf-8")
    store = SqlResultStore.embedded(tmp_path / "data_quality.db")
    store.write(a_run(test_ids=("shop/quality/volume",), origin=a_task(), at=NOON - timedelta(hours=1)))
    store.write(a_run(test_ids=("shop/quality/volume",), origin=a_task(try_number=2)))
    yield postgres
    postgres.execute("DROP TABLE public.orders")


def as_printed(text: str) -> str:
    """Returns a pattern of the text, in which ``…`` is anything on its line; blanks between columns may be more or fewer."""
    return re.sub(r"(?:\\ ){2,}", " {2,}", re.escape(text).replace("…", ".*"))


@pytest.mark.parametrize(("command", "printed"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_every_example_prints_what_it_says(warehouse: Any, call: Call, command: str, printed: str) -> None:
    if command.startswith(("data-quality tests list", "data-quality tests export")):
        call("tests", "apply", "defs")
    program, *words = shlex.split(command.replace("$WAREHOUSE_URL", warehouse.url))
    code, out, err = call(*words)
    assert (program, err) == ("data-quality", "")
    assert re.fullmatch(as_printed(printed), out), out
    assert code == {"check": 1, "validate": 3}.get(words[0], 0)


def test_every_example_is_there() -> None:
    assert [command.split()[1] for command, _ in EXAMPLES] == [
        *("check", "check", "check", "plan", "validate", "results", "tests", "tests", "tests"),
    ]


def test_every_command_option_format_and_exit_code_is_described() -> None:
    options = set()
    for command in COMMANDS:
        parser = ArgumentParser()
        command.declare(parser)
        below = [parser, *(each for action in parser._actions if action.nargs == PARSER for each in action.choices.values())]
        options |= {flag for each in below for action in each._actions for flag in action.option_strings} - {"-h", "--help"}
        assert re.search(rf"^## `{command.name}\b", DOCS, flags=re.M)
    formats = [f"`{name}`" for name in ("table", "json", "junit", "github")]
    codes = [f"\n| {getattr(main, name)} |" for name in ("PASSED", "FAILED", "ERRORED", "MISUSED", "INTERRUPTED")]
    assert [words for words in (*formats, *codes) if words not in DOCS] == []
    assert [option for option in options if not re.search(rf"^\| .*`{option}[ `]", DOCS, flags=re.M)] == []


def test_the_ci_example_is_yaml_whose_commands_are_ours() -> None:
    (text,) = re.findall(r"^## In CI\n\n```yaml\n(.*?)^```", DOCS, flags=re.M | re.S)
    steps = yaml.safe_load(text)["jobs"]["data-quality"]["steps"]
    commands = [step["run"].split()[:2] for step in steps if "data-quality " in step.get("run", "")]
    assert commands == [["data-quality", "validate"], ["data-quality", "check"]]
