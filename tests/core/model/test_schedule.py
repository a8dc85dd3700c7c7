"""Schedules are what cron means, and nothing that would never be due."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from airflow_data_quality.core.model.schedule import PRESETS, Schedule

READER: TypeAdapter[str | None] = TypeAdapter(Schedule)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, None),
        ("0 6 * * *", "0 6 * * *"),
        ("  0   6 * *\t* ", "0 6 * * *"),
        ("*/15 8-18 * jan,feb mon-fri", "*/15 8-18 * jan,feb mon-fri"),
        ("0 0 l * *", "0 0 l * *"),
        ("0 0 29 2 *", "0 0 29 2 *"),
        *((preset, preset) for preset in PRESETS),
    ],
)
def test_a_schedule_is_kept_as_it_was_written(given: str | None, kept: str | None) -> None:
    assert READER.validate_python(given) == kept


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "has 0 fields; write the five of cron"),
        ("hourly", "has 1 fields"),
        ("@hourli", "'@hourli' is no preset; did you mean '@hourly'"),
        ("@reboot", "is no preset"),
        ("0 0 6 * * *", "has 6 fields"),
        ("61 * * * *", "is no cron expression"),
        ("0 24 * * *", "is no cron expression"),
        ("0 0 31 2 *", "or never due"),
        ("R * * * *", "is no cron expression"),
        ("H * * * *", "is no cron expression"),
        (5, "5 is no schedule; write a cron expression as a quoted text"),
        (["0 6 * * *"], "is no schedule"),
    ],
)
def test_what_is_never_due_is_refused(given: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        READER.validate_python(given)
