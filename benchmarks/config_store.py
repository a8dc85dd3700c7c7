"""How long does a config store of 10,000 tests take to be read, to say that nothing has changed, to show a page, to change?

DynamoDB is moto's server in a process of its own, one request at a time: its times say more of moto than of AWS, the number of
requests is the same. It is seeded by BatchWriteItem, the databases by INSERT.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import boto3
from sqlalchemy import insert

from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from airflow_data_quality.core.stores.configs.base import Item, Shelf, moment_text
from airflow_data_quality.core.stores.configs.documents import text_of
from airflow_data_quality.core.stores.configs.dynamodb import DynamoDbShelf
from airflow_data_quality.core.stores.configs.listing import TestFilter, matching, page_of
from airflow_data_quality.core.stores.configs.memory import Memory, Snapshot
from airflow_data_quality.core.stores.configs.sql import SqlShelf
from airflow_data_quality.core.stores.configs.store import ConfigStore
from airflow_data_quality.core.stores.configs.tables import HISTORY, documents
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.pages import Page
from benchmarks.database import execute
from benchmarks.harness import ms, table, timed

TESTS, TABLES = 10_000, 200
ROUNDS = 11
NAME = "config_store"
PREFIX = "bench_"
AT = datetime(2026, 1, 1, tzinfo=timezone.utc)
SERVER = """
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

class Quiet(WSGIRequestHandler):
    def log_request(self, *args): ...

