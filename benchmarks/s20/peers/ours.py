"""Ours: ``run_checks``, and the optimum by hand beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from turns import Outcomes, serve

from benchmarks.s20.data import Tables


def prepare(asked: dict[str, Any]) -> Callable[[], Outcomes]:
    """Builds the suite."""
    from airflow_data_quality import connect, run_checks
    from benchmarks.s20.suite import checks

    suite = checks(Tables(asked["rows"], asked["kind"]))

    def ask() -> Outcomes:
        run = run_checks({"table": asked["orders"]}, suite, connect(asked["url"]), max_parallel=int(sys.argv[1]))
        return {execution.check.label: execution.outcome == "passed" for execution in run.executions}

    return ask


if __name__ == "__main__":
    serve(prepare)
