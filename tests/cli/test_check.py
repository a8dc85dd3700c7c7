"""``check``: what is asked, of what, how it is shown, and how it ends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from airflow_data_quality.core.model.run import Run

Call = Callable[..., tuple[int, str, str]]

WARNED = "1 of 10 rows (10%) have no amount, allowed 0"
BROKEN = "UPDATE orders SET customer = NULL WHERE id <= 2"


def test_the_table(orders: Any, call: Call) -> None:
    orders.execute(BROKEN)
    code, out, err = call("check", "orders.yaml", "--url", orders.url)
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        "outcome  severity  check                   value  allowed     failing of checked",
        "failed   error     completeness(customer)  2      at most 0   2 of 10",
        "failed   warn      completeness(amount)    1      at most 0   1 of 10",
        "passed   error     volume                  10     at least 1",
        "",
        "failed  orders/completeness(customer): 2 of 10 rows (20%) have no customer, allowed 0",
        f"failed  orders/completeness(amount) [warn]: {WARNED}",
        "verdict failed: 1 passed, 2 failed, score 0.58",
    ]


def test_several_datasets_are_told_apart(orders: Any, call: Call) -> None:
    Path("two.yaml").write_text("name: two\ndatasets: [{table: orders}, {query: SELECT 1 AS one}]\nchecks: [volume: {max: 5}]\n")
    code, out, err = call("check", "two.yaml", "--url", orders.url)
    assert (code, err) == (1, "")
    assert out.splitlines()[:3] == [
        "outcome  severity  dataset          check   value  allowed    failing of checked",
        "failed   error     orders           volume  10     at most 5",
        "passed   error     SELECT 1 AS one  volume  1      at most 5",
    ]


def test_json_is_the_run_and_nothing_else(orders: Any, call: Call) -> None:
    code, out, err = call("check", "orders.yaml", "--url", orders.url, "--format", "json")
    run = Run.model_validate_json(out)
    assert (code, err, run.verdict) == (0, "", "warned")
    assert [execution.test_id for execution in run.executions] == [
        "orders/volume",
        "orders/completeness(customer)",
        "orders/completeness(amount)",
    ]


def test_junit_fails_what_fails_the_run(orders: Any, call: Call) -> None:
    orders.execute(BROKEN)
    code, out, err = call("check", "orders.yaml", "--url", orders.url, "--format", "junit")
    assert (code, err) == (1, "")
    cases = {case.get("name"): [child.tag for child in case] for case in ElementTree.fromstring(out).iter("testcase")}
    assert cases == {"volume": [], "completeness(customer)": ["failure"], "completeness(amount)": ["system-out"]}


def test_github_points_at_the_lines_of_the_suite(orders: Any, call: Call) -> None:
    orders.execute(BROKEN)
    code, out, err = call("check", "orders.yaml", "--url", orders.url, "--format", "github")
    assert (code, err) == (1, "")
    customer, amount, verdict = out.splitlines()
    assert customer.startswith("::error file=orders.yaml,line=5,col=5,title=orders/completeness(customer) failed::2 of 10")
    assert amount.startswith("::warning file=orders.yaml,line=6,col=5,title=orders/completeness(amount) failed::1 of 10")
    assert verdict.startswith("verdict failed")


MANY = """\
{"name": "s", "datasets": [{"table": "orders"}, {"table": "nowhere"}],
 "checks": [
   {"volume": 10},
   {"volume": {"max": 9, "name": "few"}}]}
