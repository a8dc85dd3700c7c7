"""A run as JUnit XML, which CI systems read.

A check that fails or errors the run is a ``failure`` or an ``error``. One of severity ``warn`` or ``info`` never breaks a
build: its case passes, and what it found is the case's ``system-out``. The time of a case is that of the statements that
it shares with others; the time of the suite is the time that the run took.
"""

from __future__ import annotations

import re
from datetime import timezone
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.core.report.text import line, title

TAGS = {"failed": "failure", "errored": "error"}
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(run: Run, name: str) -> str:
    """Returns the run as one test suite of that name; a test case's class is its dataset, its name the check's label."""
    tags = [_tag(execution) for execution in run.executions]
    facts = {
        "name": _xml(name),
        "tests": str(len(tags)),
        "failures": str(tags.count("failure")),
        "errors": str(tags.count("error")),
        "skipped": str(tags.count("skipped")),
        "time": f"{(run.finished_at - run.started_at).total_seconds():.3f}",
    }
    root = Element("testsuites", facts)
    suite = SubElement(root, "testsuite", facts | {"timestamp": f"{run.started_at.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%S}"})
    for execution, tag in zip(run.executions, tags, strict=True):
        _add(suite, execution, tag)
    SubElement(suite, "system-out").text = _xml(title(run))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _tag(execution: Execution) -> str:
    if execution.outcome == "skipped":
        return "skipped"
    return TAGS.get(execution.outcome, "") if execution.severity == "error" else ""


def _add(suite: Element, execution: Execution, tag: str) -> None:
    place = {"classname": _xml(execution.dataset.text), "name": _xml(execution.label)}
    case = SubElement(suite, "testcase", place | {"time": f"{execution.duration_ms / 1000:.3f}"})
    if tag == "skipped":
        SubElement(case, tag, message=_xml(execution.message))
    elif tag:
        SubElement(case, tag, message=_xml(execution.message), type=execution.outcome).text = _xml(execution.sql or "")
    elif execution.outcome != "passed":
        SubElement(case, "system-out").text = _xml(line(execution))


def _xml(text: str) -> str:
    """Returns a text without the characters that no XML may hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
