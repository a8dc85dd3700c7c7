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


def _schema(parser: ArgumentParser) -> None:
    parser.add_argument("--tests", action="store_true", help="that of files of stored tests, in place of suites")


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


def _tests(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, text, declare in TESTS:
        declare(actions.add_parser(name, help=text, description=text))


def _list(parser: ArgumentParser) -> None:
    parser.add_argument("--conn-id", metavar="ID", help="only tests on this connection")
    parser.add_argument("--dataset", metavar="NAME", help="only tests on this table, or on this query on one line")
    parser.add_argument("--type", metavar="TYPE", help="only checks of this type")
    parser.add_argument("--tag", metavar="TAG", help="only tests with this tag, or whose check has it")
    parser.add_argument("--owner", metavar="NAME", help="only what this owner answers for")
    parser.add_argument("--text", metavar="TEXT", help="only tests in which this stands: in id, check, dataset, owner or tags")
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--enabled", action="store_true", default=None, help="only tests that are run")
    either.add_argument("--disabled", dest="enabled", action="store_false", default=None, help="only tests that are not run")


def _apply(parser: ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", help="a folder of .yaml, .yml and .json files with tests and connections")
    parser.add_argument("--prune", action="store_true", help="delete what is stored but not in the folder")
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would change and store nothing; ends with 0 all the same"
    )


def _export(parser: ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", help="where the files are written, one for each connection")


TESTS = (
    ("list", "Show stored tests", _list),
    ("apply", "Store the tests and connections of a folder; show first what changes", _apply),
    ("export", "Write stored tests and connections as files that apply reads", _export),
)

COMMANDS = (
    Command("check", "Run the checks of a suite", _check),
    Command("plan", "Show the statements that a suite needs and what they cost; check nothing", _select),
    Command("validate", "Read suites and show every mistake with its place; ask no database", _validate),
    Command("schema", "Print the JSON Schema of suites, for editors", _schema),
    Command("results", "Show the latest results that are kept", _results),
    Command("tests", "List stored tests, store those of a folder, write them to one", _tests),
    Command("migrate", "Make the tables of the stores, or bring them to this version; drop nothing", _nothing),
    Command("flush", "Deliver the runs that wait in the spool to the result store", _nothing),
    Command("maintain", "Delete what is older than the retention, refresh what came late", _nothing),
)
