"""Patterns and formats of random texts, on real databases, against what plain Python makes of each text."""

from __future__ import annotations

import sqlite3
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, timezone
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from airflow_data_quality import Dataset, Pattern, connect
from airflow_data_quality.core.database import Database
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.options import Options
from airflow_data_quality.core.model.test import Test
from airflow_data_quality.core.runner import run

DIGITS, LETTERS = set(string.digits), set(string.ascii_letters)
ALNUM = DIGITS | LETTERS

# What is right --------------------------------------------------------------------------------------------------------


def label(text: str) -> bool:
    return text != "" and set(text) <= ALNUM | {"-"} and text[0] != "-" != text[-1]


def email(text: str) -> bool:
    name, at, host = text.partition("@")
    labels = host.split(".")
    atoms = name.split(".")
    return (
        bool(at)
        and all(atom and set(atom) <= ALNUM | set("!#$%&'*+/=?^_`{|}~-") for atom in atoms)
        and len(labels) > 1
        and all(map(label, labels))
        and len(labels[-1]) > 1
        and labels[-1][0] in LETTERS
    )


def hostname(text: str) -> bool:
    labels = text.split(".")
    return len(text) <= 253 and all(label(part) and len(part) <= 63 for part in labels) and not LETTERS.isdisjoint(labels[-1])


def escaped(text: str, allowed: str) -> bool:
    """Whether only these characters, or bytes as ``%XX``, are in a text."""
    first, *others = text.split("%")
    if any(len(part) < 2 or not set(part[:2]) <= set(string.hexdigits) for part in others):
        return False
    return set(first + "".join(part[2:] for part in others)) <= ALNUM | set(allowed)


def url(text: str) -> bool:
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in ("http", "https") or not scheme.isascii():
        return False
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    authority, _, path = rest.partition("/")
    user, _, host = authority.rpartition("@")
    plain = "-._~!$&'()*+,;=:@/"
    if host.startswith("["):
        inside, end, port = host[1:].partition("]")
        good = bool(end) and ":" in inside and set(inside) <= set(string.hexdigits + ":.")
    else:
        name, colon, number = host.partition(":")
        good, port = all(map(label, name.replace("_", "a").split("."))), colon + number
    return (
        good
        and (port == "" or (port[0] == ":" and 1 <= len(port[1:]) <= 5 and set(port[1:]) <= DIGITS))
        and escaped(user, "-._~!$&'()*+,;=:")
        and escaped(path, plain)
        and escaped(query, plain + "?")
        and escaped(fragment, plain + "?")
    )


def reads(reader: Callable[[str], Any], text: str) -> bool:
    try:
        reader(text)
    except (ValueError, AddressValueError):
        return False
    return True


def iso_date(text: str) -> bool:
    year, month, day = text[:4], text[5:7], text[8:]
    if len(text) != 10 or not set(year + month + day) <= DIGITS or text[4] + text[7] != "--":
        return False
    return reads(lambda _: date(int(year), int(month), int(day)), text)


def hour_minute(text: str) -> bool:
    return len(text) == 5 and text[2] == ":" and set(text[:2] + text[3:]) <= DIGITS and text[:2] < "24" and text[3:] < "60"


def iso_datetime(text: str) -> bool:
    day, separator, clock = text[:10], text[10:11], text[11:]
    if not iso_date(day) or separator not in ("T", "t", " "):
        return False
    for sign in "+-":
        if sign in clock:
            clock, _, zone = clock.partition(sign)
            if not hour_minute(zone) and not hour_minute(f"{zone}:00"):
                return False
            break
    else:
        clock = clock[:-1] if clock[-1:] in ("Z", "z") else clock
    seconds, point, fraction = clock[5:].partition(".")
    return (
        hour_minute(clock[:5])
        and (seconds == "" or (seconds[0] == ":" and hour_minute("00:" + seconds[1:])))
        and (not point or (seconds != "" and fraction != "" and set(fraction) <= DIGITS))
    )


def card(text: str) -> bool:
    digits = text.replace(" ", "").replace("-", "")
    separators = [a + b for a, b in pairwise(text) if a in " -" and b in " -"]
    if not 13 <= len(digits) <= 19 or not set(digits) <= DIGITS or separators or text[0] in " -0" or text[-1] in " -":
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(sum(map(int, str(number))) for number in doubled) % 10 == 0


