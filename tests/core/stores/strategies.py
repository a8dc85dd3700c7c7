"""Runs of every kind, the odd ones above all."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.checks.custom_sql import CustomSql
from airflow_data_quality.core.checks.freshness import Freshness
from airflow_data_quality.core.checks.referential import Referential
from airflow_data_quality.core.checks.uniqueness import Uniqueness
from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.execution import Execution, Measurement, execution_id
from airflow_data_quality.core.model.judgement import Judgement
from airflow_data_quality.core.model.run import Origin, Plan, Run, Statement

ODD_TEXTS = (
    "it's",
    'Order "Id"',
    "100%",
    "Größe 数量 🦆",
    "a\nb\x00c",
    "{{ ds }}",
    "{% raw %}",
    "{'decimal': '1'}",
    "null",
    "5",
    "NaN",
)
texts = st.sampled_from(ODD_TEXTS) | st.text(st.characters(codec="utf-8"), max_size=20)
names = texts.filter(bool)
maybe_text = st.none() | texts
milliseconds = st.floats(0, 1e9)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(timezone.utc) | offsets).map(
    lambda moment: moment.replace(fold=0)
)

numbers = (
    st.sampled_from(
        [math.nan, math.inf, -math.inf, -0.0, 5e-324, 2**63, -(2**63) - 1, 10**400, Decimal("1E+4000"), Decimal("NaN")]
    )
    | st.integers()
    | st.floats()
    | st.decimals(allow_nan=False)
)
spans = st.timedeltas(timedelta(days=-1_000_000), timedelta(days=1_000_000))
values: st.SearchStrategy[Any] = (
    st.none() | numbers | texts | spans | moments | moments.map(lambda moment: moment.replace(tzinfo=None)) | st.dates()
)

limits = st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.sampled_from([math.inf, 0.1, "12.50", "-1e400"])
bounds = st.builds(Bounds, min=limits) | st.builds(Bounds, equals=limits) | st.just(Bounds(above=0.1, max=Decimal("0.30")))
shares = st.sampled_from(["0.5%", "100%", ".1%", 0, 7])
allowed = st.none() | bounds | shares | spans

column_lists = st.lists(names, min_size=1, max_size=3, unique=True)
wheres = st.none() | st.sampled_from(["a OR b -- or so", "x = '{{ ds }}'", "name = 'Ö''x'"])
common: dict[str, st.SearchStrategy[Any]] = {
    "name": maybe_text,
    "description": maybe_text,
    "tags": st.lists(names, max_size=2),
    "where": wheres,
    "severity": st.sampled_from(["error", "warn", "info"]),
}
warned = {**common, "severity": st.just("error")}
checks: st.SearchStrategy[Check] = st.one_of(
    st.builds(Volume, min=limits, **common),
    st.builds(Volume, min=st.just(1), warn=st.just({"min": 100, "below": math.inf}), **warned),
    st.builds(Freshness, column=names, max_age=st.sampled_from(["2h", "1d12h", "PT0.000001S", "{{ params.age }}"]), **common),
    st.builds(Completeness, column=names, missing_values=st.lists(st.integers() | names, max_size=3), **common),
    st.builds(Completeness, columns=column_lists, max_failing=shares, warn=st.just({"max_failing": 0}), **warned),
    st.builds(Uniqueness, columns=column_lists, nulls=st.sampled_from(["distinct", "equal"]), max_failing=shares, **common),
    st.builds(CustomSql, sql=texts, min=limits, **{**common, "name": names, "where": st.none()}),
    st.builds(CustomSql, sql=st.just("TABLE {dataset}"), failing_rows=st.just(True), **{**common, "name": names}),
    st.builds(lambda key, **rest: Referential(columns=key, to_columns=key, **rest), key=column_lists, to_table=names, **common),
)
datasets = st.builds(Dataset, table=names, where=wheres, conn_id=maybe_text) | st.builds(Dataset, query=names, where=wheres)
origins = st.builds(Origin, dag_id=texts, run_id=texts, task_id=texts, map_index=st.integers(-1, 9), try_number=st.integers(0, 9))
shown = st.none() | st.booleans() | st.integers() | texts
counts = st.none() | st.integers(0, 2**63 - 1)


def _executions(run_id: UUID, test_id: str) -> st.SearchStrategy[Execution]:
    return st.builds(
        Execution,
        id=st.just(execution_id(run_id, test_id)),
        run_id=st.just(run_id),
        test_id=st.just(test_id),
        check=checks,
        dataset=datasets,
        outcome=st.sampled_from(["passed", "failed", "errored", "skipped"]),
        severity=st.sampled_from(["error", "warn", "info"]),
        value=values,
        checked=counts,
        failing=counts,
        bounds=allowed,
        judgements=st.lists(st.builds(Judgement, metric=texts, value=values, bounds=allowed, held=st.booleans()), max_size=2),
        message=texts,
        measurements=st.lists(st.builds(Measurement, metric=texts, value=values), max_size=3),
        sql=maybe_text,
        started_at=moments,
        duration_ms=milliseconds,
        error=maybe_text,
        plan_facts=st.lists(texts, max_size=2),
        samples=st.lists(st.dictionaries(texts, shown, max_size=3), max_size=2),
    )


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """A run that no store has seen: its id is another one each time."""
    run_id = uuid4()
    test_ids = draw(st.lists(texts, max_size=3, unique=True))
    sent = st.builds(
        Statement, sql=texts, test_ids=st.lists(texts, max_size=3), conn_id=maybe_text, duration_ms=milliseconds, error=maybe_text
    )
    return Run(
        id=run_id,
        source=draw(texts),
        origin=draw(st.none() | origins),
        started_at=draw(moments),
        finished_at=draw(moments),
        executions=tuple(draw(_executions(run_id, test_id)) for test_id in test_ids),
        plan=Plan(statements=tuple(draw(st.lists(sent, max_size=3)))),
    )
