"""Custom SQL: what a query of one's own says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from airflow_data_quality.core.model.bounded_check import BoundFields
from airflow_data_quality.core.model.bounds import PHRASES, Bound
from airflow_data_quality.core.model.check import Name
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.judgement import Judged, Judgement
from airflow_data_quality.core.model.metric import DATASET, Measured, Metric, Query
from airflow_data_quality.core.model.numbers import spell
from airflow_data_quality.core.model.tolerance import parse_max_failing


def _count(given: Any) -> Any:
    """Refuses a share; None is no count."""
    count = None if given is None else parse_max_failing(given)
    if isinstance(count, str):
        raise ValueError(f"{given!r} is a share, and nobody knows of how many rows; give a count, such as 5")
    return count


class CustomSql(BoundFields):
    """What one query says: its single value lies within the bounds, or it returns few enough failing rows.

    Value: the number that the query returns, or with ``failing_rows`` how many rows; these are the failing ones. NULL and
    no row at all are no value and lie within no bounds. Checked: not known.
    """

    type: Literal["custom_sql"] = "custom_sql"
    dimension: str = "consistency"
    name: Name
    """What it is called; it must have a name, for nothing else tells two queries apart."""
    sql: str
    """One query in the database's own SQL, sent as it is; ``{dataset}`` in it is the dataset with its filters."""
    failing_rows: bool = False
    """Whether each row that the query returns is a failing one."""
    max_failing: Annotated[int | str | None, BeforeValidator(_count), Bound()] = None
    """How many failing rows are allowed, beside ``failing_rows``: a count; 0 when not given."""

    def check_together(self) -> None:
        """Refuses both or neither of bounds and failing_rows, and a filter that the query would not see."""
        given = [name for name in PHRASES if getattr(self, name) is not None]
        if self.failing_rows and given:
            raise ValueError(f"failing_rows counts rows, {given[0]} bounds a value: give max_failing, or leave failing_rows out")
        if not self.failing_rows and self.max_failing is not None:
            raise ValueError("max_failing needs failing_rows=True; a query's value is bounded by min, max, above, below, equals")
        if not self.failing_rows and not given:
            raise ValueError(f"give a bound of the query's value ({', '.join(PHRASES)}), or failing_rows=True")
        if self.where is not None and DATASET not in self.sql:
            raise ValueError(f"where would be left out of account: write {DATASET} where the query reads the dataset")
        if not self.failing_rows:
            self.bounds()
        super().check_together()

    def metrics(self, columns: Columns) -> Sequence[Metric]:
        """Asks the query."""
        return (Query(self.sql, "failing_rows" if self.failing_rows else "query_value", count=self.failing_rows),)

    def judge(self, measured: Measured, columns: Columns) -> Judged:
        """Holds the query's value, or the number of its rows, against what is allowed."""
        if not self.failing_rows:
            return self._judged_value(measured["value"])
        failing, most = int(measured["failing"]), int(self.max_failing or 0)
        allowed = "" if failing == 0 else f", allowed {most:,}"
        message = f"{failing:,} failing {'row' if failing == 1 else 'rows'}{allowed}"
        return Judged((Judgement(metric="failing", value=failing, bounds=most, held=failing <= most),), message, failing=failing)

    def _judged_value(self, value: Any) -> Judged:
        bounds = self.bounds()
        held = bounds.holds(value)
        said = "no value" if value is None else spell(value)
        message = f"{said}, {'as allowed' if held else 'allowed'}: {bounds.describe()}"
        return Judged((Judgement(metric="query_value", value=value, bounds=bounds, held=held),), message)

    def sentence(self) -> str:
        """Says it in words."""
        if not self.failing_rows:
            return f"the query's value is {self.bounds().describe()}"
        return f"the query returns {f'at most {self.max_failing:,}' if self.max_failing else 'no'} failing rows"
