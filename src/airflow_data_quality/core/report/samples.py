"""The failing rows that were kept, as text below the line of their check."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_data_quality.core.model.execution import NOT_SEEN, Execution
from airflow_data_quality.core.report.text import aligned, one_line

WIDEST = 60
"""Characters of a value that a log shows; the result store has more."""


def samples(execution: Execution) -> str:
    """Returns the rows as a table under their columns, or why there are none, indented; nothing where none were asked for."""
    return "\n".join(f"        {line}" for line in _lines(execution))


def _lines(execution: Execution) -> Sequence[str]:
    if not execution.samples:
        return [one_line(fact) for fact in execution.plan_facts if fact.startswith(NOT_SEEN)]
    columns = list(execution.samples[0])
    rows = [[_cut(one_line(column)) for column in columns]]
    rows += [[_cut(_spell(row.get(column))) for column in columns] for row in execution.samples]
    return ["some of the failing rows:", *aligned(rows)]


def _spell(value: bool | int | str | None) -> str:
    """Returns a value as it is; in quotes a text that would else be taken for another value, or not be seen."""
    if value is None:
        return "NULL"
    if not isinstance(value, str):
        return str(value).lower()
    seen = value.strip() == value and value.isprintable() and value.lower() not in ("", "null", "true", "false")
    return value if seen else repr(value)


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
