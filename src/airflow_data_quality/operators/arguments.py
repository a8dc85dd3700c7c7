"""From an operator's arguments to the tests of its run, and back to plain data that Airflow can carry."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from airflow.sdk import XComArg

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.formats.suite import Suite
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.options import Options
from airflow_data_quality.core.model.stored import TAG
from airflow_data_quality.core.model.templates import is_template
from airflow_data_quality.core.model.test import refuse_equal_labels


def is_late(value: Any) -> bool:
    """Says whether a value, or anything in it, is known only when the task runs."""
    if isinstance(value, Mapping):
        return any(map(is_late, value.values()))
    if isinstance(value, list | tuple):
        return any(map(is_late, value))
    return _is_reference(value) or is_template(value)


def _is_reference(value: Any) -> bool:
    """Says whether Airflow resolves the value when the task runs: an XComArg, or a mapped task group's argument."""
    return isinstance(value, XComArg) or (hasattr(value, "resolve") and hasattr(value, "iter_references"))


def _has_xcom(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_xcom, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_xcom, value))
    return _is_reference(value)


def plain_checks(checks: Any) -> Any:
    """Returns checks as plain data, each validated as far as it is known; what is late stays untouched.

    Raises:
        DefinitionError: for what is no list of checks, or two equal labels.
        pydantic.ValidationError: for a check that cannot be meant.
    """
    if _is_reference(checks) or is_template(checks):
        return checks
    if isinstance(checks, str | Mapping | Check) or not isinstance(checks, Sequence):
        raise DefinitionError(f"checks must be a list of checks; given: {checks!r}")
    built = [check if isinstance(check, Check) or _has_xcom(check) else Check.model_validate(check) for check in checks]
    refuse_equal_labels([check for check in built if isinstance(check, Check) and not is_template(check.label)])
    return [check.spec() if isinstance(check, Check) else check for check in checks]


def refuse_no_list(checks: Any) -> None:
    """Raises DefinitionError unless what ``checks`` has become, rendered or from another task, is a list or nothing."""
    if isinstance(checks, str):
        raise DefinitionError(f"checks rendered to text, not to a list; pass an XComArg instead: {checks[:100]!r}")
    if checks is not None and (isinstance(checks, Mapping | Check) or not isinstance(checks, Iterable)):
        raise DefinitionError(f"checks must be a list of checks; when the task runs it is: {str(checks)[:100]}")


def plain_dataset(dataset: Any) -> Any:
    """Returns a dataset as plain data, validated as far as it is known."""
    if dataset is None or _has_xcom(dataset) or is_template(dataset):
        return dataset
    return Dataset.model_validate(dataset).spec()


def plain_suite(suite: Any) -> Any:
    """Returns a suite as plain data, or the path of its file as text."""
    if isinstance(suite, os.PathLike):
        return os.fspath(suite)
    if suite is None or isinstance(suite, str) or _has_xcom(suite):
        return suite
    return Suite.model_validate(suite).spec()


def plain_tests(tests: Any) -> Any:
    """Returns the names of stored tests as a list.

    Raises:
        DefinitionError: for what is no list of names.
    """
    if tests is None or _is_reference(tests) or is_template(tests):
        return tests
    if isinstance(tests, str) or not isinstance(tests, Sequence):
        example = repr([tests]) if isinstance(tests, str) else "['orders-volume', 'tag:gold']"
        raise DefinitionError(f"tests must be a list of ids and tags, such as {example}; given: {tests!r}")
    for name in tests:
        if not (isinstance(name, str) and name.removeprefix(TAG)) and not _is_reference(name):
            raise DefinitionError(f"tests holds {name!r}; give ids of stored tests, or tag:NAME for all that have a tag")
    return list(tests)


def read_suite(path: str, dag_file: str | None) -> dict[str, Any]:
    """Returns the suite in a file as plain data; a relative path starts at the folder of the DAG file."""
    folder = Path(dag_file).parent if dag_file else Path.cwd()
    return Suite.from_file(folder / Path(path).expanduser()).spec()


WAYS = ("checks", "suite", "tests")
"""The ways to say what is checked."""
OF_CHECKS = {"suite": ("table", "dataset", "where"), "tests": ("table", "dataset", "where", "conn_id", "database", "history_key")}
"""Way → arguments that it leaves no room for."""


def refuse_mixture(given: Mapping[str, Any]) -> None:
    """Raises DefinitionError unless exactly one way is used to say what is checked, and on what."""
    ways = [way for way in WAYS if given[way] is not None]
    if len(ways) != 1:
        raise DefinitionError(f"give exactly one of checks=, suite= and tests=; given: {', '.join(ways) or 'none'}")
    (way,) = ways
    if given_too := [name for name in OF_CHECKS.get(way, ()) if given[name] is not None]:
        says = "stored tests say" if way == "tests" else "the suite says"
        raise DefinitionError(f"{says} what is checked; leave out {', '.join(given_too)}")
    if way == "suite":
        _refuse_two_connections(given["suite"], given["conn_id"])
    if way == "checks":
        if given["table"] is None and given["dataset"] is None:
            raise DefinitionError("give exactly one of table= and dataset=")
        refuse_place(given)


def refuse_place(given: Mapping[str, Any]) -> None:
    """Raises DefinitionError when table or dataset are given in a way that cannot be meant; neither may be given yet."""
    table, dataset = given["table"], given["dataset"]
    if table is not None and dataset is not None:
        raise DefinitionError("give exactly one of table= and dataset=")
    if dataset is not None and given["where"] is not None:
        raise DefinitionError("where= goes with table=; a dataset has a where of its own")
    if given["conn_id"] is None and (table is not None or (isinstance(dataset, Mapping) and "conn_id" not in dataset)):
        raise DefinitionError("give conn_id=: the Airflow connection behind which the table is")


def refuse_samples(rows: Any, columns: Any) -> None:
    """Raises DefinitionError for a number of rows, or names of columns, that cannot be meant."""
    Options(sample_failing_rows=rows, sample_columns=None if is_late(columns) else columns)
    if columns is not None and rows == 0:
        raise DefinitionError("sample_columns goes with sample_failing_rows: say of how many rows these columns are kept")


def _refuse_two_connections(suite: Any, conn_id: str | None) -> None:
    named = suite.get("conn_id") if isinstance(suite, Mapping) else None
    if named is not None and conn_id is not None and named != conn_id and not is_late([named, conn_id]):
        raise DefinitionError(f"the suite names conn_id {named!r}, the operator {conn_id!r}; leave the operator's out")


def mapped_key(mapped: Iterable[tuple[str, Any]]) -> str | None:
    """Returns the arguments by which a mapped task is told from its siblings, as rendered; checks add nothing."""
    texts = [text for name, value in mapped if value is not None and name != "checks" for text in _texts(value)]
    return ", ".join(texts) or None


def _texts(value: Any) -> list[str]:
    """Returns a dataset as its table or query and its filter, a suite as its name, anything else as it is."""
    if isinstance(value, Mapping):
        if "name" in value:
            return [str(value["name"])]
        if "table" in value or "query" in value:
            return [_text(value[part]) for part in ("table", "query", "where") if value.get(part)]
    return [_text(value)]


def _text(value: Any) -> str:
    return " ".join(str(value).split())
