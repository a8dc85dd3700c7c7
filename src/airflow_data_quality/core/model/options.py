"""How a run is to be made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

STATEMENT_TIMEOUT = timedelta(minutes=30)


@dataclass(frozen=True)
class Options:
    """What a face may set for a run."""

    statement_timeout: timedelta = STATEMENT_TIMEOUT
    """After how long the database stops a statement by itself."""
