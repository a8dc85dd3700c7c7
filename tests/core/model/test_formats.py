"""Formats: what is said of each, in Python; every database is asked the same in the conformance suite."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from ipaddress import IPv6Address
from itertools import product

import pytest

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.codes import COUNTRIES, COUNTRIES_3, CURRENCIES, IBANS
from airflow_data_quality.core.model.format_rules import breaks
from airflow_data_quality.core.model.formats import FORMATS, Format, known_format
from airflow_data_quality.core.sql.dialects.postgresql import PostgreSQL
from airflow_data_quality.core.sql.dialects.sqlite import SQLite

LONG = 100_000
BY_REGEX = [name for name, format_ in FORMATS.items() if format_.regex]


def like(pattern: str) -> str:
    return "".join("[\\s\\S]" if letter == "_" else re.escape(letter) for letter in pattern)


def fits(format_: Format, text: str) -> bool:
    """Whether a text fits what Python can say of a format: not its rule, unless that is JSON."""
    if format_.one_of:
        return text in format_.one_of
    if format_.rule == "json":
        try:
            json.loads(text, parse_constant=lambda constant: 1 / 0)
        except (ValueError, ZeroDivisionError):
            return False
        return True
    shape = format_.like is None or re.fullmatch(like(format_.like), text) is not None
    return shape and re.search(format_.regex or "", text) is not None


@pytest.mark.parametrize("name", FORMATS)
def test_the_examples(name: str) -> None:
    format_ = FORMATS[name]
    assert format_.passes
    assert format_.fails
    assert [text for text in format_.passes if not fits(format_, text)] == []
    if format_.rule in (None, "json"):
        assert [text for text in format_.fails if fits(format_, text)] == []


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "json"])
@pytest.mark.parametrize("around", ["{}\n", "\n{}", "{} ", " {}", "{}\r", "{}\u2028", "{}\n{}", "\ufeff{}"], ids=repr)
def test_nothing_may_stand_around_it(name: str, around: str) -> None:
    format_ = FORMATS[name]
    assert [text for text in format_.passes if fits(format_, around.format(text, text))] == []


@pytest.mark.parametrize("name", BY_REGEX)
def test_its_regular_expression_says_the_same_in_every_dialect(name: str) -> None:
    regex = FORMATS[name].regex or ""
    assert regex.startswith("\\A(?:")
    assert regex.endswith(")\\Z")
    classes = re.findall(r"(?<!\\)\[([^\]]*)\]", regex[2:-2])
    assert [letters for letters in classes if letters.startswith("^") or "[" in letters or "\\" in letters] == []
    outside = re.sub(r"(?<!\\)\[[^\]]*\]", "x", regex[2:-2])
    assert re.findall(r"\\[^.?()\[\]+*]", outside) == []  # no classes by name, no boundaries, no references
    assert re.findall(r"\(\?(?![:!=])", outside) == []  # no flags, no looking behind
    assert re.findall(r"[*+?}][+?]", outside) == []  # nothing lazy or possessive
    assert re.findall(r"(?<!\\)[.$^]", outside) == []


@pytest.mark.parametrize("name", BY_REGEX)
def test_no_text_takes_long(name: str) -> None:
    """What is read in two ways takes time that is squared or doubled by each character: these would never end."""
    regex = re.compile(FORMATS[name].regex or "")
    starts = ("", "a@", "a@b.", "http://", "http://a:", "http://[", "http://a/?", "2024-01-01T00:00:00.", "+", "1", "DE02", "::")
    parts = (
        "0",
        "a",
        "A",
        "-",
        ".",
        ":",
        "@",
        "%",
        " ",
        "a.",
        "a-",
        "1-",
        "1.",
        "a@",
        "1:",
        "1::",
        "a:b@",
        "%20",
        "a1",
        " 1",
        "xn--",
    )
    for start, part, end in product(starts, parts, ("", "!", "\n")):
        regex.search(start + part * (LONG // len(part) // 10) + end)
    regex.search("a." * LONG + "!")
    regex.search("1" * LONG + "!")


def test_every_day() -> None:
    regex = re.compile(FORMATS["iso_date"].regex or "")
    day, real = date(1896, 1, 1), set()
    while day.year < 2105:
        real.add(day.isoformat())
        day += timedelta(days=1)
    written = (f"{y:04}-{m:02}-{d:02}" for y in range(1896, 2105) for m in range(14) for d in range(33))
    assert {text for text in written if regex.search(text)} == real
    leap = {f"{y:04}-02-29" for y in range(10_000) if y and ((y % 4 == 0 and y % 100 != 0) or y % 400 == 0)}
    assert {text for text in (f"{y:04}-02-29" for y in range(10_000)) if regex.search(text)} == leap
    assert [y for y in range(10_000) if not regex.search(f"{y:04}-06-15")] == [0]


def test_every_octet() -> None:
    regex = re.compile(FORMATS["ipv4"].regex or "")
    octets = [str(number) for number in range(1000)] + [f"{number:03}" for number in range(300)] + ["", "-1", "+1", "1e1"]
    allowed = {str(number) for number in range(256)}
    for place in range(4):
        texts = {".".join(["1"] * place + [octet] + ["1"] * (3 - place)): octet for octet in octets}
        assert {octet for text, octet in texts.items() if regex.search(text)} == allowed


def test_every_form_of_an_ipv6_address() -> None:
    """All places where groups, doubled colons and an IPv4 address can stand, against Python's own reader."""
    regex = re.compile(FORMATS["ipv6"].regex or "")
    texts = {""}
    for left, right in product(range(10), range(10)):
        for separator, tail in product(("", ":", "::", ":::"), ("", "1.2.3.4", "1.2.3.4:", "1.2.3.400", ":1.2.3.4")):
            groups = [":".join(["ab1"] * left), ":".join(["0"] * right)]
            joined = separator.join(groups)
            texts |= {joined + tail, f"{joined}:{tail}", f":{joined}{tail}", f"{joined}::{tail}"}

    def real(text: str) -> bool:
        try:
            IPv6Address(text)
        except ValueError:
            return False
        return True

    assert len(texts) > 3000
    assert {text for text in texts if regex.search(text)} == {text for text in texts if real(text)}


