"""What is written is read again as the same: models through JSON, definitions through plain data and YAML."""

from __future__ import annotations

import json
import math
import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.checks.distribution import Distribution
from airflow_data_quality.core.checks.freshness import Freshness
from airflow_data_quality.core.checks.referential import Referential
from airflow_data_quality.core.checks.schema import Schema
from airflow_data_quality.core.checks.uniqueness import Uniqueness
from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.formats.suite import Suite
from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.execution import Execution, Measurement, execution_id
from airflow_data_quality.core.model.judgement import Judgement
from airflow_data_quality.core.model.run import Origin, Plan, Run, Statement
from airflow_data_quality.core.model.test import Test

# Without the phase that explains a failure: it takes longer than all that is found before.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
modest = settings(max_examples=80, phases=PHASES, suppress_health_check=[HealthCheck.too_slow])

# What can be written --------------------------------------------------------------------------------------------------

TEXTS = st.sampled_from(
    ['say "hi"', "it's", "no", "on", "null", "~", "5", "{}", "a: b", "# x", "Ünïcode 🦆", "a\nb", " ", "{{ ds }}", "{# x #}"]
)
# A text that begins like a number may be one in YAML 1.2 and none in 1.1, which PyYAML writes: it is not quoted then.
TEXTS |= st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(lambda text: text[0] not in "+-.0123456789")
NAMES = st.lists(TEXTS, min_size=1, max_size=3, unique=True)
NUMBERS = st.one_of(
    st.integers(),
    st.floats(allow_nan=False),
    st.decimals(allow_nan=False),
    st.sampled_from(["5", "0.10", "1e400", "-Infinity", 2**70, Decimal("1.10"), Decimal("1E-400"), -0.0]),
)
SHARES = st.integers(0, 10**6) | st.decimals(0, 100, places=3).map(lambda percent: f"{percent}%")
SPANS = st.timedeltas(min_value=timedelta(microseconds=1)) | st.sampled_from(["2h", "1d12h", "PT2H", "1w"])
MOMENTS = st.datetimes(timezones=st.none() | st.just(timezone.utc))
TOKENS = st.one_of(TEXTS, st.integers(), st.floats(), st.booleans(), st.decimals().filter(lambda number: not number.is_snan()))


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Returns a strategy of some of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


COMMON = optional(
    name=TEXTS,
    description=TEXTS,
    dimension=TEXTS,
    where=TEXTS.filter(str.strip),
    tags=st.lists(TEXTS, max_size=2),
    severity=st.sampled_from(["error", "warn", "info"]),
)


