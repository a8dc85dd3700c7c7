"""The folder of the demo."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from demo import state
from demo.errors import DemoError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own in the place of the checkout's."""
    monkeypatch.setattr(state, "FOLDER", tmp_path / ".demo")
    return tmp_path / ".demo"


def test_it_is_empty_and_nobody_elses(folder: Path) -> None:
    with state.fresh() as first:
        assert first == folder
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "airflow").mkdir()
        (folder / "airflow" / "airflow.cfg").touch()
        (folder / "airflow.log").touch()
    assert (folder / "airflow.log").exists()
    with state.fresh():
        assert [path.name for path in folder.iterdir()] == [state.LOCK]


def test_a_second_demo_is_told_of_the_first() -> None:
    with state.fresh(), pytest.raises(DemoError, match=rf"process {os.getpid()}\b"), state.fresh():
        pass
    with state.fresh():
        pass
