"""How a run is to be made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from airflow_data_quality.core.errors import DefinitionError

STATEMENT_TIMEOUT = timedelta(minutes=30)
MAX_PARALLEL = 2


@dataclass(frozen=True)
class Options:
    """What a face may set for a run."""

    statement_timeout: timedelta = STATEMENT_TIMEOUT
    """After how long the database stops a statement by itself."""
    max_parallel: int = MAX_PARALLEL
    """Over how many connections a database is asked at most, where they can see the same state."""
    trust_foreign_keys: bool = False
    """Whether foreign keys prove that no row is an orphan, though who loads a replica may pass them by."""
    sample_failing_rows: int = 0
    """How many failing rows of a failed row-level check are kept."""
    sample_columns: Sequence[str] | None = None
    """The columns of these rows that are kept; all when not given. One that a dataset does not have is left out."""
    masked_columns: Sequence[str] = ()
    """Shell patterns of column names whose values nobody may see, such as ``*email*``."""
    on_progress: Callable[[int, int], None] | None = None
    """Is told, in the thread that asks, how many of a database's steps are done, of how many."""

    def __post_init__(self) -> None:
        if not isinstance(self.statement_timeout, timedelta) or self.statement_timeout <= timedelta(0):
            raise DefinitionError(f"statement_timeout is {self.statement_timeout!r}; give a timedelta above zero")
        most = self.max_parallel
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise DefinitionError(f"max_parallel is {most!r}; give a number of connections, at least 1")
        if not isinstance(self.trust_foreign_keys, bool):
            raise DefinitionError(f"trust_foreign_keys is {self.trust_foreign_keys!r}; it is True or False")
        given = self.sample_failing_rows
        if isinstance(given, bool) or not isinstance(given, int) or given < 0:
            raise DefinitionError(f"sample_failing_rows is {given!r}; give a number of rows, 0 for none")
        for name in ("sample_columns", "masked_columns"):
            names = getattr(self, name)
            if isinstance(names, str):
                raise DefinitionError(f"{name} is one text; give a list: [{names!r}]")
            strange = [entry for entry in names or () if not isinstance(entry, str)]
            if strange:
                raise DefinitionError(f"{name} holds {strange[0]!r}, which is no name; write it as a text in quotes")
