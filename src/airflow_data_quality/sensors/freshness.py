"""Waiting until a dataset is fresh."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.sensors.data_quality import DataQualitySensor


class FreshnessSensor(DataQualitySensor):
    """Asks a database until the newest value of a column is young enough.

    It is a DataQualitySensor with one Freshness check. That asks the column for its newest value, and nothing else.

    Args:
        column: the date or timestamp column.
        max_age: how old its newest value may be: ``"2h"``, ``"1d12h"``, ``"PT2H"`` or a timedelta.
        timezone: the time zone that columns without one, and dates, are meant in.
        **kwargs: the arguments of DataQualitySensor but ``checks``, ``suite`` and ``tests``.

    Raises:
        DefinitionError: when the arguments cannot be meant together.
        pydantic.ValidationError: for a column, an age or a time zone that cannot be meant.
    """

    def __init__(self, *, column: str, max_age: timedelta | str, timezone: str = "UTC", **kwargs: Any) -> None:
        for name in ("checks", "suite", "tests"):
            if name in kwargs:
                raise DefinitionError(f"FreshnessSensor takes no {name}=: use DataQualitySensor for other checks")
        check = {"type": "freshness", "column": column, "max_age": max_age, "timezone": timezone}
        super().__init__(checks=[check], **kwargs)
