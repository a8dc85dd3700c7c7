"""What a database noted of a column's values when it last looked: an estimate, which decides a form and never a verdict."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import accumulate


@dataclass(frozen=True)
class Statistics:
    """A column of a table as a sample of its rows has shown it."""

    distinct: float | None = None
    """About how many different values there are; NULL is none. None where nobody knows."""
    null_share: float = 0.0
    """Which share of all rows has no value, from 0 to 1."""
    common: Sequence[tuple[str, float]] = ()
    """Values of a number column that are there often, each with its share of all rows."""
    bounds: Sequence[str] = ()
    """Values of a number column in their order: between each and the next lie equally many of the other rows."""

    def window(self, percent: int, margin: float) -> tuple[Decimal, Decimal] | None:
        """Returns two values of a number column between which a quantile is expected.

        Args:
            percent: of the rows that have a value, from 0 to 100.
            margin: how far below and above it the two values lie at least, in percent too.

        Returns:
            The lower and the upper value, both finite; None where too little is known.
        """
        try:
            shares = _Shares(self)
        except (InvalidOperation, TypeError):
            return None
        low = [value for value in shares.values if shares.upto(value) <= (percent - margin) / 100]
        high = [value for value in shares.values if shares.below(value) >= (percent + margin) / 100]
        if not low or not high or shares.unseen > margin / 100:
            return None
        found = low[-1], high[0]
        return found if found[0].is_finite() and found[1].is_finite() else None


class _Shares:
    """Shares of the rows that have a value, by that value."""

    def __init__(self, statistics: Statistics) -> None:
        present = 1 - statistics.null_share
        common = sorted((_number(text), share / present) for text, share in statistics.common if present > 0)
        self._common = [value for value, _ in common]
        self._sums = [0.0, *accumulate(share for _, share in common)]
        self._bounds = [_number(text) for text in statistics.bounds]
        self._spaces = len(self._bounds) - 1
        self._rest = max(0.0, 1 - self._sums[-1])
        self.values = sorted({*self._common, *self._bounds})
        self.unseen = 0.0 if self._spaces > 0 else self._rest
        """Of rows of whose values nothing is known."""

    def upto(self, value: Decimal) -> float:
        """Of rows with this value or a lesser one, rather too large than too small."""
        known = bisect_right(self._bounds, value)
        return self._sums[bisect_right(self._common, value)] + self._part(known - self._is_bound(value))

    def below(self, value: Decimal) -> float:
        """Of rows with a lesser value, rather too small than too large."""
        known = bisect_left(self._bounds, value)
        return self._sums[bisect_left(self._common, value)] + self._part(known - (not self._is_bound(value)))

    def _is_bound(self, value: Decimal) -> bool:
        place = bisect_left(self._bounds, value)
        return place < len(self._bounds) and self._bounds[place] == value

    def _part(self, spaces: int) -> float:
        return self._rest * min(max(spaces, 0), self._spaces) / self._spaces if self._spaces > 0 else 0.0


def _number(text: str) -> Decimal:
    """Returns a value; NaN, which Python refuses to sort, as infinity: databases hold it for the largest of all."""
    value = Decimal(text)
    return Decimal("Infinity") if value.is_nan() else value
