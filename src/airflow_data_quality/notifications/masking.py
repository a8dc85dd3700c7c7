"""Passwords are told to nobody."""

from __future__ import annotations

from dataclasses import replace

from airflow.providers.common.compat.sdk import redact

from airflow_data_quality.core.model.secrets import hidden
from airflow_data_quality.core.report.notice import Notice


def masked(text: str) -> str:
    """Returns a text without passwords: those that Airflow knows of, and what looks like one."""
    return hidden(str(redact(text)), ())


def masked_notice(told: Notice) -> Notice:
    """Returns a notice without passwords; its links are left as they are."""
    return replace(
        told,
        subject=masked(told.subject),
        lines=[replace(line, text=masked(line.text)) for line in told.lines],
        facts={name: masked(value) for name, value in told.facts.items()},
    )
