"""How the tests stand that somebody waits for, or is gated by: the latest outcome of each. Nothing is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Protocol

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.check import Severity
from airflow_data_quality.core.model.duration import rough_duration
from airflow_data_quality.core.model.execution import Outcome
from airflow_data_quality.core.model.placed import placed_behind
from airflow_data_quality.core.model.run import Found, Verdict, counts_of, score_of, verdict_of
from airflow_data_quality.core.model.stored import TAG

if TYPE_CHECKING:
    from airflow_data_quality.core.stores.configs.store import ConfigStore
    from airflow_data_quality.core.stores.results.answers import TestState
    from airflow_data_quality.core.stores.results.base import ResultStore

PAGE = 1_000


@dataclass(frozen=True)
class Meant:
    """Which tests are meant: some, or all that look at one table."""

    names: Sequence[str] = ()
    """Ids of stored or coded tests, and ``tag:NAME`` for all enabled stored tests that have a tag."""
    conn_id: str | None = None
    table: str | None = None
    """As the tests name it."""

    def __str__(self) -> str:
        return ", ".join(self.names) if self.table is None else f"{self.table} behind {self.conn_id}"


@dataclass(frozen=True)
class Missing:
    """A test without an outcome that is recent enough."""

    test_id: str
    message: str
    """What a person should know, on one line."""


class Asked(Protocol):
    """What became of a test when it was asked: its latest state, or an execution."""

    @property
    def test_id(self) -> str:
        """The test's."""

    @property
    def outcome(self) -> Outcome:
        """What became of it."""

    @property
    def severity(self) -> Severity:
        """How much that matters."""

    @property
    def message(self) -> str:
        """What a person should know, on one line."""


@dataclass(frozen=True)
class Standing:
    """How the tests that are meant stand."""

    recent: Sequence[Asked]
    missing: Sequence[Missing]

    @property
    def total(self) -> int:
        """How many tests are meant."""
        return len(self.recent) + len(self.missing)

    @property
    def verdict(self) -> Verdict:
        """As of a run; a test that is missing counts as one that failed, for nothing good is known of it."""
        return verdict_of(self._found())

    @property
    def blocking(self) -> Sequence[Asked | Missing]:
        """What stands in the way: errors that failed, errors that errored, tests that are missing. Warnings never do."""
        errors = [asked for asked in self.recent if asked.severity == "error"]
        return [*(a for a in errors if a.outcome == "failed"), *(a for a in errors if a.outcome == "errored"), *self.missing]

    def summary(self) -> dict[str, Any]:
        """Returns what travels to other tasks, as of a run; ``missing`` are counted as failed, and named."""
        bad = [asked.test_id for asked in self.recent if asked.outcome in ("failed", "errored")]
        missing = [each.test_id for each in self.missing]
        return {
            "verdict": self.verdict,
            "score": score_of(self._found()),
            "counts": dict(counts_of(self._found())),
            "failing": bad + missing,
            "missing": missing,
        }

    def _found(self) -> Sequence[Found]:
        unknown: Found = ("failed", "error")
        return [*((asked.outcome, asked.severity) for asked in self.recent), *(unknown for _ in self.missing)]


def standing(meant: Meant, since: datetime, results: ResultStore, configs: Callable[[], ConfigStore]) -> Standing:
    """Returns how tests stand.

    Args:
        meant: which ones.
        since: outcomes of runs that began earlier are not recent.
        results: where outcomes are kept.
        configs: gives the store of tests; not called where ids name them all.

    Raises:
        DefinitionError: for a tag that no stored test has, or that only disabled ones have.
        StoreError: when a store cannot be read.
    """
    if meant.table is not None:
        known = _on_table(meant.conn_id, meant.table, results, configs())
    else:
        ids = list(dict.fromkeys(_ids(meant.names, configs)))
        known = {**dict.fromkeys(ids), **results.states_of(ids)}
    if not known:
        return Standing(recent=[], missing=[Missing(str(meant), "no test of it is known")])
    return Standing(
        recent=[state for state in known.values() if state is not None and state.started_at >= since],
        missing=[_missing(key, state) for key, state in known.items() if state is None or state.started_at < since],
    )


def _missing(test_id: str, last: TestState | None) -> Missing:
    if last is None:
        return Missing(test_id, "was never asked, or no test has this id")
    ago = rough_duration(datetime.now(timezone.utc) - last.started_at)
    return Missing(test_id, f"was asked last {ago} ago, at {last.started_at:%Y-%m-%d %H:%M:%S} UTC ({last.outcome})")


def _ids(names: Sequence[str], configs: Callable[[], ConfigStore]) -> Iterator[str]:
    for name in names:
        if not name.startswith(TAG):
            yield name
            continue
        enabled = [test.id for test in configs().select([name]) if test.enabled]
        if not enabled:
            raise DefinitionError(f"no stored test with the tag {name.removeprefix(TAG)!r} is enabled")
        yield from enabled


def _on_table(conn_id: str | None, table: str, results: ResultStore, configs: ConfigStore) -> Mapping[str, TestState | None]:
    """Returns what is known of the tests of a table: the enabled stored ones, and the coded ones that ran."""
    connection = configs.connection(str(conn_id))
    stored = [
        test
        for test in configs.all_tests()
        if test.dataset.conn_id == conn_id and table in (test.dataset.text, placed_behind(test, connection).dataset.text)
    ]
    ids = [test.id for test in stored if test.enabled]
    left_out = {test.id for test in stored if not test.enabled} | configs.deleted()
    ran = {state.test_id: state for state in _states(conn_id, table, results) if state.test_id not in left_out}
    return {**dict.fromkeys(ids), **ran, **results.states_of(ids)}


def _states(conn_id: str | None, table: str, results: ResultStore) -> Iterator[TestState]:
    cursor = None
    while True:
        page = results.states(conn_id=conn_id, dataset=table, cursor=cursor, limit=PAGE)
        yield from page
        cursor = page.cursor
        if cursor is None:
            return
