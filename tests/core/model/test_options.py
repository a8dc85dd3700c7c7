"""What a face may set for a run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.options import Options


def test_a_statement_is_stopped_after_half_an_hour() -> None:
    assert Options().statement_timeout == timedelta(minutes=30)


def test_rows_are_looked_at_only_when_they_are_asked_for() -> None:
    assert Options().sample_failing_rows == 0


@pytest.mark.parametrize("given", [-1, True, 1.5, "5", None])
def test_a_number_of_rows_is_a_number_of_rows(given: Any) -> None:
    with pytest.raises(DefinitionError, match=r"sample_failing_rows is .*; give a number of rows, 0 for none"):
        Options(sample_failing_rows=given)


@pytest.mark.parametrize("given", ["no", 0, None])
def test_trust_is_given_or_not(given: Any) -> None:
    with pytest.raises(DefinitionError, match=rf"trust_foreign_keys is {given!r}; it is True or False"):
        Options(trust_foreign_keys=given)


@pytest.mark.parametrize("given", [0, -1, True, 1.5, "2", None])
def test_a_number_of_connections_is_at_least_one(given: Any) -> None:
    with pytest.raises(DefinitionError, match=r"max_parallel is .*; give a number of connections, at least 1"):
        Options(max_parallel=given)


@pytest.mark.parametrize("given", [timedelta(0), timedelta(-1), 5, "30m", None])
def test_a_timeout_is_a_time(given: Any) -> None:
    with pytest.raises(DefinitionError, match=r"statement_timeout is .*; give a timedelta above zero"):
        Options(statement_timeout=given)


@pytest.mark.parametrize("name", ["sample_columns", "masked_columns"])
def test_one_name_is_no_list_of_names(name: str) -> None:
    given: dict[str, Any] = {name: "email"}
    with pytest.raises(DefinitionError, match=rf"{name} is one text; give a list: \['email'\]"):
        Options(**given)


@pytest.mark.parametrize("name", ["sample_columns", "masked_columns"])
def test_what_is_no_text_is_no_name(name: str) -> None:
    given: dict[str, Any] = {name: ["email", 1]}
    with pytest.raises(DefinitionError, match=f"{name} holds 1, which is no name; write it as a text in quotes"):
        Options(**given)
