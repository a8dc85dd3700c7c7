"""What a gate raises."""

from __future__ import annotations

from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException


class DataQualityFailed(AirflowFailException):
    """The data is bad: the task fails and is never retried by Airflow, for the same data would fail again."""


class DataQualityFailedRetryable(AirflowException):
    """The data is bad, and ``retry_on_failure`` hopes that it is late: the task fails and is retried."""


class CheckErrored(AirflowException):
    """A check could not be asked: the task fails and is retried like after any fault."""
