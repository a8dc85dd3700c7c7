"""Every known answer, on every database: each question asked by itself, and all about the same data in one run.

The cases stand in the files ``cases_*.py``, one a theme: every ``GIVENS`` beside this file is asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from airflow_data_quality import Completeness, Referential, Uniqueness
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.runner import run
from tests.core.forms import CHANGED, CHOSEN, FORMS

from .backend import BACKENDS, Backend, Place, PostgreSQL
from .case import Ask, Given

RUN_ID = UUID(int=7)
GIVENS: list[Given] = []
for _file in sorted(Path(__file__).parent.glob("cases_*.py")):
    GIVENS += import_module(f".{_file.stem}", __package__).GIVENS


def _questions() -> Iterator[Any]:
    """Yields what is asked: where a database never can, or is not there, the reason stands in its place."""
    for backend in BACKENDS:
        for given in GIVENS:
            never, skipped = backend.why_never(given), backend.skipped()
            alike = [other for other in BACKENDS if other.dialect == backend.dialect]
            first = backend is alike[0] or alike[0].why_never(given) is not None
            if skipped and not first:
                continue
            groups = [("all together", tuple(given.asks))]
            if first and given.alone and len(given.asks) > 1 and not never:
                groups = [*((ask.name, (ask,)) for ask in given.asks), *groups]
            marks = [pytest.mark.skip(reason=f"never: {never}" if never else skipped)] if never or skipped else []
            where = (backend, given)
            for name, asks in groups:
                yield pytest.param(where, asks, id=f"{backend.name} / {given.name} / {name}", marks=marks)


@pytest.fixture(scope="module")
def made(request: pytest.FixtureRequest, postgres_server: str) -> Iterator[tuple[Given, Place]]:
    """The data of a Given, made once for all that is asked of it."""
    backend: Backend
    backend, given = request.param
    with backend.place(given, postgres_server) as place:
        yield given, place


@pytest.mark.parametrize(("made", "asks"), list(_questions()), indirect=["made"], scope="module")
def test_known_answer(made: tuple[Given, Place], asks: Sequence[Ask]) -> None:
    given, place = made
    tests = [place.test(ask, given) for ask in asks]
    dialect = place.database.dialect
    result = run(tests, {None: place.database}, id=RUN_ID, started_at=datetime.now(timezone.utc))
    wrong = [
        f"{ask.name}: {difference}"
        for ask, execution in zip(asks, result.executions, strict=True)
        for difference in (*ask.expected(dialect).differences(execution, dialect), *_pasted_otherwise(execution, place))
    ]
    read = Run.model_validate_json(result.model_dump_json())
    wrong += [
        f"{ask.name}: JSON changes it" for ask, a, b in zip(asks, result.executions, read.executions, strict=True) if a != b
    ]
    assert not wrong, "\n".join(wrong)


def _forced() -> Iterator[Any]:
    """Yields every Given with each form that may change what is asked of it, on the first PostgreSQL that can hold it."""
    there = [backend for backend in BACKENDS if backend.dialect == "postgresql" and not backend.skipped()]
    for given in GIVENS:
        backend = next((backend for backend in there if not backend.why_never(given)), None)
        checks = {type(ask.check) for ask in given.asks}
        forms = [name for name in FORMS if any(issubclass(check, CHANGED.get(name, CHOSEN)) for check in checks)]
        yield from (pytest.param((backend, given), name, id=f"{given.name} / {name}") for name in forms if backend)


@pytest.mark.parametrize(("made", "name"), list(_forced()), indirect=["made"], scope="module")
def test_known_answer_in_every_form(made: tuple[Given, Place], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FORMS[name](monkeypatch)
    _answers_as_known(*made)


def _answers_as_known(given: Given, place: Place) -> None:
    tests = [place.test(ask, given) for ask in given.asks]
    result = run(tests, {None: place.database}, id=RUN_ID, started_at=datetime.now(timezone.utc))
    wrong = [
        f"{ask.name}: {difference}\n{execution.plan_facts}"
        for ask, execution in zip(given.asks, result.executions, strict=True)
        for difference in ask.expected(place.database.dialect).differences(execution, place.database.dialect)
    ]
    assert not wrong, "\n".join(wrong)


def _provable() -> Iterator[Any]:
    """Yields the Givens of which a catalog could prove something."""
    there = [backend for backend in BACKENDS if backend.dialect == "postgresql" and not backend.skipped()]
    for given in GIVENS:
        backend = next((backend for backend in there if not backend.why_never(given)), None)
        if backend is not None and any(isinstance(ask.check, Uniqueness | Completeness | Referential) for ask in given.asks):
            yield pytest.param(given, backend, id=given.name)


@pytest.mark.parametrize(("given", "backend"), list(_provable()))
def test_known_answer_where_all_that_holds_is_declared(given: Given, backend: PostgreSQL, postgres_server: str) -> None:
    """Whatever a catalog proves is what would have been measured."""
    with backend.place(given, postgres_server) as place:
        keys = {tuple(ask.check.columns) for ask in given.asks if isinstance(ask.check, Uniqueness)}
        columns = [(table, column) for table, made in given.tables.items() for column in made.columns]
        quoted = backend.quoted
        changes = [f"{quoted(table)} ALTER {quoted(column)} SET NOT NULL" for table, column in columns]
        changes += [f"{quoted(t)} ADD UNIQUE ({', '.join(map(quoted, key))})" for t in given.tables for key in sorted(keys)]
        with psycopg.connect(place.database.url, autocommit=True) as connection:
            for change in changes:
                with suppress(psycopg.Error):
                    connection.execute(f"ALTER TABLE {change}")
        _answers_as_known(given, place)


def _pasted_otherwise(execution: Any, place: Place) -> list[str]:
    """Runs an execution's own SQL as a person would, and returns how its answer differs from what was measured."""
    if execution.outcome == "errored":
        return []
    measured = [measurement.value for measurement in execution.measurements]
    row = place.paste(execution.sql)[1] if execution.sql is not None else ()
    alike = len(row) == len(measured) and all(map(_alike, row, measured))
    return [] if alike else [f"its sql gives {row}, measured was {measured}"]


def _alike(pasted: Any, measured: Any) -> bool:
    """Says whether it is the same, or nearly the same number: in a console a quantile is a float."""
    numbers = [value for value in (pasted, measured) if isinstance(value, int | float | Decimal)]
    if len(numbers) < 2 or all(isinstance(number, int) for number in numbers):
        return str(pasted) == str(measured)
    return math.isclose(pasted, measured, rel_tol=1e-7) or (math.isnan(pasted) and math.isnan(measured))


def test_names_are_unique() -> None:
    """Nothing is asked twice, or hidden behind an equal name."""
    names = [given.name for given in GIVENS]
    assert len(set(names)) == len(names)
    for given in GIVENS:
        assert len({ask.name for ask in given.asks}) == len(given.asks), given.name
