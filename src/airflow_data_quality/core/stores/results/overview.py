"""Where the tests stand and how they went, out of ``test_state`` and ``daily_outcomes`` alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from itertools import product
from typing import Any, get_args

from sqlalchemy import Connection, desc, func, select

from airflow_data_quality.core.errors import DefinitionError, listed, near
from airflow_data_quality.core.stores.pages import Page
from airflow_data_quality.core.stores.results.answers import FAILED_WARNING, PassRate, Summary, Tally, TestState
from airflow_data_quality.core.stores.results.base import Part
from airflow_data_quality.core.stores.results.keys import test_key
from airflow_data_quality.core.stores.results.paging import behind, cut
from airflow_data_quality.core.stores.results.reading import parts
from airflow_data_quality.core.stores.results.tables import OUTCOMES, SEVERITIES, daily_outcomes, test_state

_columns = [test_state.c[field.name] for field in fields(TestState)]


def page_of_states(connection: Connection, wanted: dict[str, str | None], cursor: str | None, limit: int) -> Page[TestState]:
    """Returns tests as they stand, in the order of their ids."""
    order = (test_state.c.test_id_start, test_state.c.test_key)
    named = [test_state.c[name] == value for name, value in wanted.items() if value is not None]
    ask = select(*_columns, *order).where(*named, *behind(order, cursor, limit)).order_by(*order).limit(limit + 1)
    rows, following = cut(connection.execute(ask).all(), limit, lambda row: tuple(row)[-2:])
    return Page([TestState(*row[:-2]) for row in rows], following)


def states_of(connection: Connection, test_ids: Sequence[str]) -> dict[str, TestState]:
    """Returns tests as they stand, by id; those that were never asked are missing."""
    keys = sorted({test_key(test_id) for test_id in test_ids})
    rows = (connection.execute(select(*_columns).where(test_state.c.test_key.in_(part))) for part in parts(keys))
    return {row.test_id: TestState(*row) for found in rows for row in found}


def summary(connection: Connection, seen_since: datetime | None, failing: int) -> Summary:
    """Returns how the tests stand; ``failing`` of those that fail are named."""
    seen = [] if seen_since is None else [test_state.c.started_at >= seen_since]
    parts = (test_state.c.outcome, test_state.c.severity, test_state.c.dimension)
    counted = [tuple(row) for row in connection.execute(select(*parts, func.count()).where(*seen).group_by(*parts))]
    broken = select(*_columns).where(test_state.c.outcome.in_(("failed", "errored")), *seen)
    newest = connection.execute(broken.order_by(desc(test_state.c.since), test_state.c.test_key).limit(failing))
    outcomes: dict[Any, int] = {}
    for outcome, severity, _, n in counted:
        outcomes[outcome, severity] = outcomes.get((outcome, severity), 0) + n
    return Summary(
        tally=_tally((outcome, severity, n) for outcome, severity, _, n in counted),
        outcomes=outcomes,
        dimensions={
            name: _tally((outcome, severity, n) for outcome, severity, dimension, n in counted if dimension == name)
            for name in sorted({dimension for _, _, dimension, _ in counted})
        },
        failing=[TestState(*row) for row in newest],
    )


def _tally(counted: Iterable[tuple[str, str, int]]) -> Tally:
    sums: dict[str, int] = dict.fromkeys(OUTCOMES, 0)
    scored, lost = 0, 0.0
    for outcome, severity, n in counted:
        sums[outcome] += n
        if outcome != "skipped" and severity != "info":
            scored += n
            lost += n * _weight(outcome, severity)
    return Tally(**sums, scored=scored, lost=lost)


def _weight(outcome: str, severity: str) -> float:
    if outcome == "errored":
        return 1.0
    if outcome == "failed":
        return FAILED_WARNING if severity == "warn" else 1.0
    return 0.0


def pass_rates(connection: Connection, since: date, until: date, by: Sequence[Part]) -> Sequence[PassRate]:
    """Returns what became of the executions of some days, both included, apart by each of the parts, in their order."""
    if unknown := [part for part in by if part not in get_args(Part)]:
        raise DefinitionError(
            f"by names {unknown[0]!r}{near(str(unknown[0]), get_args(Part))} (allowed: {listed(get_args(Part))})"
        )
    names = [name for part in by for name in (("conn_id", "dataset") if part == "dataset" else (part,))]
    parts = [daily_outcomes.c[name] for name in names]
    counted = list(product(OUTCOMES, SEVERITIES))
    sums = [func.coalesce(func.sum(daily_outcomes.c[f"{severity}_{outcome}"]), 0) for outcome, severity in counted]
    apart = "both" if {"dataset", "dimension"} <= set(by) else "dataset" if "dataset" in by else "dimension"
    wanted = daily_outcomes.c.apart == apart, daily_outcomes.c.day.between(since, until)
    ask = select(*parts, *sums).where(*wanted).group_by(*parts).order_by(*parts)
    rates = []
    for row in connection.execute(ask):
        tally = _tally((*kind, n) for kind, n in zip(counted, row[len(parts) :], strict=True))
        rates.append(PassRate(tally, **dict(zip(names, row, strict=False))))
    return rates
