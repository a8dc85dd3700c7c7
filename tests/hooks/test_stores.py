"""Where results are kept when nothing is configured, and what is said when that is not wise."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_data_quality.hooks import stores

pytestmark = pytest.mark.filterwarnings("ignore")


def test_results_are_kept_in_airflow_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    assert stores.embedded_path() == tmp_path / "data_quality.db"
    assert list(stores.result_store().executions_of_test("none")) == []
    assert (tmp_path / "data_quality.db").exists()


def test_without_airflow_home_it_is_airflows_own_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_HOME", raising=False)
    assert stores.embedded_path() == Path.home() / "airflow" / "data_quality.db"


@pytest.mark.parametrize(
    ("executor", "warned"), [("LocalExecutor", False), ("CeleryExecutor", True), ("KubernetesExecutor", True)]
)
def test_a_file_on_one_worker_is_warned_of_where_tasks_run_on_many(
    monkeypatch: pytest.MonkeyPatch, executor: str, warned: bool
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", executor)
    caution = stores.warning()
    assert (caution is not None and executor in caution) is warned
