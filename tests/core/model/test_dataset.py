"""A dataset is a table or a query; a table is a dotted path whose parts may be quoted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.dataset import Dataset, split_path
from airflow_data_quality.core.model.templates import RENDERED


@pytest.mark.parametrize("given", [{}, {"table": "t", "query": "SELECT 1"}, {"where": "x"}], ids=str)
def test_exactly_one_of_table_and_query(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="give exactly one of table and query"):
        Dataset(**given)


def test_the_rule_waits_for_templates() -> None:
    assert Dataset(table="{{ params.table }}", query="SELECT 1").table == "{{ params.table }}"
    with pytest.raises(ValidationError, match="exactly one"):
        Dataset.model_validate({"table": "{{ literal }}", "query": "SELECT 1"}, context=RENDERED)


def test_an_unknown_field_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(
        ValidationError, match=r"unknown field 'tabel'; did you mean 'table'\? \(allowed: table, query, where, conn_id\)"
    ):
        Dataset.model_validate({"tabel": "t"})


def test_a_dataset_is_told_by_its_table_or_by_its_query_on_one_line() -> None:
    assert Dataset(table="public.orders", where="x > 1").text == "public.orders"
    assert Dataset(query="SELECT *\n  FROM\torders\n").text == "SELECT * FROM orders"


@pytest.mark.parametrize(
    "given",
    [
        {"table": "t"},
        {"query": "SELECT 'ü'", "where": "a\nOR b -- c"},
        {"table": '"Odd Schema"."Select"', "conn_id": "warehouse"},
    ],
    ids=str,
)
def test_the_spec_is_plain_data_that_builds_the_same_dataset(given: dict[str, Any]) -> None:
    assert Dataset(**given).spec() == given
    assert Dataset.model_validate(Dataset(**given).spec()) == Dataset(**given)


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        ("orders", [("orders", False)]),
        (" public.orders ", [("public", False), ("orders", False)]),
        ("db.public.orders", [("db", False), ("public", False), ("orders", False)]),
        ('"Odd Schema"."Select"', [("Odd Schema", True), ("Select", True)]),
        ('public."a.b"', [("public", False), ("a.b", True)]),
        ('"say ""hi"""', [('say "hi"', True)]),
        ('"""".""""', [('"', True), ('"', True)]),
        ("100%.Straße", [("100%", False), ("Straße", False)]),
    ],
)
def test_a_path_and_its_parts(table: str, parts: list[tuple[str, bool]]) -> None:
    assert split_path(table) == parts


QUOTED = st.text(st.characters(codec="utf-8"), min_size=1).map(lambda part: (part, True))
PLAIN = st.text("abcXYZ_09$%-", min_size=1, max_size=8).map(lambda part: (part, False))


@settings(max_examples=60)
@given(st.lists(QUOTED | PLAIN, min_size=1, max_size=3))
def test_a_written_path_is_split_into_the_same_parts(parts: list[tuple[str, bool]]) -> None:
    table = ".".join('"' + part.replace('"', '""') + '"' if quoted else part for part, quoted in parts)
    assert split_path(table) == parts


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "has an empty part"),
        (".orders", "has an empty part"),
        ("public.", "has an empty part"),
        ("a..b", "has an empty part"),
        ('""', "has an empty part"),
        ('"a".', "has an empty part"),
        ('"open', "must be closed"),
        ('"a"b', "must be closed"),
        ('a"b', "a quote inside a part"),
        ("a.b.c.d", "has 4 parts; at most database.schema.table are allowed"),
    ],
)
def test_what_is_no_path_is_refused_by_its_spelling(table: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message) as refused:
        split_path(table)
    assert repr(table) in str(refused.value)
