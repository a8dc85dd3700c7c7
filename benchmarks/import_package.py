"""What does ``import airflow_data_quality`` load, and how long does it take?"""

from __future__ import annotations

import sys

from benchmarks.harness import MARK, fresh_code, interleaved, ms, table

LIMIT_MS = 50
NEVER = ("airflow", "sqlglot", "sqlalchemy", "boto3", "fastapi", "pydantic")

CODE = f"""
import json, sys, time
before = set(sys.modules)
started = time.perf_counter()
import airflow_data_quality
seconds = time.perf_counter() - started
print({MARK!r} + json.dumps([seconds, sorted(set(sys.modules) - before)]))
"""


def main(url: str) -> None:
    """Asks fresh processes."""
    _, loaded = fresh_code(CODE)
    unwanted = [package for package in NEVER if any(name.partition(".")[0] == package for name in loaded)]
    if unwanted:
        raise RuntimeError(f"importing the package loads {', '.join(unwanted)}")
    taken = interleaved({"import": lambda: float(fresh_code(CODE)[0])}, rounds=15)["import"]
    others = [name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names]
    print(f"{len(loaded)} modules are loaded, outside the standard library {', '.join(others)}; none of {', '.join(NEVER)}\n")
    table(("", "ms, median (least)", "promised"), [("import airflow_data_quality", ms(taken, 2), f"< {LIMIT_MS}")])
