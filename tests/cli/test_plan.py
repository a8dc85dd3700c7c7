"""``plan``: what would be sent, for which tests, at what cost; nothing is checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Call = Callable[..., tuple[int, str, str]]


def test_the_plan_is_sql_that_says_what_it_is_for(orders: Any, call: Call) -> None:
    orders.execute("ANALYZE orders")
    code, out, err = call("plan", "orders.yaml", "--url", orders.url)
    assert (code, err) == (0, "")
    assert re.sub(r"[\d.]+$", "N", out.splitlines()[0]) == "-- statement 1 of 1: 3 tests in one, estimated cost N"
    assert out.splitlines()[1:4] == [
        "--   orders/volume: one of 3 questions of one scan",
        "--   orders/completeness(customer): one of 3 questions of one scan",
        "--   orders/completeness(amount): one of 3 questions of one scan",
    ]
    assert orders.execute(out) == [(10, 0, 1)]


def test_what_needs_a_statement_of_its_own_has_one(orders: Any, call: Call) -> None:
    Path("s.yaml").write_text("name: s\ntable: orders\nchecks: [volume: {min: 1}, uniqueness: [id]]")
    code, out, _ = call("plan", "s.yaml", "--url", orders.url, "--where", "id > length('abc') -- late")
    assert code == 0
    assert re.findall(r"^-- statement (\d) of (\d): 1 test, estimated cost", out, flags=re.M) == [("1", "2"), ("2", "2")]
    assert out.count("id > length('abc') -- late") == 2


def test_short_steps_share_a_statement(orders: Any, call: Call) -> None:
    orders.execute("ALTER TABLE orders ADD COLUMN number serial")
    Path("s.yaml").write_text(
        "name: s\ntable: orders\nchecks: [volume: {min: 1}, uniqueness: [number], uniqueness: [number, id]]"
    )
    code, out, _ = call("plan", "s.yaml", "--url", orders.url)
    assert code == 0
    assert "--   s/volume: one of 2 questions of one scan; one of 2 short steps in one statement" in out
    assert "--   s/uniqueness(number, id): implied by the uniqueness of number if that holds, else by counting" in out
    assert orders.execute(out) == [(10, 10, 10, 10)]


def test_what_the_catalog_proves_needs_no_statement(orders: Any, call: Call) -> None:
    orders.execute("CREATE TABLE fixed (id integer PRIMARY KEY)")
    Path("s.yaml").write_text("name: s\ntable: fixed\nchecks: [schema: {id: integer}, {type: completeness, column: id}]")
    _, out, _ = call("plan", "s.yaml", "--url", orders.url)
    lines = out.splitlines()
    assert lines[-2:] == ["-- no statement is needed for", "--   s/schema: from the catalog"]
    assert "--   s/completeness(id): one of 1 questions" not in out


def test_a_plan_checks_nothing(orders: Any, call: Call) -> None:
    Path("s.yaml").write_text("name: s\ntable: orders\nchecks: [volume: {min: 1, where: 1 / (id - id) > 0}]")
    assert call("check", "s.yaml", "--url", orders.url)[0] == 2
    assert call("plan", "s.yaml", "--url", orders.url)[0] == 0


def test_a_test_that_cannot_be_asked_is_named_and_ends_with_two(orders: Any, call: Call) -> None:
    orders.execute("ALTER TABLE orders DROP COLUMN customer")
    code, out, err = call("plan", "orders.yaml", "--url", orders.url)
    assert (code, err) == (2, "")
    assert out.splitlines()[-1].startswith("-- orders/completeness(customer) cannot be asked: no column 'customer' in orders")


def test_a_database_that_cannot_be_reached_ends_with_two(orders: Any, call: Call) -> None:
    code, out, err = call("plan", "orders.yaml", "--url", "postgresql://nobody@localhost:1/nothing")
    assert (code, out) == (2, "")
    assert err.startswith("data-quality: error: connection failed")
