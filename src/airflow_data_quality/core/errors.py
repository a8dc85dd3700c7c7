"""Every error of the core. Bad data is no error here: it is a verdict.

DataQualityError
├── DefinitionError        what was written cannot be meant: a field, a bound, a suite, two equal labels
│   └── UnresolvedTemplate a ``{{ … }}`` that nothing will render
├── NameNotFound           a table or a column that the catalog does not have (or has twice)
├── QueryError             the database was asked and said no
├── UnknownDialect         a database that no dialect speaks for
├── MissingExtra           a feature whose optional dependency is not installed
├── StoreError             a store that cannot be read, written or migrated
│   ├── Conflict           what was to be changed has been changed by someone else
│   └── Unstorable         a store is there, but does not take this one thing
└── Cancelled              the run was told to stop
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import groupby


class DataQualityError(Exception):
    """The root: catching it catches every error of this package's core."""


class DefinitionError(DataQualityError, ValueError):
    """What was written cannot be meant; the text says what was given, what is allowed and what to do."""


class UnresolvedTemplate(DefinitionError):
    """A Jinja template stands where only Airflow's operators could have rendered it."""


class NameNotFound(DataQualityError):
    """A table or column that the catalog does not have, or has more than once under that spelling."""


class QueryError(DataQualityError):
    """The database was asked and said no.

    Attributes:
        sqlstate: the five-character SQLSTATE, or None when the driver gave none.
        closed: whether the connection is gone.
    """

    def __init__(self, message: str, *, sqlstate: str | None = None, closed: bool = False) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.closed = closed


class UnknownDialect(DataQualityError):
    """No dialect of ours speaks to this database."""


class MissingExtra(DataQualityError, ImportError):
    """An optional dependency is not installed; the text names the extra that brings it."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an extra: pip install 'airflow-provider-data-quality[{extra}]'")


class StoreError(DataQualityError):
    """A store that cannot be read, written or migrated."""


class Conflict(StoreError):
    """What was to be changed is no longer as it was seen: nothing of this change is stored.

    Attributes:
        ids: what has been changed by someone else.
    """

    def __init__(self, message: str, *, ids: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.ids = tuple(ids)


class Unstorable(StoreError):
    """The store is there and takes other things, but not this one, for what is in it."""


class Cancelled(DataQualityError):
    """The run was told to stop before it was finished."""


def near(word: str, words: Iterable[str]) -> str:
    """Returns ``'; did you mean 'x' or 'y'?'`` for the nearest of ``words``, or the empty string."""
    by_folded = {candidate.casefold(): candidate for candidate in words}
    matches = [by_folded[match] for match in get_close_matches(word.casefold(), by_folded, n=2, cutoff=0.6)]
    return f"; did you mean {' or '.join(map(repr, matches))}?" if matches else ""


def listed(words: Iterable[str]) -> str:
    """Returns words in a row; of more than two that differ by a number at their end, the first and the last: ``p01 … p99``."""
    alike = [list(group) for _, group in groupby(words, key=lambda word: word.rstrip("0123456789"))]
    return ", ".join(f"{group[0]} … {group[-1]}" if len(group) > 2 else ", ".join(group) for group in alike)
