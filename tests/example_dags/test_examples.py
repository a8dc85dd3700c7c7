"""The example DAGs, run: what becomes of the tasks behind each gate."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from airflow.sdk import BaseHook

from tests.dag_runs import executions, states
from tests.notifications import servers

pytestmark = pytest.mark.filterwarnings("ignore")

EXAMPLES = Path(__file__).resolve().parents[2] / "example_dags"
RUN: dict[str, list[tuple[dict[str, Any], dict[str, list[str]]]]] = {
    "gate_fail": [
        ({}, {"quality": ["failed"], "publish": ["upstream_failed"]}),
        ({"broken": False}, {"quality": ["success"], "publish": ["success"]}),
    ],
    "gate_skip": [
        ({}, {"quality": ["skipped"], "publish": ["skipped"], "report": ["success"]}),
        ({"orders": 1}, {"quality": ["success"], "publish": ["success"], "report": ["success"]}),
    ],
    "gate_continue": [({}, {"quality": ["success"], "tell": ["success"], "publish": ["success"]})],
    "branching": [
        (
            {},
            {
                "quality": ["success"],
                "publish.swap_tables": ["skipped"],
                "publish.refresh_reports": ["skipped"],
                "put_aside": ["success"],
                "tell_the_sender": ["success"],
                "clean_up": ["success"],
            },
        ),
        (
            {"broken": False},
            {
                "quality": ["success"],
                "publish.swap_tables": ["success"],
                "publish.refresh_reports": ["success"],
                "put_aside": ["skipped"],
                "tell_the_sender": ["skipped"],
                "clean_up": ["success"],
            },
        ),
    ],
    "mapped_tables": [({}, {"tables": ["success"], "quality": ["success", "failed"], "publish": ["upstream_failed"]})],
    "mapped_group": [({}, {"each.quality": ["success", "skipped"], "each.publish": ["success", "skipped"]})],
    "checks_at_run_time": [
        ({}, {"needed": ["success"], "quality": ["success"], "keys": ["success", "success"], "publish": ["success"]}),
        (
            {"least": 2},
            {"needed": ["success"], "quality": ["failed"], "keys": ["success", "success"], "publish": ["upstream_failed"]},
        ),
    ],
    "asset_gating": [({}, {"quality": ["success"]})],
    "write_audit_publish": [
        ({}, {"audit": ["failed"], "publish": ["upstream_failed"]}),
        ({"broken": False}, {"audit": ["success"], "publish": ["success"]}),
    ],
    "stored_tests": [
        ({}, {"quality": ["failed"], "publish": ["upstream_failed"]}),
        ({"broken": False}, {"quality": ["success"], "publish": ["success"]}),
    ],
    "sensor_across_dags": [
        ({}, {"fresh": ["success"], "complete": ["success"], "quality": ["success"]}),
        ({"broken": True}, {"fresh": ["success"], "complete": ["success"], "quality": ["failed"]}),
    ],
    "notifier": [
        ({}, {"quality": ["failed"], "publish": ["upstream_failed"]}),
        ({"broken": False}, {"quality": ["success"], "publish": ["success"]}),
    ],
    "run_checks_in_a_task": [({}, {"checks": ["success"], "choose": ["success"], "publish": ["success"]})],
}


@pytest.fixture(autouse=True)
def stored(store: Any) -> None:
    """The config store, filled with what lies beside the example of stored tests."""
    from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
    from airflow_data_quality.hooks import stores

    given = yaml.safe_load((EXAMPLES / "stored_tests" / "orders.yaml").read_text(encoding="utf-8"))
    connections = [RegisteredConnection.of(plain) for plain in given["connections"]]
    tests = [StoredTest.of(plain) for plain in given["tests"]]
    stores.config_store().apply([*connections, *tests], [], by="test")


@pytest.mark.parametrize(("name", "conf", "expected"), [(name, *go) for name, goes in RUN.items() for go in goes])
def test_what_becomes_of_the_tasks(
    run_dag: Callable[..., Any], name: str, conf: dict[str, Any], expected: dict[str, list[str]]
) -> None:
    assert states(run_dag(f"example_{name}", **conf)) == {"load": ["success"], **expected}


def test_every_example_is_run() -> None:
    files = {path.stem for path in EXAMPLES.glob("*.py")} - {"flights"}  # the demo's, which it runs
    assert files == set(RUN)


def test_the_ids_that_the_examples_speak_of(run_dag: Callable[..., Any], store: Any) -> None:
    run = run_dag("example_mapped_tables")
    assert "example_mapped_tables/quality/volume[mapped_tables_b]" in executions(store, run, map_index=1)
    run = run_dag("example_mapped_group")
    assert "example_mapped_group/each.quality/volume[warehouse, mapped_group_b]" in executions(store, run, "each.quality", 1)


def test_what_the_examples_hand_on(run_dag: Callable[..., Any]) -> None:
    told = run_dag("example_gate_continue").get_task_instance("tell").xcom_pull(task_ids="tell")
    assert told == "failed: example_gate_continue/quality/completeness(email)"
    published = run_dag("example_run_checks_in_a_task").get_task_instance("publish").xcom_pull(task_ids="publish")
    assert published == "published email IS NOT NULL"


def test_consumers_ask_for_as_much_quality_as_they_need(run_dag: Callable[..., Any]) -> None:
    good_enough = {"good_enough": ["success"], "count_orders": ["success"]}
    run_dag("example_asset_gating")
    consumer = states(run_dag("example_asset_gating_consumer"))
    assert consumer == {**good_enough, "flawless": ["failed"], "send_invoices": ["upstream_failed"]}
    run_dag("example_asset_gating", broken=False)
    consumer = states(run_dag("example_asset_gating_consumer"))
    assert consumer == {**good_enough, "flawless": ["success"], "send_invoices": ["success"]}


def test_what_is_published_is_replaced_as_a_whole_or_not_at_all(run_dag: Callable[..., Any]) -> None:
    hook = BaseHook.get_connection("warehouse").get_hook()

    def published() -> Any:
        return [tuple(row) for row in hook.get_records("SELECT id, email FROM wap_orders ORDER BY id")]

    good = [(1, "ann@example.org"), (2, "bob@example.org")]
    run_dag("example_write_audit_publish", broken=False)
    assert published() == good
    run_dag("example_write_audit_publish")
    assert published() == good
    # The second half of the swap fails: there is nothing to rename. The first half is undone.
    hook.run("DROP TABLE wap_orders_new")
    swap = run_dag.dags["example_write_audit_publish"].get_task("publish").sql  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="wap_orders_new"):
        hook.run(swap)
    assert published() == good


def test_another_dag_waits_for_outcomes_and_measures_nothing(run_dag: Callable[..., Any], store: Any) -> None:
    run_dag("example_sensor_across_dags")
    asked = store.executions_of_test("awaited_orders/volume")
    assert states(run_dag("example_sensor_across_dags_reports")) == {
        "orders_passed": ["success"],
        "up_to_date": ["success"],
        "report": ["success"],
    }
    assert store.executions_of_test("awaited_orders/volume") == asked


def test_whom_the_notifier_names_is_told(run_dag: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with servers.smtp() as (mailbox, port):
        extra = {"from_email": "airflow@example.org", "disable_ssl": True, "disable_tls": True}
        server = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(server))
        for broken in (True, False):
            run_dag("example_notifier", broken=broken)
    found = "failed: notifier_orders, completeness(email): 1 of 2 rows (50%) have no email, allowed 0"
    told = [f"example_notifier.quality {became}" for became in (found, "succeeded: 2 passed of 2 checks")]
    assert [mail["Subject"] for mail in mailbox.mails] == told
    assert mailbox.recipients == [["data-team@example.org"]] * 2
