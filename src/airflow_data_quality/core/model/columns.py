"""A dataset's columns as the catalog resolved them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.errors import NameNotFound, near


def _called_so(column: Column, text: str) -> bool:
    return column.type == text


class Columns:
    """Finds columns by the names people write, and knows what time it was in the database when the run began.

    A name is tried as it is written, then as the dialect folds it; where the database tells no case apart, folded alone, as
    the catalog's names are. It is never parsed as SQL.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        fold: Callable[[str], str],
        clock: datetime,
        dataset: str,
        same_type: Callable[[Column, str], bool] = _called_so,
        case_blind: bool = False,
    ) -> None:
        self._columns = tuple(columns)
        self._fold = fold
        self._case_blind = case_blind
        self._dataset = dataset
        self.clock = clock
        """The database's clock in UTC, read once before the plan."""
        self.same_type = same_type
        """Whether a type that a user wrote is a column's."""

    def __iter__(self) -> Iterator[Column]:
        return iter(self._columns)

    def __getitem__(self, name: str) -> Column:
        """Returns the column called ``name``; raises NameNotFound when there is none or more than one."""
        found = self.find(name)
        if found is not None:
            return found
        names = [column.name for column in self._columns]
        raise NameNotFound(f"no column {name!r} in {self._dataset}{near(name, names)} (columns: {_shorten(names)})")

    def find(self, name: str) -> Column | None:
        """Returns the column called ``name``, or None; raises NameNotFound when there is more than one."""
        found = self.called(name)
        if len(found) > 1:
            raise NameNotFound(f"column {name!r} is there {len(found)} times in {self._dataset}; give each a name of its own")
        return found[0] if found else None

    def called(self, name: str) -> Sequence[Column]:
        """Returns all columns called ``name``, of which a query may have several."""
        spellings = (self._fold(name),) if self._case_blind else (name, self._fold(name))
        by_spelling = ([column for column in self._columns if self._known_as(column) == spelling] for spelling in spellings)
        return next(filter(None, by_spelling), [])

    def _known_as(self, column: Column) -> str:
        return self._fold(column.name) if self._case_blind else column.name


def _shorten(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(names[:most]) or "none") + more