IBAN_COUNTRIES = {"DE": 22, "NO": 15, "MT": 31, "FR": 27, "GB": 22, "RU": 33, "BE": 16}
"""Of the countries that the texts below may begin with."""


def iban(text: str) -> bool:
    if not set(text) <= set(string.ascii_uppercase) | DIGITS or len(text) != IBAN_COUNTRIES.get(text[:2]):
        return False
    if not set(text[2:4]) <= DIGITS or not 2 <= int(text[2:4]) <= 98:
        return False
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1


def decimal(text: str) -> bool:
    digits = text[1:] if text[:1] in ("+", "-") else text
    return digits.count(".") <= 1 and digits.strip(".") != "" and set(digits) <= DIGITS | {"."}


RIGHT: Mapping[str, Callable[[str], bool]] = {
    "email": email,
    "hostname": hostname,
    "url": url,
    "uuid": lambda text: len(text) == 36 and reads(UUID, text) and str(UUID(text)) == text.lower(),
    "ipv4": lambda text: reads(IPv4Address, text),
    "ipv6": lambda text: "%" not in text and reads(IPv6Address, text),
    "iso_date": iso_date,
    "iso_datetime": iso_datetime,
    "phone": lambda text: text[:1] == "+" and set(text[1:]) <= DIGITS and 8 <= len(text) <= 16 and text[1] != "0",
    "credit_card": card,
    "iban": iban,
    "integer": lambda text: "." not in text and decimal(text),
    "decimal": decimal,
    "country_code": lambda text: text in ["BE", "BG", "DE", "DZ", "ER", "FR", "GB", "GE", "GG", "MT", "NO", "RU", "SD", "US"],
    "currency_code": lambda text: text in ("EUR", "USD"),
}
"""Format → whether a text is of it; of the lists, what the texts below may be."""

# Texts ----------------------------------------------------------------------------------------------------------------

