"""A run as GitHub's workflow commands: what failed is shown at its line of the suite file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.report.text import title, worst_first

COMMANDS = {"error": "error", "warn": "warning", "info": "notice"}
"""The severity of a check → the command."""
_PLACE = re.compile(r"(?P<file>.*?)(?::(?P<line>\d+):(?P<col>\d+))?", re.DOTALL)


def github(run: Run, places: Mapping[str, str]) -> str:
    """Returns one command per check that failed or errored, the worst first, and a line that says how the run went.

    Args:
        run: what is shown.
        places: the id of each test → where its check is written, as ``file:line:column`` or ``file``.
    """
    bad = [execution for execution in worst_first(run) if execution.outcome in ("failed", "errored")]
    return "\n".join([*(_command(execution, places[execution.test_id]) for execution in bad), title(run)])


def _command(execution: Execution, place: str) -> str:
    found = _PLACE.fullmatch(place)
    where = {name: value for name, value in (found.groupdict() if found else {}).items() if value}
    properties = {**where, "title": f"{execution.test_id} {execution.outcome}"}
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{COMMANDS[execution.severity]} {given}::{_data(execution.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
