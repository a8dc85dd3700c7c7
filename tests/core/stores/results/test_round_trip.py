"""What is written is read back as it was, whatever it is."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from airflow_data_quality.core.model.run import Run
from tests.core.stores.results.databases import Kept
from tests.core.stores.strategies import runs


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(run=runs())
def test_a_run_is_read_back_as_it_was_written(database: Kept, run: Run) -> None:
    store = database.store
    assert store.write(run)

    read = store.run(run.id)

    assert read == run
    assert read is not None
    assert [(type(e.value), repr(e.value)) for e in read.executions] == [(type(e.value), repr(e.value)) for e in run.executions]
