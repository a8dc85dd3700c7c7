"""The known answers: what is true of nycflights13, and what has to become of the pipeline because of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_data_quality.core.model.execution import Execution

FLIGHTS = 336_776
FLIGHTS_TO_UNKNOWN_AIRPORTS = 7_602
FLIGHTS_WITHOUT_TAILNUM = 2_512
FLIGHTS_OF_UNKNOWN_PLANES = 50_094
CANCELLED_FLIGHTS = 8_255
SURPLUS_WEATHER_ROWS = 3
CLEAN_FLIGHTS = FLIGHTS - FLIGHTS_TO_UNKNOWN_AIRPORTS
NOTHING = "nothing"


@dataclass(frozen=True)
class Story:
    """One run of the pipeline and what must come of it."""

    title: str
    table: str
    tasks: Mapping[str, str]
    """The state of each task in the end."""
    checks: Mapping[str, Mapping[str, Any]]
    """Of each check, by its label, the fields of its execution that are known."""
    published: int
    """How many rows the published table has afterwards."""


BLOCKED = Story(
    title="The flights as loaded",
    table="public.flights",
    tasks={"load_flights": "success", "flights_quality": "failed", "publish_flights": "upstream_failed"},
    checks={
        "volume": {"outcome": "passed", "severity": "error", "value": FLIGHTS},
        "freshness(time_hour)": {"outcome": "passed", "severity": "error", "value": timedelta(hours=1)},
        "uniqueness(time_hour, carrier, flight)": {"outcome": "passed", "severity": "error", "failing": 0, "checked": FLIGHTS},
        "completeness(tailnum)": {
            "outcome": "passed",
            "severity": "error",
            "failing": FLIGHTS_WITHOUT_TAILNUM,
            "checked": FLIGHTS,
        },
        "completeness(dep_time)": {"outcome": "failed", "severity": "warn", "failing": CANCELLED_FLIGHTS, "checked": FLIGHTS},
        "referential(tailnum)": {
            "outcome": "failed",
            "severity": "warn",
            "failing": FLIGHTS_OF_UNKNOWN_PLANES,
            "checked": FLIGHTS - FLIGHTS_WITHOUT_TAILNUM,
        },
        "referential(dest)": {
            "outcome": "failed",
            "severity": "error",
            "failing": FLIGHTS_TO_UNKNOWN_AIRPORTS,
            "checked": FLIGHTS,
        },
    },
    published=0,
)

PUBLISHED = Story(
    title="The flights whose destination is known",
    table="public.flights_clean",
    tasks={"load_flights": "success", "flights_quality": "success", "publish_flights": "success"},
    checks={
        "volume": {"outcome": "passed", "severity": "error", "value": CLEAN_FLIGHTS},
        "freshness(time_hour)": {"outcome": "passed", "severity": "error", "value": timedelta(hours=2)},
        "uniqueness(time_hour, carrier, flight)": {
            "outcome": "passed",
            "severity": "error",
            "failing": 0,
            "checked": CLEAN_FLIGHTS,
        },
        "completeness(tailnum)": {"outcome": "passed", "severity": "error", "checked": CLEAN_FLIGHTS},
        "completeness(dep_time)": {"outcome": "failed", "severity": "warn", "checked": CLEAN_FLIGHTS},
        "referential(tailnum)": {"outcome": "failed", "severity": "warn"},
        "referential(dest)": {"outcome": "passed", "severity": "error", "failing": 0, "checked": CLEAN_FLIGHTS},
    },
    published=CLEAN_FLIGHTS,
)


@dataclass(frozen=True)
class Seen:
    """What did come of a run."""

    tasks: Mapping[str, str]
    executions: Sequence[Execution]
    published: int


def differences(story: Story, seen: Seen) -> Iterator[str]:
    """Compares what came of a run with what had to.

    Yields:
        For each thing that is not as it must be: what was expected, and what was seen.
    """
    expected, found = dict(_flat(story.tasks, story.checks, story.published)), dict(_found(story, seen))
    for what in (*expected, *(extra for extra in found if extra not in expected)):
        if expected.get(what, NOTHING) != found.get(what, NOTHING):
            yield f"{story.title}: {what}: expected {expected.get(what, NOTHING)}, saw {found.get(what, NOTHING)}"


def _found(story: Story, seen: Seen) -> Iterator[tuple[str, Any]]:
    """Yields what was seen of that which the story knows, and the outcome of checks it knows nothing of."""
    checks = {
        execution.label: {name: getattr(execution, name) for name in story.checks.get(execution.label, {"outcome": None})}
        for execution in seen.executions
    }
    return _flat(seen.tasks, checks, seen.published)


def _flat(tasks: Mapping[str, str], checks: Mapping[str, Mapping[str, Any]], published: int) -> Iterator[tuple[str, Any]]:
    """Yields each single thing that can differ, with a name that tells what it is."""
    yield from ((f"task {task}", state) for task, state in tasks.items())
    yield from ((f"{label}: {name}", value) for label, fields in checks.items() for name, value in fields.items())
    yield "rows published", published
