"""What a face may set for a run."""

from __future__ import annotations

from datetime import timedelta

from airflow_data_quality.core.model.options import Options


def test_a_statement_is_stopped_after_half_an_hour() -> None:
    assert Options().statement_timeout == timedelta(minutes=30)
