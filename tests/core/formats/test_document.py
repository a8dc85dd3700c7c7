"""YAML 1.2 and JSON as people mean them, with the place of every value."""

from __future__ import annotations

import math
from typing import Any

import pytest

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.formats.document import Document, Unquoted


def read(text: str, name: str = "f.yaml") -> Any:
    return Document(text, name).value


@pytest.mark.parametrize(
    "word", ["no", "No", "NO", "yes", "on", "On", "off", "y", "n", "Y", "N", "tRUE", "nULL", "none", "None", "inf", "nan"]
)
def test_words_that_older_yaml_took_for_something_else_are_texts(word: str) -> None:
    assert read(f"[{word}]") == [word]
    assert read(f"{word}: 1") == {word: 1}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("null", None),
        ("~", None),
        ("", None),
        ("5", 5),
        ("-5", -5),
        ("+5", 5),
        ("300_000", 300_000),
        ("012", 12),
        ("9007199254740993", 9007199254740993),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-1.5e-3", -0.0015),
        ("1_000.5", 1000.5),
        (".inf", math.inf),
        ("-.Inf", -math.inf),
    ],
)
def test_plain_values(written: str, value: Any) -> None:
    assert read(f"a: {written}") == {"a": value}
    assert type(value) is float or type(read(f"a: {written}")["a"]) is type(value)


def test_a_float_is_spelled_as_it_was_written() -> None:
    assert [repr(number) for number in read("[1.10, 1e3, .5, 1_0.50, .inf, .nan]")] == [
        "1.10",
        "1e3",
        ".5",
        "10.50",
        "inf",
        "nan",
    ]


@pytest.mark.parametrize(
    "written",
    ["0x1F", "0o17", "0b1", "1:30:00:00", "1.2.3", "5%", "0.5%", "5h", "1,000", "1__0", "_1", "=", "<<", "-", "2024-01"],
)
def test_anything_else_without_quotes_is_a_text(written: str) -> None:
    assert read(f"a: '{written}'") == {"a": written}
    assert read(f"- a\n- {written}\n- b" if written != "-" else "[a, '-', b]") == ["a", written, "b"]


@pytest.mark.parametrize(
    "written",
    [
        "2024-01-31",
        "2024-1-3",
        "2024-01-31 12:00",
        "2024-01-31T12:00:00Z",
        "2024-01-31 12:00:00.5 +02:00",
        "12:30",
        "01:30:00",
        "9:05",
    ],
)
def test_a_date_or_time_without_quotes_is_no_text_but_shows_how_it_was_written(written: str) -> None:
    assert read(f"a: {written}") == {"a": Unquoted(written)}
    assert repr(read(f"a: {written}")["a"]) == written
    assert read(f"a: '{written}'") == {"a": written}


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: 1\nb: 2\na: 3\n", "f.yaml:3:1"), ("x:\n  - {a: 1, 'a': 2}\n", "f.yaml:2:12"), ("no: 1\nNo: 2\nno: 3", "f.yaml:3:1")],
)
def test_a_key_that_is_written_twice_is_refused_where_it_stands(text: str, place: str) -> None:
    with pytest.raises(DefinitionError, match="is written twice") as refused:
        read(text)
    assert str(refused.value).startswith(f"{place}: the key '")


def test_a_key_that_is_written_twice_in_json_is_refused() -> None:
    with pytest.raises(DefinitionError, match=r"f\.json: the key 'a' is written twice"):
        read('{"x": [{"a": 1, "a": 2}]}', "f.json")


@pytest.mark.parametrize(
    ("text", "name", "start"),
    [
        ("a: [1", "f.yaml", "f.yaml:"),
        ("a: 1\n b: 2", "f.yaml", "f.yaml:2:3: "),
        ("a: *nowhere", "f.yaml", "f.yaml:1:4: "),
        ("a: !!python/object:os.system x", "f.yaml", "f.yaml:1:4: "),
        ("a: 1\n---\nb: 2", "f.yaml", "f.yaml:2:1: a file is one document"),
        ("a: \x00", "f.yaml", "f.yaml:1:4: "),
        ("ä: ü\nb: 'é\x07'", "f.yaml", "f.yaml:2:6: the character '\\x07' has no place in YAML"),
        ('a: "\\d"', "f.yaml", "f.yaml:1:5: a backslash means something else in double quotes"),
        ("a:\n\t- 1", "f.yaml", "f.yaml:2:1: nothing begins with this character; indent by blanks, no tabs"),
        ("a: {{ x }}", "f.yaml", "f.yaml:1:5: a key is one word, no list or mapping; a template stands in quotes"),
        ('{"a": 1,\n b}', "f.json", "f.json:2:2: "),
        ("", "f.json", "f.json:1:1: "),
    ],
)
def test_what_cannot_be_read_is_refused_with_line_and_column(text: str, name: str, start: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        read(text, name)
    assert str(refused.value).startswith(start)


def test_what_began_above_is_told_by_its_line() -> None:
    with pytest.raises(DefinitionError, match=r"^f\.yaml:2:2: .* while parsing a flow sequence of line 1$"):
        read("a: [1\nb: 2\n")


@pytest.mark.parametrize("text", ["[" * 200_000, "{a: " * 200_000, "- " * 200_000, "a: \udc80"])
def test_what_no_reader_can_hold_is_refused_too(text: str) -> None:
    with pytest.raises(DefinitionError, match=r"^f\.yaml"):
        read(text)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000])
def test_no_json_is_too_deep_to_be_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match=r"^f\.json: lists and mappings lie too deep"):
        read(text, "f.json")


@pytest.mark.parametrize("text", ["a: {{ params.x }}", "{{ x }}: 1", "? [a, b]\n: 1", "? {a: 1}\n: 2", "[{[a]: 1}]"])
def test_a_key_that_is_no_plain_value_is_refused_as_a_template_without_quotes_is(text: str) -> None:
    with pytest.raises(DefinitionError, match=r"f\.yaml:\d+:\d+: "):
        read(text)


@pytest.mark.parametrize("text", ["a: !!int five", "a: !!float many", "a: !!bool perhaps", "a: !!timestamp noon"])
def test_a_value_that_is_not_what_its_tag_says_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match=r"f\.yaml"):
        read(text)


def test_the_place_and_source_of_a_value() -> None:
    document = Document("name: x\nchecks:\n  - volume: {min: 1.10}\n  - {type: freshness, column: a}\n", "f.yaml")
    assert document.place(["name"]) == "f.yaml:1:7"
    assert document.place(["checks", 1, "column"]) == "f.yaml:4:31"
    assert document.place(["checks", 0, "volume", "min"]) == document.place(["checks", 0, "min"]) == "f.yaml:3:19"
    assert document.source(["checks", 0, "min"]) == "1.10"
    assert document.source(["checks", 0]) is None


def test_the_place_of_what_is_not_there_is_the_nearest_thing_above() -> None:
    document = Document("name: x\nchecks:\n  - {type: freshness, column: a}\n", "f.yaml")
    assert document.place(["checks", 0, "max_age"]) == "f.yaml:3:5"
    assert document.place(["checks", 7]) == "f.yaml:3:3"
    assert document.place([]) == "f.yaml:1:1"
    assert Document("{}", "f.json").place(["name"]) == "f.json:1:1"
