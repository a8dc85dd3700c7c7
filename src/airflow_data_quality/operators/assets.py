"""What an asset event says of the data: written by a gate, read by the DAGs that come after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset
from airflow.sdk.definitions.asset import AssetRef

if TYPE_CHECKING:
    from airflow.sdk import Context

KEY = "data_quality"
"""Under which an event's ``extra`` holds what a run of ours found."""
FOREIGN_KEY = "airflow.dataquality.result"
"""Under which Airflow's own provider keeps a numeric ``score``, and looks for one."""


@dataclass(frozen=True)
class Result:
    """What an asset event says of the data."""

    at: datetime
    """When the event was emitted."""
    score: float | None
    verdict: str | None
    """None in the results of other providers, which have a score alone."""
    told: Mapping[str, Any]
    """All that the event says under the key."""


def attach(summary: Mapping[str, Any], outlets: Sequence[Any], context: Context) -> None:
    """Writes what a gate found into the events of its outlets, which Airflow emits when the task succeeds.

    An outlet that is an AssetAlias is left alone: which assets it stands for is not for a gate to say.
    """
    events = context.get("outlet_events")
    if events is None:
        return
    told = extra(summary, getattr(context.get("ti"), "log_url", None))
    for outlet in outlets:
        if isinstance(outlet, Asset | AssetRef):
            events[outlet].extra.update(told)


def extra(summary: Mapping[str, Any], link: str | None) -> dict[str, Any]:
    """Returns what an event's ``extra`` gets: small, for it is a row of Airflow's database, and without names of tests."""
    told = {name: summary[name] for name in ("run_id", "verdict", "score", "counts")} | {"link": link}
    score = summary["score"]
    return {KEY: told} if score is None else {KEY: told, FOREIGN_KEY: {"score": score}}


def newest_result(events: Any) -> Result | None:
    """Returns the newest result that an asset's events hold, None where none does."""
    return next((found for found in map(_result, _newest_first(events)) if found is not None), None)


LOOKED_AT = 100
"""How many events are looked at, the newest ones: others than gates may emit some in between."""


def _newest_first(events: Any) -> Sequence[Any]:
    if hasattr(events, "limit"):
        return list(events.ascending(False).limit(LOOKED_AT))
    return list(events)[: -LOOKED_AT - 1 : -1]  # Airflow 3.1 gives all of them


def _result(event: Any) -> Result | None:
    held = event.extra or {}
    for key in (KEY, FOREIGN_KEY):
        told = held.get(key)
        if isinstance(told, Mapping):
            return Result(event.timestamp, told.get("score"), told.get("verdict"), told)
    return None
