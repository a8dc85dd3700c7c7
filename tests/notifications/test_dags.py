"""What is told in real DAG runs: a gate that fails, skips, goes on, passes or is retried, other tasks, whole DAGs."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest

from tests.dag_runs import states
from tests.notifications.servers import Mailbox, Web

pytestmark = pytest.mark.filterwarnings("ignore")

FAILED = "orders, completeness(email): 25 of 100 rows (25%) have no email, allowed 0.5%"


def lines(mail: EmailMessage) -> list[str]:
    """What a mail says, without what differs from run to run."""
    text = next(mail.iter_parts()).get_content()
    text = re.sub(r"manual__[-+:.%0-9A-Z]+", "RUN", text)
    return [line for line in text.splitlines() if line]


def about(mailbox: Mailbox, task: str) -> list[list[str]]:
    return [lines(mail) for mail in mailbox.mails if mail["Subject"].startswith(task)]


def test_a_gate_that_fails_is_told_by_every_way(run_dag: Callable[..., Any], mailbox: Mailbox, web: Web) -> None:
    run = run_dag("failing")
    assert states(run) == {"quality": ["failed"]}
    run_dag("failing")
    first, second = mailbox.mails
    assert first["Subject"] == f"failing.quality failed: {FAILED}"
    found = lines(first)
    assert found[:2] == [FAILED, "new"]
    assert (
        found[2] == "- orders, only <b>: 75 of 75 rows (100%) have a email that is not one of 'b@x.org', allowed 0 (warning, new)"
    )
    assert found[3].startswith("- orders, completeness(emial): could not be asked: ")
    assert found[4:] == [
        "checks: 2 failed, 1 errored, 1 passed of 4 checks",
        "what: failing.quality failed",
        "owner: shop",
        "run: RUN",
        "try: 1 of 1",
        "log: http://localhost:8080/dags/failing/runs/RUN/tasks/quality?try_number=1",
        "run: http://localhost:8080/dags/failing/runs/RUN",
    ]
    since = f"{run.get_task_instance('quality').start_date:since %Y-%m-%d %H}"
    assert lines(second)[1].startswith(since)
    assert web.webhook[0]["blocks"][0]["text"]["text"] == f":red_circle: {FAILED}\n_new_"
    assert [posted["text"] for posted in web.posted] == [f"failing.quality failed: {FAILED}"] * 2
    assert [event["dedup_key"] for event in web.events] == ["airflow/failing/quality"] * 2
    assert web.events[0]["payload"]["severity"] == "error"


def test_callbacks_of_tasks(run_dag: Callable[..., Any], mailbox: Mailbox) -> None:
    run_dag("callbacks", to="bob@example.org")
    assert {to for recipients in mailbox.recipients for to in recipients} == {"bob@example.org"}
    assert sorted(re.split(": |$", mail["Subject"], maxsplit=1)[0] for mail in mailbox.mails) == [
        "callbacks.foreign failed",
        "callbacks.passed succeeded",
        "callbacks.retried failed",
        "callbacks.retried failed and will be retried",
        "callbacks.skipped was skipped",
        "callbacks.unpushed failed",
        "callbacks.went_on succeeded",
    ]
    for task in ("skipped", "went_on", "retried", "unpushed"):
        assert {found[0] for found in about(mailbox, f"callbacks.{task}")} == {FAILED}
    (skipped,) = about(mailbox, "callbacks.skipped")
    assert "and 1 more" in skipped
    assert [line for line in skipped if line.startswith("error")] == []
    (passed,) = about(mailbox, "callbacks.passed")
    assert passed[0] == "callbacks.passed succeeded: 1 passed of 1 checks"
    (foreign,) = about(mailbox, "callbacks.foreign")
    assert foreign[:2] == ["callbacks.foreign failed: ValueError: the file is not there", "what: callbacks.foreign failed"]
    retried, failed = about(mailbox, "callbacks.retried")
    assert ("try: 1 of 2" in retried, "try: 2 of 2" in failed) == (True, True)


def test_each_mapped_task_speaks_for_itself(run_dag: Callable[..., Any], mailbox: Mailbox, web: Web) -> None:
    run_dag("mapped")
    assert sorted(mail["Subject"] for mail in mailbox.mails) == [
        f"mapped.quality[0] failed: {FAILED}",
        "mapped.quality[1] succeeded: 1 passed of 1 checks",
    ]


def test_a_whole_dag(run_dag: Callable[..., Any], mailbox: Mailbox) -> None:
    run_dag("whole")
    run_dag("whole_good")
    bad, good = mailbox.mails
    assert bad["Subject"] == f"DAG whole failed: {FAILED}"
    assert lines(bad)[2:] == [
        "checks: 1 failed of 1 checks",
        "what: DAG whole failed",
        "error: task_failure",
        "owner: airflow",
        "run: RUN",
        "run: http://localhost:8080/dags/whole/runs/RUN",
    ]
    assert good["Subject"] == "DAG whole_good succeeded: 1 passed of 1 checks"


def test_when_the_store_is_away_the_task_is_told_of_by_its_own_words(
    run_dag: Callable[..., Any], mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.providers.common.compat.sdk import conf

    get = conf.get
    away = {"result_conn_id": "nowhere"}
    monkeypatch.setattr(conf, "get", lambda section, key, **more: away.get(key) or get(section, key, **more))
    run_dag("failing")
    run_dag("callbacks")
    found = lines(next(mail for mail in mailbox.mails if mail["Subject"].startswith("failing")))
    assert found[0].startswith(f"failing.quality failed: DataQualityFailed: 1 of 4 checks failed: failing/quality/{FAILED[8:]}")
    assert found[1:5] == [
        "- failing/quality/completeness(email)",
        "- failing/quality/completeness(emial)",
        "- failing/quality/only <b>",
        "checks: 2 failed, 1 errored, 1 passed of 4 checks",
    ]
    (went_on,) = about(mailbox, "callbacks.went_on")
    assert went_on[0] == "callbacks.went_on succeeded: 2 failed, 1 errored, 1 passed of 4 checks"


def test_what_an_earlier_try_found_is_not_said_of_a_later_one(run_dag: Callable[..., Any], store: Any) -> None:
    from airflow_data_quality.notifications.findings import findings
    from airflow_data_quality.notifications.occasion import Place

    run = run_dag("failing")
    ti = run.get_task_instance("quality")
    assert len(findings(Place("failing", run.run_id, ti)).executions) == 4
    ti.try_number += 1
    assert findings(Place("failing", run.run_id, ti)).executions == ()
