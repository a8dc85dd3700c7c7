"""Which stored tests are meant when somebody asks for some now."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.stored import TAG, StoredTest
from airflow_data_quality.core.stores.configs.store import ConfigStore
from airflow_data_quality.operators.stored_tests import placed


def asked_tests(store: ConfigStore, *, ids: Sequence[str], tags: Sequence[str], dataset: str | None) -> list[StoredTest]:
    """Returns the tests with these ids, and the enabled ones that have one of these tags or are on this dataset; each once.

    Args:
        store: of the tests.
        ids: a test that is named is run though it is not enabled.
        tags: its own or its check's.
        dataset: a table or a query, as the test names it.

    Raises:
        DefinitionError: when nothing is asked for, or for an id, a tag or a dataset that no test has.
    """
    chosen = {test.id: test for test in store.select(list(ids))} if ids else {}
    tagged = store.select([f"{TAG}{tag}" for tag in tags]) if tags else []
    chosen.update((test.id, test) for test in tagged if test.enabled)
    if dataset is not None:
        on_it = [test for test in store.all_tests() if test.dataset.text == dataset]
        if not on_it:
            raise DefinitionError(f"no stored test is on the dataset {dataset!r}")
        chosen.update((test.id, test) for test in on_it if test.enabled)
    if not chosen:
        raise DefinitionError("nothing is asked for: give ids, tags or a dataset of enabled tests")
    connections = {connection.id: connection for connection in store.all_connections()}
    return [placed(test, connections) for test in chosen.values()]
