"""The tests that names stand for: ids, and tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from airflow_data_quality.core.errors import DefinitionError, StoreError, near
from airflow_data_quality.core.model.stored import TAG, StoredTest
from airflow_data_quality.core.stores.configs.memory import Remembered, Snapshot


def selected(
    names: Sequence[str], one: Callable[[str], StoredTest | None], everything: Callable[[], Snapshot]
) -> list[StoredTest]:
    """Returns what the names stand for, each once, in their order; the tests of a tag by id.

    Args:
        names: ids, and tags such as ``tag:gold``.
        one: reads one test by its id: a run of few reads no more than these.
        everything: reads all of them, for tags, and for what a misspelt id may have meant.

    Raises:
        DefinitionError: for an id or a tag that no test has.
        StoreError: when a test that is meant cannot be read here.
    """
    found: dict[str, StoredTest] = {}
    for name in names:
        if name.startswith(TAG):
            found.update((test.id, test) for test in _tagged(name.removeprefix(TAG), everything().present))
        elif (test := one(name)) is not None:
            found[name] = test
        else:
            ids = [known.id for known in everything().present]
            raise DefinitionError(f"there is no stored test {name!r}{near(name, ids)} ({len(ids):,} are stored)")
    return list(found.values())


def _tagged(tag: str, known: Sequence[Remembered]) -> list[StoredTest]:
    tagged = [each for each in known if tag in each.facts.tags]
    if not tagged:
        raise DefinitionError(
            f"no stored test has the tag {tag!r}{near(tag, {tag for each in known for tag in each.facts.tags})}"
        )
    return [_readable(each) for each in tagged]


def _readable(known: Remembered) -> StoredTest:
    if not isinstance(known.stored, StoredTest):
        raise StoreError(str(known.reason))
    return known.stored
