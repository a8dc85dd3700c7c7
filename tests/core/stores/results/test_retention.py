"""What is older than the retention goes, whole; what is younger stays as it was."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.stores.results import retention
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from airflow_data_quality.core.stores.results.tables import metadata
from tests.core.stores.results.databases import Kept
from tests.core.stores.samples import NOON, a_run, a_task

KINDS = ("sqlite", "psycopg", "timescale")
NOW = NOON + timedelta(days=100)
TABLES = [name for name in metadata.tables if name != "late_days"]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches that a few rows fill."""
    monkeypatch.setattr(retention, "RUNS_AT_ONCE", 3)
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 2)


def counts(kept: Kept) -> dict[str, int]:
    return {table: kept.ask(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}


def deletions(store: SqlResultStore) -> list[str]:
    """Maintains; TimescaleDB has aggregates to refresh besides."""
    return [line for line in store.maintain(now=NOW) if not line.startswith("refreshed")]


def with_own_text(run: Run) -> Run:
    own = tuple(each.model_copy(update={"sql": f"SELECT '{run.id}'"}) for each in run.executions)
    return run.model_copy(update={"executions": own})


def filled(kept: Kept) -> tuple[list[Run], list[Run]]:
    """Seven runs that are 70 days old, and three that are a day old; each with tests and texts of its own."""
    ages = [*(timedelta(days=70, minutes=n) for n in range(7)), *(timedelta(days=1, minutes=n) for n in range(3))]
    runs = [
        with_own_text(a_run(test_ids=[f"{age.days} {n}", f"{age.days} {n} too"], at=NOW - age, origin=a_task(map_index=n)))
        for n, age in enumerate(ages)
    ]
    for run in runs:
        kept.store.write(run)
    return runs[:7], runs[7:]


def test_what_is_older_goes_and_what_is_younger_stays(kept: Kept) -> None:
    old, young = filled(kept)
    store = SqlResultStore(kept.database, retention_days=30)

    said = deletions(store)

    gone = {"runs": 7, "statements": 7, "daily_outcomes": 3, "test_state": 14}
    assert said == [f"deleted {n} of {name} older than 30 days" for name, n in gone.items()]
    assert [store.run(run.id) for run in (*old, *young)] == [*[None] * 7, *young]
    assert counts(kept) == {
        "statements": 4,
        "runs": 3,
        "test_executions": 6,
        "measurements": 6,
        "test_state": 6,
        "daily_outcomes": 3,
    }
    assert store.executions_of_test("70 0") == []
    assert len(store.measurement_history("1 7")) == 1


def test_what_was_done_once_is_not_done_again(kept: Kept) -> None:
    filled(kept)
    store = SqlResultStore(kept.database, retention_days=30)
    deletions(store)
    before = counts(kept)

    assert deletions(store) == []

    assert counts(kept) == before


@pytest.mark.parametrize("days", [0, 400, 10_000_000])
def test_nothing_goes_before_its_time(kept: Kept, days: int) -> None:
    filled(kept)
    before = counts(kept)

    assert deletions(SqlResultStore(kept.database, retention_days=days)) == []

    assert counts(kept) == before


def test_fewer_days_than_none_are_refused(kept: Kept) -> None:
    with pytest.raises(DefinitionError, match="retention_days is -1; give a number of days, or 0 to keep results for ever"):
        SqlResultStore(kept.database, retention_days=-1)


def test_maintaining_an_empty_store_does_nothing(kept: Kept) -> None:
    assert kept.store.maintain(now=NOW) == []
    assert SqlResultStore(kept.database, retention_days=1).maintain(now=datetime.max.replace(tzinfo=timezone.utc)) == []


def test_a_text_that_is_still_used_stays(kept: Kept) -> None:
    old, new = a_run(at=NOW - timedelta(days=70)), a_run(at=NOW)
    kept.store.write(new)
    kept.store.write(old)

    SqlResultStore(kept.database, retention_days=30).maintain(now=NOW)

    assert kept.store.run(new.id) == new
    assert counts(kept)["statements"] == 2


def test_a_run_of_which_a_part_is_gone_is_no_longer_there(kept: Kept) -> None:
    run = a_run(test_ids=["a", "b"])
    kept.store.write(run)
    kept.ask("DELETE FROM test_executions WHERE test_id = 'a'")

    assert kept.store.run(run.id) is None
    assert kept.store.write(run) is False
