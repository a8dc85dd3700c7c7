"""A run as GitHub's workflow commands: one line each, at the line of the suite, with nothing that ends a command early."""

from __future__ import annotations

import pytest

from airflow_data_quality.core.report.github import github
from tests.core.report.test_text import ERRORED, FAILED, PASSED, SKIPPED, WARNED, execution, run

AT = "suites/orders.yaml:7:5"


def test_what_failed_or_errored_is_told_the_worst_first_and_how_it_went_at_the_end() -> None:
    places = {e.test_id: AT for e in (PASSED, WARNED, ERRORED, SKIPPED, FAILED)}
    assert github(run(PASSED, WARNED, ERRORED, SKIPPED, FAILED), places).splitlines() == [
        "::error file=suites/orders.yaml,line=7,col=5,title=dag/task/completeness(email) failed::"
        "2,512 of 336,776 rows (0.75%25) have no email, allowed 0.5%25",
        "::warning file=suites/orders.yaml,line=7,col=5,title=dag/task/w failed::0 rows, allowed: at least 1",
        "::error file=suites/orders.yaml,line=7,col=5,title=dag/task/e errored::could not be asked: no table 'order'",
        "verdict failed: 1 passed, 2 failed, 1 errored, 1 skipped, score 0.44",
    ]


@pytest.mark.parametrize(
    ("place", "given"),
    [
        ("a.json", "file=a.json"),
        ("a,b:c%.yaml:1:2", "file=a%2Cb%3Ac%25.yaml,line=1,col=2"),
        ("two\nlines.yaml:1:2", "file=two%0Alines.yaml,line=1,col=2"),
    ],
)
def test_where(place: str, given: str) -> None:
    found = execution(test_id="t", outcome="failed", severity="info", message="m")
    assert github(run(found), {"t": place}).splitlines()[0] == f"::notice {given},title=t failed::m"


def test_no_text_ends_a_command_or_begins_another() -> None:
    odd = "a, b: 100%\r\n::error::boo"
    found = execution(test_id=odd, outcome="failed", message=odd)
    first, _ = github(run(found), {odd: AT}).splitlines()
    assert first.endswith("title=a%2C b%3A 100%25%0D%0A%3A%3Aerror%3A%3Aboo failed::a, b: 100%25%0D%0A::error::boo")
