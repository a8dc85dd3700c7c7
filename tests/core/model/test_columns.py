"""Columns are found as they are written, then as the dialect folds them; never by parsing SQL."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.errors import NameNotFound
from airflow_data_quality.core.model.columns import Columns

NOW = datetime(2024, 1, 31, 12, tzinfo=timezone.utc)


def columns(*names: str) -> Columns:
    return Columns([Column(name, "text", "text") for name in names], fold=str.lower, clock=NOW, dataset="public.orders")


@pytest.mark.parametrize("name", ["user", "from", "100%", "Order Id", "count(*)", "a;b", 'say "hi"', "Ünïcode", "no"])
def test_a_name_is_found_exactly_as_it_is_written(name: str) -> None:
    assert columns("other", name)[name].name == name


def test_the_exact_spelling_is_tried_before_the_folded_one() -> None:
    both = columns("id", "ID", "Id")
    assert [both[name].name for name in ("ID", "id", "Id", "iD")] == ["ID", "id", "Id", "id"]


def test_a_name_is_folded_and_the_catalog_is_not() -> None:
    with pytest.raises(NameNotFound, match=r"no column 'orderid' in public.orders; did you mean 'OrderId'"):
        columns("OrderId", "amount")["orderid"]


def test_a_name_that_is_there_twice_is_ambiguous() -> None:
    with pytest.raises(NameNotFound, match=r"column 'id' is there 2 times in public.orders"):
        columns("id", "id", "x")["id"]
    with pytest.raises(NameNotFound, match="2 times"):
        columns("id", "id")["ID"]


def test_an_absent_name_is_told_with_what_there_is() -> None:
    with pytest.raises(NameNotFound, match=r"no column 'zip' in public.orders \(columns: email, amount\)"):
        columns("email", "amount")["zip"]
    with pytest.raises(NameNotFound, match=r"\(columns: none\)"):
        columns()["zip"]
    with pytest.raises(NameNotFound, match=r"c11 and 18 more\)"):
        columns(*(f"c{number}" for number in range(30)))["zip"]


def test_all_columns_and_the_clock() -> None:
    assert [column.name for column in columns("a", "b")] == ["a", "b"]
    assert columns().clock == NOW