def bounds_of(number: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(["min", "max", "above", "below", "equals"]).map(lambda name: {name: number})


BOUNDS = NUMBERS.flatmap(bounds_of) | st.integers().flatmap(
    lambda low: st.just({"min": low, "below": low + 0.5 if abs(low) < 2**50 else low + 1})
)


def checks_of(
    kind: type[Check], fields: st.SearchStrategy[dict[str, Any]], limits: st.SearchStrategy[dict[str, Any]]
) -> st.SearchStrategy[Check]:
    """Returns a strategy of checks of one type; those of severity ``error`` may have ``warn`` bounds."""

    def build(common: dict[str, Any], own: dict[str, Any], main: dict[str, Any], warn: dict[str, Any] | None) -> Check:
        given = {**common, **own, **main}
        return kind(**given, **({"warn": warn} if warn and common.get("severity", "error") == "error" else {}))

    return st.builds(build, COMMON, fields, limits, st.none() | limits)


SHARE_LIMITS = SHARES.map(lambda share: {"max_failing": share})
ONE_OR_MORE = TEXTS.map(lambda name: {"column": name}) | NAMES.map(lambda names: {"columns": names})
KEYS = st.integers(1, 3).flatmap(
    lambda size: st.fixed_dictionaries(
        {
            "columns": st.lists(TEXTS, min_size=size, max_size=size, unique=True),
            "to_table": TEXTS,
            "to_columns": st.lists(TEXTS, min_size=size, max_size=size, unique=True),
        },
        optional={"to_where": TEXTS.filter(str.strip)},
    )
)
CHECKS: st.SearchStrategy[Check] = st.one_of(
    checks_of(Volume, st.just({}), BOUNDS),
    checks_of(
        Completeness,
        st.builds(lambda columns, more: {**columns, **more}, ONE_OR_MORE, optional(missing_values=st.lists(TOKENS, max_size=3))),
        SHARE_LIMITS,
    ),
    checks_of(
        Uniqueness,
        st.fixed_dictionaries(
            {"columns": NAMES},
            optional={"nulls": st.sampled_from(["distinct", "equal"]), "count": st.sampled_from(["surplus", "rows", "keys"])},
        ),
        SHARE_LIMITS,
    ),
    checks_of(Referential, KEYS, SHARE_LIMITS),
    checks_of(
        Freshness,
        st.fixed_dictionaries(
            {"column": TEXTS},
            optional={
                "timezone": st.sampled_from(["UTC", "Europe/Berlin"]),
                "as_of": MOMENTS | st.sampled_from(["2024-01-31", "{{ ts }}"]),
            },
        ),
        SPANS.map(lambda span: {"max_age": span}),
    ),
    checks_of(
        Distribution,
        TEXTS.map(lambda name: {"column": name}),
        st.dictionaries(st.sampled_from(["mean", "median", "p01", "p99", "distinct"]), BOUNDS, min_size=1, max_size=3),
    ),
    st.builds(
        lambda common, given, mode: Schema(**{**common, "where": None}, columns=given, mode=mode),
        COMMON,
        NAMES | st.dictionaries(TEXTS, TEXTS.filter(str.strip), min_size=1, max_size=3),
        st.sampled_from(["contains", "exact", "ordered"]),
    ),
)
DATASETS = st.builds(
    lambda what, more: Dataset(**what, **more),
    TEXTS.map(lambda text: {"table": text}) | TEXTS.map(lambda text: {"query": text}),
    optional(where=TEXTS, conn_id=TEXTS),
)
SUITES = st.builds(
    lambda name, where, checks: Suite(name=name, checks=checks, **where),
    TEXTS,
    st.one_of(
        TEXTS.map(lambda table: {"table": table}),
        DATASETS.map(lambda dataset: {"dataset": dataset}),
        st.lists(DATASETS, min_size=1, max_size=3).map(lambda datasets: {"datasets": datasets}),
    ),
    st.lists(CHECKS, min_size=1, max_size=4, unique_by=lambda check: check.label),
)

# What can come of it --------------------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.decimals().filter(lambda number: not number.is_snan()),
    TEXTS,
    st.timedeltas(min_value=timedelta(days=-(10**6)), max_value=timedelta(days=10**6)),
    MOMENTS,
    st.dates(),
)
COUNTS = st.none() | st.integers(0, 2**63)
ALLOWED = st.none() | BOUNDS.map(lambda given: Bounds(**given)) | SHARES | st.timedeltas(min_value=timedelta(microseconds=1))
JUDGEMENTS = st.builds(Judgement, metric=TEXTS, value=VALUES, bounds=ALLOWED, held=st.booleans())
AWARE = st.datetimes(timezones=st.just(timezone.utc))
EXECUTIONS = st.builds(
    Execution,
    id=st.builds(execution_id, st.uuids(), TEXTS),
    run_id=st.uuids(),
    test_id=TEXTS,
    check=CHECKS,
    dataset=DATASETS,
    outcome=st.sampled_from(["passed", "failed", "errored", "skipped"]),
    severity=st.sampled_from(["error", "warn", "info"]),
    value=VALUES,
    checked=COUNTS,
    failing=COUNTS,
    bounds=ALLOWED,
    judgements=st.lists(JUDGEMENTS, max_size=2).map(tuple),
    message=TEXTS,
    measurements=st.lists(st.builds(Measurement, metric=TEXTS, value=VALUES), max_size=2).map(tuple),
    sql=st.none() | TEXTS,
    started_at=AWARE,
    duration_ms=st.floats(0, 10**9),
    error=st.none() | TEXTS,
    plan_facts=st.lists(TEXTS, max_size=2).map(tuple),
)
ORIGINS = st.none() | st.builds(Origin, dag_id=TEXTS, run_id=TEXTS, task_id=TEXTS)
STATEMENTS = st.builds(
    Statement, sql=TEXTS, test_ids=st.lists(TEXTS, max_size=2).map(tuple), conn_id=st.none() | TEXTS, error=st.none() | TEXTS
)
RUNS = st.builds(
    Run,
    id=st.uuids(),
    source=st.sampled_from(["airflow", "python"]),
    origin=ORIGINS,
    started_at=AWARE,
    finished_at=AWARE,
    executions=st.lists(EXECUTIONS, max_size=2).map(tuple),
    plan=st.builds(Plan, statements=st.lists(STATEMENTS, max_size=2).map(tuple)),
)

