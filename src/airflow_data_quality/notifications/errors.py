"""What a notifier raises."""

from __future__ import annotations

from collections.abc import Mapping

from airflow.providers.common.compat.sdk import AirflowException

from airflow_data_quality.core.errors import DataQualityError
from airflow_data_quality.core.report.text import one_line


class NotificationFailed(AirflowException):
    """By some ways nobody was told; the text says by which, and why.

    Attributes:
        faults: way → what went wrong there.
    """

    def __init__(self, faults: Mapping[str, str], ways: int) -> None:
        said = "; ".join(f"{name}: {fault}" for name, fault in faults.items())
        super().__init__(f"{len(faults)} of {ways} ways to tell failed: {said}")
        self.faults = dict(faults)


def worded(error: Exception) -> str:
    """Returns what an error says, on one line; after its name where it is none of ours or Airflow's, which say enough."""
    speaks = isinstance(error, DataQualityError | AirflowException)
    return one_line(str(error) if speaks else f"{type(error).__name__}: {error}")
