"""What the demo asserts: each thing that is not as it must be is told, with what was expected and what was seen."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from demo.facts import BLOCKED, PUBLISHED, Seen, Story, differences

Told = Callable[[Story], Seen]


@pytest.mark.parametrize("story", [BLOCKED, PUBLISHED])
def test_a_story_that_came_true_has_no_differences(seen_as_told: Told, story: Story) -> None:
    assert list(differences(story, seen_as_told(story))) == []


def test_a_task_that_ran_though_it_was_blocked(seen_as_told: Told) -> None:
    seen = seen_as_told(BLOCKED)
    seen = dataclasses.replace(seen, tasks={**seen.tasks, "publish_flights": "success"}, published=336_776)
    assert list(differences(BLOCKED, seen)) == [
        "The flights as loaded: task publish_flights: expected upstream_failed, saw success",
        "The flights as loaded: rows published: expected 0, saw 336776",
    ]


def test_another_count(seen_as_told: Told) -> None:
    seen = seen_as_told(BLOCKED)
    executions = [e.model_copy(update={"failing": 2_511}) if e.failing == 2_512 else e for e in seen.executions]
    assert list(differences(BLOCKED, dataclasses.replace(seen, executions=executions))) == [
        "The flights as loaded: completeness(tailnum): failing: expected 2512, saw 2511"
    ]


def test_a_check_that_is_missing_and_one_too_many(seen_as_told: Told) -> None:
    seen = seen_as_told(PUBLISHED)
    volume = seen.executions[0]
    other = volume.model_copy(update={"check": volume.check.model_copy(update={"name": "other"})})
    assert set(differences(PUBLISHED, dataclasses.replace(seen, executions=[other, *seen.executions[1:]]))) == {
        "The flights whose destination is known: volume: outcome: expected passed, saw nothing",
        "The flights whose destination is known: volume: severity: expected error, saw nothing",
        "The flights whose destination is known: volume: value: expected 329174, saw nothing",
        "The flights whose destination is known: other: outcome: expected nothing, saw passed",
    }


def test_nothing_came_of_it() -> None:
    assert len(list(differences(BLOCKED, Seen({}, [], 0)))) >= len(BLOCKED.tasks) + len(BLOCKED.checks)
