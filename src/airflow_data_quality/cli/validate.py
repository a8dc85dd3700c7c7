"""``validate PATH…``: reads suites and shows every mistake with its place; asks no database."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from airflow_data_quality.cli.main import MISUSED, PASSED
from airflow_data_quality.cli.terminal import write
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.formats.suite import ENDINGS, Suite
from airflow_data_quality.core.model.dataset import split_path


def run(args: Namespace) -> int:
    """Prints one line per mistake and one that counts them."""
    files = [file for path in args.paths for file in _files(Path(path))]
    mistakes = [mistake for file in files for mistake in _mistakes(file)]
    wrong = f"{len(mistakes)} mistake{'' if len(mistakes) == 1 else 's'}" if mistakes else "no mistake"
    write("\n".join([*mistakes, f"{len(files)} file{'' if len(files) == 1 else 's'}, {wrong}"]))
    return MISUSED if mistakes else PASSED


def _files(path: Path) -> Iterator[Path]:
    """Yields the file, or those of a folder and the folders in it."""
    if not path.is_dir():
        yield path
        return
    found = sorted(file for file in path.rglob("*") if file.suffix in ENDINGS and file.is_file())
    if not found:
        raise DefinitionError(f"the folder {str(path)!r} holds no file that ends in {', '.join(ENDINGS)}")
    yield from found


def _mistakes(file: Path) -> Sequence[str]:
    try:
        suite = Suite.from_file(file)
    except DefinitionError as error:
        return str(error).splitlines()
    if not suite.is_rendered:
        return []
    try:
        for test in suite.tests():  # two datasets of one name are seen here alone
            if test.dataset.table is not None:
                split_path(test.dataset.table)
    except DefinitionError as error:
        return [f"{file}: {error}"]
    return []
