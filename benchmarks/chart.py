"""``python -m benchmarks.chart RECORD``: draws docs/benchmark.svg from what ``--record`` wrote.

One bar a contestant, grouped by the size of the table, each group in a scale of its own; readable on white and on black.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).resolve().parent.parent / "docs" / "benchmark.svg"
SHOWN = {
    ("s20", "by hand, two connections"): "the best SQL by hand",
    ("s20", "run_checks, two connections"): "this package",
    ("s20", "written first, six statements"): "SQL as first written",
    ("peers", "Airflow common-sql"): "Airflow common-sql",
    ("peers", "dbt, two threads"): "dbt",
    ("peers", "Soda 3"): "Soda 3",
    ("peers", "Soda 4"): "Soda 4",
    ("peers", "Great Expectations, boolean only"): "Great Expectations",
}
"""Question and contestant → what the chart calls it, in its order."""
OURS = "this package"
WIDTH, LABELS, BARS, LINE, HEAD = 760, 190, 460, 22, 34
STYLE = """\
text{font:13px system-ui,sans-serif;fill:#24292f}.size{font-weight:600}.bar{fill:#8c959f}.ours{fill:#0969da}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.bar{fill:#6e7681}.ours{fill:#4493f8}}"""

Bars = dict[str, float]
"""What it is called → the median of its seconds."""


def main() -> None:
    """Reads the records and writes the chart."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m benchmarks.chart RECORD, a file that `python -m benchmarks --record` has written")
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    OUTPUT.write_text(svg(by_size(map(json.loads, lines))), encoding="utf-8")


def by_size(records: Iterable[Mapping[str, Any]]) -> dict[int, Bars]:
    """Returns rows → bars, of the tables in order; of a contestant that was measured again the last."""
    sizes: dict[int, Bars] = {}
    for record in records:
        name = SHOWN.get((record["question"], record["contestant"]))
        if name is not None and record["kind"] == "in_order":
            sizes.setdefault(record["rows"], {})[name] = statistics.median(record["seconds"])
    return {rows: {name: bars[name] for name in SHOWN.values() if name in bars} for rows, bars in sorted(sizes.items())}


def svg(sizes: Mapping[int, Bars]) -> str:
    """Returns the chart."""
    parts: list[str] = []
    top = 0
    for rows, bars in sizes.items():
        parts.append(f'<text class="size" x="0" y="{top + 20}">{rows:,} rows, 20 checks: seconds</text>')
        top += HEAD
        for name, seconds in bars.items():
            parts += bar(name, seconds, max(bars.values()), top)
            top += LINE
        top += LINE // 2
    title = "<title>Seconds for twenty checks, by tool and size of the table</title>"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}" role="img">'
    return "\n".join([head, title, f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def bar(name: str, seconds: float, longest: float, top: int) -> list[str]:
    """Returns one line: who, how long drawn, how long said."""
    width = max(seconds / longest * BARS, 1)
    kind = "bar ours" if name == OURS else "bar"
    said = f"{seconds:.2f}" if seconds < 10 else f"{seconds:.1f}"
    return [
        f'<text x="{LABELS - 8}" y="{top + 13}" text-anchor="end">{escape(name)}</text>',
        f'<rect class="{kind}" x="{LABELS}" y="{top + 1}" width="{width:.0f}" height="{LINE - 6}" rx="2"/>',
        f'<text x="{LABELS + width + 6:.0f}" y="{top + 13}">{said}</text>',
    ]


if __name__ == "__main__":
    main()
