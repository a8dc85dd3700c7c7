"""What one answer about keys tells of another question, so that it is not measured twice.

A key without duplicates makes every key unique that holds its columns, on the same rows and on fewer; and a column's rows
less its surplus ones are its different values. A key with a NULL in it is compared with none under ``distinct``: what such a
key tells of NULLs that count as equal, it tells only where all rows have a full one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from airflow_data_quality.core.model.metric import Distinct, Duplicates
from airflow_data_quality.core.sql.catalog import Catalog
from airflow_data_quality.core.sql.dialect import Dialect
from airflow_data_quality.core.sql.keys import KeyForms, answers_alike
from airflow_data_quality.core.sql.questions import checked
from airflow_data_quality.core.sql.steps import Ask, Cell, Implied, Implier, Question
from airflow_data_quality.core.sql.values import Single


def with_implied(questions: Sequence[Question], *, dialect: Dialect, catalog: Catalog) -> list[Question]:
    """Returns the questions, those that another one answers marked as such; what decides comes before what it decides."""
    answers = list(questions)
    order = sorted(range(len(answers)), key=lambda place: (*_rank(answers[place]), place))
    known: list[Question] = []
    for place in order:
        asked = answers[place]
        by = [other for other in known if _tells(other, asked)]
        if by:
            answers[place] = _implied(asked, by, dialect, catalog)
        if isinstance(asked.metric, Duplicates) and isinstance(answers[place].asks, KeyForms | Implied):
            known.append(answers[place])
    return answers


def _rank(asked: Question) -> tuple[int, int, int]:
    """What tells comes before what it tells: fewer columns, fewer filters, NULLs that count; other questions come last."""
    if not isinstance(asked.metric, Duplicates):
        return (1 << 30, 0, 0)
    return (len(asked.metric.columns), len(asked.conditions), asked.metric.nulls == "distinct")


def _tells(by: Question, asked: Question) -> bool:
    metric, other = asked.metric, by.metric
    itself = by.asks.instead if isinstance(by.asks, Implied) else by.asks
    if not isinstance(other, Duplicates) or itself == asked.asks or by.source.text != asked.source.text:
        return False
    if not answers_alike(asked.source, asked.conditions) or not set(by.conditions) <= set(asked.conditions):
        return False
    same_rows = set(by.conditions) == set(asked.conditions)
    if isinstance(metric, Distinct) and isinstance(asked.asks, Single):
        surplus = other.count == "surplus" and other.nulls == "distinct"
        return surplus and same_rows and [column.name for column in other.columns] == [metric.column.name]
    if not isinstance(metric, Duplicates) or not isinstance(asked.asks, KeyForms):
        return False
    within = {column.name for column in other.columns} <= {column.name for column in metric.columns}
    return within and (same_rows or metric.nulls == "distinct" or other.nulls == "equal")


def _implied(asked: Question, by: Sequence[Question], dialect: Dialect, catalog: Catalog) -> Question:
    if not isinstance(asked.asks, KeyForms | Single):
        raise TypeError(f"{asked} is implied by nothing")
    impliers = tuple(_implier(asked, other) for other in by)
    before: tuple[Ask, ...] = tuple(implier.asks for implier in impliers)
    rows: Cell | None = None
    if isinstance(asked.metric, Duplicates):
        rows = checked(asked.metric, asked.where, asked.source, dialect, catalog.guarantees(asked.source))
        before += (rows,)
    return replace(asked, asks=Implied(asked.asks, impliers, rows), before=before)


def _implier(asked: Question, by: Question) -> Implier:
    if not isinstance(by.metric, Duplicates) or not isinstance(by.asks, KeyForms | Implied):
        raise TypeError(f"nothing is implied by {by}")
    key = ", ".join(column.name for column in by.metric.columns)
    if not isinstance(asked.metric, Duplicates):
        return Implier(by.asks, full=False, key=key, fact=f"counted with the uniqueness of {key}")
    full = asked.metric.nulls == "equal" and by.metric.nulls == "distinct"
    return Implier(by.asks, full, key, f"implied by the uniqueness of {key}")