# And back -------------------------------------------------------------------------------------------------------------


@modest
@given(CHECKS)
def test_a_check_survives_json(check: Check) -> None:
    again = type(check).model_validate_json(check.model_dump_json())
    assert again == check == Check.model_validate_json(check.model_dump_json())
    assert type(again) is type(check)


@modest
@given(BOUNDS)
def test_bounds_survive_json(given: dict[str, Any]) -> None:
    assert Bounds.model_validate_json(Bounds(**given).model_dump_json()) == Bounds(**given)


@modest
@given(DATASETS)
def test_a_dataset_survives_json(dataset: Dataset) -> None:
    assert Dataset.model_validate_json(dataset.model_dump_json()) == dataset


@modest
@given(SUITES)
def test_a_suite_survives_json(suite: Suite) -> None:
    assert Suite.model_validate_json(suite.model_dump_json()) == suite


@modest
@given(st.builds(Test, id=TEXTS, check=CHECKS, dataset=DATASETS))
def test_a_test_survives_json(test: Test) -> None:
    assert Test.model_validate_json(test.model_dump_json()) == test


@modest
@given(EXECUTIONS)
def test_an_execution_survives_json(execution: Execution) -> None:
    assert Execution.model_validate_json(execution.model_dump_json()) == execution


@modest
@given(RUNS)
def test_a_run_survives_json(run: Run) -> None:
    again = Run.model_validate_json(run.model_dump_json())
    assert again == run
    assert (again.verdict, again.score, again.summary()) == (run.verdict, run.score, run.summary())


@modest
@given(CHECKS)
def test_the_spec_of_a_check_is_strict_json_that_builds_it_again(check: Check) -> None:
    spec = check.spec()
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec
    assert Check.model_validate(spec) == check
    assert spec == Check.model_validate(spec).spec()


@modest
@given(SUITES)
def test_the_spec_of_a_suite_is_strict_json_that_builds_it_again(suite: Suite) -> None:
    spec = suite.spec()
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec
    assert Suite.model_validate(spec) == suite


@modest
@given(SUITES)
def test_a_suite_survives_yaml(suite: Suite) -> None:
    written = yaml.safe_dump(suite.spec(), sort_keys=False)
    assert Suite.from_text(written) == suite
    assert Suite.from_text(yaml.safe_dump(suite.spec(), default_flow_style=True, width=40)) == suite


HARD = [
    Volume(below=math.inf),
    Volume(above="-Infinity", warn={"max": math.inf}),
    Volume(min=Decimal("12345678901234567890.123456789"), max=10**400),
    Volume(equals=Decimal("1.10"), name="no", where="note = 'it''s' -- {# x #}\n"),
    Completeness(column='"', missing_values=[Decimal("1.50"), 1.5, 1, True, "1", math.nan, -math.inf]),
    Completeness(columns=["on", "Ünïcode 🦆"], max_failing="0.5%", warn={"max_failing": 0}),
    Freshness(column="at", max_age=timedelta(microseconds=1), as_of=datetime(2024, 1, 31, tzinfo=ZoneInfo("Europe/Berlin"))),
    Referential(columns=["{{ a }}", "b"], to_table="{{ t }}", to_columns=["c", "d"], max_failing="{{ share }}"),
]


@pytest.mark.parametrize("check", HARD, ids=lambda check: check.type)
def test_hard_cases_survive_everywhere(check: Check) -> None:
    test = Test(id="t", check=check, dataset=Dataset(table="t"))
    suite = Suite(name="s", table="t", checks=[check])
    execution = Execution(
        id=uuid.UUID(int=1),
        run_id=uuid.UUID(int=2),
        test_id="t",
        check=check,
        dataset=test.dataset,
        outcome="failed",
        severity="warn",
        value=math.nan,
        bounds=Bounds(max=math.inf),
        judgements=(Judgement(metric="m", value=-math.inf, bounds=Bounds(above=-math.inf), held=False),),
        message="",
        started_at=datetime(2024, 1, 31, tzinfo=timezone.utc),
    )
    run = Run(id=execution.run_id, started_at=execution.started_at, finished_at=execution.started_at, executions=(execution,))
    assert type(check).model_validate_json(check.model_dump_json()) == check
    for kept in (test, suite, execution, run):
        assert type(kept).model_validate_json(kept.model_dump_json()) == kept
    assert Check.model_validate(json.loads(json.dumps(check.spec(), allow_nan=False))) == check
    assert Suite.from_text(yaml.safe_dump(suite.spec())) == suite