server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=False, request_handler=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
"""
PAGES = {
    "all": TestFilter(),
    "a dataset's": TestFilter(dataset="public.table_7"),
    "of an owner and a tag": TestFilter(owner="team_3", tag="gold"),
    "of none": TestFilter(conn_id="nowhere"),
    "with a text": TestFilter(text="TABLE_77"),
}


def main(url: str) -> None:
    """Fills a store of each kind, asks, and drops it."""
    items = [Item("test", test.id, 1, text_of(test), AT) for test in map(a_test, range(TESTS))]
    with dynamodb(items) as (shelf, seen):
        report("DynamoDB (moto)", shelf, loads=1, seen=seen)
    with postgres(url, items) as database:
        report("PostgreSQL", SqlShelf(database), loads=ROUNDS, seen=[])
    with tempfile.TemporaryDirectory(prefix="dq-bench-") as folder:
        database = StoreDatabase.embedded(Path(folder) / "data_quality.db")
        database.migrate(HISTORY)
        seed(database, items)
        report("SQLite", SqlShelf(database), loads=ROUNDS, seen=[])
        report_pages(SqlShelf(database))


def report(name: str, shelf: Shelf, *, loads: int, seen: list[str]) -> None:
    """Measures and prints; everything is read so often from the shelf, and what it is asked for is added to ``seen``."""
    ConfigStore(shelf).create(RegisteredConnection(id="warehouse"), by="bench")
    store, versions = ConfigStore(shelf), count(1)

    def update() -> object:
        return store.update(a_test(0, version=next(versions)), by="bench")

    rows: Sequence[tuple[str, Callable[[], object], int]] = (
        ("first load and a page of 100", lambda: ConfigStore(shelf).tests(), loads),
        ("first load and every test built", store.all_tests, 1),
        ("did anything change?", store.revision, ROUNDS),
        ("every test, nothing changed", store.all_tests, ROUNDS),
        ("one test by its id", lambda: store.select(["table_7/7"]), ROUNDS),
        ("one change", update, ROUNDS // 2),
        ("a page after a change of one's own", store.tests, 1),
    )
    shown = []
    for what, call, rounds in rows:
        seen.clear()
        taken = [timed(call)()]
        asked = ", ".join(f"{seen.count(each)} {each}" for each in dict.fromkeys(seen))
        shown.append((what, ms([*taken, *(timed(call)() for _ in range(rounds - 1))], 1), asked))
    table((name, "ms, median (least)", "requests"), shown)


def report_pages(shelf: Shelf) -> None:
    """Measures and prints what is the same wherever the tests lie."""
    now = Memory(shelf, "test").now()
    shown = []
    for what, wanted in PAGES.items():
        page = partial(_page, now, wanted)
        first, *again = [timed(page)() for _ in range(ROUNDS + 1)]
        shown.append((what, f"{first * 1000:,.0f}", ms(again, 2), "< 5", len(page())))
    table(("a page of 100, from memory", "ms, the first time", "ms, median (least)", "promised", "shown"), shown)


def _page(now: Snapshot, wanted: TestFilter) -> Page[Any]:
    return page_of(matching(now.present, wanted), None, 100)


# What is stored -------------------------------------------------------------------------------------------------------


def a_test(number: int, version: int = 0) -> StoredTest:
    """Returns one of the tests: of 200 tables, as people write them."""
    name, column = f"table_{number % TABLES}", f"column_{number // TABLES}"
    checks = (
        {"type": "completeness", "column": column, "max_failing": "0.5%", "warn": {"max_failing": "0.1%"}},
        {"type": "uniqueness", "columns": [column, "day"]},
        {"type": "pattern", "column": column, "format": "email", "max_failing": "0.1%", "severity": "warn"},
        {"type": "volume", "min": 1, "name": f"rows of {column}", "where": f"{column} > '2024-01-01'"},
    )
    return StoredTest.of(
        {
            "id": f"{name}/{number}",
            "version": version,
            "check": checks[number // TABLES % len(checks)],
            "dataset": {"table": f"public.{name}", "conn_id": "warehouse"},
            "schedule": f"{number % 60} 6 * * *",
            "tags": ["gold", "nightly"] if number % 7 == 0 else ["nightly"],
            "owner": f"team_{number % 12}",
            "alerts": ["slack"],
        }
    )


def seed(database: StoreDatabase, items: Sequence[Item]) -> None:
    """Puts the tests into tables that are there."""
    with database.writing(HISTORY, patient=True) as connection:
        at = moment_text(AT)
        rows = [{"id": item.id, "version": 1, "document": item.document, "updated_at": at, "schema_version": 1} for item in items]
        connection.execute(insert(documents["test"]), rows)


@contextmanager
def postgres(url: str, items: Sequence[Item]) -> Iterator[StoreDatabase]:
    """Makes a database with the tests in it, and drops it."""
    execute(url, f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", f"CREATE DATABASE {NAME}")
    database = StoreDatabase.by_url(url.replace("/postgres?", f"/{NAME}?") if "?" in url else f"{url.rpartition('/')[0]}/{NAME}")
    try:
        database.migrate(HISTORY)
        seed(database, items)
        yield database
    finally:
        database.engine.dispose()
        execute(url, f"DROP DATABASE {NAME} WITH (FORCE)")


@contextmanager
def dynamodb(items: Sequence[Item]) -> Iterator[tuple[Shelf, list[str]]]:
    """Runs a server with the tests in it; yields also the names of the requests that it has been sent."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            port = (server.stdout.readline() if server.stdout else "").strip()
            keys = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}
            client = boto3.client("dynamodb", endpoint_url=f"http://127.0.0.1:{port}", region_name="eu-west-1", **keys)
            shelf = DynamoDbShelf(client, prefix=PREFIX)
            shelf.migrate()
            for start in range(0, len(items), 25):
                puts = [{"PutRequest": {"Item": attributes(item)}} for item in items[start : start + 25]]
                client.batch_write_item(RequestItems={f"{PREFIX}tests": puts})
            seen: list[str] = []
            client.meta.events.register("before-send.dynamodb", partial(_note, seen))
            yield shelf, seen
        finally:
            server.terminate()


def _note(seen: list[str], request: Any, **more: Any) -> None:
    seen.append(request.headers["X-Amz-Target"].decode().partition(".")[2])


def attributes(item: Item) -> dict[str, dict[str, str]]:
    """Returns an item as DynamoDB keeps it."""
    numbers = {"version": {"N": "1"}, "schema_version": {"N": "1"}}
    return {"id": {"S": item.id}, "document": {"S": str(item.document)}, "updated_at": {"S": moment_text(AT)}, **numbers}
