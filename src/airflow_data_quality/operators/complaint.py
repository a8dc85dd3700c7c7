"""What a task says when it does not let others run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

AT_MOST = 3
"""How many tests are named; the log has all."""


class Finding(Protocol):
    """What became of one test: an execution, or the latest that is known of it."""

    @property
    def test_id(self) -> str:
        """The test's."""

    @property
    def message(self) -> str:
        """What a person should know, on one line."""


def complaint(findings: Sequence[Finding], total: int, outcome: str) -> str:
    """Returns how many of all checks came to nothing good, and what is wrong with the first ones.

    Args:
        findings: those that came to it.
        total: how many were looked at.
        outcome: what they came to.
    """
    first = "; ".join(f"{finding.test_id}: {finding.message}" for finding in findings[:AT_MOST])
    more = f"; and {len(findings) - AT_MOST} more" if len(findings) > AT_MOST else ""
    return f"{len(findings)} of {total} checks {outcome}: {first}{more}"
