"""Which tests are meant, and how they stand: ids, tags, a table; what is recent, what blocks, what is missing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from airflow_data_quality.core.stores.configs.sql import SqlShelf
from airflow_data_quality.core.stores.configs.store import ConfigStore
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.outcomes import Meant, Standing, standing
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from tests.core.stores.samples import NOON, a_run, a_volume

HOUR = timedelta(hours=1)
TABLE = Meant(conn_id="warehouse", table="public.orders")


@pytest.fixture
def results(tmp_path: Path) -> SqlResultStore:
    return SqlResultStore.embedded(tmp_path / "data_quality.db")


@pytest.fixture
def configs(tmp_path: Path) -> ConfigStore:
    store = ConfigStore(SqlShelf(StoreDatabase.embedded(tmp_path / "data_quality.db")))
    store.create(RegisteredConnection.of({"id": "warehouse", "default_schema": "public"}), by="ann")
    return store


def stored(configs: ConfigStore, id: str, *, table: str = "public.orders", **fields: Any) -> StoredTest:
    given = {"id": id, "check": {"volume": {"min": 1}}, "dataset": {"table": table, "conn_id": "warehouse"}, **fields}
    return configs.create(StoredTest.of(given), by="ann")


def ran(results: SqlResultStore, *test_ids: str, at: Any = NOON, outcome: Any = "passed", severity: str = "error") -> None:
    run: Run = a_run(test_ids=test_ids, at=at)
    executions = [a_volume(run.id, test_id, at=at, outcome=outcome) for test_id in test_ids]
    changed = tuple(execution.model_copy(update={"severity": severity}) for execution in executions)
    results.write(run.model_copy(update={"executions": changed}))


def stand(results: SqlResultStore, configs: ConfigStore, *names: str, meant: Meant | None = None) -> Standing:
    return standing(meant or Meant(names=names), NOON, results, lambda: configs)


def never() -> ConfigStore:
    raise AssertionError("the config store is not asked")


def told(found: Standing) -> dict[str, str]:
    return {each.test_id: each.message for each in found.missing}


def test_tests_that_passed_since_do_not_stand_in_the_way_and_ids_ask_no_config_store(results: SqlResultStore) -> None:
    ran(results, "dag/q/a", "dag/q/b")
    found = standing(Meant(names=("dag/q/a", "dag/q/b", "dag/q/a")), NOON, results, never)
    assert (found.total, found.blocking, found.verdict) == (2, [], "passed")


def test_a_test_that_was_asked_before_is_missing_and_so_is_one_that_never_was(
    results: SqlResultStore, configs: ConfigStore
) -> None:
    ran(results, "old", at=NOON - timedelta(microseconds=1))
    found = stand(results, configs, "old", 'it\'s "new"')
    assert found.recent == []
    assert [each.test_id for each in found.blocking] == ["old", 'it\'s "new"']
    assert told(found)['it\'s "new"'] == "was never asked, or no test has this id"
    assert told(found)["old"].endswith(" ago, at 2024-05-01 11:59:59 UTC (passed)")


def test_the_latest_outcome_counts_and_nothing_that_arrives_late(results: SqlResultStore, configs: ConfigStore) -> None:
    ran(results, "a", at=NOON + 2 * HOUR, outcome="failed")
    ran(results, "a", at=NOON + HOUR)
    assert [each.test_id for each in stand(results, configs, "a").blocking] == ["a"]
    ran(results, "a", at=NOON + 3 * HOUR)
    assert stand(results, configs, "a").blocking == []


@pytest.mark.parametrize(
    ("outcome", "severity", "blocks", "verdict"),
    [
        ("failed", "error", True, "failed"),
        ("errored", "error", True, "errored"),
        ("skipped", "error", False, "passed"),
        ("failed", "warn", False, "warned"),
        ("errored", "info", False, "warned"),
    ],
)
def test_what_blocks_a_run_blocks_here(
    results: SqlResultStore, configs: ConfigStore, outcome: str, severity: str, blocks: bool, verdict: str
) -> None:
    ran(results, "a", outcome=outcome, severity=severity)
    found = stand(results, configs, "a")
    assert (bool(found.blocking), found.verdict) == (blocks, verdict)


def test_a_tag_means_the_enabled_stored_tests_that_have_it(results: SqlResultStore, configs: ConfigStore) -> None:
    stored(configs, "a", tags=["gold"])
    stored(configs, "b", check={"volume": {"min": 1, "tags": ["gold"]}})
    stored(configs, "c", tags=["gold"], enabled=False)
    stored(configs, "d", tags=["iron"])
    stored(configs, "e", tags=["iron"], enabled=False)
    ran(results, "a", "dag/q/coded")
    found = stand(results, configs, "tag:gold", "dag/q/coded")
    assert [each.test_id for each in found.recent] == ["a", "dag/q/coded"]
    assert list(told(found)) == ["b"]
    assert list(told(stand(results, configs, "tag:iron"))) == ["d"]
    with pytest.raises(DefinitionError, match="no stored test has the tag 'golf'; did you mean 'gold'"):
        stand(results, configs, "tag:golf")
    configs.delete("test", "d", 1, by="ann")
    with pytest.raises(DefinitionError, match="no stored test with the tag 'iron' is enabled"):
        stand(results, configs, "tag:iron")


def test_a_table_means_its_enabled_stored_tests_and_the_coded_ones_that_ran(
    results: SqlResultStore, configs: ConfigStore
) -> None:
    stored(configs, "new")
    stored(configs, "unqualified", table="orders")
    stored(configs, "elsewhere", table="shop.orders")
    stored(configs, "paused", enabled=False)
    stored(configs, "gone")
    ran(results, "gone", "paused", "unqualified", "dag/q/coded")
    configs.delete("test", "gone", 1, by="ann")
    found = stand(results, configs, meant=TABLE)
    assert sorted(each.test_id for each in found.recent) == ["dag/q/coded", "unqualified"]
    assert list(told(found)) == ["new"]


def test_a_table_of_which_no_test_is_known_does_not_pass(results: SqlResultStore, configs: ConfigStore) -> None:
    ran(results, "dag/q/coded")
    for meant in (Meant(conn_id="warehouse", table="public.order"), Meant(conn_id="lake", table="public.orders")):
        found = stand(results, configs, meant=meant)
        assert told(found) == {f"{meant.table} behind {meant.conn_id}": "no test of it is known"}
        assert found.verdict == "failed"


def test_more_tests_than_a_page_are_all_looked_at(
    results: SqlResultStore, configs: ConfigStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("airflow_data_quality.core.stores.outcomes.PAGE", 2)
    ran(results, *(f"dag/q/{n}" for n in range(5)))
    assert stand(results, configs, meant=TABLE).total == 5


def test_a_summary_is_that_of_a_run_and_counts_what_is_missing_as_failed(results: SqlResultStore, configs: ConfigStore) -> None:
    ran(results, "a", "b")
    ran(results, "c", outcome="failed", severity="warn")
    assert stand(results, configs, "a", "b", "c", "d").summary() == {
        "verdict": "failed",
        "score": 1 - 1.25 / 4,
        "counts": {"passed": 2, "failed": 2, "errored": 0, "skipped": 0},
        "failing": ["c", "d"],
        "missing": ["d"],
    }
