"""What a process remembers of a shelf: all of one kind, for as long as the counter says that nothing has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.core.stores.configs.base import Change, Item, Kind, Shelf
from airflow_data_quality.core.stores.configs.documents import Stored, plain_of, stored_of


@dataclass(frozen=True)
class Facts:
    """By what a test is found, without building the whole of it."""

    conn_id: str | None
    dataset: str
    type: str | None
    tags: frozenset[str]
    owner: str | None
    enabled: bool
    schedule: str | None
    timezone: str


def facts_of(plain: Mapping[str, Any]) -> Facts:
    """Returns the facts in plain data as ``StoredTest.spec`` writes it."""
    check, dataset = plain.get("check", {}), plain.get("dataset", {})
    return Facts(
        conn_id=dataset.get("conn_id"),
        dataset=dataset.get("table", " ".join(dataset.get("query", "").split())),
        type=check.get("type"),
        tags=frozenset((*plain.get("tags", ()), *check.get("tags", ()))),
        owner=plain.get("owner"),
        enabled=plain.get("enabled", True),
        schedule=plain.get("schedule"),
        timezone=plain.get("timezone", "UTC"),
    )


NOTHING = facts_of({})


class Remembered:
    """An item in memory; what is in it is read when it is asked for, and once."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.id = item.id

    @cached_property
    def _plain(self) -> tuple[Mapping[str, Any], str | None]:
        try:
            return plain_of(self.item), None
        except StoreError as error:
            return {}, str(error)

    @cached_property
    def _read(self) -> tuple[Stored | None, str | None]:
        plain, reason = self._plain
        if reason is not None:
            return None, reason
        try:
            return stored_of(self.item, plain), None
        except StoreError as error:
            return None, str(error)

    @property
    def stored(self) -> Stored | None:
        """What it means; None where it cannot be read."""
        return self._read[0]

    @property
    def reason(self) -> str | None:
        """Why it cannot be read; None where it can."""
        return self._read[1]

    @cached_property
    def facts(self) -> Facts:
        """By what it is found; nothing where it cannot be read."""
        try:
            return facts_of(self._plain[0])
        except (AttributeError, TypeError):
            return NOTHING

    @cached_property
    def words(self) -> str:
        """All the text that it is searched by, each on a line, folded."""
        check, facts = getattr(self.stored, "check", None), self.facts
        said = (check.label, check.describe()) if check is not None else ()
        return "\n".join((self.id, *said, facts.dataset, facts.owner or "", *sorted(facts.tags))).casefold()


class Snapshot:
    """All of a kind as of a revision."""

    def __init__(self, revision: int, items: Sequence[Item], before: Mapping[str, Remembered]) -> None:
        self.revision = revision
        self.all = {item.id: _same_or_new(item, before.get(item.id)) for item in items}
        """Deleted ones too."""
        self.since: list[Sequence[Change]] = []
        """What this process has committed since, each counted once by the shelf."""

    @cached_property
    def present(self) -> Sequence[Remembered]:
        """What is not deleted, by id."""
        return [known for _, known in sorted(self.all.items()) if known.item.document is not None]

    def get(self, id: str) -> Remembered | None:
        """Returns what has this id and is not deleted."""
        found = self.all.get(id)
        return found if found is not None and found.item.document is not None else None

    def brought_up(self, kind: Kind) -> Snapshot:
        """Returns it with what this process has committed since."""
        items = {key: known.item for key, known in self.all.items()}
        for change in (change for changes in self.since for change in changes if change.kind == kind):
            if change.id not in items or items[change.id].version < change.after.version:
                items[change.id] = change.after
        return Snapshot(self.revision + len(self.since), list(items.values()), self.all)


def _same_or_new(item: Item, before: Remembered | None) -> Remembered:
    """Keeps what has been read already, where it is the same version."""
    return before if before is not None and before.item == item else Remembered(item)


class Memory:
    """The newest snapshot of a kind; threads may share it."""

    def __init__(self, shelf: Shelf, kind: Kind) -> None:
        self._shelf = shelf
        self._kind = kind
        self._lock = Lock()
        self._last = Snapshot(-1, (), {})

    def now(self) -> Snapshot:
        """Returns everything as it is now: one small read where nothing has changed, or only by this process."""
        with self._lock:
            # Before the items: what is changed in between is read again by whoever asks next.
            last, revision = self._last, self._shelf.revision()
            if revision == last.revision and not last.since:
                return last
            if last.revision >= 0 and revision == last.revision + len(last.since):
                self._last = last.brought_up(self._kind)
            else:
                self._last = Snapshot(revision, self._shelf.items(self._kind), last.all)
            return self._last

    @contextmanager
    def committing(self, changes: Sequence[Change]) -> Iterator[None]:
        """Remembers what the block commits, unless everything is read anew before it ends."""
        last = self._last
        yield
        with self._lock:
            if last is self._last:
                last.since.append(changes)
