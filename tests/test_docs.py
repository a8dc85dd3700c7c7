"""Docs that cannot fall behind: their code runs, and every check, field, setting, argument and error is in them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from airflow_data_quality import DataQualityBranchOperator, DataQualityOperator, Suite, connect, run_checks
from airflow_data_quality.core import errors
from airflow_data_quality.core.formats.definitions import Definitions
from airflow_data_quality.core.model.check import REGISTRY, Check, check_class
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from airflow_data_quality.core.stores.results.tables import metadata
from airflow_data_quality.get_provider_info import get_provider_info
from airflow_data_quality.operators import errors as gate_errors

pytestmark = pytest.mark.filterwarnings("ignore")

ROOT = Path(__file__).parent.parent
CHECKS = (ROOT / "docs" / "checks.md").read_text()
OPERATOR = (ROOT / "docs" / "operator.md").read_text()
STORES = (ROOT / "docs" / "stores.md").read_text()
UNTOLD = ("statements", "late_days")
"""Tables that nobody asks but the store."""
README = (ROOT / "README.md").read_text()


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of a Markdown text."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.M | re.S)


@pytest.fixture
def orders(postgres: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The table ``public.orders`` that the examples speak of, good to the last row."""
    postgres.execute(
        "DROP TABLE IF EXISTS public.orders",
        "CREATE TABLE public.orders (order_id int, customer_id int, amount numeric, created_at timestamptz)",
        "INSERT INTO public.orders SELECT n, n, n, now() FROM generate_series(1, 1000) n",
    )
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", postgres.airflow_connection())
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("WAREHOUSE_URL", postgres.url)
    yield postgres
    postgres.execute("DROP TABLE public.orders")


def test_the_readmes_dag_gates_a_table(orders: Any) -> None:
    dag_block, _ = blocks(README, "python")
    names: dict[str, Any] = {}
    exec(dag_block.replace('with DAG("orders"):', 'with DAG("orders") as dag:'), names)
    summary = names["dag"].get_task("orders_quality").execute({})
    assert (summary["verdict"], summary["counts"]["passed"]) == ("passed", 5)


def test_the_readmes_suite_runs(orders: Any) -> None:
    text, _ = blocks(README, "yaml")
    suite = Suite.from_text(text)
    run = run_checks({"table": suite.table}, suite.checks, connect(orders.url))
    assert run.counts()["passed"] == 4


def test_the_readmes_python_runs(orders: Any, capsys: pytest.CaptureFixture[str]) -> None:
    _, block = blocks(README, "python")
    exec(block, {})
    assert capsys.readouterr().out.splitlines() == [
        "passed 1.0",
        "passed there are at least 1 rows 1,000 rows, as allowed: at least 1",
        "passed no row lacks customer_id (up to 10 may) 0 of 1,000 rows have no customer_id",
    ]


def test_the_readmes_commands_are_there() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.M)
    commands = [line.split()[1] for text in blocks(README, "bash") for line in text.splitlines() if line.startswith("make ")]
    assert commands
    assert set(commands) <= set(targets)


def test_the_operators_examples_run(orders: Any) -> None:
    first, branching, decorated, in_a_task, results = blocks(OPERATOR, "python")
    names: dict[str, Any] = {}
    for block in (first, branching, decorated, in_a_task):
        exec(block, names)
    assert names["gate"].where.startswith("created_at >=")
    assert names["fork"].follow_if_failed == ["put_aside", "tell_the_sender"]
    quality = names["dag"].get_task("quality")
    assert quality.execute({"params": {"least": 1}})["counts"]["passed"] == 3
    assert names["dag"].get_task("volume").task_type == type(quality).__name__
    assert names["choose_source"].function() == "orders"
    exec(results, {})


def test_stored_tests_of_the_docs_are_read(tmp_path: Path) -> None:
    _, of_the_readme = blocks(README, "yaml")
    (of_the_stores,) = blocks(STORES, "yaml")
    for number, text in enumerate((of_the_readme, of_the_stores)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "tests.yaml").write_text(text)
        read = Definitions.of(folder)
        assert (set(read.connections), "orders-volume" in read.tests) == ({"warehouse"}, True)


def test_every_field_of_what_is_stored_and_every_table_of_results_is_described() -> None:
    fields = {*StoredTest.model_fields, *RegisteredConnection.model_fields} - {"version"}
    assert [name for name in (*fields, *metadata.tables) if f"`{name}`" not in STORES and name not in UNTOLD] == []


def test_contributings_check_works_as_it_stands(orders: Any) -> None:
    (block,) = blocks((ROOT / "CONTRIBUTING.md").read_text(), "python")
    try:
        exec(compile(block, "CONTRIBUTING.md", "exec", dont_inherit=True), {"__name__": "contributing"})
        run = run_checks({"table": "public.orders"}, [{"type": "positive", "column": "amount"}], connect(orders.url))
        assert (run.executions[0].outcome, run.executions[0].checked) == ("passed", 1000)
    finally:
        REGISTRY.pop("positive", None)


def test_every_yaml_of_the_checks_is_read() -> None:
    same, *others = [f"name: docs\ntable: t\n{text}" for text in blocks(CHECKS, "yaml")]
    with pytest.raises(errors.DefinitionError, match="give each a name="):  # three ways to write the same check
        Suite.from_text(same)
    for text in others:
        assert Suite.from_text(text).checks


def test_every_check_and_field_is_described() -> None:
    with pytest.raises(ValueError, match="unknown check type"):
        check_class("")
    for kind, check in REGISTRY.items():
        section = re.search(rf"^## {check.__name__}\n(.*?)(?=^## |\Z)", CHECKS, flags=re.M | re.S | re.I)
        assert section, f"docs/checks.md says nothing of {kind}"
        fields = [field for field in check.model_fields if not re.fullmatch(r"p(?!01|99)\d\d", field)]  # `p01` … `p99`
        for field in fields:
            described = CHECKS if field in Check.model_fields else section[1]
            assert field == "type" or f"`{field}`" in described, f"docs/checks.md says nothing of {kind}.{field}"
        assert f"`{check.__name__}`" in README


def test_every_argument_setting_and_error_is_described() -> None:
    operators = (DataQualityOperator, DataQualityBranchOperator)
    signatures = [inspect.signature(operator.__init__).parameters for operator in operators]
    arguments = [p for parameters in signatures for p in parameters if p not in ("self", "kwargs")]
    settings = [option for section in get_provider_info()["config"].values() for option in section["options"]]
    raised = [
        name
        for module in (errors, gate_errors)
        for name, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module.__name__ and name != "DataQualityError"
    ]
    missing = [name for name in [*arguments, *settings, *raised] if f"`{name}`" not in OPERATOR]
    assert missing == []
