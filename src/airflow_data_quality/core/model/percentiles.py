"""Fields that hold bounds, and one for every percentile: 99, one a line, so that type checkers and editors know each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import Field, GetCoreSchemaHandler, GetPydanticSchema
from pydantic_core import core_schema

from airflow_data_quality.core.model.bounds import Bound, Bounds
from airflow_data_quality.core.model.check import Check


def _bounds_or_none(_: Any, build: GetCoreSchemaHandler) -> core_schema.CoreSchema:
    """Made by hand, for pydantic takes twice as long to find the same out 200 times."""
    written = core_schema.plain_serializer_function_ser_schema(_written, when_used="json")
    return core_schema.nullable_schema(cast("core_schema.CoreSchema", {**build(Bounds), "serialization": written}))


def _written(bounds: Bounds) -> dict[str, Any]:
    return bounds.model_dump(mode="json", exclude_none=True)


GivenBounds = Annotated[Bounds | Mapping[str, Any] | None, GetPydanticSchema(_bounds_or_none)]
"""A field that takes bounds, or a mapping of them, and keeps ``Bounds``; None when it is not given."""
Percentile = Annotated[
    GivenBounds, Bound(), Field(description="Bounds of the value below which so many percent lie, interpolated.")
]
PERCENTILES = tuple(f"p{percent:02}" for percent in range(1, 100))


class Percentiles(Check):
    """A check with a field for every percentile."""

    p01: Percentile = None
    p02: Percentile = None
    p03: Percentile = None
    p04: Percentile = None
    p05: Percentile = None
    p06: Percentile = None
    p07: Percentile = None
    p08: Percentile = None
    p09: Percentile = None
    p10: Percentile = None
    p11: Percentile = None
    p12: Percentile = None
    p13: Percentile = None
    p14: Percentile = None
    p15: Percentile = None
    p16: Percentile = None
    p17: Percentile = None
    p18: Percentile = None
    p19: Percentile = None
    p20: Percentile = None
    p21: Percentile = None
    p22: Percentile = None
    p23: Percentile = None
    p24: Percentile = None
    p25: Percentile = None
    p26: Percentile = None
    p27: Percentile = None
    p28: Percentile = None
    p29: Percentile = None
    p30: Percentile = None
    p31: Percentile = None
    p32: Percentile = None
    p33: Percentile = None
    p34: Percentile = None
    p35: Percentile = None
    p36: Percentile = None
    p37: Percentile = None
    p38: Percentile = None
    p39: Percentile = None
    p40: Percentile = None
    p41: Percentile = None
    p42: Percentile = None
    p43: Percentile = None
    p44: Percentile = None
    p45: Percentile = None
    p46: Percentile = None
    p47: Percentile = None
    p48: Percentile = None
    p49: Percentile = None
    p50: Percentile = None
    p51: Percentile = None
    p52: Percentile = None
    p53: Percentile = None
    p54: Percentile = None
    p55: Percentile = None
    p56: Percentile = None
    p57: Percentile = None
    p58: Percentile = None
    p59: Percentile = None
    p60: Percentile = None
    p61: Percentile = None
    p62: Percentile = None
    p63: Percentile = None
    p64: Percentile = None
    p65: Percentile = None
    p66: Percentile = None
    p67: Percentile = None
    p68: Percentile = None
    p69: Percentile = None
    p70: Percentile = None
    p71: Percentile = None
    p72: Percentile = None
    p73: Percentile = None
    p74: Percentile = None
    p75: Percentile = None
    p76: Percentile = None
    p77: Percentile = None
    p78: Percentile = None
    p79: Percentile = None
    p80: Percentile = None
    p81: Percentile = None
    p82: Percentile = None
    p83: Percentile = None
    p84: Percentile = None
    p85: Percentile = None
    p86: Percentile = None
    p87: Percentile = None
    p88: Percentile = None
    p89: Percentile = None
    p90: Percentile = None
    p91: Percentile = None
    p92: Percentile = None
    p93: Percentile = None
    p94: Percentile = None
    p95: Percentile = None
    p96: Percentile = None
    p97: Percentile = None
    p98: Percentile = None
    p99: Percentile = None
