"""From the words of a command line to an exit code; ``data-quality`` starts here, and ``airflow data-quality`` joins here.

| code | means |
|---|---|
| 0 | passed, or warned |
| 1 | failed: the data is bad |
| 2 | errored: something could not be asked |
| 3 | what was given cannot be meant: an argument, a suite, a connection |
| 130 | interrupted; running statements were cancelled |
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import airflow_data_quality
from airflow_data_quality.cli.commands import COMMANDS
from airflow_data_quality.operators.loading import uncollected

PASSED, FAILED, ERRORED, MISUSED, INTERRUPTED = 0, 1, 2, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; raises SystemExit for a mistake in the arguments, and after help."""
    parser = _Parser(prog="data-quality", description="Ask databases whether their data is good.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {airflow_data_quality.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.declare(commands.add_parser(command.name, help=command.help, description=command.help))
    args = parser.parse_args(argv)
    # The process ends before there is garbage worth the time that looking for it takes.
    with uncollected():
        return run(args.command, args)


class _Parser(ArgumentParser):
    """Python's, but 2 is for what could not be asked: a mistake in the arguments ends with 3."""

    def error(self, message: str) -> NoReturn:
        misused(self, message)


def misused(parser: ArgumentParser, message: str) -> NoReturn:
    """Says how a command is used, and ends."""
    parser.print_usage(sys.stderr)
    parser.exit(MISUSED, f"{parser.prog}: error: {message}\n")


def run(name: str, args: Namespace) -> int:
    """Runs the command of that name; what goes wrong becomes one line and an exit code."""
    try:
        code: int = import_module(f"airflow_data_quality.cli.{name}").run(args)
        return code
    except KeyboardInterrupt:
        _say("interrupted; running statements were cancelled")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last place where anything can be said
        return _ended(error)


def _ended(error: Exception) -> int:
    from airflow_data_quality.core.errors import Cancelled, DataQualityError, QueryError

    if isinstance(error, DataQualityError):
        _say(f"error: {error}")
        return ERRORED if isinstance(error, QueryError | Cancelled) else MISUSED
    _say(f"error: {type(error).__name__}: {error}")
    return ERRORED


def _say(text: str) -> None:
    print(f"data-quality: {text}", file=sys.stderr)
