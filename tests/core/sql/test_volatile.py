"""Sources that answer otherwise each time they are asked, and statements that change what later ones see."""

from __future__ import annotations

from typing import Any

from airflow_data_quality.core.checks.referential import Referential
from airflow_data_quality.core.checks.uniqueness import Uniqueness
from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.database import connect
from airflow_data_quality.core.runner import run_checks


def test_failing_rows_are_among_those_that_were_checked(postgres: Any) -> None:
    postgres.execute("CREATE TABLE big AS SELECT n AS id, n + 100000 AS fk FROM generate_series(1, 2000) n")
    check = Referential(columns=["fk"], to_table="big", to_columns=["id"], max_failing="100%")
    for dataset in ({"query": "SELECT * FROM big TABLESAMPLE BERNOULLI (10)"}, {"table": "big", "where": "random() < 0.1"}):
        for _ in range(5):
            (execution,) = run_checks(dataset, [check], connect(postgres.url)).executions
            assert execution.failing == execution.checked


def test_what_one_check_sets_is_undone_before_the_next_statement(postgres: Any) -> None:
    postgres.execute("CREATE TABLE t AS SELECT 1 AS a")
    checks = [
        Volume(min=1, where="set_config('TimeZone', 'Asia/Tokyo', false) IS NOT NULL"),
        Uniqueness(columns=["a"], where="current_setting('TimeZone') = 'Asia/Tokyo'"),
    ]
    _, unique = run_checks({"table": "t"}, checks, connect(postgres.url)).executions
    assert unique.checked == 0
