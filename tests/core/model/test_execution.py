"""The row that is kept of one evaluation of one test."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from uuid import UUID, uuid5

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.execution import Execution, execution_id

RUN = UUID("0190a6e0-0000-7000-8000-000000000001")


def execution(**facts: Any) -> Execution:
    given = {
        "id": execution_id(RUN, "orders/volume"),
        "run_id": RUN,
        "test_id": "orders/volume",
        "check": Volume(min=1),
        "dataset": Dataset(table="orders"),
        "outcome": "passed",
        "severity": "error",
        "message": "5 rows",
        "started_at": datetime(2024, 1, 31, 12, tzinfo=timezone.utc),
    }
    return Execution(**{**given, **facts})


def test_its_id_is_a_uuid5_of_run_and_test() -> None:
    assert execution_id(RUN, "orders/volume") == uuid5(RUN, "orders/volume") == UUID("24689634-4a56-5317-97d6-ef587c70fc2b")
    assert execution_id(RUN, "orders/volume") != execution_id(RUN, "orders/volume[eu]")


@pytest.mark.parametrize("outcome", ["passed", "failed", "errored", "skipped"])
def test_an_outcome_is_a_fact(outcome: str) -> None:
    assert execution(outcome=outcome).outcome == outcome


@pytest.mark.parametrize(("field", "given"), [("outcome", "warned"), ("severity", "critical"), ("outcome", "ok")])
def test_there_are_no_other_outcomes_and_severities(field: str, given: str) -> None:
    with pytest.raises(ValidationError) as refused:
        execution(**{field: given})
    assert refused.value.errors()[0]["loc"] == (field,)


def test_what_is_not_known_is_none() -> None:
    errored = execution(outcome="errored", error="relation does not exist")
    assert (errored.value, errored.checked, errored.failing, errored.bounds, errored.sql) == (None,) * 5


def test_it_is_called_what_its_check_is_called() -> None:
    assert execution().label == "volume"
    assert execution(check=Volume(min=1, name="enough")).label == "enough"


def test_it_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        execution().outcome = "failed"


def test_the_face_that_users_read_has_the_names_of_the_design() -> None:
    names = "test_id check outcome severity value checked failing bounds judgements message measurements sql duration_ms error"
    assert {*names.split(), "plan_facts"} <= Execution.model_fields.keys()
