"""Who a test is: its id outlives thresholds, filters and wording, and is its own within a run."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.checks.referential import Referential
from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.test import Test, coded_tests, refuse_equal_labels

ORDERS, ITEMS = Dataset(table="public.orders"), Dataset(query="SELECT *\nFROM items")


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ({}, ["volume", "completeness(email)"]),
        ({"prefix": "dag/task"}, ["dag/task/volume", "dag/task/completeness(email)"]),
        ({"prefix": "orders suite"}, ["orders suite/volume", "orders suite/completeness(email)"]),
        ({"prefix": "dag/task", "key": "eu"}, ["dag/task/volume[eu]", "dag/task/completeness(email)[eu]"]),
        ({"key": ""}, ["volume[]", "completeness(email)[]"]),
    ],
    ids=str,
)
def test_an_id_is_prefix_label_and_key(arguments: dict[str, str], ids: list[str]) -> None:
    tests = coded_tests([Volume(min=1), Completeness(column="email")], [ORDERS], **arguments)
    assert [test.id for test in tests] == ids


def test_several_datasets_are_told_apart_by_their_text() -> None:
    tests = coded_tests([Volume(min=1)], [ORDERS, ITEMS], prefix="s", key="eu")
    assert [test.id for test in tests] == ["s/volume[eu][public.orders]", "s/volume[eu][SELECT * FROM items]"]
    assert [test.dataset for test in tests] == [ORDERS, ITEMS]


def test_a_prefix_stands_as_it_was_written() -> None:
    assert coded_tests([Volume(min=1)], [ORDERS], prefix="/moved")[0].id == "/moved/volume"
    assert coded_tests([Volume(min=1, name="/slash")], [ORDERS])[0].id == "/slash"


@pytest.mark.parametrize(
    "edited",
    [
        {"max_failing": "9%"},
        {"where": "x > 1"},
        {"severity": "warn"},
        {"description": "Other words."},
        {"warn": {"max_failing": 0}, "max_failing": 9},
        {"missing_values": [""]},
        {"tags": ["gold"]},
    ],
    ids=str,
)
def test_editing_keeps_the_id(edited: dict[str, Any]) -> None:
    before = coded_tests([Completeness(column="email")], [ORDERS], prefix="p")
    after = coded_tests([Completeness(column="email", **edited)], [Dataset(table="public.orders", where="y")], prefix="p")
    assert [test.id for test in before] == [test.id for test in after]


def test_two_equal_labels_on_one_dataset_ask_for_a_name() -> None:
    checks = [Completeness(column="a"), Completeness(column="a", where="x"), Volume(min=1)]
    with pytest.raises(DefinitionError, match=r"completeness\(a\); give each a name="):
        refuse_equal_labels(checks)
    with pytest.raises(DefinitionError, match=r"completeness\(a\); give each a name="):
        coded_tests(checks, [ORDERS])
    refuse_equal_labels([checks[0], Completeness(column="a", where="x", name="when x"), checks[2]])


def test_a_name_may_not_take_the_label_of_another() -> None:
    with pytest.raises(DefinitionError, match="volume"):
        refuse_equal_labels([Volume(min=1), Completeness(column="a", name="volume")])


def test_two_keys_of_the_same_columns_ask_for_a_name() -> None:
    to_planes, to_old = (Referential(columns=["tailnum"], to_table=table, to_columns=["tailnum"]) for table in ("planes", "old"))
    with pytest.raises(DefinitionError, match=r"referential\(tailnum\)"):
        refuse_equal_labels([to_planes, to_old])


def test_two_datasets_of_one_name_are_refused() -> None:
    with pytest.raises(DefinitionError, match=r"the id 'volume\[t\]'; give the datasets different names"):
        coded_tests([Volume(min=1)], [Dataset(table="t"), Dataset(table="t", where="x")])


def test_a_test_takes_no_unknown_fields_and_is_frozen() -> None:
    test = Test(id="t", check=Volume(min=1), dataset=ORDERS)
    with pytest.raises(ValidationError, match="frozen"):
        test.id = "u"
    with pytest.raises(ValidationError, match="schedule"):
        Test.model_validate({"id": "t", "check": {"volume": 1}, "dataset": {"table": "t"}, "schedule": "@daily"})


def test_a_test_reads_its_check_in_either_form() -> None:
    assert Test.model_validate({"id": "t", "check": {"volume": 5}, "dataset": {"table": "t"}}).check == Volume(equals=5)


def test_pytest_collects_no_test_of_ours() -> None:
    assert Test.__test__ is False
