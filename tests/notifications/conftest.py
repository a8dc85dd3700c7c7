"""Servers that are told, and Airflow's connections to them."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dag_runs import serialized, store, warehouse
from tests.notifications import servers
from tests.notifications.servers import Mailbox, Web

__all__ = ["store", "warehouse"]

KEY = "0123456789abcdef0123456789abcdef"
Connect = Callable[..., None]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Callable[[], ssl.SSLContext]]:
    return servers.certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Sets a connection of Airflow: its id, and its fields."""

    def connect(conn_id: str, **fields: Any) -> None:
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(fields))

    return connect


@pytest.fixture
def mailbox(connect: Connect) -> Iterator[Mailbox]:
    """What comes to the mail server behind ``smtp_default``."""
    with servers.smtp() as (box, port):
        extra = {"from_email": "airflow@example.org", "disable_ssl": True, "disable_tls": True, "retry_limit": 0}
        connect("smtp_default", conn_type="smtp", host="127.0.0.1", port=port, extra=extra)
        yield box


@pytest.fixture
def web(connect: Connect, certificate: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """What comes to Slack (``hook``, ``slack_api_default``) and to PagerDuty (``pager``), which is reached through a proxy."""
    path, side = certificate
    with servers.web(side()) as web:
        here = f"http://127.0.0.1:{web.port}"
        connect("hook", conn_type="slackwebhook", host=f"{here}/services", password="T0/B0/hush-hush")
        connect("slack_api_default", conn_type="slack", password="xoxb-hush-hush", extra={"base_url": f"{here}/api/"})
        connect("pager", conn_type="pagerduty_events", password=KEY)
        monkeypatch.setenv("HTTPS_PROXY", here)
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        for name in [name for name in os.environ if name.lower() in ("no_proxy", "all_proxy")]:
            monkeypatch.delenv(name)
        yield web


@pytest.fixture(scope="session")
def notifications_dags() -> Iterator[Callable[..., Any]]:
    with serialized(Path(__file__).parent / "dags") as run:
        yield run


@pytest.fixture
def run_dag(notifications_dags: Callable[..., Any], warehouse: Any, store: Any, mailbox: Mailbox, web: Web) -> Callable[..., Any]:
    """Runs a DAG of ``dags/`` for real, in this process; returns the finished DAG run."""
    return notifications_dags
