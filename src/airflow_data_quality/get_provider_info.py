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
    "result_conn_id": {
        "description": (
            "The Airflow connection behind which results are kept: one of type postgres (TimescaleDB is used where it is there) "
            "or sqlite. Empty: the file data_quality.db in AIRFLOW_HOME."
        ),
        "version_added": "0.1.0",
        "type": "string",
        "example": "data_quality_results",
        "default": "",
    },
    "config_conn_id": {
        "description": (
            "The Airflow connection behind which stored tests are kept: one of type aws (DynamoDB), or any SQL database. "
            "Empty: the file data_quality.db in AIRFLOW_HOME."
        ),
        "version_added": "0.1.0",
        "type": "string",
        "example": "aws_default",
        "default": "",
    },
    "table_prefix": {
        "description": "What the names of our DynamoDB tables begin with: two deployments in one account take two.",
        "version_added": "0.1.0",
        "type": "string",
        "example": "staging_data_quality_",
        "default": "data_quality_",
    },
    "point_in_time_recovery": {
        "description": "Whether the DynamoDB tables can be restored to any second of the last days. AWS charges for it.",
        "version_added": "0.1.0",
        "type": "boolean",
        "example": "True",
        "default": "False",
    },
    "retention_days": {
        "description": "For how many days results are kept; 0 for good.",
        "version_added": "0.1.0",
        "type": "integer",
        "example": "90",
        "default": "400",
    },
    "audit_retention_days": {
        "description": "For how many days it is remembered who changed a stored test, and how; 0 for good.",
        "version_added": "0.1.0",
        "type": "integer",
        "example": "730",
        "default": "0",
    },
    "spool_path": {
        "description": (
            "The folder in which runs wait that the result store cannot take, or an ObjectStoragePath URL such as "
            "s3://conn@bucket/spool. Shared by all hosts, any of them delivers all. Empty: the folder data_quality_spool in "
            "AIRFLOW_HOME, of each host its own."
        ),
        "version_added": "0.1.0",
        "type": "string",
        "example": "/mnt/shared/data_quality_spool",
        "default": "",
    },
    "pool": {
        "description": "The Airflow pool in which scheduled batches of stored tests run.",
        "version_added": "0.1.0",
        "type": "string",
        "example": "data_quality",
        "default": "default_pool",
    },
    "max_batches_per_connection": {
        "description": (
            "In how many batches, each a task, a connection's tests that are due together are run at most. Those that still "
            "run from before do not count."
        ),
        "version_added": "0.1.0",
        "type": "integer",
        "example": "8",
        "default": "4",
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
                    "airflow_data_quality.operators.outcome_gate",
                    "airflow_data_quality.operators.require_quality",
                ],
            }
        ],
        "sensors": [
            {
                "integration-name": "Data Quality",
                "python-modules": [
                    "airflow_data_quality.sensors.data_quality",
                    "airflow_data_quality.sensors.freshness",
                    "airflow_data_quality.sensors.outcome",
                ],
            }
        ],
        "triggers": [
            {
                "integration-name": "Data Quality",
                "python-modules": ["airflow_data_quality.triggers.outcome", "airflow_data_quality.triggers.pause"],
            }
        ],
        "notifications": ["airflow_data_quality.notifications.data_quality.DataQualityNotifier"],
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
