"""One contestant in a process of its own: is told what to ask, then asks whenever it is its turn.

Lines of JSON go both ways: first what is to be asked, then one empty object a turn, answered by how long it took, what this
process worked, its memory at its highest, and question → whether the data was found to be as it must.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

Outcomes = dict[str, bool]
Prepare = Callable[[dict[str, Any]], Callable[[], Outcomes]]


def serve(prepare: Prepare) -> None:
    """Imports and prepares before the clock starts, then answers until nobody asks."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever the tool prints
    lines = iter(sys.stdin.readline, "")
    ask = prepare(json.loads(next(lines)))
    for _ in lines:
        worked, started = time.process_time(), time.perf_counter()
        outcomes = ask()
        seconds = time.perf_counter() - started
        answer = {
            **{"seconds": seconds, "client": time.process_time() - worked, "outcomes": outcomes},
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        print(json.dumps(answer), file=answers, flush=True)
