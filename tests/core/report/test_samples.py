"""Failing rows as text."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from uuid import UUID

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.report.samples import samples

RUN = UUID("0190a6e0-0000-7000-8000-000000000001")


def execution(*rows: dict[str, Any]) -> Execution:
    return Execution(
        id=RUN,
        run_id=RUN,
        test_id="completeness(email)",
        check=Completeness(column="email"),
        dataset=Dataset(table="orders"),
        outcome="failed",
        severity="error",
        message="2 rows have no email",
        started_at=datetime(2024, 1, 31, 12, tzinfo=timezone.utc),
        samples=rows,
    )


def test_rows_stand_below_their_columns() -> None:
    text = samples(execution({"id": 1, "email": None, "new": True}, {"id": 22, "email": "ann@example.org", "new": False}))
    assert text.splitlines() == [
        "        some of the failing rows:",
        "        id  email            new",
        "        1   NULL             true",
        "        22  ann@example.org  false",
    ]


def test_without_rows_there_is_nothing_to_say() -> None:
    assert samples(execution()) == ""


def test_a_text_that_would_be_taken_for_another_value_is_quoted() -> None:
    for text in ("", " ", "a ", "NULL", "true", "a\nb", "a\x1b[31m", "\u200b"):
        assert samples(execution({"email": text})).splitlines()[2:] == [f"        {text!r}"]
    for text in ("a b", "it's", "12.50", "naïve", "***"):
        assert samples(execution({"email": text})).splitlines()[2:] == [f"        {text}"]


def test_a_long_text_is_cut() -> None:
    *_, row = samples(execution({"email": "x" * 100})).splitlines()
    assert row.strip() == "x" * 59 + "…"
