"""What the commands are called and what they take. Imported by every ``airflow`` call: it loads nothing."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from typing import NamedTuple

FORMATS = ("table", "json", "junit", "github")


class Command(NamedTuple):
    """A command; what it does is ``run`` of the module of its name in this folder."""

    name: str
    help: str
    declare: Callable[[ArgumentParser], None]
    """Adds its arguments to a parser."""


def _check(parser: ArgumentParser) -> None:
    _select(parser)
    parser.add_argument("--format", choices=FORMATS, default="table", help="how the outcome is written; table by default")


def _select(parser: ArgumentParser) -> None:
    parser.add_argument("suite", metavar="SUITE", help="a suite file: YAML or JSON")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--conn-id", metavar="ID", help="the Airflow connection to ask, in place of all that the suite names")
    where.add_argument("--url", metavar="URL", help="the database to ask, such as postgresql://user@host/name, without Airflow")
    parser.add_argument("--where", metavar="SQL", help="a row condition that narrows every dataset of the suite further")


def _validate(parser: ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="+", help="suite files, or folders of .yaml, .yml and .json files")


def _nothing(parser: ArgumentParser) -> None:
    """Takes nothing."""


def _results(parser: ArgumentParser) -> None:
    parser.add_argument("--dag", metavar="ID", help="only what tasks of this DAG found")
    parser.add_argument("--task", metavar="ID", help="only what tasks of this id found")
    parser.add_argument("--test", metavar="ID", help="only what came of this test")
    parser.add_argument("--last", metavar="N", type=_number, default=20, help="how many to show; 20 by default")


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is no number of results; give 1 or more")
    return int(text)


COMMANDS = (
    Command("check", "Run the checks of a suite", _check),
    Command("plan", "Show the statements that a suite needs and what they cost; check nothing", _select),
    Command("validate", "Read suites and show every mistake with its place; ask no database", _validate),
    Command("schema", "Print the JSON Schema of suites, for editors", _nothing),
    Command("results", "Show the latest results that are kept", _results),
    Command("migrate", "Make the tables of the stores, or bring them to this version; drop nothing", _nothing),
    Command("flush", "Deliver the runs that wait in the spool to the result store", _nothing),
    Command("maintain", "Delete what is older than the retention, refresh what came late", _nothing),
)
