"""From the names of stored tests to the tests of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_data_quality.core.model.placed import placed_behind
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from airflow_data_quality.core.model.test import Test

if TYPE_CHECKING:
    from airflow_data_quality.core.stores.configs.store import ConfigStore


@dataclass(frozen=True)
class Chosen:
    """What a run of stored tests asks."""

    tests: Sequence[Test]
    disabled: Sequence[str]
    """The ids of those that were chosen, but are not enabled."""
    may_not_sample: Sequence[str]
    """The connections of which no failing rows may be kept."""


def choose(names: Sequence[str], store: ConfigStore) -> Chosen:
    """Returns the tests that ids and tags name, each once.

    Raises:
        DefinitionError: for an id or a tag that no stored test has.
        StoreError: when the store cannot be read.
    """
    chosen = store.select(names)
    enabled = [test for test in chosen if test.enabled]
    connections = {connection.id: connection for connection in store.all_connections()}
    conn_ids = dict.fromkeys(str(test.dataset.conn_id) for test in enabled)
    return Chosen(
        tests=[as_asked(placed(test, connections)) for test in enabled],
        disabled=[test.id for test in chosen if not test.enabled],
        may_not_sample=[named for named in conn_ids if named not in connections or not connections[named].may_sample],
    )


def placed(test: StoredTest, connections: Mapping[str, RegisteredConnection]) -> StoredTest:
    """Returns the test with its table in the connection's default schema, where it names no schema itself."""
    return placed_behind(test, connections.get(str(test.dataset.conn_id)))


def as_asked(test: StoredTest) -> Test:
    """Returns the test as a run takes it."""
    return Test(id=test.id, check=test.check, dataset=test.dataset)