"""


def test_github_knows_the_lines_of_every_dataset_in_json_too(orders: Any, call: Call) -> None:
    Path("s.json").write_text(MANY)
    _, out, _ = call("check", "s.json", "--url", orders.url, "--format", "github")
    assert re.findall(r"^::error file=s.json,line=(\d+),col=4,title=s/(\w+)\[(\w+)\]", out, flags=re.M) == [
        ("4", "few", "orders"),
        ("3", "volume", "nowhere"),
        ("4", "few", "nowhere"),
    ]


# What is asked, and of what -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "rows"), [("", 5), ("where: id > 4 OR id = 1 -- the late ones", 2), ("where: 'id IN (1, 2)'", 2)]
)
def test_where_narrows_a_dataset_further(orders: Any, call: Call, own: str, rows: int) -> None:
    Path("s.yaml").write_text(f"name: s\ndataset:\n  table: orders\n  {own}\nchecks: [volume: {{min: 1}}]\n")
    where = "id < 5 AND id > 0 OR id = 6 -- not more"
    code, out, err = call("check", "s.yaml", "--url", orders.url, "--format", "json", "--where", where)
    assert (code, err) == (0, "")
    assert Run.model_validate_json(out).executions[0].value == rows


@pytest.mark.parametrize(
    ("own", "where"),
    [
        ("id > 0", "id > 1) OR (id > 2"),
        ("id > 0", ""),
        ("id > 0", "id = '1"),
        ("id > 0) OR (id > 1", "id > 2"),
        ("id = '", "' = id"),
    ],
)
def test_a_condition_that_would_reach_beyond_itself_is_refused(orders: Any, call: Call, own: str, where: str) -> None:
    Path("s.yaml").write_text(json.dumps({"name": "s", "dataset": {"table": "orders", "where": own}, "checks": [{"volume": 1}]}))
    code, out, err = call("check", "s.yaml", "--url", orders.url, "--where", where)
    assert (code, out) == (3, "")
    assert "where" in err
    assert len(err.splitlines()) == 1


def test_a_url_stands_in_for_all_that_the_suite_names(orders: Any, call: Call) -> None:
    Path("s.yaml").write_text(
        "name: s\nconn_id: nowhere\nchecks: [volume: {min: 1}]\n"
        "datasets: [{table: orders, conn_id: elsewhere}, {query: SELECT 1 AS one}]\n"
    )
    code, out, _ = call("check", "s.yaml", "--url", orders.url)
    assert (code, out.splitlines()[-1]) == (0, "verdict passed: 2 passed, score 1.00")


def test_a_conn_id_stands_in_for_all_that_the_suite_names(orders: Any, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_HERE", orders.airflow_connection())
    Path("s.yaml").write_text("name: s\nconn_id: nowhere\ntable: orders\nchecks: [volume: {min: 1}]")
    code, out, _ = call("check", "s.yaml", "--conn-id", "here", "--format", "json")
    assert code == 0
    assert Run.model_validate_json(out).executions[0].dataset.conn_id == "here"


def test_the_suites_own_connection_is_asked_when_nothing_is_given(
    orders: Any, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_HERE", orders.airflow_connection())
    monkeypatch.setenv("AIRFLOW__DATA_QUALITY__STATEMENT_TIMEOUT", "1s")
    Path("s.yaml").write_text(
        "name: s\nconn_id: here\ntable: orders\nchecks: [volume: {min: 1, where: pg_sleep(20) IS NOT NULL}]"
    )
    code, out, _ = call("check", "s.yaml")
    assert code == 2
    assert "statement timeout" in out


def test_sqlite_is_asked_by_url(orders: Any, call: Call) -> None:
    import sqlite3

    with sqlite3.connect("shop.db") as shop:
        shop.execute("CREATE TABLE orders (customer integer, amount real)")
        shop.execute("INSERT INTO orders VALUES (1, NULL)")
    shop.close()
    code, out, _ = call("check", "orders.yaml", "--url", f"sqlite:///{Path('shop.db').absolute()}")
    assert (code, out.splitlines()[-1]) == (0, "verdict warned: 2 passed, 1 failed, score 0.92")


# How it ends ----------------------------------------------------------------------------------------------------------


def test_what_cannot_be_asked_ends_with_two(orders: Any, call: Call) -> None:
    orders.execute("ALTER TABLE orders DROP COLUMN customer")
    code, out, err = call("check", "orders.yaml", "--url", orders.url)
    assert (code, err) == (2, "")
    assert "could not be asked: no column 'customer'" in out


def test_a_database_that_cannot_be_reached_ends_with_two(orders: Any, call: Call) -> None:
    code, out, err = call("check", "orders.yaml", "--url", "postgresql://nobody@localhost:1/nothing")
    assert (code, err) == (2, "")
    assert out.splitlines()[-1] == "verdict errored: 3 errored, score 0.00"


USAGE = [
    ((), "usage"),
    (("chek", "orders.yaml"), "invalid choice: 'chek'"),
    (("check",), "SUITE"),
    (("check", "orders.yaml", "--url", "sqlite://", "--conn-id", "x"), "not allowed with"),
    (("check", "orders.yaml", "--format", "xml"), "invalid choice: 'xml'"),
    (("check", "orders.yaml", "--bogus"), "--bogus"),
    (("check", "orders.yaml"), "the suite names no conn_id; give --conn-id or --url"),
    (("check", "orders.yaml", "--url", "nothing://x"), "'nothing' names no database"),
    (("check", "orders.yaml", "--conn-id", "nobody_knows"), "connection 'nobody_knows' cannot be used: "),
    (("check", "missing.yaml", "--url", "postgresql://x"), "the suite 'missing.yaml' cannot be read"),
    (("check", "templated.yaml", "--url", "postgresql://x"), "'{{ params.table }}' holds a template"),
    (
        ("check", "wrong.yaml", "--url", "postgresql://x"),
        "wrong.yaml:3:10: checks.0: unknown check type 'volum'; did you mean 'volume'?",
    ),
    (("results", "--last", "0"), "'0' is no number of results"),
]


@pytest.mark.parametrize(("words", "said"), USAGE, ids=[" ".join(words) for words, _ in USAGE])
def test_what_cannot_be_meant_ends_with_three_and_says_why(orders: Any, call: Call, words: tuple[str, ...], said: str) -> None:
    Path("templated.yaml").write_text("name: s\ntable: '{{ params.table }}'\nchecks: [volume: 1]")
    Path("wrong.yaml").write_text("name: s\ntable: t\nchecks: [volum: 1]")
    code, out, err = call(*words)
    assert (code, out) == (3, "")
    assert said in err
    assert "Traceback" not in err


def test_what_nobody_foresaw_is_one_line_and_no_bad_data(orders: Any, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow_data_quality.core import runner

    def broken(*_: Any, **__: Any) -> Run:
        raise RuntimeError("out of luck")

    monkeypatch.setattr(runner, "run", broken)
    code, out, err = call("check", "orders.yaml", "--url", orders.url)
    assert (code, out, err) == (2, "", "data-quality: error: RuntimeError: out of luck\n")
