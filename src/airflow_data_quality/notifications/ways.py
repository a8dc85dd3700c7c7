"""The ways in which people are told: each is one of Airflow's own notifiers, given what it shall say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_data_quality.core.errors import DefinitionError, MissingExtra
from airflow_data_quality.core.report import mail, pagerduty, slack
from airflow_data_quality.core.report.notice import Notice, plain

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Connection
    from airflow.sdk import BaseNotifier

ADDRESS = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+")


@dataclass(frozen=True)
class Way:
    """One way to tell, behind one Airflow connection."""

    name: str
    conn_id: str
    make: Callable[[Connection, Notice], BaseNotifier]

    def notifier(self, connection: Connection, told: Notice) -> BaseNotifier:
        """Returns what tells it when its ``notify`` is called, from any thread: all that Airflow must be asked has been asked.

        Args:
            connection: the one that ``conn_id`` names.
            told: what it says.

        Raises:
            MissingExtra: when the provider is not installed.
            DefinitionError: for a connection that lacks what is needed.
        """
        return self.make(connection, told)


def by_mail(conn_id: str, to: str | Sequence[str] | None, from_email: str | None) -> Way:
    """Returns the way by mail."""

    def make(connection: Connection, told: Notice) -> BaseNotifier:
        sender = from_email or connection.extra_dejson.get("from_email")
        if not sender:
            raise DefinitionError(f"connection {conn_id!r} has no from_email in its extra; add it, or give from_email=")
        found = addresses(to)
        if not found:
            raise DefinitionError(f"email= has become {to!r}, which is no address")
        with _extra("email=", "smtp"):
            from airflow_data_quality.notifications.mail import TwofoldNotifier
        content = {"subject": told.subject, "html_content": mail.html(told), "text": plain(told)}
        return _asking_nobody(TwofoldNotifier(to=found, from_email=sender, smtp_conn_id=conn_id, **content), connection)

    return Way("email", conn_id, make)


def by_slack_webhook(conn_id: str) -> Way:
    """Returns the way by an incoming webhook of Slack, which knows its channel."""

    def make(connection: Connection, told: Notice) -> BaseNotifier:
        with _extra("slack_webhook_conn_id=", "slack"):
            from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier
        said: dict[str, Any] = {"text": slack.text(told), "blocks": list(slack.blocks(told)), "unfurl_links": False}
        return _asking_nobody(SlackWebhookNotifier(slack_webhook_conn_id=conn_id, **said), connection)

    return Way("Slack webhook", conn_id, make)


def by_slack(conn_id: str, channel: str | None) -> Way:
    """Returns the way by Slack's API, into a channel."""

    def make(connection: Connection, told: Notice) -> BaseNotifier:
        if not channel:
            raise DefinitionError(f"slack_channel= has become {channel!r}; give a channel's name or id")
        with _extra("slack_channel=", "slack"):
            from airflow.providers.slack.notifications.slack import SlackNotifier
        said: dict[str, Any] = {"text": slack.text(told), "blocks": slack.blocks(told), "unfurl_links": False}
        return _asking_nobody(SlackNotifier(slack_conn_id=conn_id, channel=channel, **said), connection)

    return Way("Slack", conn_id, make)


def by_pagerduty(conn_id: str) -> Way:
    """Returns the way by PagerDuty's Events API; the connection's password is the integration key."""

    def make(connection: Connection, told: Notice) -> BaseNotifier:
        with _extra("pagerduty_conn_id=", "pagerduty"):
            from airflow.providers.pagerduty.notifications.pagerduty import PagerdutyNotifier
        if not connection.password:
            raise DefinitionError(f"connection {conn_id!r} has no password; PagerDuty's integration key belongs there")
        return PagerdutyNotifier(pagerduty_events_conn_id=None, integration_key=connection.password, **pagerduty.event(told))

    return Way("PagerDuty", conn_id, make)


def addresses(given: str | Sequence[str] | None) -> Sequence[str]:
    """Returns mail addresses as a list; a text may hold several, with commas or semicolons between.

    Raises:
        DefinitionError: for what is no address.
    """
    texts = [given] if isinstance(given, str) else given or ()
    found = [part.strip() for text in texts for part in re.split("[,;]", str(text)) if part.strip()]
    for address in found:
        if not ADDRESS.fullmatch(address):
            raise DefinitionError(f"email= names {address!r}, which is no address; write name@example.org")
    return found


@contextmanager
def _extra(argument: str, extra: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise MissingExtra(argument, extra) from error


def _asking_nobody(notifier: Any, connection: Connection) -> BaseNotifier:
    """Returns a notifier whose hook has its connection already: Airflow's supervisor is asked in the main thread only."""
    setattr(notifier.hook, "get_connection", lambda conn_id: connection)  # noqa: B010 - a method of the class
    return notifier  # type: ignore[no-any-return]
