"""How values are drawn in charts."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from airflow_data_quality.core.stores.results.to_rows import as_double


@pytest.mark.parametrize(
    ("value", "double"),
    [
        (5, 5.0),
        (0.1, 0.1),
        (Decimal("12.50"), 12.5),
        (2**53 + 1, 2.0**53),
        (timedelta(hours=1, microseconds=1), 3600.000001),
        (timedelta(days=-1), -86_400.0),
        (math.inf, math.inf),
        (-(10**400), -math.inf),
        (Decimal("1E+4000"), math.inf),
        (math.nan, None),
        (Decimal("NaN"), None),
        ("5", None),
        (date(2024, 5, 1), None),
        (datetime(2024, 5, 1), None),
        (None, None),
    ],
)
def test_a_value_is_a_number_or_the_seconds_of_a_duration(value: object, double: float | None) -> None:
    assert as_double(value) == double
