"""Schema: the columns are those that were agreed on, with their types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.judgement import Judged, Judgement
from airflow_data_quality.core.model.metric import Measured, Metric
from airflow_data_quality.core.model.templates import is_template

ANY = "any"
MOST = 8
"""Columns that a message or a sentence names one by one."""
NONE = Bounds(equals=0)


def _read_columns(given: Any) -> Any:
    """Reads a list of names as columns of any type, and refuses what is no name and no type."""
    pairs = _pairs(given)
    for name, type_ in pairs:
        if not isinstance(name, str) or not name:
            raise ValueError(f"{name!r} is no name; write it as a text in quotes")
        if not isinstance(type_, str) or not type_.strip():
            raise ValueError(f"{type_!r} is no type (column {name!r}); write its name, or {ANY} for any type")
    doubled = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
    if doubled:
        raise ValueError(f"{', '.join(doubled)} is named more than once")
    if not pairs:
        raise ValueError("give at least one column")
    return dict(pairs)


def _pairs(given: Any) -> Sequence[tuple[Any, Any]]:
    if isinstance(given, str):
        raise ValueError(f"{given!r} is one name; write a list of names, [{given!r}], or a mapping, {{{given}: type}}")
    if isinstance(given, Mapping):
        return list(given.items())
    if isinstance(given, Sequence):
        return [(name, ANY) for name in given]
    raise ValueError(f"{given!r} is no mapping of names to types, and no list of names")


class Schema(Check):
    """The dataset has these columns, of these types. It is judged from the catalog; no row is looked at.

    Value: how many columns are ``missing``; with ``mode="exact"`` or ``"ordered"`` how many are ``unexpected``; how many are
    ``retyped``; with ``"ordered"`` how many are ``misplaced``: the first of these that is not 0. Types are compared as the
    database means them: ``int`` is ``integer``, a length left out is any length, a domain is itself or what it is made of.
    Short form: ``schema: {id: integer, email: any}`` and ``schema: [id, email]`` are ``columns``.
    """

    type: Literal["schema"] = "schema"
    dimension: str = "validity"
    columns: Annotated[Mapping[str, str] | Sequence[str], BeforeValidator(_read_columns)]
    """Name → type, or ``any``; or a list of names, whose types may be any."""
    mode: Literal["contains", "exact", "ordered"] = "contains"
    """``contains``: there may be others; ``exact``: no others; ``ordered``: no others, and in this order."""

    def check_together(self) -> None:
        """Refuses a filter of rows."""
        super().check_together()
        if self.where is not None:
            raise ValueError("where chooses rows, and a schema has none; leave it out")

    @property
    def _types(self) -> Mapping[str, str]:
        return cast("Mapping[str, str]", self.columns)

    def metrics(self, columns: Columns) -> Sequence[Metric]:
        """Asks nothing: the catalog has told; raises ValueError for two names of one column."""
        names: dict[Column, str] = {}
        for name in self._types:
            found = columns.find(name)
            if found is not None and names.setdefault(found, name) != name:
                raise ValueError(f"{names[found]!r} and {name!r} are the same column {found.name!r}; name it once")
        return ()

    def judge(self, measured: Measured, columns: Columns) -> Judged:
        """Compares what was agreed on with what is there."""
        there = {name: column for name in self._types if (column := columns.find(name)) is not None}
        others = [column for column in columns if column not in there.values()]
        retyped = [(column, self._types[name]) for name, column in there.items() if not self._fits(name, column, columns)]
        order = [column for column in columns if column in there.values()]
        misplaced = [column.name for column, place in zip(there.values(), order, strict=True) if column != place]
        found = {
            "missing": [_spelled(name, type_) for name, type_ in self._types.items() if name not in there],
            "unexpected": [_spelled(column.name, _found(column)) for column in others],
            "retyped": [f"{column.name} is {_found(column)}, not {type_}" for column, type_ in retyped],
            "misplaced": misplaced,
        }
        judged = {"contains": ("missing", "retyped"), "exact": ("missing", "unexpected", "retyped"), "ordered": tuple(found)}
        counts = {metric: found[metric] for metric in judged[self.mode]}
        judgements = (Judgement(metric=m, value=len(names), bounds=NONE, held=not names) for m, names in counts.items())
        message = "; ".join(f"{metric}: {_shortened(names)}" for metric, names in counts.items() if names)
        if counts.get("misplaced"):
            message += f" (the order is {_shortened([column.name for column in order])})"
        return Judged(tuple(judgements), message or f"{self._number()} as agreed")

    def _fits(self, name: str, column: Column, columns: Columns) -> bool:
        return self._types[name].strip().lower() == ANY or columns.same_type(column, self._types[name])

    def _number(self) -> str:
        return f"{len(self._types):,} {'column is' if len(self._types) == 1 else 'columns are'}"

    def sentence(self) -> str:
        """Says it in words."""
        if not isinstance(self.columns, Mapping):
            return f"the columns are {self.columns}"
        more = {"contains": "", "exact": " and no others", "ordered": " and no others, in this order"}.get(self.mode, "")
        return f"there are the columns {_shortened([_spelled(*column) for column in self._types.items()])}{more}"

    @classmethod
    def from_short(cls, value: Any) -> Mapping[str, Any]:
        """Reads a mapping as ``columns``, unless its key ``columns`` holds columns itself."""
        if isinstance(value, Mapping):
            columns = value.get("columns")
            return value if isinstance(columns, Mapping | list) or is_template(columns) else {"columns": value}
        return super().from_short(value)

    @classmethod
    def from_primary(cls, value: Any) -> Mapping[str, Any]:
        """Reads a list as ``columns``."""
        return {"columns": value} if isinstance(value, list) else super().from_primary(value)


def _spelled(name: str, type_: str) -> str:
    return name if type_ == ANY else f"{name} {type_}"


def _found(column: Column) -> str:
    """Returns a column's type with its length; a domain by its own name."""
    return column.declared if column.type == column.base else column.type


def _shortened(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST]) + (f" and {len(names) - MOST:,} more" if len(names) > MOST else "")
