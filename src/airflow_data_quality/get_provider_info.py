"""What Airflow is told about this provider. Imported by every Airflow process: it loads nothing."""

from __future__ import annotations

from typing import Any

OPTIONS: dict[str, Any] = {
    "statement_timeout": {
        "description": (
            "After how long the database stops a statement by itself, such as 30m or 2h. "
            "The operators' argument of the same name comes first."
        ),
        "version_added": "0.1.0",
        "type": "string",
        "example": "2h",
        "default": "30m",
    },
    "max_parallel": {
        "description": (
            "Over how many connections a run asks a database at most. They see the same state of it, where it can show that to "
            "more than one. The operators' argument of the same name comes first."
        ),
        "version_added": "0.1.0",
        "type": "integer",
        "example": "4",
        "default": "2",
    },
    "masked_columns": {
        "description": (
            "Columns whose values are replaced by *** wherever failing rows are shown or kept: shell "
            "patterns of names, separated by commas, whatever the case."
        ),
        "version_added": "0.1.0",
        "type": "string",
        "example": "*email*, *password*",
        "default": "",
    },
}
"""The section ``[data_quality]`` of Airflow's configuration."""


def get_provider_info() -> dict[str, Any]:
    """Returns the provider's description in the form of Airflow's ``provider_info.schema.json``."""
    return {
        "package-name": "airflow-provider-data-quality",
        "name": "Data Quality",
        "description": "Data quality gates: ask the database whether its data is good, run what follows only when it is.",
        "integrations": [{"integration-name": "Data Quality", "tags": ["software"]}],
        "operators": [
            {
                "integration-name": "Data Quality",
                "python-modules": [
                    "airflow_data_quality.operators.branch",
                    "airflow_data_quality.operators.data_quality",
                ],
            }
        ],
        "task-decorators": [
            {
                "name": "data_quality",
                "class-name": "airflow_data_quality.decorators.data_quality.data_quality_task",
            }
        ],
        "cli": ["airflow_data_quality.cli.definition.get_data_quality_cli_commands"],
        "config": {
            "data_quality": {
                "description": "How data quality checks are run and where their results are kept.",
                "options": OPTIONS,
            }
        },
    }
