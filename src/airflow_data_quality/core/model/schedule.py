"""When a stored test is due: cron as people write it."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from airflow_data_quality.core.errors import near

PRESETS = ("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually")
FIELDS = "minute hour day-of-month month day-of-week"
A_YEAR = datetime(2000, 1, 1, tzinfo=timezone.utc)
"""Any moment does: what is due once is due after it too."""


def _refuse_other_kinds(given: Any) -> Any:
    if given is not None and not isinstance(given, str):
        raise ValueError(f"{given!r} is no schedule; write a cron expression as a quoted text, such as '0 6 * * *'")
    return given


def _cron(text: str | None) -> str | None:
    """Returns a schedule as it is kept: blanks between fields are one; raises ValueError for what would never be due."""
    if text is None:
        return None
    words = text.split()
    if len(words) == 1 and words[0].startswith("@"):
        if words[0] not in PRESETS:
            raise ValueError(f"{text!r} is no preset{near(text, PRESETS)} (presets: {', '.join(PRESETS)})")
        return words[0]
    if len(words) != 5:
        raise ValueError(f"{text!r} has {len(words)} fields; write the five of cron: {FIELDS}, such as '0 6 * * *', or @hourly")
    kept = " ".join(words)
    if not _is_ever_due(kept):
        raise ValueError(f"{text!r} is no cron expression, or never due; its fields are {FIELDS}: '*/15 8-18 * * mon-fri'")
    return kept


@lru_cache(maxsize=1024)
def _is_ever_due(expression: str) -> bool:
    from croniter import CroniterError, croniter

    # Croniter takes more than cron does: random fields, which would be due at another time in each process.
    if any(field[0] in "rR" for field in expression.split()):
        return False
    try:
        croniter(expression, A_YEAR).get_next()
    except CroniterError:
        return False
    return True


Schedule = Annotated[str | None, BeforeValidator(_refuse_other_kinds), AfterValidator(_cron)]
"""A field that takes a cron expression of five fields, or a preset such as ``@hourly``; None is due only when asked for."""
