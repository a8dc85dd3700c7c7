"""Failing rows: logged below their check and kept when they are asked for, and what nobody may see is not seen."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

import pytest

from airflow_data_quality import Completeness, DataQualityOperator, Uniqueness, Volume
from airflow_data_quality.core.errors import DefinitionError

pytestmark = pytest.mark.filterwarnings("ignore")

CHECKS = [Completeness(column="email"), Uniqueness(columns=["customer"]), Volume(min=1000)]


def ran(**arguments: Any) -> dict[str, Any]:
    gate = DataQualityOperator(
        task_id="quality", conn_id="warehouse", table="orders", checks=CHECKS, gate="continue", history_key="orders", **arguments
    )
    return gate.execute({})


def kept(store: Any, summary: dict[str, Any]) -> dict[str, Any]:
    return {execution.check.type: execution.samples for execution in store.run(UUID(summary["run_id"])).executions}


def test_failing_rows_are_kept_and_logged_below_their_check(
    warehouse: Any, store: Any, task_log: pytest.LogCaptureFixture
) -> None:
    samples = kept(store, ran(sample_failing_rows=2, sample_columns=["id", "email"]))
    assert [set(row) for row in samples["completeness"]] == [{"id", "email"}] * 2
    assert all(row["email"] is None and row["id"] % 4 == 0 for row in samples["completeness"])
    assert len(samples["uniqueness"]) == 2
    assert samples["volume"] == ()
    (record,) = [r for r in task_log.records if r.getMessage().startswith("failed  orders/completeness(email)")]
    assert record.levelno == logging.ERROR
    line, title, header, *rows = record.getMessage().splitlines()
    assert line.endswith("25 of 100 rows (25%) have no email, allowed 0")
    assert (title.strip(), header.split()) == ("some of the failing rows:", ["id", "email"])
    assert [row.split() for row in rows] == [[str(row["id"]), "NULL"] for row in samples["completeness"]]


def test_none_are_fetched_unless_asked_for(warehouse: Any, store: Any, task_log: pytest.LogCaptureFixture) -> None:
    assert set(kept(store, ran()).values()) == {()}
    assert "some of the failing rows" not in task_log.text
    assert "a@x.org" not in task_log.text


def test_masked_columns_are_nowhere_seen(
    warehouse: Any, store: Any, task_log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__DATA_QUALITY__MASKED_COLUMNS", "*secret*, E?AIL ,")
    summary = ran(sample_failing_rows=3)
    rows = kept(store, summary)["uniqueness"]
    assert len(rows) == 3
    assert {row["email"] for row in rows} <= {"***", None}
    assert all(isinstance(row["id"], int) for row in rows)
    assert "a@x.org" not in task_log.text + str(summary)


def test_patterns_may_stand_on_lines_of_their_own(warehouse: Any, store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DATA_QUALITY__MASKED_COLUMNS", "*secret*\n*email*\n")
    assert {row["email"] for row in kept(store, ran(sample_failing_rows=3))["uniqueness"]} <= {"***", None}


@pytest.mark.parametrize("setting", ['"*email*"', '["*email*", "id"]', "'*email*', id"])
def test_patterns_that_would_mask_nothing_are_refused_before_a_row_is_seen(
    warehouse: Any, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("AIRFLOW__DATA_QUALITY__MASKED_COLUMNS", setting)
    with pytest.raises(DefinitionError, match=r"masked_columns .* write patterns without quotes"):
        ran(sample_failing_rows=3)
    assert ran()["verdict"] == "failed"


def test_why_rows_that_were_asked_for_cannot_be_seen_is_logged(
    warehouse: Any, store: Any, task_log: pytest.LogCaptureFixture
) -> None:
    ran(sample_failing_rows=1, sample_columns=["emial"])
    (record,) = [r for r in task_log.records if r.getMessage().startswith("failed  orders/completeness(email)")]
    why = "failing rows could not be looked at: none of the sample_columns emial is there"
    assert record.getMessage().splitlines()[1:] == [f"        {why}"]


def test_sample_columns_may_be_templates(warehouse: Any, store: Any) -> None:
    gate = DataQualityOperator(
        task_id="quality",
        conn_id="warehouse",
        table="orders",
        checks=CHECKS,
        gate="continue",
        sample_failing_rows=1,
        sample_columns=["{{ params.key }}"],
    )
    gate.render_template_fields({"params": {"key": "id"}})
    (row,) = kept(store, gate.execute({}))["completeness"]
    assert set(row) == {"id"}


def test_sample_columns_rendered_to_text_are_refused(warehouse: Any) -> None:
    gate = DataQualityOperator(
        task_id="quality",
        conn_id="warehouse",
        table="orders",
        checks=CHECKS,
        sample_failing_rows=1,
        sample_columns="{{ params.key }}",
    )
    gate.render_template_fields({"params": {"key": "id"}})
    with pytest.raises(DefinitionError, match="sample_columns is one text; give a list"):
        gate.execute({})
