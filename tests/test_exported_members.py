"""The public face: sorted, complete, loaded when asked, and typed as the docs write it."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import pytest

import airflow_data_quality

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "airflow_data_quality" / "__init__.py"

DESIGN = {
    *("DataQualityOperator", "DataQualityBranchOperator", "DataQualitySensor", "FreshnessSensor", "OutcomeSensor", "OutcomeGate"),
    *("DataQualityNotifier", "Volume", "Freshness", "Completeness", "Uniqueness", "Referential", "Pattern", "Distribution"),
    *("Values", "Range", "Length", "Expression", "CustomSql", "Schema", "Bounds", "Dataset", "Suite", "connect", "run_checks"),
}
"""All that will ever be exported; a name is exported when it is built, not before."""

HOMES: dict[str, str] = airflow_data_quality._HOMES
OF_THE_CORE = sorted(name for name, home in HOMES.items() if home.startswith("core."))


def typed_imports() -> dict[str, str]:
    """Returns name → module of what the package imports for type checkers."""
    block = next(node for node in ast.parse(SOURCE.read_text(encoding="utf-8")).body if isinstance(node, ast.If))
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    return {alias.name: str(node.module) for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}


def test_all_is_sorted_and_promised() -> None:
    assert airflow_data_quality.__all__ == sorted(set(airflow_data_quality.__all__))
    assert set(airflow_data_quality.__all__) <= DESIGN


def test_names_homes_and_types_are_the_same() -> None:
    assert list(HOMES) == airflow_data_quality.__all__
    assert {name: f"airflow_data_quality.{home}" for name, home in HOMES.items()} == typed_imports()


def test_what_is_built_is_exported() -> None:
    checks = {path.stem for path in (SOURCE.parent / "core" / "checks").glob("[!_]*.py")}
    assert {name.lower() for name in airflow_data_quality.__all__} >= {stem.replace("_", "") for stem in checks}


@pytest.mark.parametrize("name", OF_THE_CORE)
def test_a_name_is_what_its_home_defines(name: str) -> None:
    exported = getattr(airflow_data_quality, name)
    assert exported is getattr(import_module(f"airflow_data_quality.{HOMES[name]}"), name)
    assert exported.__module__ == f"airflow_data_quality.{HOMES[name]}"
    assert exported.__doc__


@pytest.mark.parametrize("name", sorted(set(HOMES) - set(OF_THE_CORE)))
def test_a_face_is_defined_where_it_is_said_to_be(name: str) -> None:
    """Its file is read, not imported: it needs Airflow."""
    home = SOURCE.parent / f"{HOMES[name].replace('.', '/')}.py"
    assert name in {node.name for node in ast.parse(home.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)}


def test_dir_lists_them_and_no_other_name_is_there() -> None:
    assert set(airflow_data_quality.__all__) <= set(dir(airflow_data_quality))
    with pytest.raises(AttributeError, match="module 'airflow_data_quality' has no attribute 'Volum'"):
        _ = airflow_data_quality.Volum


def test_the_version_is_the_distributions() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{airflow_data_quality.__version__}"' in pyproject


# As the docs write it -------------------------------------------------------------------------------------------------

EXAMPLES = """
    from collections.abc import Sequence
    from datetime import date, datetime, timedelta, timezone
    from decimal import Decimal
    from typing import Literal

    from typing_extensions import assert_type

    from airflow_data_quality import (
        Bounds,
        Completeness,
        CustomSql,
        DataQualityOperator,
        Dataset,
        Distribution,
        Expression,
        Freshness,
        Length,
        Pattern,
        Range,
        Referential,
        Schema,
        Suite,
        Uniqueness,
        Values,
        Volume,
        connect,
        run_checks,
    )

    gate = DataQualityOperator(
        task_id="orders_quality",
        conn_id="warehouse",
        table="public.orders",
        where="created_at >= '{{ dag_run.run_after - macros.timedelta(days=1) }}'",
        checks=[
            Volume(min=1),
            Completeness(column="customer_id"),
            Completeness(column="amount", max_failing="0.5%", warn={"max_failing": "0.1%"}),
            Uniqueness(columns=["order_id"]),
            Referential(columns=["customer_id"], to_table="public.customers", to_columns=["id"]),
            Pattern(column="email", format="email", max_failing="0.1%", severity="warn"),
            Freshness(column="created_at", max_age="2h"),
            Distribution(column="amount", mean=Bounds(min=20, max=80), p99={"max": 5_000}),
        ],
        gate="fail",
        retry_on_failure=False,
        sample_failing_rows=5,
        sample_columns=["order_id"],
    )
    from_file = DataQualityOperator(task_id="q", suite="suites/orders.yaml")

    plain = [
        Volume(min=1, max=2.5, name="enough", description="There is enough.", severity="warn", where="x > 1", tags=["gold"]),
        Volume(above=Decimal("0.5"), below="1e6"),
        Volume(equals=336_776, warn={"min": 1}),
        Completeness(columns=["a", "b"], missing_values=["", "N/A", -1, 1.5, Decimal("1.5"), True], max_failing=5),
        Completeness(columns=("a", "b"), dimension="completeness"),
        Uniqueness(columns=["a", "b"], nulls="equal", count="keys", max_failing="1%"),
        Referential(columns=["a"], to_table="t", to_columns=["b"], to_where="active", max_failing=9),
        Freshness(column="at", max_age=timedelta(hours=2), timezone="Europe/Berlin", as_of=datetime.now(timezone.utc)),
        Freshness(column="at", max_age="PT2H", as_of="2024-01-31 12:00", warn={"max_age": timedelta(hours=1)}),
    ]
    distributed = [
        Distribution(column="amount", mean=Bounds(min=20, max=80), p99={"max": 5_000}),
        Distribution(column="a", median={"above": Decimal("0.5")}, sum={"equals": "{{ params.n }}"}, warn={"p01": {"min": 0}}),
        Schema(columns={"id": "integer", "email": "any"}, mode="exact"),
        Schema(columns=["id", "email"]),
        Schema(columns="{{ params.columns }}"),
    ]
    by_row = [
        Pattern(column="a", matches="^[A-Z]", max_failing=5, warn={"max_failing": "{{ params.share }}"}),
        Pattern(column="a", not_matches="{{ params.regex }}"),
        Values(column="a", allowed=["x", 1, 1.5, Decimal("1.5"), True]),
        Values(column="a", forbidden="{{ params.values }}"),
        Range(column="a", min=0, below=Decimal("1.5")),
        Range(column="at", above=date(2024, 1, 31), max=datetime.now(timezone.utc)),
        Range(column="at", min="{{ ds }}"),
        Length(column="a", min=1, max="{{ params.longest }}", warn={"max": 9}),
        Expression(name="paid", sql="amount > 0", max_failing="1%"),
        CustomSql(name="n", sql="SELECT COUNT(*) FROM {dataset}", min=1, max=Decimal(9), where="x"),
        CustomSql(name="r", sql="SELECT * FROM {dataset}", failing_rows=True, max_failing=2),
    ]
    templates = [
        Volume(min="{{ params.least }}", where="day = '{{ ds }}'", name="rows of {{ ds }}"),
        Completeness(column="{{ params.column }}", max_failing="{{ params.share }}", warn={"max_failing": "{{ params.warn }}"}),
        Completeness(columns="{{ params.columns }}", missing_values="{{ params.tokens }}", tags="{{ params.tags }}"),
        Uniqueness(columns=["{{ params.key }}", "b"], max_failing="{{ params.share }}"),
        Referential(columns=["a"], to_table="{{ params.table }}", to_columns="{{ params.key }}", to_where="{{ params.where }}"),
        Freshness(column="{{ params.column }}", max_age="{{ params.age }}", as_of="{{ ts }}", timezone="{{ params.zone }}"),
        Bounds(min="{{ params.least }}", max=Decimal(1)),
    ]

    suite = Suite(name="flights", conn_id="warehouse", table="public.flights", checks=[Volume(min=1), Completeness(column="a")])
    datasets = [Dataset(table="a"), Dataset(query="SELECT 1", where="x", conn_id="other")]
    several = Suite(name="s", datasets=datasets, checks=[Volume(min=1)])
    one = Suite(name="s", dataset=Dataset(table="{{ params.table }}"), checks=plain)
    read = Suite.from_file("suites/orders.yaml")
    also_a_gate = DataQualityOperator(task_id="q", suite=suite, conn_id="warehouse", gate="continue")

    run = run_checks(Dataset(table="public.orders"), [Volume(min=1), {"completeness": "email"}], connect("postgresql://localhost/db"))
    assert_type(run.verdict, Literal["passed", "warned", "failed", "errored"])
    assert_type(run.score, float | None)
    for execution in run.executions:
        assert_type(execution.outcome, Literal["passed", "failed", "errored", "skipped"])
        assert_type(execution.failing, int | None)
        assert_type(execution.test_id, str)
    assert_type(Volume(min=1).label, str)

    # What is wrong is seen where it is written: each of these lines needs its ignore.
    Volume(minimum=1)  # type: ignore[call-arg]
    Volume(min=[1])  # type: ignore[arg-type]
    Volume(min=1, severity="fatal")  # type: ignore[arg-type]
    Completeness(column="a", max_failing=0.5)  # type: ignore[arg-type]
    Uniqueness()  # type: ignore[call-arg]
    Uniqueness(columns=["a"], nulls="equals")  # type: ignore[arg-type]
    Freshness(column="a")  # type: ignore[call-arg]
    Freshness(column="a", max_age=2)  # type: ignore[arg-type]
    Distribution(column="a", p100={"min": 1})  # type: ignore[call-arg]
    Distribution(column="a", p01=5)  # type: ignore[arg-type]
    Schema(columns=["a"], mode="strict")  # type: ignore[arg-type]
    Suite(name="s", table="t")  # type: ignore[call-arg]
"""


def test_the_examples_type_check_strictly_and_without_a_plugin(tmp_path: Path) -> None:
    """With the project's own settings and cache: what ``make lint`` has looked at is not looked at again."""
    examples = tmp_path / "examples.py"
    examples.write_text(dedent(EXAMPLES), encoding="utf-8")
    assert "plugins" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[tool.mypy]")[2].partition("[")[0]
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(examples)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, "MYPY_FORCE_COLOR": "0"}
    )
    assert (done.stdout + done.stderr, done.returncode) == ("", 0)
