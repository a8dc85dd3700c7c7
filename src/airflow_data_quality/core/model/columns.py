"""A dataset's columns as the catalog resolved them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.errors import NameNotFound, near


class Columns:
    """Finds columns by the names people write, and knows what time it was in the database when the run began.

    A name is tried as it is written, then as the dialect folds it. It is never parsed as SQL.
    """

    def __init__(self, columns: Sequence[Column], *, fold: Callable[[str], str], clock: datetime, dataset: str) -> None:
        self._columns = tuple(columns)
        self._fold = fold
        self._dataset = dataset
        self.clock = clock
        """The database's clock in UTC, read once before the plan."""

    def __iter__(self) -> Iterator[Column]:
        return iter(self._columns)

    def __getitem__(self, name: str) -> Column:
        """Returns the column called ``name``; raises NameNotFound when there is none or more than one."""
        for spelling in (name, self._fold(name)):
            found = [column for column in self._columns if column.name == spelling]
            if len(found) == 1:
                return found[0]
            if found:
                raise NameNotFound(f"column {name!r} is there {len(found)} times in {self._dataset}; give each a name of its own")
        names = [column.name for column in self._columns]
        raise NameNotFound(f"no column {name!r} in {self._dataset}{near(name, names)} (columns: {_shorten(names)})")


def _shorten(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(names[:most]) or "none") + more
