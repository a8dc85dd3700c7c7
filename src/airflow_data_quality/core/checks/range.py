"""Range: values lie within bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import PlainSerializer, PlainValidator

from airflow_data_quality.core.database import MOMENTS, NUMBERS, Column
from airflow_data_quality.core.model.bounds import Bound, in_words
from airflow_data_quality.core.model.limited_check import LimitedCheck
from airflow_data_quality.core.model.moments import parse_moment
from airflow_data_quality.core.model.numbers import Number, exact, parse_number, spell, to_json
from airflow_data_quality.core.model.tokens import digits, equals_token, literal

if TYPE_CHECKING:
    from sqlglot import exp

    Near = tuple[exp.Expression | None, str]

LARGEST, SMALLEST = 131_072, -16_383
"""Powers of ten beyond which no database has a number."""

EXACT, ABOVE, BELOW = "exactly", "just above", "just below"
"""Where a bound lies when seen from a value that the column's type can hold."""
FAILS: Mapping[str, Mapping[str, str]] = {
    "min": {EXACT: "LT", ABOVE: "LTE", BELOW: "LT"},
    "above": {EXACT: "LTE", ABOVE: "LTE", BELOW: "LT"},
    "max": {EXACT: "GT", ABOVE: "GT", BELOW: "GTE"},
    "below": {EXACT: "GTE", ABOVE: "GT", BELOW: "GTE"},
}
"""How a value that fails compares with that one."""


def parse_limit(given: Any) -> Number | str:
    """Returns a bound: a number, or the ISO text of a date or a moment.

    Raises:
        ValueError: for anything else; a date without quotes in YAML is shown with them.
    """
    if isinstance(given, date):
        return given.isoformat()
    if not isinstance(given, int | float | Decimal | str):
        raise ValueError(f"{given!r} is no bound; write a number, or a date as a quoted text: {str(given)!r}")
    try:
        return parse_number(given)
    except ValueError:
        if not isinstance(given, str) or given.strip().lower() == "nan":
            raise
    try:
        parse_moment(given)
    except ValueError:
        raise ValueError(f"{given!r} is neither a number nor a moment; write 5, '2024-01-31' or '2024-01-31 12:00'") from None
    return given.strip()


GivenLimit = Annotated[
    int | float | Decimal | date | str,
    PlainValidator(parse_limit, json_schema_input_type=int | float | str),
    PlainSerializer(to_json, when_used="json"),
]
"""A field that takes a number, or a date or moment, and keeps a number or text."""


class Range(LimitedCheck):
    """Every number, date or timestamp lies within the bounds.

    Failing: rows whose value lies outside. Checked: rows whose value is not NULL. NaN lies within no bounds, ±infinity
    compares as itself. Numbers are compared exactly, with a column of floats as its own type has them. A date means its
    midnight; a moment without an offset means UTC beside values that know their time zone. No short form.
    """

    type: Literal["range"] = "range"
    dimension: str = "validity"
    counts: ClassVar[str] = "outside_count"
    ends: ClassVar = (("min", "above"), ("max", "below"))
    min: Annotated[GivenLimit | None, Bound()] = None
    """The least that is allowed (inclusive): a number, or a date or moment such as ``"2024-01-31"``."""
    max: Annotated[GivenLimit | None, Bound()] = None
    """The most that is allowed (inclusive)."""
    above: Annotated[GivenLimit | None, Bound()] = None
    """It must be more than this (exclusive)."""
    below: Annotated[GivenLimit | None, Bound()] = None
    """It must be less than this (exclusive)."""

    def check_together(self) -> None:
        """Refuses numbers beside moments, and bounds that make no sense together."""
        limits = self.limits()
        if len({isinstance(limit, str) for limit in limits.values() if not _is_infinite(limit)}) > 1:
            raise ValueError(f"give numbers or moments, not both: {in_words(limits)}")
        super().check_together()

    @staticmethod
    def order(limit: Any) -> tuple[int, Any]:
        """Returns of a bound what is larger when the bound is: infinity beyond everything, moments in UTC."""
        if _is_infinite(limit):
            return (1, 0) if limit > 0 else (-1, 0)
        if not isinstance(limit, str):
            return 0, limit
        moment = parse_moment(limit)
        return 0, moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)

    def failing(self, column: Column) -> exp.Expression:
        """Returns the condition that a value lies outside the bounds."""
        from sqlglot import exp

        from airflow_data_quality.core.model.nodes import any_of

        if column.kind not in (*NUMBERS, *MOMENTS):
            raise ValueError(f"column {column.name!r} is {column.type}; range needs a number, a date or a timestamp")
        found = {name: _outside(column, name, limit) for name, limit in self.limits().items()}
        if column.kind in ("numeric", "real") and not any(found.get(name) for name in ("max", "below")):
            # NaN sorts above every number: an upper end finds it by itself.
            found["NaN"] = equals_token(column, "NaN")
        conditions = [condition for condition in found.values() if condition is not None]
        return any_of(conditions) if conditions else exp.false()

    def complaint(self) -> str:
        """Says what failing rows have."""
        return f"have a {self.column} that is not {in_words(self.limits())}"

    def sentence(self) -> str:
        """Says it in words."""
        return f"every {self.column} is {in_words(self.limits())}{self.tolerance_in_words()}"


