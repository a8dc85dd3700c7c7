"""How long does it take to validate a suite of 1,000 checks in YAML?

Every type that takes a column takes its turn. Measured once as ``data-quality validate`` in a process of its own, from its
start to its end, and once as ``Suite.from_file`` where everything is loaded.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.harness import interleaved, ms, table, timed

CHECKS = 1_000
LIMIT_MS = 500
FORMS = (
    "completeness: c{number}",
    "{{type: completeness, column: d{number}, max_failing: 0.5%, warn: {{max_failing: 0.1%}}, where: x > {number}}}",
    "uniqueness: [k{number}, id]",
    "{{type: referential, columns: [r{number}], to_table: public.others, to_columns: [id], severity: warn}}",
    "freshness: {{column: t{number}, max_age: 2h, tags: [gold, nightly]}}",
)
COMMAND = (sys.executable, "-c", "import sys; from airflow_data_quality.cli.main import main; sys.exit(main())")


def main(url: str) -> None:
    """Writes the file, then asks."""
    from airflow_data_quality import Suite

    with tempfile.TemporaryDirectory(prefix="dq-bench-") as folder:
        file = Path(folder) / "suite.yaml"
        file.write_text(suite(CHECKS), encoding="utf-8")
        small = Path(folder) / "small.yaml"
        small.write_text(suite(1), encoding="utf-8")
        taken = interleaved(
            {
                "command": timed(lambda: validated(file)),
                "small": timed(lambda: validated(small)),
                "read": timed(lambda: Suite.from_file(file)),
            },
            rounds=9,
        )
    rows = [
        (f"data-quality validate, {CHECKS:,} checks", ms(taken["command"]), f"< {LIMIT_MS}"),
        ("data-quality validate, one check", ms(taken["small"]), ""),
        (f"Suite.from_file, {CHECKS:,} checks, all loaded", ms(taken["read"]), ""),
    ]
    table((f"{CHECKS:,} checks in {len(suite(CHECKS)) / 1000:,.0f} kB", "ms, median (least)", "promised"), rows)


def suite(checks: int) -> str:
    """Returns a suite of so many checks as YAML."""
    lines = (f"  - {FORMS[number % len(FORMS)].format(number=number)}" for number in range(checks))
    return "\n".join(["name: many", "table: public.orders", "checks:", *lines, ""])


def validated(file: Path) -> None:
    """Validates it as a person does."""
    subprocess.run([*COMMAND, "validate", str(file)], check=True, capture_output=True)
