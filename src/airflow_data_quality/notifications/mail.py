"""Mails by Airflow's own SMTP notifier, with plain text beside the HTML."""

from __future__ import annotations

from collections.abc import Iterable
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from functools import cached_property
from typing import Any

from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.providers.smtp.notifications.smtp import SmtpNotifier


class TwofoldHook(SmtpHook):
    """Sends each mail as HTML and as plain text, of which a reader shows what it can.

    Args:
        text: the plain text.
        **kwargs: those of SmtpHook.
    """

    def __init__(self, text: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._text = text

    def _build_mime_message(self, *args: Any, **kwargs: Any) -> tuple[MIMEMultipart, list[str]]:
        message, recipients = super()._build_mime_message(*args, **kwargs)
        # The better form stands last.
        message.set_payload([MIMEText(self._text, "plain", "utf-8"), *message.get_payload()])
        return message, recipients


class TwofoldNotifier(SmtpNotifier):
    """Mails a text that is no template.

    Args:
        to: the addresses.
        text: the mail as plain text.
        **kwargs: those of SmtpNotifier.
    """

    def __init__(self, *, to: Iterable[str], text: str, **kwargs: Any) -> None:
        super().__init__(to=to, mime_subtype="alternative", custom_headers={"Auto-Submitted": "auto-generated"}, **kwargs)
        self._text = text

    @cached_property
    def hook(self) -> SmtpHook:
        """The hook that sends both forms."""
        return TwofoldHook(self._text, smtp_conn_id=self.smtp_conn_id, auth_type=self.auth_type)
