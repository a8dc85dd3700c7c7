"""Volume as it is written, described and judged."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns

COLUMNS = Columns([], fold=str.lower, clock=datetime(2024, 1, 31, 12, tzinfo=timezone.utc), dataset="t")


def test_both_forms() -> None:
    assert Check.model_validate({"volume": {"min": 1, "below": 10}}) == Volume(min=1, below=10)
    assert Check.model_validate({"type": "volume", "min": 1, "below": 10}) == Volume(min=1, below=10)
    assert Check.model_validate({"volume": 336_776}) == Volume(equals=336_776)
    assert Check.model_validate({"volume": 0}) == Volume(equals=0)


@pytest.mark.parametrize("value", [None, {}])
def test_it_needs_a_bound(value: Any) -> None:
    with pytest.raises(ValidationError, match="no bound is given; give one of min, above, max, below, equals"):
        Check.model_validate({"volume": value})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"min": 1}, "there are at least 1 rows"),
        ({"equals": 336_776}, "there are exactly 336,776 rows"),
        ({"min": 5, "max": 1_000}, "there are between 5 and 1,000 rows"),
        ({"above": 0, "where": "x > 1"}, "there are more than 0 rows (of the rows where x > 1)"),
    ],
    ids=str,
)
def test_its_description(given: dict[str, Any], sentence: str) -> None:
    assert Volume(**given).describe() == sentence


def test_it_asks_for_the_number_of_rows() -> None:
    (metric,) = Volume(min=1).metrics(COLUMNS)
    assert metric.expression.sql("postgres") == "COUNT(*)"


@pytest.mark.parametrize(
    ("given", "rows", "held", "message"),
    [
        ({"min": 1}, 0, False, "0 rows, allowed: at least 1"),
        ({"min": 1}, 1, True, "1 row, as allowed: at least 1"),
        ({"equals": 0}, 0, True, "0 rows, as allowed: exactly 0"),
        ({"equals": 336_776}, 336_775, False, "336,775 rows, allowed: exactly 336,776"),
        ({"above": 2**53}, 2**53 + 1, True, f"{2**53 + 1:,} rows, as allowed: more than {2**53:,}"),
        ({"max": 0.5}, 1, False, "1 row, allowed: at most 0.5"),
    ],
    ids=str,
)
def test_the_rows_are_held_against_the_bounds(given: dict[str, Any], rows: int, held: bool, message: str) -> None:
    judged = Volume(**given).judge({"rows": rows}, COLUMNS)
    assert (judged.held, judged.message) == (held, message)
    assert (judged.decisive.metric, judged.decisive.value, judged.decisive.bounds) == (
        "row_count",
        rows,
        Volume(**given).bounds(),
    )
    assert (judged.checked, judged.failing) == (None, None)
