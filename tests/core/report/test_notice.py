"""What people are told: what is wrong and how bad, the worst first, then since when; the same in mails, Slack and PagerDuty."""

from __future__ import annotations

import json
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.report import mail, pagerduty, slack
from airflow_data_quality.core.report.notice import Findings, Notice, Occasion, notice, plain
from tests.core.report.test_text import ERRORED, FAILED, NOON, PASSED, SKIPPED, WARNED, execution

GATE = Occasion(
    what="shop.quality",
    became="failed",
    level="error",
    key="airflow/shop/quality",
    facts={"owner": "data", "run": "manual__1", "try": "1 of 3", "nothing": ""},
    links={"log": "https://airflow.example.org/log?a=1&b=2", "none": ""},
)
ODD = 'a <b onclick="x">&amp;</b>\n<!channel> *bold* <http://evil|log>\r\nBcc: all@example.org \ud800\x1b[31m'


def told(*executions: Any, occasion: Occasion = GATE, at_most: int = 10, **findings: Any) -> Notice:
    return notice(occasion, Findings(executions, **findings), at_most)


def occasion(**changed: Any) -> Occasion:
    return Occasion(**{"what": "shop.load", "became": "failed", "level": "error", "key": "airflow/shop/load", **changed})


# What is said ---------------------------------------------------------------------------------------------------------


def test_the_worst_comes_first_then_since_when_then_where() -> None:
    since = {FAILED.test_id: NOON - timedelta(days=3, minutes=7), WARNED.test_id: NOON}
    assert plain(told(PASSED, WARNED, ERRORED, SKIPPED, FAILED, since=since)) == (
        "orders, completeness(email): 2,512 of 336,776 rows (0.75%) have no email, allowed 0.5%\n"
        "since 2024-01-28 11:53 UTC\n"
        "\n"
        "- orders, e: could not be asked: no table 'order'\n"
        "- orders, w: 0 rows, allowed: at least 1 (warning, new)\n"
        "\n"
        "checks: 2 failed, 1 errored, 1 skipped, 1 passed of 5 checks\n"
        "what: shop.quality failed\n"
        "owner: data\n"
        "run: manual__1\n"
        "try: 1 of 3\n"
        "log: https://airflow.example.org/log?a=1&b=2\n"
    )


def test_of_tests_that_fail_alike_the_one_with_the_greater_share_of_failing_rows_is_worse() -> None:
    worse = FAILED.model_copy(update={"test_id": "worse", "failing": 9, "checked": 10, "message": "9 of 10 rows"})
    bare = execution(test_id="bare", outcome="failed", message="0 rows")
    assert [line.text.partition(": ")[2] for line in told(bare, FAILED, worse).lines] == [
        "9 of 10 rows",
        FAILED.message,
        "0 rows",
    ]


def test_so_many_tests_are_named_and_the_others_counted() -> None:
    many = [execution(test_id=f"t{n}", outcome="failed", message=f"m{n}") for n in range(1207)]
    found = told(*many, at_most=7)
    assert [line.text for line in found.lines] == [f"orders, volume: m{n}" for n in range(7)]
    assert "and 1,200 more" in plain(found).splitlines()
    assert "more" not in plain(told(*many[:7], at_most=7))


def test_what_is_recorded_only_is_told_to_nobody() -> None:
    info = execution(outcome="failed", severity="info", message="0 rows")
    found = told(info, occasion=occasion(became="succeeded", level="good"))
    assert (found.level, [line.text for line in found.lines]) == ("good", ["shop.load succeeded: 1 failed of 1 checks"])


@pytest.mark.parametrize(
    ("executions", "given", "level"),
    [
        ([FAILED], "good", "error"),
        ([ERRORED], "info", "error"),
        ([WARNED], "good", "warning"),
        ([PASSED], "good", "good"),
        ([PASSED], "error", "error"),
        ([], "info", "info"),
    ],
)
def test_how_bad_it_is_is_said_by_the_worst_test_and_by_what_became_of_the_task(
    executions: list[Any], given: Any, level: str
) -> None:
    assert told(*executions, occasion=occasion(level=given)).level == level


def test_a_task_that_failed_for_worse_than_its_warnings_says_so_first() -> None:
    found = told(WARNED, occasion=occasion(reason="ValueError: boom"))
    assert [line.text for line in found.lines] == [
        "shop.load failed: ValueError: boom",
        "orders, w: 0 rows, allowed: at least 1",
    ]
    assert found.subject == "shop.load failed: ValueError: boom"


def test_without_any_test_it_says_what_is_known_of_the_task() -> None:
    assert plain(told(occasion=occasion(reason="ValueError: boom"))) == (
        "shop.load failed: ValueError: boom\n\nwhat: shop.load failed\n"
    )
    assert told(occasion=occasion()).subject == "shop.load failed"


