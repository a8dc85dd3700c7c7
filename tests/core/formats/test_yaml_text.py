"""What is written as YAML is read again as the same, and looks as people write it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_data_quality.core.formats.document import Document
from airflow_data_quality.core.formats.yaml_text import yaml_text

ODD = [
    *(
        "no",
        "on",
        "yes",
        "y",
        "TRUE",
        "null",
        "~",
        "",
        " ",
        "=",
        "<<",
        "5",
        "1e5",
        "1_000",
        "0x1f",
        "0o7",
        ".inf",
        "-.INF",
        "NaN",
    ),
    *("2024-01-31", "2024-1-1 10:00", "12:30", "1:30:00", "1.10", "1.e5", "+1", "a: b", "# x", "a #b", "it's", 'say "hi"', "- a"),
    *("---", "...", "--- a\n...\nb", "%TAG", "@daily", "`", "*a", "&a", "!a", "{{ ds }}", "[", "? a", "a\tb", "a\0b", "\ufeffa"),
    *("a\r\nb", "a\x85b", "a\u2028b\n", "\n", "\n\n", "a\n\n\n", " a\nb\n", "a \nb", "a\n b \n", "Ünïcode 🦆", "\\", "a\\\nb"),
]
TEXTS = (
    st.sampled_from(ODD) | st.text(st.characters(codec="utf-8"), max_size=20) | st.text("a \n\t\r\x85\u2028:#-'\"0", max_size=8)
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(PLAIN)
def test_what_is_written_is_read_as_the_same(plain: Any) -> None:
    read = Document(yaml_text({"tests": [plain]}), "f.yaml").value
    assert json.dumps(read) == json.dumps({"tests": [plain]})


@pytest.mark.parametrize("text", ODD)
def test_other_readers_take_a_text_for_a_text_too(text: str) -> None:
    assert yaml.safe_load(yaml_text({"a": text, "b": [text]})) == {"a": text, "b": [text]}


def test_it_looks_as_people_write_it() -> None:
    sql = "SELECT 'a'\n  FROM t\n\nWHERE x = 1\n"
    one = ["gold"]
    long = "a condition that is " + "very " * 40 + "long"
    assert yaml_text({"tests": [{"id": "a", "sql": sql, "where": long, "on": "no", "é": one, "tags": one}]}) == (
        f"""\
tests:
  - id: a
    sql: |
      SELECT 'a'
        FROM t

      WHERE x = 1
    where: {long}
    'on': 'no'
    é:
      - gold
    tags:
      - gold
"""
    )
