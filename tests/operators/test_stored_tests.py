"""Stored tests in a gate: by id, by tag, as their connection allows."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_data_quality import DataQualityOperator
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from airflow_data_quality.core.stores.configs.store import ConfigStore
from airflow_data_quality.operators.errors import DataQualityFailed

pytestmark = pytest.mark.filterwarnings("ignore")


def stored(id: str, check: dict[str, Any], **more: Any) -> StoredTest:
    return StoredTest.of({"id": id, "check": check, "dataset": {"table": "orders", "conn_id": "warehouse"}, **more})


@pytest.fixture
def configs(warehouse: Any, store: Any) -> ConfigStore:
    """Some stored tests, in the embedded store of the test."""
    from airflow_data_quality.hooks import stores

    made = stores.config_store()
    made.create(RegisteredConnection.of({"id": "warehouse", "default_schema": warehouse.schema}), by="test")
    made.create(stored("rows", {"volume": {"min": 1}}, tags=["gold"]), by="test")
    made.create(stored("emails", {"completeness": "email"}, tags=["gold"]), by="test")
    made.create(stored("paused", {"volume": {"max": 1}}, tags=["gold"], enabled=False), by="test")
    made.create(stored("tagged by its check", {"type": "volume", "min": 1, "tags": ["silver"]}), by="test")
    return made


def operator(*tests: str, **more: Any) -> DataQualityOperator:
    return DataQualityOperator(task_id="quality", tests=list(tests), **more)


def test_a_test_is_run_by_its_id_and_keeps_it(configs: ConfigStore, store: Any, warehouse: Any) -> None:
    summary = operator("rows").execute({})

    (execution,) = store.run(summary["run_id"]).executions
    assert (execution.test_id, execution.outcome, execution.value) == ("rows", "passed", 100)
    assert execution.dataset.table == f"{warehouse.schema}.orders"


def test_a_tag_means_all_enabled_tests_that_have_it_themselves_or_by_their_check(configs: ConfigStore) -> None:
    with pytest.raises(DataQualityFailed, match="1 of 3 checks failed: emails: 25 of 100 rows"):
        operator("rows", "tag:gold", "tag:silver").execute({})


def test_a_disabled_test_is_left_out_and_the_log_says_so(configs: ConfigStore, task_log: pytest.LogCaptureFixture) -> None:
    summary = operator("rows", "paused").execute({})

    assert summary["counts"]["passed"] == 1
    assert "1 stored test(s) are disabled and not run: paused" in task_log.text


def test_nothing_that_is_enabled_is_an_error_unless_allowed(configs: ConfigStore) -> None:
    with pytest.raises(DefinitionError, match="no stored test that is chosen is enabled"):
        operator("paused").execute({})
    assert operator("paused", allow_empty=True).execute({})["verdict"] == "passed"


@pytest.mark.parametrize(("name", "says"), [("row", "'rows'"), ("tag:glod", "'gold'")])
def test_what_nobody_has_is_an_error_with_the_nearest(configs: ConfigStore, name: str, says: str) -> None:
    with pytest.raises(DefinitionError, match=says):
        operator(name).execute({})


def test_an_edit_is_seen_by_the_next_run(configs: ConfigStore) -> None:
    operator("rows").execute({})
    before = configs.test("rows")
    assert before is not None
    configs.update(StoredTest.of({**before.spec(), "check": {"volume": {"min": 101}}, "version": before.version}), by="test")

    with pytest.raises(DataQualityFailed, match="rows: 100 rows, allowed: at least 101"):
        operator("rows").execute({})


def test_rows_are_looked_at_only_where_the_connection_allows_it(
    configs: ConfigStore, store: Any, task_log: pytest.LogCaptureFixture
) -> None:
    def looked_at() -> int:
        summary = operator("emails", sample_failing_rows=3, gate="continue").execute({})
        return len(store.run(summary["run_id"]).executions[0].samples)

    assert looked_at() == 0
    assert "no failing rows are kept: connection(s) warehouse may not be sampled" in task_log.text

    before = configs.connection("warehouse")
    assert before is not None
    configs.update(before.model_copy(update={"may_sample": True}), by="test")
    assert looked_at() == 3


def test_braces_in_a_stored_test_are_meant_literally(configs: ConfigStore, store: Any) -> None:
    check = {"expression": {"name": "no braces", "sql": "email IS DISTINCT FROM '{{ conn.warehouse.password }}'"}}
    configs.create(stored("braces", check), by="test")

    summary = operator("braces").execute({})

    assert "'{{ conn.warehouse.password }}'" in store.run(summary["run_id"]).executions[0].sql


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"tests": "rows"}, r"tests must be a list of ids and tags, such as \['rows'\]"),
        ({"tests": [1]}, "tests holds 1; give ids of stored tests, or tag:NAME"),
        ({"tests": ["tag:"]}, "tests holds 'tag:'"),
        ({"tests": ["rows"], "conn_id": "warehouse"}, "stored tests say what is checked; leave out conn_id"),
        ({"tests": ["rows"], "history_key": "x"}, "stored tests say what is checked; leave out history_key"),
        ({"tests": ["rows"], "checks": []}, "exactly one of checks=, suite= and tests=; given: checks, tests"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused_when_the_dag_is_parsed(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(DefinitionError, match=says):
        DataQualityOperator(task_id="quality", **arguments)
