"""What makes the planner choose one form wherever there is a choice: whatever is chosen, the answers must be the same.

``DQ_TEST_FORM=<name>`` chooses it for all tests of a run, the fixture ``form`` for one test.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import cycle
from typing import Any

import pytest

from airflow_data_quality import CustomSql, Distribution, Referential, Uniqueness
from airflow_data_quality.core import inquiry
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.sql import planner, questions
from airflow_data_quality.core.sql.catalog import Catalog
from airflow_data_quality.core.sql.dialects.postgresql import CHAINED, PostgreSQL
from airflow_data_quality.core.sql.dialects.sqlite import SQLite
from airflow_data_quality.core.sql.keys import KeyForms
from airflow_data_quality.core.sql.planner import Tuning
from airflow_data_quality.core.sql.proofs import Guarantees
from airflow_data_quality.core.sql.sessions import Sessions

WINDOWS = (
    (Decimal(0), Decimal(1)),
    (Decimal("-1E+20"), Decimal("1E+20")),
    (Decimal("1.5"), Decimal("1.5")),
    (Decimal(5), Decimal(-5)),
    (Decimal(10**6), Decimal(10**7)),
    (Decimal("Infinity"), Decimal("-Infinity")),
)
"""Between which statistics may say that a quantile lies: right, wrong, and nonsense."""


def _tuned(**tuning: float) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(planner, "TUNING", replace(Tuning(), **tuning))


def _two_sessions(patch: pytest.MonkeyPatch) -> None:
    """Every run has a second session where the database can have one, and none of them is late."""
    _tuned(short=0, branch=math.inf)(patch)
    patch.setattr(inquiry, "sessions", lambda steps, most: most)
    measure, help_ = Sessions.measure, Sessions._help

    def measured(self: Any, first: Any, state: Any, helpers: int) -> None:
        here, take, enter = threading.Event(), self.board.take, self.board.enter
        self.here = here

        def entered() -> bool:
            try:
                return bool(enter())
            finally:
                here.set()

        def taken(*, first: bool) -> Any:
            assert here.wait(30), "the second session has neither begun nor given up"
            return take(first=first)

        self.board.enter = entered
        if state is not None and helpers:
            self.board.take = taken
        measure(self, first, state, helpers)

    def helped(self: Any, state: str) -> None:
        try:
            help_(self, state)
        finally:
            self.here.set()

    patch.setattr(Sessions, "measure", measured)
    patch.setattr(Sessions, "_help", helped)


def _keys(change: Callable[[KeyForms], KeyForms]) -> Callable[[pytest.MonkeyPatch], None]:
    def force(patch: pytest.MonkeyPatch) -> None:
        duplicates = questions.duplicates
        patch.setattr(questions, "duplicates", lambda *args, **more: change(duplicates(*args, **more)))

    return force


def _record_hash(patch: pytest.MonkeyPatch) -> None:
    for base in list(CHAINED):
        patch.delitem(CHAINED, base)


def _packed(patch: pytest.MonkeyPatch) -> None:
    for dialect in (PostgreSQL, SQLite):
        patch.setattr(dialect, "max_columns", 3)


def _windows(patch: pytest.MonkeyPatch) -> None:
    quantile, windows = questions.quantile, cycle(WINDOWS)

    def guessed(metric: Any, source: Any, conditions: Any, *, dialect: Any, **more: Any) -> Any:
        return quantile(metric, source, conditions, dialect=dialect, window=next(windows))

    patch.setattr(questions, "quantile", guessed)


def _values(*, few: bool) -> Callable[[pytest.MonkeyPatch], None]:
    def force(patch: pytest.MonkeyPatch) -> None:
        distinct = questions.distinct
        patch.setattr(questions, "distinct", lambda *args, **more: distinct(*args, **{**more, "few": few}))

    return force


FORMS: Mapping[str, Callable[[pytest.MonkeyPatch], None]] = {
    "apart": _tuned(short=0, branch=math.inf),
    "united": _tuned(short=0, branch=0, session=math.inf),
    "two sessions": _two_sessions,
    "bundled": _tuned(short=math.inf, bundle=math.inf),
    "packed": _packed,
    "grouped": _keys(lambda forms: replace(forms, fast=None, fast_is_exact=False)),
    "in order": _keys(lambda forms: replace(forms, fast=None, fast_is_exact=False, exact=forms.in_order or forms.exact)),
    "unsettled": _keys(lambda forms: replace(forms, fast_is_exact=False)),
    "record hash": _record_hash,
    "unproved": lambda patch: patch.setattr(Catalog, "guarantees", lambda self, source: Guarantees()),
    "unimplied": lambda patch: patch.setattr(inquiry, "with_implied", lambda asked, **more: list(asked)),
    "window": _windows,
    "few values": _values(few=True),
    "many values": _values(few=False),
}
"""Name → what makes it the only form."""

CHOSEN = (Uniqueness, Referential, Distribution, CustomSql)
"""The checks for which there is a choice."""
CHANGED: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("grouped", "in order", "unsettled", "record hash", "united"), (Uniqueness,)),
    **dict.fromkeys(("window", "few values", "many values"), (Distribution,)),
    "unimplied": (Uniqueness, Distribution),
    "unproved": (Uniqueness, Referential),
    "packed": (Check,),
}
"""Form → the checks of which it may change the statements; of the others those for which there is a choice."""
