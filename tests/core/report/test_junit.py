"""A run as JUnit XML: what CI systems read, held against the schema that they share (``jenkins-junit.xsd``)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.report.junit import junit
from tests.core.report.test_text import ERRORED, FAILED, NOON, PASSED, SKIPPED, WARNED, execution, run

EVERY = (PASSED, FAILED, WARNED, ERRORED, SKIPPED)

MAY = {
    # element: attributes that it must have, those that it may have, children in any order
    "testsuites": ({"name"}, {"time", "tests", "failures", "errors", "skipped"}, {"testsuite"}),
    "testsuite": ({"name", "tests"}, {"failures", "errors", "time", "skipped", "timestamp"}, {"testcase", "system-out"}),
    "testcase": ({"name", "classname"}, {"time"}, {"skipped", "error", "failure", "system-out"}),
    "skipped": (set(), {"message"}, set()),
    "error": (set(), {"message", "type"}, set()),
    "failure": (set(), {"message", "type"}, set()),
    "system-out": (set(), set(), set()),
}


def parsed(*executions: Any) -> ElementTree.Element:
    return ElementTree.fromstring(junit(run(*executions), "orders").encode())


def test_it_has_the_elements_and_attributes_that_readers_know() -> None:
    root = parsed(*EVERY)
    assert root.tag == "testsuites"
    for element in root.iter():
        must, may, children = MAY[element.tag]
        assert must <= set(element.keys()) <= must | may
        assert {child.tag for child in element} <= children


def test_each_outcome_has_its_element_and_is_counted() -> None:
    (suite,) = parsed(*EVERY)
    counted = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counted == {"tests": "5", "failures": "1", "errors": "1", "skipped": "1"}
    assert [[child.tag for child in case] for case in suite.findall("testcase")] == [
        [],
        ["failure"],
        ["system-out"],
        ["error"],
        ["skipped"],
    ]


def test_what_is_said() -> None:
    (suite,) = parsed(FAILED.model_copy(update={"sql": "SELECT\n 1 < 2", "duration_ms": 1_500.0}))
    (case,) = suite.findall("testcase")
    assert case.attrib == {"classname": "orders", "name": "completeness(email)", "time": "1.500"}
    (failure,) = case
    assert failure.attrib == {"message": FAILED.message, "type": "failed"}
    assert failure.text == "SELECT\n 1 < 2"
    assert suite.findtext("system-out") == "verdict failed: 1 failed, score 0.00"


def test_times() -> None:
    took = run(PASSED).model_copy(update={"finished_at": NOON + timedelta(seconds=2.5)})
    (suite,) = ElementTree.fromstring(junit(took, "s").encode())
    assert (suite.get("time"), suite.get("timestamp")) == ("2.500", "2024-01-31T12:00:00")


def test_any_text_can_be_held() -> None:
    odd = "<&>\"'\x00\x1b[31m ]]> \ud800 🦆\n\t"
    found = execution(check=Volume(min=1, name=odd), dataset=Dataset(query=odd), outcome="failed", message=odd, sql=odd)
    (suite,) = parsed(found)
    (case,) = suite.findall("testcase")
    kept = "<&>\"'\ufffd\ufffd[31m ]]> \ufffd 🦆\n\t"
    assert (case.get("name"), case[0].get("message"), case[0].text) == (kept, kept, kept)


def test_a_run_without_tests() -> None:
    (suite,) = parsed()
    assert suite.get("tests") == "0"
