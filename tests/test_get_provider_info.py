"""What Airflow is told about the package, held against Airflow's own schema and read back by Airflow."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points
from importlib.resources import files
from typing import Any

import jsonschema

from airflow_data_quality.get_provider_info import get_provider_info


def _airflow(*arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "airflow", *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


def test_it_fits_airflows_schemas() -> None:
    info = get_provider_info()
    jsonschema.validate(info, json.loads(files("airflow").joinpath("provider_info.schema.json").read_text()))


def test_every_module_and_class_it_names_is_there() -> None:
    from importlib import import_module

    info = get_provider_info()
    for modules in [*info["operators"], *info["sensors"], *info["triggers"]]:
        for module in modules["python-modules"]:
            assert import_module(module).__doc__
    for decorator in get_provider_info()["task-decorators"]:
        module, _, name = decorator["class-name"].rpartition(".")
        assert getattr(import_module(module), name).__doc__


def test_the_entry_point_leads_to_it() -> None:
    (entry_point,) = [e for e in entry_points(group="apache_airflow_provider") if "airflow_data_quality" in e.value]
    assert entry_point.load() is get_provider_info


def test_airflow_lists_the_provider_and_its_configuration() -> None:
    providers = json.loads(_airflow("providers", "list", "-o", "json"))
    assert "airflow-provider-data-quality" in {provider["package_name"] for provider in providers}
    assert _airflow("config", "get-value", "data_quality", "statement_timeout").strip().endswith("30m")
