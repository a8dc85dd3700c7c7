"""The notifier."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseHook
from airflow.sdk import BaseNotifier

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.duration import parse_duration
from airflow_data_quality.core.model.templates import is_template
from airflow_data_quality.core.report.notice import Notice, notice
from airflow_data_quality.notifications import ways
from airflow_data_quality.notifications.delivery import deliver
from airflow_data_quality.notifications.errors import NotificationFailed, worded
from airflow_data_quality.notifications.findings import findings
from airflow_data_quality.notifications.masking import masked, masked_notice
from airflow_data_quality.notifications.occasion import occasion, place

if TYPE_CHECKING:
    import jinja2
    from airflow.providers.common.compat.sdk import Connection
    from airflow.sdk import Context

WAYS = ("email", "slack_webhook_conn_id", "slack_channel", "pagerduty_conn_id")
BELONGS_TO = {"smtp_conn_id": "email", "from_email": "email", "slack_conn_id": "slack_channel"}
MOST_TESTS = 40
"""A Slack message has fifty blocks at most."""


class DataQualityNotifier(BaseNotifier):
    """Tells people what is wrong with the data and how bad it is, by mail, Slack and PagerDuty.

    It goes wherever Airflow takes a callback: ``on_failure_callback``, ``on_retry_callback``, ``on_skipped_callback`` and
    ``on_success_callback`` of any task, those of a DAG, and ``DeadlineAlert``. Give at least one way; all that are given are
    tried, whatever becomes of the others.

    Args:
        email: addresses to mail to.
        from_email: the sender; the connection's by default.
        smtp_conn_id: the connection of the mail server; ``smtp_default`` by default.
        slack_webhook_conn_id: the connection of an incoming webhook of Slack.
        slack_channel: the channel to post to by Slack's API.
        slack_conn_id: the connection of Slack's API; ``slack_api_default`` by default.
        pagerduty_conn_id: the connection of PagerDuty's events, whose password is the integration key. What went well
            resolves what was triggered before.
        max_tests: how many tests are named at most, the worst first.
        timeout: how long is waited for all ways together.
        **kwargs: those of BaseNotifier.

    Raises:
        DefinitionError: when the arguments cannot be meant together; a rendered one when it is used.
    """

    template_fields: Sequence[str] = (*WAYS, *BELONGS_TO)

    def __init__(
        self,
        *,
        email: str | Sequence[str] | None = None,
        from_email: str | None = None,
        smtp_conn_id: str | None = None,
        slack_webhook_conn_id: str | None = None,
        slack_channel: str | None = None,
        slack_conn_id: str | None = None,
        pagerduty_conn_id: str | None = None,
        max_tests: int = 10,
        timeout: timedelta | str = "30s",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.email = email
        self.from_email = from_email
        self.smtp_conn_id = smtp_conn_id
        self.slack_webhook_conn_id = slack_webhook_conn_id
        self.slack_channel = slack_channel
        self.slack_conn_id = slack_conn_id
        self.pagerduty_conn_id = pagerduty_conn_id
        self.max_tests = max_tests
        self.timeout = parse_duration(timeout)
        self._given = {name: getattr(self, name) for name in self.template_fields}
        _refuse_mixture(self._given)
        if isinstance(max_tests, bool) or not isinstance(max_tests, int) or not 1 <= max_tests <= MOST_TESTS:
            raise DefinitionError(f"max_tests is {max_tests!r}; give a whole number from 1 to {MOST_TESTS}")

    def render_template_fields(self, context: Context, jinja_env: jinja2.Environment | None = None) -> None:
        """Renders what was given, not what it became for another task: one notifier serves many."""
        for name, value in self._given.items():
            setattr(self, name, value)
        if not hasattr(context.get("dag"), "get_template_env"):  # as the one that ``dag.test`` gives to callbacks of DAGs
            jinja_env = jinja_env or self.get_template_env()
        super().render_template_fields(context, jinja_env)

    def notify(self, context: Context) -> None:
        """Tells.

        Raises:
            NotificationFailed: when a way failed, after all have been tried.
        """
        fetched: dict[str, Connection | Exception] = {}
        for way in self._ways():
            try:
                fetched[way.name] = BaseHook.get_connection(way.conn_id)
            except Exception as error:  # noqa: BLE001 - a secrets backend of a third party may raise anything
                fetched[way.name] = error
        self._tell(context, fetched)

    async def async_notify(self, context: Context) -> None:
        """Tells, where nothing may block: in the triggerer, for a ``DeadlineAlert``."""
        from airflow.providers.common.compat.connection import get_async_connection

        fetched: dict[str, Connection | Exception] = {}
        for way in self._ways():
            try:
                fetched[way.name] = await get_async_connection(way.conn_id)
            except Exception as error:  # noqa: BLE001 - a secrets backend of a third party may raise anything
                fetched[way.name] = error
        await asyncio.to_thread(self._tell, context, fetched)

    def _tell(self, context: Context, fetched: Mapping[str, Connection | Exception]) -> None:
        told = self._notice(context)
        faults: dict[str, str] = {}
        notifiers = {}
        for way in self._ways():
            try:
                connection = fetched[way.name]
                if isinstance(connection, Exception):
                    raise connection
                notifiers[way.name] = way.notifier(connection, told)
            except Exception as error:  # noqa: BLE001 - the hooks of three services raise what they like
                faults[way.name] = worded(error)
        faults.update(deliver(notifiers, self.timeout))
        if faults:
            faults = {name: masked(fault) for name, fault in faults.items()}
            for name, fault in faults.items():
                self.log.error("nobody was told by %s: %s; what should be said: %s", name, fault, told.subject)
            raise NotificationFailed(faults, len(fetched))

    def _notice(self, context: Context) -> Notice:
        found = findings(place(context))
        return masked_notice(notice(occasion(context, known=bool(found.executions)), found, self.max_tests))

    def _ways(self) -> Iterator[ways.Way]:
        """Yields the ways that were given; what they became when rendered may be nothing, and then is an error of that way."""
        if self._given["email"]:
            yield ways.by_mail(self.smtp_conn_id or "smtp_default", self.email, self.from_email)
        if self._given["slack_webhook_conn_id"]:
            yield ways.by_slack_webhook(self.slack_webhook_conn_id or "")
        if self._given["slack_channel"]:
            yield ways.by_slack(self.slack_conn_id or "slack_api_default", self.slack_channel)
        if self._given["pagerduty_conn_id"]:
            yield ways.by_pagerduty(self.pagerduty_conn_id or "")


def _refuse_mixture(given: Mapping[str, Any]) -> None:
    """Raises DefinitionError unless there is a way, and all else belongs to one."""
    if not any(given[name] for name in WAYS):
        raise DefinitionError(f"nobody would be told: give at least one of {', '.join(f'{name}=' for name in WAYS)}")
    for name, way in BELONGS_TO.items():
        if given[name] and not given[way]:
            raise DefinitionError(f"{name}= goes with {way}=: give that too, or leave {name} out")
    written = [given["email"]] if isinstance(given["email"], str) else given["email"] or []
    ways.addresses([text for text in written if not is_template(text)])
