"""What a measurement must be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, cast

from airflow_data_quality.core.model.numbers import GivenNumber, exact, is_number, spell
from airflow_data_quality.core.model.templates import Definition, is_template

PHRASES = {"min": "at least", "above": "more than", "max": "at most", "below": "less than", "equals": "exactly"}


class Bound:
    """Marks a field of a check as one of its bounds: ``warn`` may hold a second value for it."""


class Bounds(Definition):
    """What a number must be; the bounds that are given must all hold."""

    min: Annotated[GivenNumber | None, Bound()] = None
    """The least that is allowed (inclusive)."""
    max: Annotated[GivenNumber | None, Bound()] = None
    """The most that is allowed (inclusive)."""
    above: Annotated[GivenNumber | None, Bound()] = None
    """It must be more than this (exclusive)."""
    below: Annotated[GivenNumber | None, Bound()] = None
    """It must be less than this (exclusive)."""
    equals: Annotated[GivenNumber | None, Bound()] = None
    """It must be exactly this; no other bound may stand beside it."""

    def check_together(self) -> None:
        """Refuses no bound at all, two that say the same thing, and bounds that nothing can meet."""
        refuse_nonsense(dict(self.limits()))

    def limits(self) -> Iterator[tuple[str, Decimal]]:
        """Yields the bounds that are given, by name, as exact decimals."""
        for name in PHRASES:
            value = getattr(self, name)
            if value is not None and not is_template(value):
                yield name, exact(cast("int | Decimal", value))

    def holds(self, value: int | float | Decimal | None) -> bool:
        """Says whether ``value`` is within the bounds; None and NaN are within none."""
        if value is None or not is_number(value):
            return False
        number = exact(value)
        if number.is_nan():
            return False
        tests = {
            "min": number.__ge__,
            "max": number.__le__,
            "above": number.__gt__,
            "below": number.__lt__,
            "equals": number.__eq__,
        }
        return all(tests[name](limit) for name, limit in self.limits())

    def describe(self) -> str:
        """Returns the bounds in words: ``at least 1``, ``between 20 and 80``, ``more than 0 and at most 9``."""
        return in_words({name: getattr(self, name) for name in PHRASES if getattr(self, name) is not None}) or "anything"

    def __str__(self) -> str:
        return self.describe()


def in_words(limits: Mapping[str, Any]) -> str:
    """Returns bounds by name in words: numbers as people read them, anything else as it is."""
    given = {name: spell(limits[name]) for name in PHRASES if name in limits}
    if given.keys() == {"min", "max"}:
        return f"between {given['min']} and {given['max']}"
    return " and ".join(f"{PHRASES[name]} {limit}" for name, limit in given.items())


def refuse_nonsense(
    limits: Mapping[str, Any], *, known: Iterable[str] = PHRASES, order: Callable[[Any], Any] = lambda limit: limit
) -> None:
    """Refuses no bound at all, two that say the same thing, and bounds that nothing can meet.

    Args:
        limits: the bounds that are given, by name.
        known: the names there are, for the message that none is given.
        order: returns of a bound what is larger when the bound is.
    """
    if not limits:
        raise ValueError(f"no bound is given; give one of {', '.join(known)}")
    for one, other in (("min", "above"), ("max", "below")):
        if one in limits and other in limits:
            raise ValueError(f"give {one} or {other}, not both")
    if "equals" in limits and len(limits) > 1:
        raise ValueError("equals stands alone: give equals, or the other bounds")
    ordered = {name: order(limit) for name, limit in limits.items()}
    low, high = ordered.get("min", ordered.get("above")), ordered.get("max", ordered.get("below"))
    if low is not None and high is not None and (low > high or (low == high and ("above" in limits or "below" in limits))):
        raise ValueError(f"nothing can be {' and '.join(f'{PHRASES[k]} {spell(v)}' for k, v in limits.items())}")
