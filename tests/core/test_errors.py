"""Every error of the core stands in the map that opens its module; a near word is a help, never a guess."""

from __future__ import annotations

import re

import pytest

from airflow_data_quality.core import errors
from airflow_data_quality.core.errors import DataQualityError, DefinitionError, MissingExtra, QueryError, listed, near


def drawn() -> dict[str, str]:
    """Returns error → its parent, as the map in the module's docstring draws them."""
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"(?P<branch>[│├└─ ]*)(?P<name>[A-Z]\w+)(\s|$)", line)
        if match is None or not (match["branch"] or match["name"] == line):
            continue
        depth = len(match["branch"]) // 4
        path[depth:] = [match["name"]]
        parents[match["name"]] = path[depth - 1] if depth else "Exception"
    return parents


def defined() -> dict[str, str]:
    """Returns error → its parent among our own, as Python has them."""
    ours = {name: value for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    return {name: value.__mro__[1].__name__ for name, value in ours.items()}


def test_the_map_in_the_docstring_is_the_tree_of_the_classes() -> None:
    assert drawn() == defined()


def test_one_except_catches_them_all() -> None:
    assert all(issubclass(getattr(errors, name), DataQualityError) for name in defined())


def test_what_cannot_be_meant_is_a_value_error_and_what_is_not_installed_an_import_error() -> None:
    assert issubclass(DefinitionError, ValueError)
    assert issubclass(MissingExtra, ImportError)


def test_a_query_error_knows_its_sqlstate_and_whether_the_connection_is_gone() -> None:
    error = QueryError("column does not exist", sqlstate="42703")
    assert (str(error), error.sqlstate, error.closed) == ("column does not exist", "42703", False)
    assert QueryError("server closed the connection", closed=True).closed


def test_a_missing_extra_is_told_by_the_command_that_brings_it() -> None:
    error = MissingExtra("a connection to PostgreSQL", "postgres")
    assert str(error) == "a connection to PostgreSQL needs an extra: pip install 'airflow-provider-data-quality[postgres]'"


@pytest.mark.parametrize(
    ("word", "words", "hint"),
    [
        ("emial", ["email", "amount"], "; did you mean 'email'?"),
        ("ORDERID", ["OrderId", "amount"], "; did you mean 'OrderId'?"),
        ("colum", ["column", "columns", "where"], "; did you mean 'column' or 'columns'?"),
        ("zip", ["email", "amount"], ""),
        ("x", [], ""),
        ("", ["a"], ""),
    ],
)
def test_the_nearest_words(word: str, words: list[str], hint: str) -> None:
    assert near(word, words) == hint


@pytest.mark.parametrize(
    ("words", "row"),
    [
        ([], ""),
        (["a", "b"], "a, b"),
        (["p01", "p02"], "p01, p02"),
        (["mean", "p01", "p02", "p03", "p99", "max"], "mean, p01 … p99, max"),
        (["a1", "a2", "a3", "b1"], "a1 … a3, b1"),
        (["1", "2", "3"], "1 … 3"),
    ],
)
def test_words_that_differ_by_a_number_are_told_by_the_first_and_the_last(words: list[str], row: str) -> None:
    assert listed(iter(words)) == row