SEEDS = [
    *("jane.doe+x@mail-1.example.co.uk", "a@b.co", "example.com", "a-1.2b.3", "localhost", "a" * 63 + ".de"),
    *("http://u:p@a-b.co:8080/c/%20?d=e#f", "https://[::1]:1/", "http://1.2.3.4", "HTTP://a?b"),
    *("6b1c5a60-0d3e-4c5b-8a94-0123456789ab", "192.168.10.255", "0.0.0.0", "2001:db8::ff00:42:8329", "::ffff:1.2.3.4", "::"),
    *("1:2:3:4:5:6:7:8", "2024-02-29", "1900-02-28", "2023-12-31T23:59:59.5+05:30", "2000-01-01 00:00Z", "2024-01-31T10:00-03"),
    *("+4930123456", "+1234567", "4111 1111 1111 1111", "378282246310005", "4222222222222", "6304000000000000000"),
    *("DE89370400440532013000", "NO9386011117947", "MT84MALT011000012345MTLCAST001S", "FR1420041010050500013M02606"),
    *("BE68539007547034", "GB29NWBK60161331926819", "-1.50", "+007", ".5", "DE", "GB", "EUR", "USD"),
]
CHARACTERS = sorted(set("0123456789abfgzABEGTXZ.-:@/+% _?#[]'\"\\\n\t٣éß²"))


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """A text that is of some format, with up to three characters changed, dropped, doubled or put in."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(text)))
        dropped = draw(st.integers(0, 2))
        text = text[:place] + draw(st.sampled_from(["", *CHARACTERS, text[place : place + 2] * 2])) + text[place + dropped :]
    return text


TEXTS = st.one_of(
    mutants(),
    mutants(),
    st.text(CHARACTERS, max_size=12),
    st.builds("{}.{}".format, st.text("a1-", min_size=60, max_size=66), st.text("ab.", max_size=200)),
    st.text("0123456789", min_size=12, max_size=20).map(lambda digits: digits + digits[:1]),
    st.builds(lambda a, b: f"{a}::{b}", *[st.lists(st.sampled_from(["0", "ab", "1234"]), max_size=5).map(":".join)] * 2),
    st.dates(date(1, 1, 1)).map(date.isoformat),
    st.builds("{:04}-{:02}-{:02}".format, st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32)),
)
REGEXES: Mapping[str, Callable[[str], bool]] = {
    "a": lambda text: "a" in text,
    "^a": lambda text: text.startswith("a"),
    "[.]": lambda text: "." in text,
    "\\\\": lambda text: "\\" in text,
    "'": lambda text: "'" in text,
    '["]': lambda text: '"' in text,
    "\n": lambda text: "\n" in text,
    "^[0-9]+\\Z": lambda text: text != "" and set(text) <= DIGITS,
}
"""What means the same to every database → what it means."""

# On real databases ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def places(
    postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sequence[tuple[Database, str, Callable[[Sequence[str | None]], None]]]]:
    """Each database, what the table is called there, and what fills it anew."""
    path = tmp_path_factory.mktemp("sqlite") / "pattern.db"
    with (
        psycopg.connect(postgres_server, autocommit=True) as server,
        closing(sqlite3.connect(Path(path), isolation_level=None)) as file,
    ):
        server.execute("CREATE SCHEMA oracle_pattern")
        for connection, table in ((server, "oracle_pattern.t"), (file, "t")):
            connection.execute(f"CREATE TABLE {table} (id integer, v text)")  # type: ignore[attr-defined]

        def fill_server(texts: Sequence[str | None]) -> None:
            server.execute("TRUNCATE oracle_pattern.t")
            with server.cursor().copy("COPY oracle_pattern.t FROM STDIN") as copy:
                for row in enumerate(texts):
                    copy.write_row(row)

        def fill_file(texts: Sequence[str | None]) -> None:
            file.execute("BEGIN")
            file.execute("DELETE FROM t")
            file.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(texts)))
            file.execute("COMMIT")

        yield [(connect(postgres_server), "oracle_pattern.t", fill_server), (connect(f"sqlite:///{path}"), "t", fill_file)]
        server.execute("DROP SCHEMA oracle_pattern CASCADE")


ASKED: Sequence[tuple[Pattern, Callable[[str], bool]]] = [
    *((Pattern(column="v", format=name), right) for name, right in RIGHT.items()),
    *((Pattern(column="v", matches=regex), right) for regex, right in REGEXES.items()),
    *((Pattern(column="v", not_matches=regex), lambda text, right=right: not right(text)) for regex, right in REGEXES.items()),
]


def neighbours(text: str) -> Iterator[str]:
    """Every text that is one slip of the pen away."""
    for place in range(len(text) + 1):
        before, here, after = text[:place], text[place : place + 1], text[place + 1 :]
        yield before + after
        yield before + after[:1] + here + after[1:]
        for letter in {*"019aGZ.-:@/ \n", here}:
            yield before + letter + after
            yield before + letter + here + after


def test_every_format_finds_every_slip_of_the_pen(places: Any) -> None:
    _compare(places, sorted({text for seed in SEEDS for text in neighbours(seed)}))


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    database=None,
    report_multiple_bugs=False,
    phases=[Phase.generate, Phase.shrink],
)
@given(texts=st.lists(st.one_of(TEXTS, TEXTS, TEXTS, st.none()), max_size=60))
def test_every_format_finds_what_the_oracle_finds(places: Any, texts: list[str | None]) -> None:
    _compare(places, texts)


def _compare(places: Any, texts: Sequence[str | None]) -> None:
    there = [text for text in texts if text is not None]
    for database, table, fill in places:
        fill(texts)
        results = _asked([check for check, _ in ASKED], database, table)
        for (check, right), execution in zip(ASKED, results, strict=True):
            wrong = sum(not right(text) for text in there)
            if (execution.outcome, execution.checked, execution.failing) != ("failed" if wrong else "passed", len(there), wrong):
                (again,) = _asked([check], database, table, sample=len(texts))
                failing = {sample["v"] for sample in again.samples}
                differ = [text for text in there if (text in failing) == right(text)]
                raise AssertionError(f"{database.dialect}, {check.describe()}: {execution.message}; these differ: {differ[:20]}")


def _asked(checks: Sequence[Pattern], database: Database, table: str, sample: int = 0) -> Sequence[Execution]:
    tests = [Test(id=str(number), check=check, dataset=Dataset(table=table)) for number, check in enumerate(checks)]
    options = Options(sample_failing_rows=sample)
    return run(tests, {None: database}, id=UUID(int=1), started_at=datetime.now(timezone.utc), options=options).executions


@pytest.mark.parametrize("name", RIGHT)
def test_the_oracle_knows_good_from_bad(name: str) -> None:
    found = [RIGHT[name](seed) for seed in SEEDS]
    assert any(found)
    assert not all(found)
