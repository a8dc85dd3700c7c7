"""Telling by several ways at once: one that fails or hangs keeps no other from being tried."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow_data_quality.core.model.duration import spell_duration
from airflow_data_quality.notifications.errors import worded

if TYPE_CHECKING:
    from airflow.sdk import BaseNotifier


class Delivery(threading.Thread):
    """Tells by one way. One that hangs ends with the process.

    Args:
        notifier: what tells it.
    """

    def __init__(self, notifier: BaseNotifier) -> None:
        super().__init__(daemon=True)
        self._notifier = notifier
        self.fault: str | None = None

    def run(self) -> None:
        """Tells, once; what goes wrong is kept."""
        try:
            # Not called, which would take what is said for a template.
            self._notifier.notify({})
        except Exception as error:  # noqa: BLE001 - the clients of three services raise what they like
            self.fault = worded(error)


def deliver(notifiers: Mapping[str, BaseNotifier], timeout: timedelta) -> Mapping[str, str]:
    """Tells by all ways at once.

    Args:
        notifiers: way → what tells by it.
        timeout: how long is waited for all of them together.

    Returns:
        Way → what went wrong, for those where something did.
    """
    deliveries = {name: Delivery(notifier) for name, notifier in notifiers.items()}
    deadline = time.monotonic() + timeout.total_seconds()
    for delivery in deliveries.values():
        delivery.start()
    for delivery in deliveries.values():
        delivery.join(max(deadline - time.monotonic(), 0))
    late = f"no answer within {spell_duration(timeout)}; it may still come through"
    ended = {name: late if delivery.is_alive() else delivery.fault for name, delivery in deliveries.items()}
    return {name: fault for name, fault in ended.items() if fault is not None}
