"""Every known answer, on every database: each question asked by itself, and all about the same data in one run.

The cases stand in the files ``cases_*.py``, one a theme: every ``GIVENS`` beside this file is asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.runner import run

from .backend import BACKENDS, Backend, Place
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
