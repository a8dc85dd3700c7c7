"""What a run tells OpenLineage, where Airflow's provider for it is installed: it alone calls this, and nothing else loads it.

Every execution is a test of the run (``TestRunFacet``). Those that were asked of a table are assertions on it too, beside what
was measured of it, under the name by which OpenLineage knows that table; a database that its naming does not know (SQLite) and
a query have none. No row's content leaves here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors import OperatorLineage
from airflow.providers.openlineage.sqlparser import SQLParser
from openlineage.client.event_v2 import InputDataset
from openlineage.client.facet_v2 import data_quality_assertions_dataset as assertions
from openlineage.client.facet_v2 import data_quality_metrics_dataset as metrics
from openlineage.client.facet_v2 import test_run

from airflow_data_quality.core.model.dataset import split_path
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.report.text import cells
from airflow_data_quality.core.sql.dialect import dialect_named

if TYPE_CHECKING:
    from airflow_data_quality.hooks.database import HookDatabase

STATUS = {"passed": "pass", "failed": "fail", "errored": "fail", "skipped": "skip"}
"""Outcome → the word of the facet, which has none for a question that could not be asked: ``params`` has the outcome."""
OF_COLUMN = {
    "null_count": "nullCount",
    "missing": "nullCount",
    "value_count": "count",
    "distinct": "distinctCount",
    "sum": "sum",
    "min": "min",
    "max": "max",
}
"""Measurement → the facet's word."""
_MEASURED = re.compile(r"(?P<metric>\w+)\((?P<column>.*)\)", re.DOTALL)


def lineage(run: Run | None, databases: Mapping[str | None, HookDatabase]) -> OperatorLineage[Any, Any]:
    """Returns the inputs and facets of a run.

    Args:
        run: what came of it; None when nothing was asked.
        databases: those that were asked, by conn_id.
    """
    if run is None or not run.executions:
        return OperatorLineage()
    return OperatorLineage(
        inputs=[_input(*place, executions) for place, executions in _by_table(run, databases).items()],
        run_facets={"test": test_run.TestRunFacet(tests=[_test(execution) for execution in run.executions])},
    )


# The names of tables --------------------------------------------------------------------------------------------------


def _by_table(run: Run, databases: Mapping[str | None, HookDatabase]) -> Mapping[tuple[str, str], list[Execution]]:
    """Returns what was asked of each table, by namespace and name."""
    found: dict[tuple[str, str], list[Execution]] = {}
    for dataset in dict.fromkeys(execution.dataset for execution in run.executions if execution.dataset.table is not None):
        executions = [execution for execution in run.executions if execution.dataset == dataset]
        place = _place(str(dataset.table), executions, databases[dataset.conn_id])
        if place is not None:
            found.setdefault(place, []).extend(executions)
    return found


def _place(table: str, executions: Iterable[Execution], database: HookDatabase) -> tuple[str, str] | None:
    """Returns a table's namespace and name by OpenLineage's naming, as the database's own hook knows it."""
    hook: Any = database.hook
    info = hook.get_openlineage_database_info(hook.connection)
    path = _path(table, executions, database.dialect)
    if info is None or not path:
        return None
    qualified = (info.database, *path) if info.database and len(path) < 3 else path
    return SQLParser.create_namespace(info), ".".join(qualified)


