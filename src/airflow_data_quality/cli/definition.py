"""What Airflow's own command line is told: ``airflow data-quality …``. Imported by every ``airflow`` call."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator
from functools import partial
from typing import Any

from airflow.cli.cli_config import ActionCommand, Arg, GroupCommand

from airflow_data_quality.cli.commands import COMMANDS, Command


def get_data_quality_cli_commands() -> list[GroupCommand]:
    """Returns the group of our commands."""
    actions = [ActionCommand(c.name, c.help, func=partial(_run, c.name), args=(_Declared(c),)) for c in COMMANDS]
    return [GroupCommand("data-quality", "Ask databases whether their data is good", subcommands=actions)]


def _run(name: str, args: Namespace) -> None:
    from airflow_data_quality.cli.main import run

    raise SystemExit(run(name, args))


class _Declared(Arg):
    """The arguments of one command, declared as on our own parser; a mistake in them ends as it does there."""

    def __init__(self, command: Command) -> None:
        super().__init__(flags=(command.name,))  # type: ignore[no-untyped-call]
        self._command = command

    def add_to_parser(self, parser: ArgumentParser) -> None:
        """Declares them. What Airflow's parser does not know it would end itself, as a mistake of its own."""
        from airflow_data_quality.cli.main import misused

        def parse_known_args(*given: Any) -> tuple[Namespace, list[str]]:
            known, rest = type(parser).parse_known_args(parser, *given)
            return (known, rest) if not rest else misused(parser, f"unrecognized arguments: {' '.join(rest)}")

        self._command.declare(parser)
        vars(parser).update(parse_known_args=parse_known_args)
        for each in (parser, *_below(parser)):
            vars(each).update(error=partial(misused, each))


def _below(parser: ArgumentParser) -> Iterator[ArgumentParser]:
    """Yields the parsers of what a command has below it."""
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            yield from action.choices.values()
