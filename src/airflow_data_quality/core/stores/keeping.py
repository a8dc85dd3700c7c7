"""A result is never lost: a run goes to the result store, else to the spool, else whole into the log."""

from __future__ import annotations

import logging
from collections.abc import Callable

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.stores.results.base import ResultStore
from airflow_data_quality.core.stores.spool import Delivery, Spool

DELIVERY_SECONDS = 20.0
"""How long a run gives others that wait before it, at most; the rest is for the next one, or for ``flush``."""

Say = Callable[[int, str], None]
"""Takes a level of ``logging`` and a text."""


def keep(run: Run, store: Callable[[], ResultStore], spool: Spool, say: Say) -> None:
    """Stores a run, behind those that wait in the spool; never raises, for the verdict stands whatever becomes of its record.

    Args:
        run: what came of asking.
        store: returns where runs are kept; may raise, when that cannot be found out.
        spool: where a run waits when it cannot be stored.
        say: is told what people should know.
    """
    try:
        _store(run, store(), spool, say)
    except Exception as away:  # noqa: BLE001 - whatever is wrong with a store, the data is as good as it was measured
        _spool(run, spool, away, say)


def _store(run: Run, store: ResultStore, spool: Spool, say: Say) -> None:
    try:
        done = spool.deliver(store, seconds=DELIVERY_SECONDS)
    except Exception as error:  # noqa: BLE001 - a spool that cannot be looked at keeps no run from the store
        say(logging.WARNING, f"the spool {spool} cannot be delivered: {error}")
        done = Delivery()
    for text in (*done.aside, *done.left):
        say(logging.WARNING, f"spool: {text}")
    if done.stored:
        say(logging.INFO, f"{done.stored} run(s) that had waited in {spool} are in the result store now")
    if done.away is not None:
        raise done.away
    if not store.write(run):
        say(logging.WARNING, f"run {run.id} is in the result store already; what was measured now is not kept")


def _spool(run: Run, spool: Spool, away: Exception, say: Say) -> None:
    reason = str(away) if isinstance(away, StoreError) else f"{type(away).__name__}: {away}"
    try:
        name = spool.put(run)
    except Exception as error:  # noqa: BLE001 - the log is the last place that is left
        say(
            logging.ERROR,
            f"the result store cannot be written ({reason}), and neither can the spool {spool} ({error}); "
            f"this is the run: {_whole(run)}",
        )
        return
    say(
        logging.WARNING,
        f"the result store cannot be written ({reason}); run {run.id} waits as {name} in {spool}; the next run on this host "
        "delivers it, or: airflow data-quality flush",
    )


def _whole(run: Run) -> str:
    try:
        return run.model_dump_json()
    except ValueError:  # half a character, which a JSON file may have brought in by its escape
        return repr(run)