def _path(table: str, executions: Iterable[Execution], dialect: str) -> Sequence[str]:
    """Returns the path of a table as the catalog has it, which the SQL of its checks shows; empty where there is none."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    name, _ = split_path(table)[-1]
    for execution in executions:
        try:
            tree = parse_one(execution.sql or "", dialect=dialect_named(dialect).sqlglot)
        except SqlglotError:
            continue
        for found in tree.find_all(exp.Table):
            parts = found.parts
            # Ours is written whole and in quotes, which tells it from what a user's SQL names.
            if found.name.lower() == name.lower() and len(parts) > 1 and all(part.args.get("quoted") for part in parts):
                return [part.name for part in parts]
    return ()


# The facets -----------------------------------------------------------------------------------------------------------


def _input(namespace: str, name: str, executions: Sequence[Execution]) -> InputDataset:
    asked = [_assertion(execution) for execution in executions if execution.outcome in ("passed", "failed")]
    measured = _metrics(_of_one_filter(executions))
    return InputDataset(
        namespace=namespace,
        name=name,
        facets={"dataQualityMetrics": measured} if measured else {},
        inputFacets={"dataQualityAssertions": assertions.DataQualityAssertionsDatasetFacet(assertions=asked)} if asked else {},
    )


def _assertion(execution: Execution) -> assertions.Assertion:
    facts = _facts(execution)
    return assertions.Assertion(
        assertion=execution.check.type, success=execution.outcome == "passed", column=_column(execution), **facts
    )


def _test(execution: Execution) -> test_run.TestExecution:
    facts = _facts(execution)
    facts["params"] |= {"tested_table": execution.dataset.text, "tested_column": _column(execution)}
    return test_run.TestExecution(status=STATUS[execution.outcome], type=execution.check.type, **facts)


def _facts(execution: Execution) -> dict[str, Any]:
    *_, actual, expected, _ = cells(execution)
    return {
        "name": execution.test_id,
        "severity": execution.severity,
        "description": execution.check.describe(),
        "expected": expected or None,
        "actual": actual or None,
        "content": execution.sql,
        "contentType": None if execution.sql is None else "sql",
        "params": {
            "outcome": execution.outcome,
            "where": execution.dataset.where,
            "checked": execution.checked,
            "failing": execution.failing,
        },
    }


def _column(execution: Execution) -> str | None:
    columns = execution.check.label_columns()
    return columns[0] if len(columns) == 1 else None


def _of_one_filter(executions: Sequence[Execution]) -> Sequence[Execution]:
    """Returns what was asked of all rows of a table; where nothing was, what was asked of some, if it is always the same rows."""
    filters = {execution.dataset.where for execution in executions}
    chosen = None if None in filters or len(filters) > 1 else executions[0].dataset.where
    return [execution for execution in executions if execution.dataset.where == chosen and execution.check.where is None]


def _metrics(executions: Sequence[Execution]) -> metrics.DataQualityMetricsDatasetFacet | None:
    """Returns what was measured of the rows of a table, in so far as the facet has a word for it; None for nothing."""
    rows: int | None = None
    columns: dict[str, metrics.ColumnMetrics] = {}
    for execution in executions:
        for measurement in execution.measurements:
            if measurement.metric == "row_count" and isinstance(measurement.value, int):
                rows = measurement.value
            elif (number := _number(measurement.value)) is not None and _column(execution) is not None:
                _note(columns, measurement.metric, number, tokens=bool(getattr(execution.check, "missing_values", ())))
    if rows is None and not columns:
        return None
    return metrics.DataQualityMetricsDatasetFacet(rowCount=rows, columnMetrics=columns)


def _note(columns: dict[str, metrics.ColumnMetrics], name: str, number: int | float, *, tokens: bool) -> None:
    """Adds a measurement to those of its column; what also counted tokens that mean "missing" is no number of NULLs."""
    if (read := _MEASURED.fullmatch(name)) is None:
        return
    metric = read["metric"]
    quantile = 50 if metric == "median" else int(metric[1:]) if re.fullmatch(r"p\d\d", metric) else None
    if quantile is None and (metric not in OF_COLUMN or tokens):
        return
    noted = columns.setdefault(read["column"], metrics.ColumnMetrics())
    if quantile is None:
        setattr(noted, OF_COLUMN[metric], number)
    else:
        noted.quantiles = {**(noted.quantiles or {}), str(quantile / 100): number}


def _number(value: Any) -> int | float | None:
    """Returns a measured number as JSON may hold it."""
    if not isinstance(value, int | float | Decimal) or not math.isfinite(value):
        return None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
