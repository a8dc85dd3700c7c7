"""What came of a run of the demo's pipeline, made by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from uuid import UUID, uuid5

import pytest

from airflow_data_quality import Dataset, Volume
from airflow_data_quality.core.model.execution import Execution
from demo.facts import Seen, Story

RUN = UUID(int=1)


def execution(label: str, **known: Any) -> Execution:
    """An execution of which only its label matters and what is said of it."""
    return Execution(
        id=uuid5(RUN, label),
        run_id=RUN,
        test_id=f"flights/{label}",
        check=Volume(min=1, name=label),
        dataset=Dataset(table="public.flights"),
        message="as it came",
        started_at=datetime(2013, 1, 1, tzinfo=timezone.utc),
        **known,
    )


@pytest.fixture
def seen_as_told() -> Callable[[Story], Seen]:
    """Makes what is seen when a story comes true."""

    def make(story: Story) -> Seen:
        return Seen(story.tasks, [execution(label, **known) for label, known in story.checks.items()], story.published)

    return make
