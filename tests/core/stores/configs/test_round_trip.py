"""Whatever can be stored is read as it was, on every shelf."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_data_quality.core.checks.schema import Schema
from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest, is_id
from airflow_data_quality.core.model.templates import RENDERED
from airflow_data_quality.core.stores.configs.base import Shelf
from airflow_data_quality.core.stores.configs.store import ConfigStore
from tests.core.stores.configs.samples import a_connection, a_test
from tests.core.stores.strategies import checks, maybe_text, names, wheres


def readable(check: Check) -> bool:
    """Says whether it means something when nothing in it is a template."""
    try:
        Check.model_validate(check.spec(), context=RENDERED)
    except ValueError:
        return False
    return True


ids = names.filter(is_id)
ordered = st.lists(names, min_size=1, max_size=4, unique=True).map(
    lambda columns: Schema(columns={name: "text" for name in columns}, mode="ordered")
)
datasets = st.builds(
    Dataset, table=st.sampled_from(["orders", '"Odd ""Schema"""."It\'s"', "a.b.c"]), where=wheres, conn_id=st.just("warehouse")
) | st.builds(Dataset, query=names, where=wheres, conn_id=st.just("warehouse"))
words = st.lists(names, max_size=3)
stored_tests: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "id": ids,
        "check": (checks | ordered).filter(readable).map(lambda check: check.spec()),
        "dataset": datasets.map(lambda dataset: dataset.spec()),
        "tags": words,
        "alerts": words,
        "owner": maybe_text,
        "enabled": st.booleans(),
        "schedule": st.sampled_from([None, "@hourly", "*/15 8-18 * * mon-fri"]),
        "timezone": st.sampled_from(["UTC", "Europe/Berlin"]),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(given=stored_tests)
def test_any_test_is_read_as_it_was_put(shelf: Shelf, given: dict[str, Any]) -> None:
    test = StoredTest.of(given)
    store, other = ConfigStore(shelf), ConfigStore(shelf)
    if store.connection("warehouse") is None:
        store.create(a_connection(), by="setup")
    if (before := store.test(test.id)) is not None:
        store.delete("test", test.id, before.version, by="setup")

    stored = store.create(test, by="ann")

    read = other.test(test.id)
    assert read == stored == test.model_copy(update={"version": stored.version})
    assert read.spec() == test.spec()
    assert list(read.spec()["check"]) == list(test.spec()["check"])
    assert other.select([test.id]) == [read]
    assert read in other.all_tests()
    assert other.audit("test", test.id)[0].after == test.spec()


def test_numbers_that_have_no_equal_elsewhere_stay_as_they_are(store: ConfigStore) -> None:
    for number, bounds in enumerate(
        (
            Bounds(min="-1e400", max="1E+4000"),
            Bounds(min=0.1, max="0.30"),
            Bounds(equals=2**200),
            Bounds(min=float("-inf"), max=float("inf")),
            Bounds(min="0.1000000000000000055511151231257827021181583404541015625"),
        )
    ):
        test = store.create(a_test(f"t{number}", check={"distribution": {"column": "a", "mean": bounds}}), by="ann")
        assert store.test(test.id) == test


def test_columns_that_must_be_in_order_stay_in_order(store: ConfigStore) -> None:
    columns = {name: "text" for name in ("z", "a", "é", "10", "9", "Z")}
    test = store.create(a_test(check={"type": "schema", "columns": columns, "mode": "ordered"}), by="ann")

    read = store.test(test.id)

    assert read is not None
    assert list(read.spec()["check"]["columns"]) == list(columns)


def test_a_long_text_is_kept_whole(store: ConfigStore) -> None:
    query = "SELECT '" + "🦆é\\\"'" * 9_000 + "' AS a"
    test = store.create(a_test(dataset={"query": query, "conn_id": "warehouse"}), by="ann")

    assert store.test(test.id) == test


def test_a_connection_is_read_as_it_was_put(store: ConfigStore) -> None:
    given = {"id": "läke 🦆", "label": 'It\'s "the" \x00 lake', "default_schema": '"Odd ""Schema"""', "may_sample": True}
    connection = store.create(RegisteredConnection.of(given), by="ann")

    assert store.connection("läke 🦆") == connection == RegisteredConnection.of({**given, "version": 1})
