"""A notice as an event of PagerDuty's Events API v2: it triggers, or resolves when nothing is wrong."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from airflow_data_quality.core.report.notice import Notice, cut, more, with_note

LONGEST_SUMMARY = 1024
LONGEST_KEY = 255
"""Characters; PagerDuty cuts a longer summary and refuses a longer key."""


def event(told: Notice) -> dict[str, Any]:
    """Returns the event's fields, by the names that Airflow's PagerDuty hook gives them."""
    return {
        "action": "resolve" if told.level == "good" else "trigger",
        "summary": cut(told.subject, LONGEST_SUMMARY),
        "severity": "info" if told.level == "good" else told.level,
        "source": cut(told.key, LONGEST_KEY),
        "dedup_key": _short(told.key),
        "class_type": "data quality",
        "custom_details": {**told.facts, "found": [*map(with_note, told.lines), *more(told)]},
        "links": [{"href": url, "text": name} for name, url in told.links.items()],
    }


def _short(key: str) -> str:
    """Returns a key that is as unlike others as the whole one, and the same each time."""
    if len(key) <= LONGEST_KEY:
        return key
    digest = sha256(key.encode("utf-8", "replace")).hexdigest()
    return f"{key[: LONGEST_KEY - len(digest) - 1]}/{digest}"
