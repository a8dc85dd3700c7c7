"""What can go wrong in the demo, told to a person: no traceback, but what to look at."""

from __future__ import annotations

from pathlib import Path

LINES_OF_LOG = 40


class DemoError(Exception):
    """The demo cannot go on. The message says what happened and what to do."""

    @classmethod
    def with_log(cls, message: str, log: Path) -> DemoError:
        """Says what happened, with the end of the log that tells why and where the whole of it lies."""
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
        tail = "\n".join(f"  {line}" for line in lines[-LINES_OF_LOG:]) or "  (it is empty)"
        return cls(f"{message}\nThe end of {log}:\n{tail}")
