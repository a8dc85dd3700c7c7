"""``schema``: the JSON Schema of suites or stored tests, for editors, with the check types of all packages that are installed."""

from __future__ import annotations

import json
from argparse import Namespace

from airflow_data_quality.cli.main import PASSED
from airflow_data_quality.cli.terminal import write
from airflow_data_quality.core.formats.json_schema import stored_tests_schema, suite_schema


def run(args: Namespace) -> int:
    """Prints it."""
    write(json.dumps(stored_tests_schema() if args.tests else suite_schema(), indent=2, ensure_ascii=False))
    return PASSED
