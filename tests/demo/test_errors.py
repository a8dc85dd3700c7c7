"""Errors of the demo show the log that tells why."""

from __future__ import annotations

from pathlib import Path

from demo.errors import LINES_OF_LOG, DemoError


def test_the_end_of_the_log_is_shown(tmp_path: Path) -> None:
    log = tmp_path / "airflow.log"
    log.write_bytes(b"\n".join(b"line %d \xff" % number for number in range(1000)))
    text = str(DemoError.with_log("Airflow did not start", log))
    assert text.startswith(f"Airflow did not start\nThe end of {log}:\n")
    assert "line 999" in text
    assert len(text.splitlines()) == LINES_OF_LOG + 2


def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    assert "it is empty" in str(DemoError.with_log("no", tmp_path / "none"))
