"""Freshness: the newest value is young enough."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Annotated, Literal, cast
from zoneinfo import ZoneInfo

from airflow_data_quality.core.database import MOMENTS, Column
from airflow_data_quality.core.model.bounds import Bound
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.duration import GivenDuration, rough_duration, spell_duration
from airflow_data_quality.core.model.judgement import Judged, Judgement
from airflow_data_quality.core.model.metric import Measured, Metric, Scan
from airflow_data_quality.core.model.moments import GivenMoment, ZoneName, parse_moment


class Freshness(Check):
    """The newest value of a date or timestamp column is not older than ``max_age``.

    Value: the age (timedelta) of the newest value that is not later than ``as_of``. Later values, infinity too, are left
    out and counted in the message; NULLs are left out. No value at all → failed. A date means its midnight.
    """

    type: Literal["freshness"] = "freshness"
    dimension: str = "timeliness"
    column: str
    """The date or timestamp column."""
    max_age: Annotated[GivenDuration, Bound()]
    """How old the newest value may be (inclusive): ``"2h"``, ``"1d12h"``, ``"PT2H"`` or a timedelta."""
    timezone: ZoneName = "UTC"
    """The time zone that columns without one, and dates, are meant in."""
    as_of: GivenMoment | None = None
    """The moment from which the age is counted; the database's clock when not given. Naive text is in ``timezone``."""

    def label_columns(self) -> Sequence[str]:
        """Returns the column."""
        return (self.column,)

    def metrics(self, columns: Columns) -> Sequence[Metric]:
        """Asks for the newest value up to ``as_of``, and for how many are later."""
        from sqlglot import exp

        from airflow_data_quality.core.model.nodes import count_rows, iso_text, ref, typed, when

        column = columns[self.column]
        if column.kind not in MOMENTS:
            raise ValueError(f"column {column.name!r} is {column.type}; freshness needs a date or a timestamp")
        limit = typed(self._limit(column, columns), column.kind)
        newest = when(exp.Max(this=ref(column)), exp.LTE(this=ref(column), expression=limit))
        later = count_rows(exp.GT(this=ref(column), expression=limit.copy()))
        return (
            Scan("newest", f"newest({column.name})", iso_text(newest, column.kind)),
            Scan("later", f"later_count({column.name})", later),
        )

    def _now(self, columns: Columns) -> datetime:
        if self.as_of is None:
            return columns.clock
        moment = parse_moment(cast("str", self.as_of))
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.timezone))

    def _limit(self, column: Column, columns: Columns) -> str:
        """Returns ``as_of`` in the column's own kind."""
        now = self._now(columns)
        if column.kind == "timestamptz":
            return now.astimezone(timezone.utc).isoformat()
        local = now.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)
        return local.date().isoformat() if column.kind == "date" else local.isoformat()

    def judge(self, measured: Measured, columns: Columns) -> Judged:
        """Subtracts the newest value from ``as_of`` and holds the age against ``max_age``."""
        newest, later = measured["newest"], int(measured["later"])
        max_age = cast("timedelta", self.max_age)
        age = self._age(newest, columns)
        if newest is None:
            message = f"no rows to measure: no {self.column} up to {self._now(columns).isoformat()}"
        elif age is None:
            message = f"newest {self.column} is older than any calendar ({newest}), allowed {spell_duration(max_age)}"
        else:
            zone = " UTC" if columns[self.column].kind == "timestamptz" else ""
            message = f"newest {self.column} is {rough_duration(age)} old ({newest}{zone}), allowed {spell_duration(max_age)}"
        if later:
            message += f"; {later:,} later {'value is' if later == 1 else 'values are'} left out"
        held = age is not None and age <= max_age
        return Judged((Judgement(metric="age", value=age, bounds=max_age, held=held),), message)

    def _age(self, newest: str | None, columns: Columns) -> timedelta | None:
        """Returns the age of the newest value; None for no value, −infinity and years before 1."""
        if newest is None:
            return None
        try:
            moment = parse_moment(newest)
        except ValueError:
            return None
        zone = timezone.utc if columns[self.column].kind == "timestamptz" else ZoneInfo(self.timezone)
        now, then = self._now(columns), moment.replace(tzinfo=zone)
        # Python subtracts two moments of one zone by the clock on the wall, and loses the hour of daylight saving.
        offset = cast("timedelta", now.utcoffset()) - cast("timedelta", then.utcoffset())
        return now.replace(tzinfo=None) - then.replace(tzinfo=None) - offset

    def sentence(self) -> str:
        """Says it in words."""
        now = f" at {self.as_of}" if self.as_of else ""
        max_age = self.max_age if isinstance(self.max_age, str) else spell_duration(self.max_age)
        return f"the newest {self.column} is at most {max_age} old{now}"
