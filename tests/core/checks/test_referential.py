"""Referential as it is written, described and judged."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.checks.referential import Referential
from airflow_data_quality.core.database import Column
from airflow_data_quality.core.errors import NameNotFound
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.metric import Orphans
from airflow_data_quality.core.model.templates import RENDERED

TAILNUM = Column("tailnum", "text", "text")
COLUMNS = Columns([TAILNUM], fold=str.lower, clock=datetime(2024, 1, 31, 12, tzinfo=timezone.utc), dataset="flights")
GIVEN = {"columns": ["tailnum"], "to_table": "public.planes", "to_columns": ["tailnum"]}


def test_both_forms() -> None:
    assert Check.model_validate({"referential": GIVEN}) == Referential(**GIVEN)
    assert Check.model_validate({"type": "referential", **GIVEN}) == Referential(**GIVEN)


@pytest.mark.parametrize("field", ["columns", "to_table", "to_columns"])
def test_it_needs_a_key_here_and_there(field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Check.model_validate({"referential": {name: value for name, value in GIVEN.items() if name != field}})
    assert (refused.value.errors()[0]["type"], refused.value.errors()[0]["loc"]) == ("missing", (field,))


@pytest.mark.parametrize(
    ("edited", "message"),
    [
        ({"columns": ["a", "b"]}, "columns names 2, to_columns 1: they must match one by one"),
        ({"to_columns": ["a", "b"]}, "columns names 1, to_columns 2"),
        ({"to_columns": "tailnum"}, r"write a list of names: \['tailnum'\]"),
        ({"to_column": ["id"]}, "unknown field 'to_column'; did you mean 'to_columns'"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(edited: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Check.model_validate({"referential": {**GIVEN, **edited}})


def test_a_condition_that_rendered_to_nothing_is_no_fault_of_the_other_checks() -> None:
    """It makes its own check errored when it is asked, so the model must hold it."""
    check = Check.model_validate({"type": "referential", **GIVEN, "to_where": " "}, context=RENDERED)
    assert isinstance(check, Referential)
    assert check.to_where == " "


def test_it_asks_for_the_rows_whose_key_is_absent_there() -> None:
    check = Referential(**GIVEN, to_where="active")
    assert list(check.metrics(COLUMNS)) == [Orphans((TAILNUM,), "public.planes", ("tailnum",), "active")]
    with pytest.raises(NameNotFound, match="did you mean 'tailnum'"):
        Referential(**{**GIVEN, "columns": ["tail_num"]}).metrics(COLUMNS)


@pytest.mark.parametrize(
    ("edited", "sentence"),
    [
        ({}, "every (tailnum) is in public.planes(tailnum)"),
        (
            {"columns": ["a", "b"], "to_columns": ["c", "d"], "max_failing": 5},
            "every (a, b) is in public.planes(c, d) (up to 5 may)",
        ),
    ],
    ids=str,
)
def test_its_description(edited: dict[str, Any], sentence: str) -> None:
    assert Referential(**{**GIVEN, **edited}).describe() == sentence


def test_its_description_does_not_hide_that_only_some_rows_there_count() -> None:
    assert Referential(**GIVEN, to_where="active").describe() != Referential(**GIVEN).describe()


def test_the_message_says_where_the_keys_are_absent() -> None:
    judged = Referential(**GIVEN).judge({"checked": 334_264, "failing": 50_094}, COLUMNS)
    assert judged.message == "50,094 of 334,264 rows (15%) have a (tailnum) that is not in public.planes(tailnum), allowed 0"
    assert (judged.held, judged.checked, judged.failing) == (False, 334_264, 50_094)
