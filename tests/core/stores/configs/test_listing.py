"""Lists come in the order of ids, a page at a time, and hold what is asked for."""

from __future__ import annotations

import pytest

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.stores.configs.listing import TestFilter
from airflow_data_quality.core.stores.configs.store import ConfigStore
from airflow_data_quality.core.stores.pages import cursor_of
from tests.core.stores.configs.samples import a_connection, a_test


@pytest.fixture
def full(embedded: ConfigStore) -> ConfigStore:
    """A store of four tests, each with something of its own."""
    mails = {"completeness": {"column": "E-Mail", "tags": ["gold"], "severity": "warn"}}
    query = {"query": "SELECT *\n  FROM clicks", "conn_id": "lake"}
    named = {"volume": {"min": 1, "name": "enough rows", "description": "As many as the Straße has"}}
    embedded.apply(
        [
            a_connection("lake"),
            a_test("orders/1", owner="ann", tags=["Silver"]),
            a_test("orders/2", check=mails, tags=["daily"]),
            a_test("clicks", dataset=query, owner="ann", tags=["gold"]),
            a_test("named", check=named, enabled=False, table='"Odd ""Schema"""."It\'s"'),
        ],
        [],
        by="ann",
    )
    return embedded


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (TestFilter(), ["clicks", "named", "orders/1", "orders/2"]),
        (TestFilter(conn_id="lake"), ["clicks"]),
        (TestFilter(dataset="public.orders"), ["orders/1", "orders/2"]),
        (TestFilter(dataset="SELECT * FROM clicks"), ["clicks"]),
        (TestFilter(dataset='"Odd ""Schema"""."It\'s"'), ["named"]),
        (TestFilter(dataset="orders"), []),
        (TestFilter(type="completeness"), ["orders/2"]),
        (TestFilter(tag="gold"), ["clicks", "orders/2"]),
        (TestFilter(tag="silver"), []),
        (TestFilter(owner="ann"), ["clicks", "orders/1"]),
        (TestFilter(owner=""), []),
        (TestFilter(enabled=False), ["named"]),
        (TestFilter(enabled=True, owner="ann", tag="gold"), ["clicks"]),
        (TestFilter(text="ORDERS"), ["orders/1", "orders/2"]),
        (TestFilter(text="e-mail"), ["orders/2"]),
        (TestFilter(text="completeness(e-mail)"), ["orders/2"]),
        (TestFilter(text="no more than"), []),
        (TestFilter(text="STRASSE"), ["named"]),
        (TestFilter(text="enough"), ["named"]),
        (TestFilter(text="silver"), ["orders/1"]),
        (TestFilter(text="ANN"), ["clicks", "orders/1"]),
        (TestFilter(text="from clicks"), ["clicks"]),
        (TestFilter(text=""), ["clicks", "named", "orders/1", "orders/2"]),
        (TestFilter(text="gold\ndaily"), []),
        (TestFilter(text="%"), []),
        (TestFilter(conn_id="nowhere"), []),
    ],
    ids=str,
)
def test_a_filter_finds_what_it_asks_for(full: ConfigStore, wanted: TestFilter, ids: list[str]) -> None:
    assert [test.id for test in full.tests(wanted)] == ids


def test_what_is_shown_of_a_check_without_a_description_is_found(full: ConfigStore) -> None:
    described = full.all_tests()[0].check.describe()

    assert "clicks" in [test.id for test in full.tests(TestFilter(text=described.upper()))]


def test_pages_lead_through_all_of_it(embedded: ConfigStore) -> None:
    ids = [f"t{number}" for number in range(25)]
    embedded.apply([a_test(each, enabled=each != "t13") for each in ids], [], by="ann")

    for limit, pages in ((10, 3), (12, 2), (24, 1), (100, 1)):
        read, cursor, count = [], None, 0
        while count == 0 or cursor is not None:
            page = embedded.tests(TestFilter(enabled=True), cursor=cursor, limit=limit)
            read += [test.id for test in page]
            cursor, count = page.cursor, count + 1
        assert (read, count) == (sorted({*ids} - {"t13"}), pages)


def test_a_page_begins_behind_what_was_deleted_meanwhile(embedded: ConfigStore) -> None:
    embedded.apply([a_test(each) for each in "abcd"], [], by="ann")
    page = embedded.tests(limit=2)
    embedded.delete("test", "b", 1, by="ann")

    assert [test.id for test in embedded.tests(cursor=page.cursor, limit=2)] == ["c", "d"]


def test_connections_come_in_pages_too(embedded: ConfigStore) -> None:
    embedded.apply([a_connection("lake"), a_connection("zoo", label="Zoo")], [], by="ann")
    page = embedded.connections(limit=2)

    assert [connection.id for connection in page] == ["lake", "warehouse"]
    assert [connection.label for connection in embedded.connections(cursor=page.cursor)] == ["Zoo"]


@pytest.mark.parametrize("cursor", ["", "x", "é", cursor_of(5), cursor_of("a", "b"), cursor_of(None)])
def test_a_cursor_of_another_list_is_refused(embedded: ConfigStore, cursor: str) -> None:
    with pytest.raises(DefinitionError, match="is no cursor of this list; give the one that came with the page before"):
        embedded.tests(cursor=cursor)


def test_a_page_has_at_least_one_item(embedded: ConfigStore) -> None:
    with pytest.raises(DefinitionError, match="limit is 0; a page has at least 1 item"):
        embedded.tests(limit=0)
