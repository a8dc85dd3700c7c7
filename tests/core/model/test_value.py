"""Measured values survive JSON: NaN, the infinities, Decimals, spans and moments too."""

from __future__ import annotations

import json
import math
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from airflow_data_quality.core.model.value import MeasuredValue, read_scalar, write_scalar

ADAPTER: TypeAdapter[Any] = TypeAdapter(MeasuredValue)
SCALARS = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.decimals().filter(lambda number: not number.is_snan()),
    st.text(),
    st.timedeltas(min_value=timedelta(days=-(10**8))),
    st.datetimes(timezones=st.just(timezone.utc) | st.none()),
    st.dates(),
)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (5, 5),
        (0.5, 0.5),
        ("text", "text"),
        (None, None),
        (Decimal("12.50"), {"decimal": "12.50"}),
        (math.inf, {"float": "inf"}),
        (timedelta(hours=36), {"duration": "1d12h"}),
        (timedelta(0), {"duration": "0s"}),
        (-timedelta(minutes=5), {"duration": "-5m"}),
        (datetime(2024, 1, 31, 12), {"datetime": "2024-01-31T12:00:00"}),
        (date(2024, 1, 31), {"date": "2024-01-31"}),
    ],
)
def test_the_json_form(value: Any, written: Any) -> None:
    assert write_scalar(value) == written
    assert read_scalar(written) == value


@settings(max_examples=100)
@given(SCALARS)
def test_every_value_survives_strict_json(value: Any) -> None:
    again = ADAPTER.validate_python(json.loads(json.dumps(write_scalar(value), allow_nan=False)))
    kept = ADAPTER.validate_python(value)
    # In a list, as in a model, NaN equals the same NaN.
    assert [again] == [kept]
    assert type(again) is type(kept)


@pytest.mark.parametrize("value", [math.nan, float("nan"), Decimal("NaN"), {"float": "nan"}, {"decimal": "NaN"}])
def test_nan_is_one_object_so_that_what_holds_it_compares_equal(value: Any) -> None:
    one_and_only = math.nan
    assert read_scalar(value) is one_and_only


@pytest.mark.parametrize("value", [True, b"bytes", [1], {"unknown": "1"}])
def test_what_no_measurement_can_be_is_not_read_as_one(value: Any) -> None:
    assert read_scalar(value) is value
