"""``tests list | apply DIR | export DIR``: stored tests as a table, from a folder of files, and back into one."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import Namespace
from collections.abc import Iterator

from airflow_data_quality.cli.main import ERRORED, PASSED
from airflow_data_quality.cli.selection import outside_of_tasks
from airflow_data_quality.cli.terminal import print_table, write
from airflow_data_quality.core.errors import Conflict
from airflow_data_quality.core.formats.definitions import Definitions
from airflow_data_quality.core.formats.export import export
from airflow_data_quality.core.model.stored import StoredTest
from airflow_data_quality.core.report.text import one_line
from airflow_data_quality.core.stores.configs.base import KINDS
from airflow_data_quality.core.stores.configs.difference import difference
from airflow_data_quality.core.stores.configs.listing import TestFilter
from airflow_data_quality.core.stores.configs.store import ConfigStore

HEADER = ("id", "dataset", "check", "schedule", "owner", "tags", "enabled", "version")


def run(args: Namespace) -> int:
    """Does one of the three."""
    return ACTIONS[args.action](args)


def _store() -> ConfigStore:
    outside_of_tasks()
    from airflow_data_quality.hooks import stores

    return stores.config_store()


def _list(args: Namespace) -> int:
    store = _store()
    wanted = TestFilter(**{name: getattr(args, name) for name in TestFilter.__dataclass_fields__})
    rows = [_row(test) for test in _every(store, wanted)]
    if rows:
        print_table([HEADER, *rows])
    else:
        _say(f"no test of that kind is stored in {store.place}")
    return _unread(store)


def _every(store: ConfigStore, wanted: TestFilter) -> Iterator[StoredTest]:
    page = store.tests(wanted)
    yield from page
    while page.cursor is not None:
        page = store.tests(wanted, cursor=page.cursor)
        yield from page


def _row(test: StoredTest) -> tuple[str, ...]:
    zone = "" if test.schedule is None or test.timezone == "UTC" else f" {test.timezone}"
    cells = (
        test.id,
        test.dataset.text,
        test.check.describe(),
        f"{test.schedule or 'on demand'}{zone}",
        test.owner or "",
        ", ".join(test.tags),
        "yes" if test.enabled else "no",
        str(test.version),
    )
    return tuple(map(one_line, cells))


def _apply(args: Namespace) -> int:
    wanted = Definitions.of(args.folder)
    store = _store()
    found = difference(wanted, store, prune=args.prune)
    write("\n".join(map(one_line, found.lines())))
    changes = len(found.puts) + len(found.pruned)
    if not changes:
        write("nothing to change")
    elif args.dry_run:
        write(f"{changes:,} change(s) not stored in {store.place}: this is a dry run")
    else:
        try:
            stored = store.apply(found.puts, found.pruned, by=_who())
        except Conflict as error:
            _say(f"error: {error}; run this command again to see and store the rest")
            return ERRORED
        write(f"{stored:,} change(s) stored in {store.place}")
    return PASSED


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may be a number that has no name
        return f"uid {os.getuid()}"


def _export(args: Namespace) -> int:
    store = _store()
    tests, connections = store.all_tests(), store.all_connections()
    if not tests and not connections:
        _say(f"nothing that could be written is stored in {store.place}")
        return _unread(store)
    for path in export(args.folder, tests, connections):
        write(str(path))
    write(f"{len(tests):,} test(s) and {len(connections):,} connection(s) of {store.place}")
    return _unread(store)


def _unread(store: ConfigStore) -> int:
    """Names what is stored and left out, for it cannot be read; returns the exit code."""
    reasons = [reason for kind in KINDS for reason in store.unreadable(kind).values()]
    for reason in reasons:
        _say(f"left out: {reason}")
    return ERRORED if reasons else PASSED


def _say(text: str) -> None:
    print(f"data-quality: {text}", file=sys.stderr)


ACTIONS = {"list": _list, "apply": _apply, "export": _export}