def test_where_only_names_are_left_they_are_told_as_bad_as_the_verdict() -> None:
    left = {"failing": ["a", "b", "c"], "counts": {"passed": 2, "failed": 3, "errored": 0, "skipped": 0}, "verdict": "warned"}
    found = told(occasion=occasion(became="succeeded", level="good"), at_most=2, **left)
    assert (found.level, found.more) == ("warning", 1)
    assert [line.text for line in found.lines] == ["shop.load succeeded: 3 failed, 2 passed of 5 checks", "a", "b"]


def test_everything_is_on_one_line_and_short() -> None:
    found = told(
        execution(outcome="failed", message=ODD * 50, dataset=Dataset(query=f"SELECT 1 -- {'x' * 500}")),
        occasion=occasion(what=ODD, reason=ODD, facts={"owner": ODD}),
    )
    texts = [found.subject, *(line.text for line in found.lines), *found.facts.values()]
    assert [text for text in texts if len(text) > 500 or not text.isprintable()] == []
    assert len(found.subject) == 200
    assert found.lines[0].text.startswith(f"SELECT 1 -- {'x' * 67}…, volume: a <b")


# In a mail ------------------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.links: list[Any] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_html_shows_every_text_as_it_is_and_has_no_tag_of_anyone_else() -> None:
    odd = execution(outcome="failed", message=ODD)
    found = told(odd, FAILED, occasion=occasion(what=ODD, facts={"owner": ODD}, links={"log": 'https://x/?a=1&b="><script>'}))
    page = Tags()
    page.feed(mail.html(found))
    assert set(page.tags) == {"html", "body", "p", "b", "ul", "li", "table", "tr", "td", "a"}
    assert {*(line.text for line in found.lines), *found.facts.values()} <= set(page.texts)
    assert page.links == ['https://x/?a=1&b="><script>']


# In Slack -------------------------------------------------------------------------------------------------------------


def test_slack_sees_no_command_in_a_text() -> None:
    found = told(execution(outcome="failed", message=ODD), occasion=occasion(what=ODD, links={"log": "https://x/?a=1&b=|2>"}))
    sent = json.dumps([slack.text(found), *slack.blocks(found)])
    assert "<" not in sent.replace("<https://x/?a=1&amp;b=%7C2%3E|log>", "")
    assert "&lt;!channel&gt;" in sent
    assert all(
        part.get("verbatim") for block in slack.blocks(found) for part in [block.get("text"), *block.get("elements", [])] if part
    )


@pytest.mark.parametrize("letter", ["x", "&", "<", "é", "😀"])
def test_no_text_is_longer_than_slack_takes(letter: str) -> None:
    many = [execution(test_id=f"t{n}", outcome="failed", message=letter * 5000) for n in range(60)]
    facts = {f"{letter}{n}": letter * 5000 for n in range(25)}
    found = told(*many, at_most=40, occasion=occasion(what=letter * 5000, facts=facts, links={"log": "https://x/"}))
    blocks = slack.blocks(found)
    assert len(blocks) <= 50
    assert len(slack.text(found)) <= 3000
    for block in blocks:
        if block["type"] == "section":
            assert len(block["text"]["text"]) <= 3000
        else:
            assert len(block["elements"]) <= 10
            assert all(len(element["text"]) <= 3000 for element in block["elements"])
    texts = [part["text"] for block in blocks for part in [block.get("text"), *block.get("elements", [])] if part]
    assert [text for text in texts if "&" in text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")] == []


def test_the_mark_says_how_bad_it_is() -> None:
    assert slack.blocks(told(WARNED, occasion=occasion(level="good")))[0]["text"]["text"] == (
        ":large_yellow_circle: orders, w: 0 rows, allowed: at least 1\n_warning_"
    )


# In PagerDuty ---------------------------------------------------------------------------------------------------------


def test_what_is_wrong_triggers_and_what_is_right_resolves_the_same() -> None:
    bad = pagerduty.event(told(FAILED))
    assert (bad["action"], bad["severity"], bad["dedup_key"]) == ("trigger", "error", "airflow/shop/quality")
    assert bad["summary"] == f"shop.quality failed: orders, completeness(email): {FAILED.message}"
    assert bad["custom_details"]["found"] == [f"orders, completeness(email): {FAILED.message}"]
    assert bad["links"] == [{"href": "https://airflow.example.org/log?a=1&b=2", "text": "log"}]
    good = pagerduty.event(told(PASSED, occasion=occasion(level="good", key=GATE.key)))
    assert (good["action"], good["severity"], good["dedup_key"]) == ("resolve", "info", "airflow/shop/quality")


def test_a_warning_is_a_warning() -> None:
    assert pagerduty.event(told(WARNED, occasion=occasion(level="good")))["severity"] == "warning"


def test_long_keys_are_cut_so_that_none_becomes_another() -> None:
    keys = {pagerduty.event(told(occasion=occasion(key="x" * length)))["dedup_key"] for length in range(200, 400)}
    assert len(keys) == 200
    assert max(map(len, keys)) == 255
