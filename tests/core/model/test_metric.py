"""What can be asked: every metric has as many roles as measurements, and a name for the result store."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns

COLUMNS = Columns(
    [Column("Email", "text", "text"), Column("id", "bigint", "integer"), Column("at", "timestamptz", "timestamptz")],
    fold=str.lower,
    clock=datetime(2024, 1, 31, 12, tzinfo=timezone.utc),
    dataset="t",
)


@pytest.mark.parametrize(
    ("check", "measurements"),
    [
        ({"volume": {"min": 1}}, {"rows": "row_count"}),
        ({"completeness": "Email"}, {"checked": "row_count", "failing": "null_count(Email)"}),
        ({"completeness": ["Email", "ID"]}, {"checked": "row_count", "failing": "null_count(Email, id)"}),
        ({"freshness": {"column": "at", "max_age": "2h"}}, {"newest": "newest(at)", "later": "later_count(at)"}),
        ({"uniqueness": ["id", "Email"]}, {"checked": "key_count(id, Email)", "failing": "duplicate_count(id, Email)"}),
        (
            {"referential": {"columns": ["id"], "to_table": "public.c", "to_columns": ["ref"]}},
            {"checked": "key_count(id)", "failing": "orphan_count(id -> public.c(ref))"},
        ),
    ],
    ids=lambda value: next(iter(value)),
)
def test_roles_and_names_of_what_is_measured(check: dict[str, object], measurements: dict[str, str]) -> None:
    metrics = Check.model_validate(check).metrics(COLUMNS)
    assert {role: name for metric in metrics for role, name in zip(metric.roles, metric.names, strict=True)} == measurements