def _is_infinite(limit: Any) -> bool:
    return isinstance(limit, Decimal) and limit.is_infinite()


def _outside(column: Column, name: str, limit: Number | str) -> exp.Expression | None:
    """Returns the condition that a value is beyond one bound; None when none can be."""
    from sqlglot import exp

    from airflow_data_quality.core.model.nodes import not_null, ref

    value, place = _moment(column, limit) if column.kind in MOMENTS else _number(column, limit)
    if value is not None:
        comparison: exp.Expression = getattr(exp, FAILS[name][place])(this=ref(column), expression=value)
        return comparison
    # Beyond all values of the type: either none of them can fail or all do.
    return not_null(ref(column)) if (place == BELOW) == (name in ("min", "above")) else None


def _number(column: Column, limit: Number | str) -> Near:
    """Returns the literal that a bound is, or lies next to; none beside a type that knows no infinity."""
    if isinstance(limit, str):
        raise ValueError(f"column {column.name!r} is {column.type}; its bounds are numbers, not {limit!r}")
    number = exact(limit) or Decimal(0)
    if column.loose and column.kind != "real":
        return _beside_integers_and_floats(column, number)
    if column.kind != "real" and number.is_finite() and SMALLEST <= number.adjusted() < LARGEST:
        return digits(format(number, "f")), EXACT
    value = literal(column, number)
    if value is not None:
        return value, EXACT
    if number.is_finite() and number.adjusted() < 0:
        return digits("0"), ABOVE if number > 0 else BELOW
    return (literal(column, "Infinity"), BELOW) if number > 0 else (literal(column, "-Infinity"), ABOVE)


def _beside_integers_and_floats(column: Column, number: Decimal) -> Near:
    """Returns the nearest integer where the nearest float is one, for no float may stand between two integers; else the float."""
    if number.is_finite() and number.adjusted() < 20 and float(number).is_integer():
        nearest = number.to_integral_value() if number >= -(2**63) else Decimal(float(number))
        if -(2**63) <= nearest < 2**63:
            return digits(str(int(nearest))), EXACT if number == nearest else ABOVE if number > nearest else BELOW
    return _number(replace(column, kind="real", base="double precision"), number)


def _moment(column: Column, limit: Number | str) -> Near:
    if not isinstance(limit, str):
        if _is_infinite(limit):
            return literal(column, "infinity" if limit > 0 else "-infinity"), EXACT
        text = f"column {column.name!r} is {column.type}; its bounds are dates or moments such as '2024-01-31'"
        raise ValueError(f"{text}, not {spell(limit)}")
    moment = parse_moment(limit)
    if moment.tzinfo and column.kind != "timestamptz":
        raise ValueError(f"column {column.name!r} is {column.type}, which knows no time zone; write {limit!r} without its offset")
    if column.kind == "date" and moment.time() != time():
        return literal(column, moment.date().isoformat()), ABOVE
    return literal(column, limit), EXACT
