"""Whatever belongs to a started process ends with it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from demo import processes
from demo.processes import members, session, wait_until

FAMILY = """
import signal, subprocess, sys, time
if sys.argv[1:] == ["child"]:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    subprocess.Popen([sys.executable, __file__, "child"])
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture
def family(tmp_path: Path) -> Path:
    """A program whose child listens to no request to end."""
    program = tmp_path / "family.py"
    program.write_text(FAMILY, encoding="utf-8")
    return program


def test_a_session_ends_whole_also_when_a_child_will_not(family: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PATIENCE_SECONDS", 0.5)
    log = tmp_path / "log"
    with log.open("wb") as output, session([sys.executable, family], output) as leader:
        assert wait_until(lambda: log.read_text().count("up") == 2, timeout=20)
        assert len(members(leader.pid)) == 2
    assert members(leader.pid) == []
    assert leader.returncode is not None


def test_a_session_ends_when_its_block_fails(tmp_path: Path) -> None:
    def fail() -> None:
        raise ValueError("no")

    with (tmp_path / "log").open("wb") as output:
        with pytest.raises(ValueError, match="no"), session(["sleep", "600"], output) as leader:
            fail()
        assert leader.returncode is not None


def test_a_session_that_has_ended_already(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as output, session(["true"], output) as leader:
        leader.wait()
    assert leader.returncode == 0


def test_a_session_leaves_others_alone(tmp_path: Path) -> None:
    other = subprocess.Popen(["sleep", "600"])
    try:
        with (tmp_path / "log").open("wb") as output, session(["sleep", "600"], output):
            pass
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_waiting_gives_up_in_time() -> None:
    started = time.monotonic()
    assert not wait_until(lambda: False, timeout=0.3)
    assert time.monotonic() - started < 5
