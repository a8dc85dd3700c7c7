"""Distribution: the values of a column lie as they should."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from typing_extensions import Self

from airflow_data_quality.core.database import NUMBERS, Column
from airflow_data_quality.core.errors import listed
from airflow_data_quality.core.model.bounds import Bound, Bounds
from airflow_data_quality.core.model.check import Name
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.judgement import Judged, Judgement
from airflow_data_quality.core.model.metric import Distinct, Measured, Metric, Quantile, Scan
from airflow_data_quality.core.model.numbers import is_number, rounded, spell
from airflow_data_quality.core.model.percentiles import PERCENTILES, GivenBounds, Percentiles

if TYPE_CHECKING:
    from sqlglot import exp

SCANNED = ("mean", "stddev", "min", "max", "sum", "missing")
"""What one pass over the rows can tell."""
RANKS = {"median": 50, **{name: int(name[1:]) for name in PERCENTILES}}
COUNTS = ("distinct", "missing")
"""What can be asked of any column; all else needs numbers."""
STATISTICS = ("mean", "stddev", "min", "max", "sum", "median", *PERCENTILES, *COUNTS)


class Distribution(Percentiles):
    """Statistics of a column's values lie within their bounds; NULLs are left out, except by ``missing``.

    Value: the first statistic that is out of its bounds, else the first; ``.judgements`` has them all. ``stddev`` is that of
    a sample; ``median`` and ``p01`` … ``p99`` lie between the two nearest values where none is in that place; ``distinct`` and
    ``missing`` are counts, of any kind of column. A statistic of no values is failed; NaN lies within no bounds.
    """

    type: Literal["distribution"] = "distribution"
    dimension: str = "accuracy"
    column: Name
    """The column: of numbers, unless only ``distinct`` and ``missing`` are bounded."""
    mean: Annotated[GivenBounds, Bound()] = None
    """Bounds of the arithmetic mean."""
    stddev: Annotated[GivenBounds, Bound()] = None
    """Bounds of the standard deviation of a sample; one value has none."""
    min: Annotated[GivenBounds, Bound()] = None
    """Bounds of the least value."""
    max: Annotated[GivenBounds, Bound()] = None
    """Bounds of the greatest value."""
    sum: Annotated[GivenBounds, Bound()] = None
    """Bounds of the sum."""
    median: Annotated[GivenBounds, Bound()] = None
    """Bounds of the value in the middle, or half-way between the two values there."""
    distinct: Annotated[GivenBounds, Bound()] = None
    """Bounds of the number of different values."""
    missing: Annotated[GivenBounds, Bound()] = None
    """Bounds of the number of NULLs."""

    def check_together(self) -> None:
        """Refuses no bounds at all."""
        super().check_together()
        if not self._bounded():
            raise ValueError(f"no statistic is bounded; give one of {listed(STATISTICS)}")

    def warned(self) -> Self | None:
        """Returns this check with the bounds of ``warn``; a statistic that has none there keeps its own."""
        warned = super().warned()
        own = {} if warned is None else {name: bounds for name, bounds in self._bounded().items() if not getattr(warned, name)}
        return warned and warned.model_copy(update=own)

    def _bounded(self) -> dict[str, Bounds]:
        """Returns the bounds that are given, by statistic."""
        fields = vars(self)
        return {name: cast("Bounds", fields[name]) for name in STATISTICS if fields[name] is not None}

    def label_columns(self) -> Sequence[str]:
        """Returns the column."""
        return (self.column,)

    def metrics(self, columns: Columns) -> Sequence[Metric]:
        """Asks for every statistic that is bounded: in the scan what it can tell, then distinct values, then quantiles."""
        column = columns[self.column]
        bounded = {**(self.warned() or self)._bounded(), **self._bounded()}
        of_numbers = [name for name in bounded if name not in COUNTS]
        if of_numbers and column.kind not in NUMBERS:
            raise ValueError(
                f"column {column.name!r} is {column.type}; {', '.join(of_numbers)} can be asked of numbers only "
                f"({' and '.join(COUNTS)} of any column)"
            )
        return (
            *(Scan(name, f"{name}({column.name})", _aggregate(name, column)) for name in SCANNED if name in bounded),
            *(Distinct(name, column) for name in bounded if name == "distinct"),
            *(_quantile(name, column, bounds) for name, bounds in bounded.items() if name in RANKS),
        )

    def judge(self, measured: Measured, columns: Columns) -> Judged:
        """Holds every statistic against its bounds; the message names the broken ones first."""
        judgements = tuple(
            Judgement(metric=name, value=measured[name], bounds=bounds, held=bounds.holds(measured[name]))
            for name, bounds in self._bounded().items()
        )
        return Judged(judgements, ", ".join(map(_said, sorted(judgements, key=lambda judgement: judgement.held))))

    def sentence(self) -> str:
        """Says it in words."""
        return f"of {self.column}, " + ", ".join(f"{name} is {bounds}" for name, bounds in self._bounded().items())


def _aggregate(name: str, column: Column) -> exp.Expression:
    from sqlglot import exp

    from airflow_data_quality.core.model.nodes import count_rows, ref

    value = ref(column)
    if name == "missing":
        return exp.Sub(this=count_rows(), expression=exp.Count(this=value))
    if name == "sum" and column.kind == "real":
        # A sum of single-precision numbers would itself be one.
        value = exp.cast(value, "double")
    aggregates: dict[str, type[exp.Expression]] = {
        "mean": exp.Avg,
        "stddev": exp.StddevSamp,
        "min": exp.Min,
        "max": exp.Max,
        "sum": exp.Sum,
    }
    return aggregates[name](this=value)


def _quantile(name: str, column: Column, bounds: Bounds) -> Quantile:
    limits = dict(bounds.limits())
    low = limits.get("min", limits.get("above", limits.get("equals")))
    high = limits.get("max", limits.get("below", limits.get("equals")))
    return Quantile(name, f"{name}({column.name})", column, RANKS[name], low, high)


def _said(judgement: Judgement) -> str:
    bounds = cast("Bounds", judgement.bounds)
    if judgement.value is None:
        why = "no rows to measure" + (" (it needs two)" if judgement.metric == "stddev" else "")
        return f"{judgement.metric} has {why}, allowed {bounds}"
    value = f"{judgement.metric} {_short(judgement.value, bounds)}"
    return f"{value} as allowed ({bounds})" if judgement.held else f"{value} (allowed {bounds})"


def _short(value: Any, bounds: Bounds) -> str:
    """Returns a number as people read it, with all its digits where the bounds would hold otherwise for the rounded one."""
    if not is_number(value):
        return spell(value)
    readable = rounded(value)
    return spell(readable if bounds.holds(readable) == bounds.holds(value) else value)