@pytest.mark.parametrize(
    ("codes", "shape", "count"),
    [
        (COUNTRIES, "[A-Z]{2}", 249),
        (COUNTRIES_3, "[A-Z]{3}", 249),
        (CURRENCIES, "[A-Z]{3}", 178),
        (IBANS, "[A-Z]{2}[1-3][0-9]", 89),
    ],
)
def test_lists_are_whole_sorted_and_without_repetition(codes: str, shape: str, count: int) -> None:
    given = codes.split()
    assert given == sorted(set(given))
    assert len(given) == count
    assert [code for code in given if not re.fullmatch(shape, code)] == []


def test_the_lists_fit_each_other() -> None:
    assert {code[:2] for code in IBANS.split()} - set(COUNTRIES.split()) == {"XK"}
    assert len({code for code in CURRENCIES.split() if code[:2] in COUNTRIES.split()}) > 140


@pytest.mark.parametrize("dialect", [PostgreSQL(), SQLite()], ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("name", FORMATS)
def test_its_condition_can_be_written_twice(name: str, dialect: PostgreSQL | SQLite) -> None:
    dialect.version = max(dialect.version, 160000)
    column = Column("v", "text", "text")
    assert dialect.text(breaks(FORMATS[name], column)) == dialect.text(breaks(FORMATS[name], column).copy())


def test_json_before_postgresql_16_is_said_to_be_too_early() -> None:
    dialect = PostgreSQL()
    dialect.version = 150004
    with pytest.raises(ValueError, match="PostgreSQL can tell JSON from other text from version 16 on"):
        dialect.text(breaks(FORMATS["json"], Column("v", "text", "text")))


def test_an_unknown_format_is_told_with_its_near_names() -> None:
    assert known_format("iso_date") == "iso_date"
    with pytest.raises(ValueError, match="unknown format 'e-mail'; did you mean 'email'") as refused:
        known_format("e-mail")
    assert str(refused.value).endswith(f"(formats: {', '.join(sorted(FORMATS))})")
