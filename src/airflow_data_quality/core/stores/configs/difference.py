"""What would change in a config store to be as a folder of definitions says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from airflow_data_quality.core.errors import DefinitionError, near
from airflow_data_quality.core.formats.definitions import Definitions
from airflow_data_quality.core.stores.configs.base import KINDS
from airflow_data_quality.core.stores.configs.documents import Stored, text_of
from airflow_data_quality.core.stores.configs.store import ConfigStore

LONGEST = 80
"""Characters of a value that are shown."""


@dataclass(frozen=True)
class Difference:
    """Each by kind, connections first, and by id. What is there already has the version that it was read with."""

    added: list[Stored] = field(default_factory=list)
    changed: list[tuple[Stored, Stored]] = field(default_factory=list)
    """What is stored, and what is to be."""
    unchanged: list[Stored] = field(default_factory=list)
    left: list[Stored] = field(default_factory=list)
    """In the store alone, where it stays."""
    pruned: list[Stored] = field(default_factory=list)
    """In the store alone, to be deleted."""

    @property
    def puts(self) -> Sequence[Stored]:
        """What is to be stored, each with the version that it takes the place of."""
        return [*self.added, *(after for _, after in self.changed)]

    def lines(self) -> Iterator[str]:
        """Yields a line for everything that would change, and one that counts."""
        for stored in self.added:
            yield f"+ {_called(stored)}"
        for before, after in self.changed:
            yield f"~ {_called(after)}: {', '.join(fields_that_differ(before, after))}"
        for stored in self.pruned:
            yield f"- {_called(stored)}"
        counts = {name: len(getattr(self, name)) for name in ("added", "changed", "pruned", "unchanged")}
        left = f", {len(self.left):,} left alone (only in the store)" if self.left else ""
        yield ", ".join(f"{count:,} {name}" for name, count in counts.items()) + left


def difference(wanted: Definitions, store: ConfigStore, *, prune: bool) -> Difference:
    """Compares a folder with a store.

    Args:
        wanted: what the folder defines.
        store: what is there.
        prune: whether what is only in the store is to be deleted.

    Raises:
        DefinitionError: for tests whose connection would not be registered, each with its place, and where something in
            the store that cannot be read is defined in the folder, or might be pruned.
    """
    _refuse_unreadable(wanted, store, prune)
    registered = {connection.id: connection for connection in store.all_connections()}
    _refuse_unregistered(wanted, {*registered, *store.unreadable("connection")}, store.place, prune)
    found = Difference()
    _compare(found, wanted.connections, registered, prune)
    _compare(found, wanted.tests, {test.id: test for test in store.all_tests()}, prune)
    return found


def _compare(found: Difference, wanted: Mapping[str, Stored], stored: Mapping[str, Stored], prune: bool) -> None:
    for name, after in sorted(wanted.items()):
        before = stored.get(name)
        if before is None:
            found.added.append(after)
        elif text_of(before) == text_of(after):
            found.unchanged.append(before)
        else:
            found.changed.append((before, after.model_copy(update={"version": before.version})))
    (found.pruned if prune else found.left).extend(each for name, each in sorted(stored.items()) if name not in wanted)


def _refuse_unreadable(wanted: Definitions, store: ConfigStore, prune: bool) -> None:
    wrong = []
    for kind in KINDS:
        defined = wanted.tests if kind == "test" else wanted.connections
        for name, reason in store.unreadable(kind).items():
            if name in defined:
                wrong.append(f"{wanted.place(kind, name)}: what is stored cannot be compared: {reason}")
            elif prune:
                wrong.append(f"--prune cannot tell whether it may delete what it cannot read: {reason}")
    if wrong:
        raise DefinitionError("\n".join(wrong))


def _refuse_unregistered(wanted: Definitions, registered: set[str], place: str, prune: bool) -> None:
    stays = set(wanted.connections) if prune else {*wanted.connections, *registered}
    wrong = []
    for test in wanted.tests.values():
        conn_id = str(test.dataset.conn_id)
        if conn_id in stays:
            continue
        why = f"is registered neither in the folder nor in {place}"
        if conn_id in registered:
            why = f"is registered in {place} but not in the folder, so --prune would delete it"
        at = wanted.place("test", test.id, "dataset", "conn_id")
        so = f"add it: connections: [{{id: {conn_id!r}}}]{near(conn_id, stays)}"
        wrong.append(f"{at}: test {test.id!r}: the connection {conn_id!r} {why}; {so}")
    if wrong:
        raise DefinitionError("\n".join(wrong))


def _called(stored: Stored) -> str:
    return stored.id if stored.kind == "test" else f"{stored.kind} {stored.id}"


# Field by field -------------------------------------------------------------------------------------------------------


def fields_that_differ(before: Stored, after: Stored) -> Iterator[str]:
    """Yields ``field before → after``, those of a check and a dataset each by itself."""
    old, new = _fields(before), _fields(after)
    for name in dict.fromkeys((*new, *old)):
        was, is_now = (repr(fields[name]) if name in fields else "not given" for fields in (old, new))
        if was != is_now:
            yield f"{name} {' → '.join(_shown(was, is_now))}"


def _fields(stored: Stored) -> Mapping[str, Any]:
    fields = stored.model_dump(mode="json", exclude={"id", "version", "check", "dataset"})
    for name, value in stored.spec().items():
        if name in ("check", "dataset"):
            fields |= {f"{name}.{part}": inner for part, inner in value.items()}
    return fields


def _shown(was: str, is_now: str) -> Sequence[str]:
    """Returns both, of long ones the part from shortly before they begin to differ."""
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(was, is_now, strict=False)))
    start = max(alike - LONGEST // 4, 0) if max(len(was), len(is_now)) > LONGEST else 0
    return [_cut(text, start) for text in (was, is_now)]


def _cut(text: str, start: int) -> str:
    if text == "not given":
        return text
    return f"{'…' if start else ''}{text[start : start + LONGEST]}{'…' if len(text) > start + LONGEST else ''}"
