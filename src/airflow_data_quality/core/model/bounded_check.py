"""Checks of one number: the five bounds stand on the check itself."""

from __future__ import annotations

from typing import Annotated

from airflow_data_quality.core.model.bounds import PHRASES, Bound, Bounds
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.numbers import GivenNumber


class BoundFields(Check):
    """A check that has the fields ``min max above below equals``."""

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

    def bounds(self) -> Bounds:
        """Returns the bounds that are given; raises ValueError when they make no sense together."""
        return Bounds(**{name: getattr(self, name) for name in PHRASES})


class BoundedCheck(BoundFields):
    """A check whose value must lie within ``min max above below equals``; at least one is given."""

    def check_together(self) -> None:
        """Refuses bounds that make no sense together."""
        super().check_together()
        self.bounds()
