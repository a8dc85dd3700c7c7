"""``results``: what the store in AIRFLOW_HOME keeps, the newest last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from airflow_data_quality.core.stores.results.sql import SqlResultStore
from tests.core.stores.samples import NOON, a_completeness, a_run, a_task

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def store(home: Path) -> SqlResultStore:
    store = SqlResultStore.embedded(home / "data_quality.db")
    first = a_run(test_ids=("shop/orders_quality/volume",), origin=a_task(), at=NOON)
    store.write(
        first.model_copy(update={"executions": (*first.executions, a_completeness(first.id, "shop/orders_quality/email"))})
    )
    store.write(a_run(test_ids=("shop/other/volume",), origin=a_task(task_id="other"), at=NOON + timedelta(hours=1)))
    store.write(a_run(test_ids=("by hand",), at=NOON + timedelta(hours=2)))
    return store


def test_no_store_is_no_error_and_none_is_made(call: Call, home: Path) -> None:
    path = home / "data_quality.db"
    assert call("results") == (0, "", f"no results are kept yet: {path} is not there\n")
    assert not path.exists()


def test_the_newest_stand_last(call: Call, store: SqlResultStore) -> None:
    code, out, err = call("results")
    assert (code, err) == (0, "")
    header = "when                  test                        outcome  severity  value  allowed     failing of checked  message"
    passed = "passed   error     5      at least 1                      5 rows, as allowed: at least 1"
    assert out.splitlines() == [
        header,
        f"2024-05-01 12:00:00Z  shop/orders_quality/volume  {passed}",
        "2024-05-01 12:00:00Z  shop/orders_quality/email   failed   warn      3      at most 0   3 of 1,000          "
        "3 of 1,000 rows (0.3%) have no email, allowed 0",
        f"2024-05-01 13:00:00Z  shop/other/volume           {passed}",
        f"2024-05-01 14:00:00Z  by hand                     {passed}",
    ]


@pytest.mark.parametrize(
    ("words", "tests"),
    [
        (("--last", "1"), ["by"]),
        (("--dag", "shop", "--last", "2"), ["shop/orders_quality/email", "shop/other/volume"]),
        (("--task", "other"), ["shop/other/volume"]),
        (("--dag", "shop", "--task", "other"), ["shop/other/volume"]),
        (("--test", "shop/orders_quality/email"), ["shop/orders_quality/email"]),
    ],
)
def test_what_is_named_only(call: Call, store: SqlResultStore, words: tuple[str, ...], tests: list[str]) -> None:
    _, out, _ = call("results", *words)
    assert [line.split()[2] for line in out.splitlines()[1:]] == tests


def test_nothing_of_that_kind_is_said(call: Call, store: SqlResultStore, home: Path) -> None:
    assert call("results", "--dag", "none") == (0, "", f"nothing of that kind is kept in {home / 'data_quality.db'}\n")


def test_a_store_that_cannot_be_read_ends_with_three(call: Call, home: Path) -> None:
    (home / "data_quality.db").write_text("this is no database, and it is long enough to be seen as none")
    code, out, err = call("results")
    assert (code, out) == (3, "")
    assert err == f"data-quality: error: result store {home / 'data_quality.db'}: file is not a database\n"
