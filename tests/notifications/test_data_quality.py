"""Telling by real servers: what arrives, what is refused, and that no way keeps another from being tried."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG

from airflow_data_quality import DataQualityNotifier
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.notifications.errors import NotificationFailed
from tests.notifications import servers
from tests.notifications.conftest import KEY, Connect
from tests.notifications.servers import Mailbox, Web

pytestmark = pytest.mark.filterwarnings("ignore")

ALL = {
    "email": ["a@example.org", "b@example.org"],
    "slack_webhook_conn_id": "hook",
    "slack_channel": "#data",
    "pagerduty_conn_id": "pager",
}
ODD = 'load<script>&\nBcc: all@example.org <!channel> "é"'


def context(**changed: Any) -> dict[str, Any]:
    """What Airflow knows of a foreign task that failed."""
    ti = SimpleNamespace(
        dag_id="shop",
        task_id="load",
        run_id="manual__1",
        map_index=-1,
        try_number=2,
        max_tries=2,
        state="failed",
        log_url="http://airflow/log?a=1&b=2",
        xcom_pull=lambda **_: None,
    )
    return {
        "ti": ti,
        "task": SimpleNamespace(owner="data"),
        "exception": ValueError("boom\nDETAIL: Key (email)=(x@y.z)"),
        **changed,
    }


@pytest.fixture
def tell(store: Any) -> Callable[..., None]:
    """Notifies as a worker does."""

    def tell(context: dict[str, Any], **given: Any) -> None:
        DataQualityNotifier(**given)(context)

    return tell


@pytest.fixture(params=["in a worker", "in the triggerer"])
def tell_anywhere(request: pytest.FixtureRequest, tell: Callable[..., None]) -> Callable[..., None]:
    """Notifies as a worker does, and in an event loop as the triggerer does."""

    async def wait(context: dict[str, Any], **given: Any) -> None:
        await DataQualityNotifier(**given, context=context)  # type: ignore[arg-type]

    return tell if request.param == "in a worker" else lambda context, **given: asyncio.run(wait(context, **given))


# What arrives ---------------------------------------------------------------------------------------------------------


def test_all_ways_at_once(tell_anywhere: Any, mailbox: Mailbox, web: Web) -> None:
    tell_anywhere(context(), **ALL)
    (mail,) = mailbox.mails
    assert mailbox.recipients == [["a@example.org", "b@example.org"]]
    assert (mail["Subject"], mail["From"], mail["To"]) == (
        "shop.load failed: ValueError: boom",
        "airflow@example.org",
        "a@example.org, b@example.org",
    )
    assert (mail.get_content_type(), mail["Auto-Submitted"]) == ("multipart/alternative", "auto-generated")
    text, html = mail.iter_parts()
    assert text.get_content().splitlines() == [
        "shop.load failed: ValueError: boom",
        "",
        "what: shop.load failed",
        "owner: data",
        "run: manual__1",
        "try: 2 of 3",
        "log: http://airflow/log?a=1&b=2",
        "run: http://localhost:8080/dags/shop/runs/manual__1",
    ]
    assert '<a href="http://airflow/log?a=1&amp;b=2">' in html.get_content()
    (hooked,), (posted,), (event,) = web.webhook, web.posted, web.events
    assert hooked["text"] == posted["text"] == "shop.load failed: ValueError: boom"
    assert hooked["blocks"] == posted["blocks"]
    assert "<http://airflow/log?a=1&amp;b=2|log>" in [e["text"] for e in hooked["blocks"][-1]["elements"]]
    assert (posted["channel"], web.tokens) == ("#data", ["Bearer xoxb-hush-hush"])
    assert (event["routing_key"], event["event_action"], event["dedup_key"]) == (KEY, "trigger", "airflow/shop/load")
    assert (event["payload"]["summary"], event["payload"]["severity"]) == ("shop.load failed: ValueError: boom", "error")


def test_further_lines_of_an_exception_are_told_to_nobody(tell: Any, mailbox: Mailbox) -> None:
    tell(context(), email="a@example.org")
    assert "x@y.z" not in mailbox.mails[0].as_string()


def test_a_name_is_markup_nowhere(tell: Any, mailbox: Mailbox, web: Web) -> None:
    given = context()
    given["ti"].task_id = ODD
    given["ti"].state = "success"
    del given["exception"]
    tell(given, **ALL)
    (mail,) = mailbox.mails
    flat = ODD.replace("\n", " ")
    assert (mail["Subject"], mail["Bcc"]) == (f"shop.{flat} succeeded", None)
    assert mailbox.recipients == [["a@example.org", "b@example.org"]]
    text, html = mail.iter_parts()
    assert text.get_content().startswith(f"shop.{flat} succeeded\n")
    assert "<script>" not in html.get_content()
    assert web.webhook[0]["text"] == 'shop.load&lt;script&gt;&amp; Bcc: all@example.org &lt;!channel&gt; "é" succeeded'
    assert web.events[0]["event_action"] == "resolve"


def test_a_text_is_no_template(tell: Any, mailbox: Mailbox) -> None:
    tell(context(exception=ValueError("{{ ti.task_id }} {{ 1/0 }}")), email="a@example.org")
    assert mailbox.mails[0]["Subject"] == "shop.load failed: ValueError: {{ ti.task_id }} {{ 1/0 }}"


def test_passwords_are_told_to_nobody(tell: Any, mailbox: Mailbox) -> None:
    from airflow.sdk.log import mask_secret

    mask_secret("xyzzy-plugh")
    tell(context(exception=ValueError("no: postgresql://bob:secret@db/x, xyzzy-plugh")), email="a@example.org")
    assert mailbox.mails[0]["Subject"] == "shop.load failed: ValueError: no: …db/x, ***"


def test_arguments_are_rendered_for_each_task_anew(store: Any, mailbox: Mailbox) -> None:
    notifier = DataQualityNotifier(email=["{{ params.who }}@example.org", "all@example.org"])
    for who in ("ann", "bob"):
        notifier(context(params={"who": who}))
    assert mailbox.recipients == [["ann@example.org", "all@example.org"], ["bob@example.org", "all@example.org"]]


@pytest.mark.parametrize(
    ("given", "subject"),
    [
        ({}, "DAG (unknown) failed"),
        (
            {"dag_run": {"dag_id": "shop", "dag_run_id": "r"}, "deadline": {"id": "1", "deadline_time": "2024-01-31T12:00Z"}},
            "DAG shop missed its deadline: it was due at 2024-01-31T12:00Z",
        ),
        ({"dag": DAG("a"), "run_id": "r", "reason": "task_failure"}, "DAG a failed: task_failure"),
        (context(reason="timed_out"), "DAG shop failed: timed_out"),
        (context(reason="success"), "DAG shop succeeded"),
        (context(exception="killed"), "shop.load failed: killed"),
        (context(exception=KeyError()), "shop.load failed: KeyError"),
        (context(exception=None), "shop.load failed"),
    ],
)
def test_whatever_the_context_lacks(tell: Any, mailbox: Mailbox, given: Any, subject: str) -> None:
    tell(dict(given), email="a@example.org")
    assert [mail["Subject"] for mail in mailbox.mails] == [subject]


def test_a_missed_deadline_is_told_by_the_triggerer(store: Any, mailbox: Mailbox) -> None:
    from airflow.sdk import AsyncCallback
    from airflow.triggers.callback import CallbackTrigger

    callback = AsyncCallback(DataQualityNotifier, kwargs={"email": "a@example.org", "timeout": "10s"})
    late = {"dag_run": {"dag_id": "shop", "dag_run_id": "r"}, "deadline": {"id": "1", "deadline_time": "2024-01-31T12:00Z"}}
    trigger = CallbackTrigger(callback.path, {**(callback.kwargs or {}), "context": late})

    async def go() -> list[Any]:
        return [event.payload["state"] async for event in trigger.run()]

    assert asyncio.run(go()) == ["running", "success"]
    assert [mail["Subject"] for mail in mailbox.mails] == ["DAG shop missed its deadline: it was due at 2024-01-31T12:00Z"]


def test_a_mail_server_may_want_encryption_and_a_password(
    tell_anywhere: Any, connect: Connect, certificate: Any, monkeypatch: Any
) -> None:
    path, side = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with servers.smtp(tls=side(), login=True) as (box, port):
        extra = {"from_email": "airflow@example.org", "disable_ssl": True}
        connect("mail", conn_type="smtp", host="localhost", port=port, login="me", password="right", extra=extra)
        tell_anywhere(context(), email="a@example.org", smtp_conn_id="mail", from_email="dq@example.org")
    assert [(mail["From"], mail["To"]) for mail in box.mails] == [("dq@example.org", "a@example.org")]


# What goes wrong ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["email", "Slack webhook", "Slack", "PagerDuty"])
def test_a_way_that_is_refused_keeps_no_other_from_being_tried(
    tell_anywhere: Any, mailbox: Mailbox, web: Web, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.refused = "a@example.org" if broken == "email" else ""
    web.instead = {
        "Slack webhook": {"/services/T0/B0/hush-hush": (404, "no_service")},
        "Slack": {"/api/chat.postMessage": (200, {"ok": False, "error": "channel_not_found"})},
        "PagerDuty": {"/v2/enqueue": (400, {"status": "invalid event", "errors": ["no such key"]})},
    }.get(broken, {})
    with pytest.raises(NotificationFailed, match=rf"^1 of 4 ways to tell failed: {broken}: ") as caught:
        tell_anywhere(context(), **{**ALL, "email": "a@example.org"})
    assert list(caught.value.faults) == [broken]
    said = {"email": "no such user here", "Slack webhook": "no_service", "Slack": "channel_not_found", "PagerDuty": "no such key"}
    assert said[broken] in str(caught.value)
    assert "hush-hush" not in str(caught.value)
    assert KEY not in str(caught.value)
    arrived = {"email": mailbox.mails, "Slack webhook": web.webhook, "Slack": web.posted, "PagerDuty": web.events}
    assert [name for name, found in arrived.items() if not found] == [broken]


def test_all_that_failed_is_said(tell_anywhere: Any, store: Any, connect: Connect) -> None:
    gone = servers.free_port()
    connect("smtp_default", conn_type="smtp", host="127.0.0.1", port=gone, extra={"from_email": "a@b", "disable_ssl": True})
    connect("hook", conn_type="slackwebhook", host=f"http://127.0.0.1:{gone}", password="T0/hush-hush")
    with pytest.raises(NotificationFailed) as caught:
        tell_anywhere(context(), email="a@example.org", slack_webhook_conn_id="hook", pagerduty_conn_id="never_heard_of")
    assert str(caught.value).startswith("3 of 3 ways to tell failed: ")
    assert {name: fault for name, fault in caught.value.faults.items() if "refused" not in fault}.keys() == {"PagerDuty"}
    assert "never_heard_of" in caught.value.faults["PagerDuty"]
    assert "hush-hush" not in str(caught.value)


def test_servers_that_never_answer_are_waited_for_together_and_not_for_ever(
    tell_anywhere: Any, connect: Connect, web: Web
) -> None:
    with servers.silent() as port:
        extra = {"from_email": "a@b", "disable_ssl": True, "timeout": 600}
        connect("smtp_default", conn_type="smtp", host="127.0.0.1", port=port, extra=extra)
        web.silent = {"/api/chat.postMessage"}
        with pytest.raises(NotificationFailed) as caught:
            tell_anywhere(context(), **ALL, timeout="1s")
    late = "no answer within 1s; it may still come through"
    assert caught.value.faults == {"email": late, "Slack": late}
    assert (len(web.webhook), len(web.events)) == (1, 1)


@pytest.mark.parametrize(
    ("way", "fields", "fault"),
    [
        ({"email": "a@example.org", "smtp_conn_id": "odd"}, {"conn_type": "smtp"}, "add it, or give from_email="),
        ({"slack_webhook_conn_id": "odd"}, {"conn_type": "slackwebhook"}, "does not contain password"),
        ({"slack_channel": "#a", "slack_conn_id": "odd"}, {"conn_type": "slack"}, "does not contain password"),
        ({"pagerduty_conn_id": "odd"}, {"conn_type": "pagerduty_events"}, "PagerDuty's integration key belongs there"),
    ],
)
def test_a_connection_that_lacks_what_is_needed(tell: Any, connect: Connect, way: Any, fields: Any, fault: str) -> None:
    connect("odd", **fields)
    with pytest.raises(NotificationFailed, match=fault):
        tell(context(), **way)


@pytest.mark.parametrize(
    ("given", "who", "fault"),
    [
        ({"email": "{{ params.who }}"}, "", "email= has become '', which is no address"),
        ({"email": "{{ params.who }}"}, "nobody", "email= names 'nobody', which is no address"),
        ({"slack_channel": "{{ params.who }}"}, "", "slack_channel= has become ''"),
        ({"pagerduty_conn_id": "{{ params.who }}"}, "", "PagerDuty: "),
    ],
)
def test_what_was_rendered_to_nothing_is_an_error_of_that_way_alone(
    tell: Any, web: Web, mailbox: Mailbox, given: dict[str, str], who: str, fault: str
) -> None:
    with pytest.raises(NotificationFailed, match=f"^1 of 2 ways .*{fault}"):
        tell(context(params={"who": who}), **given, slack_webhook_conn_id="hook")
    assert len(web.webhook) == 1


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, "nobody would be told: give at least one of email=, slack_webhook_conn_id=, slack_channel=, pagerduty_conn_id="),
        ({"email": []}, "nobody would be told"),
        ({"email": ""}, "nobody would be told"),
        ({"email": "ann"}, "email= names 'ann', which is no address; write name@example.org"),
        ({"email": ["ann@example.org", "Bob <bob@example.org>"]}, "names 'Bob <bob@example.org>', which is no address"),
        ({"email": ["ann@example.org\nBcc: x@y"]}, "which is no address"),
        ({"slack_conn_id": "s", "email": "a@b"}, "slack_conn_id= goes with slack_channel="),
        ({"smtp_conn_id": "s", "pagerduty_conn_id": "p"}, "smtp_conn_id= goes with email="),
        ({"email": "a@b", "max_tests": 0}, "max_tests is 0; give a whole number from 1 to 40"),
        ({"email": "a@b", "max_tests": True}, "max_tests is True"),
        ({"email": "a@b", "max_tests": 41}, "max_tests is 41"),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_is_written(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(DefinitionError, match=fault.replace("(", r"\(")):
        DataQualityNotifier(**given)


@pytest.mark.parametrize("timeout", [30, "soon", timedelta(0)])
def test_a_timeout_is_a_duration(timeout: Any) -> None:
    with pytest.raises(ValueError, match="write '2h'"):
        DataQualityNotifier(email="a@b", timeout=timeout)


WITHOUT = """
import sys
for name in ("smtp", "slack", "pagerduty"):
    sys.modules[f"airflow.providers.{name}.notifications"] = None
from airflow_data_quality import DataQualityNotifier
notifier = DataQualityNotifier(email="a@b", from_email="a@b", slack_webhook_conn_id="c", slack_channel="#c", slack_conn_id="c",
                               smtp_conn_id="c", pagerduty_conn_id="c")
try:
    notifier({})
except Exception as error:
    print(error)
"""


def test_a_provider_that_is_not_installed_is_named_with_its_extra(connect: Connect, tmp_path: Any, monkeypatch: Any) -> None:
    connect("c", conn_type="smtp", password="x")
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", WITHOUT], capture_output=True, text=True, check=True)
    said = done.stdout.splitlines()[-1]
    assert said.startswith("4 of 4 ways to tell failed: email: email= needs an extra: pip install")
    assert [f"airflow-provider-data-quality[{extra}]" in said for extra in ("smtp", "slack", "pagerduty")] == [True] * 3
