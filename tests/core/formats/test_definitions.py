"""A folder of stored tests: what is read, and every mistake of every file with its place."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.formats.definitions import Definitions

TEST = "{id: t, check: {volume: {min: 1}}, dataset: {table: orders, conn_id: warehouse}}"
FULL = """\
connections:
  - {id: warehouse, label: Warehouse, may_sample: true}
tests:
  - id: orders-volume
    check: {volume: {min: 1, where: "note = '{{ braces }}'"}}
    dataset: {table: public.orders, conn_id: warehouse}
    schedule: "0  6 * * *"
    timezone: Europe/Berlin
    tags: [gold]
    owner: sales
    alerts: [oncall]
  - id: orders-email
    check: {type: completeness, column: on}
    dataset: {table: public.orders, conn_id: warehouse}
    enabled: false
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("defs").mkdir()
    return tmp_path


def mistakes(**files: str) -> list[str]:
    """Returns what is said of a folder with these files, endings by ``__``."""
    for name, text in files.items():
        path = Path("defs", name.replace("__", "."))
        path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        Definitions.of("defs")
    return str(refused.value).splitlines()


def entry(text: str) -> list[str]:
    return mistakes(a__yaml=f"tests:\n  - {text}\n")


def test_a_file_is_read_in_either_form_of_a_check_and_braces_are_meant_literally() -> None:
    Path("defs/a.yaml").write_text(FULL)
    read = Definitions.of("defs")
    volume, email = read.tests["orders-volume"], read.tests["orders-email"]
    assert read.connections["warehouse"].may_sample
    assert (volume.schedule, volume.timezone, volume.tags) == ("0 6 * * *", "Europe/Berlin", ("gold",))
    assert volume.check.where == "note = '{{ braces }}'"
    assert email.check.spec() == {"type": "completeness", "column": "on"}
    assert not email.enabled
    assert read.place("test", "orders-email") == "defs/a.yaml:12:5"
    assert read.place("test", "orders-email", "dataset", "conn_id") == "defs/a.yaml:14:46"


def test_all_endings_of_all_folders_are_read_and_nothing_whose_name_begins_with_a_dot() -> None:
    for number, name in enumerate(("a.yaml", "b.yml", "deep/er/c.json", "D.YAML", ".hidden/e.yaml", ".f.yaml", "notes.txt")):
        path = Path("defs", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"connections": [{"id": f"c{number}"}]}))
    assert sorted(Definitions.of("defs").connections) == ["c0", "c1", "c2", "c3"]


def test_a_folder_that_is_a_link_is_followed_as_mounted_config_maps_are() -> None:
    Path("defs/..data").mkdir()
    Path("defs/..data/a.yaml").write_text(FULL)
    Path("defs/a.yaml").symlink_to("..data/a.yaml")
    Path("elsewhere").mkdir()
    Path("elsewhere/b.yaml").write_text("connections: [{id: lake}]")
    Path("defs/linked").symlink_to("../elsewhere")
    assert sorted(Definitions.of("defs").connections) == ["lake", "warehouse"]


def test_every_mistake_of_every_file_is_said_at_its_place() -> None:
    said = mistakes(
        a__yaml="""\
tests:
  - id: '#x'
    check: {volum: {min: 1}}
    dataset: {tabel: orders, conn_id: warehouse}
    shedule: '@daily'
    tags: gold
  - 3
conections: []
""",
        b__json='{"connections": [{"id": "w", "may_sample": "perhaps"},\n {"label": 1.10}]}',
        c__yml="tests: [\n",
    )
    assert [line.split(": ")[:2] for line in said[:10]] == [
        ["defs/a.yaml:8:13", "unknown field 'conections'; did you mean 'connections'? (allowed"],
        ["defs/a.yaml:5:14", "tests.0.shedule"],
        ["defs/a.yaml:2:9", "tests.0.id"],
        ["defs/a.yaml:3:12", "tests.0.check"],
        ["defs/a.yaml:4:22", "tests.0.dataset.tabel"],
        ["defs/a.yaml:6:11", "tests.0.tags"],
        ["defs/a.yaml:7:5", "tests.1"],
        ["defs/b.json:1:44", "connections.0.may_sample"],
        ["defs/b.json:2:12", "connections.1.id"],
        ["defs/b.json:2:12", "connections.1.label"],
    ]
    assert said[10].startswith("defs/c.yml:2:1: did not find expected node content")
    assert "unknown field 'shedule'; did you mean 'schedule'?" in said[1]
    assert "did you mean 'volume'?" in said[3]
    assert said[4].endswith("unknown field 'tabel'; did you mean 'table'? (allowed: table, query, where, conn_id)")
    assert "3 is no test; give a mapping with id, check, dataset" in said[6]
    assert said[9].endswith("1.10 is no text; write it in quotes: '1.10'")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{id: t, check: {volume: 1}, dataset: {table: o}}", "2:5: tests.0: its dataset names no conn_id; add one"),
        ("{id: t, check: {volume: 1}, dataset: {table: a.b.c.d, conn_id: w}}", "2:5: tests.0: table 'a.b.c.d' has 4 parts"),
        (
            "{id: t, check: {volume: {min: 2, max: 1}}, dataset: {table: o, conn_id: w}}",
            "2:20: tests.0.check: nothing can be at least 2 and",
        ),
        ("{id: t, check: {volume: 1}, dataset: {table: o, conn_id: w}, schedule: 06:00}", "2:76: tests.0.schedule: 06:00 is no"),
        ("{id: t, check: {volume: 1}, dataset: {table: o, conn_id: w}, timezone: Berlin}", "2:76: tests.0.timezone: "),
        ("{id: t, check: {volume: 1}, dataset: {table: o, conn_id: w}, version: 3}", "2:75: tests.0.version: the store counts"),
        ("{check: {volume: 1}, dataset: {table: o, conn_id: w}}", "2:5: tests.0.id: this field is missing"),
    ],
)
def test_what_an_entry_cannot_mean_is_said(text: str, said: str) -> None:
    (line,) = entry(text)
    assert line.startswith(f"defs/a.yaml:{said}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "defs/a.yaml: a file of stored tests is a mapping with connections, tests, or one; there is nothing in it"),
        ("{}", "defs/a.yaml:1:1: a file of stored tests is a mapping with connections, tests, or one; there is nothing in it"),
        ("- 1", "defs/a.yaml:1:1: a file of stored tests is a mapping with connections, tests, or one"),
        ("tests:\n", "defs/a.yaml:1:7: tests: this must be a list, of lines that begin with '- '"),
        ("tests: {a: 1}", "defs/a.yaml:1:8: tests: this must be a list, of lines that begin with '- '"),
        ("tests: []\nconnections: []", "the files of the folder 'defs' define no test and no connection"),
        ("a: 1\n---\nb: 2", "defs/a.yaml:2:1: a file is one document; it ends at this ---"),
    ],
)
def test_what_is_no_file_of_stored_tests_is_said(text: str, said: str) -> None:
    assert mistakes(a__yaml=text) == [said]


def test_a_suite_is_called_one_and_a_stored_test_is_shown() -> None:
    (line,) = mistakes(a__yaml="name: s\ntable: orders\nchecks: [volume: 1]")
    assert line.startswith(
        "defs/a.yaml:1:1: this is a suite, which `check` and operators run; a stored test looks so: tests: [{id"
    )
    shown = line.partition("looks so: ")[2]
    Path("defs/a.yaml").write_text(shown)
    assert list(Definitions.of("defs").tests) == ["orders-volume"]


def test_an_id_in_two_places_names_both() -> None:
    said = mistakes(a__yaml=f"tests:\n  - {TEST}\n  - {TEST}\n", b__yaml=f"tests:\n  - {TEST}\nconnections: [{{id: t}}]\n")
    assert said == [
        "defs/a.yaml:3:10: tests.1.id: test 't' is at defs/a.yaml:2:10 already; an id is for one alone",
        "defs/b.yaml:2:10: tests.0.id: test 't' is at defs/a.yaml:2:10 already; an id is for one alone",
    ]


def test_a_folder_that_is_missing_empty_or_a_file_is_a_mistake() -> None:
    Path("file.yaml").write_text(FULL)
    for given_, said in (
        ("nowhere", "the folder 'nowhere' cannot be read: No such file or directory"),
        ("defs", "the folder 'defs' holds no file that ends in .yaml, .yml, .json"),
        ("file.yaml", "the folder 'file.yaml' cannot be read: Not a directory"),
    ):
        with pytest.raises(DefinitionError) as refused:
            Definitions.of(given_)
        assert str(refused.value) == said


def test_what_cannot_be_read_is_not_taken_for_gone() -> None:
    Path("defs/good.yaml").write_text(FULL)
    Path("defs/latin.yaml").write_bytes("tests: [ß]".encode("latin-1"))
    Path("defs/lost.yaml").symlink_to("nowhere.yaml")
    said = mistakes()
    assert [line.partition(": ")[0] for line in said] == ["defs/latin.yaml", "defs/lost.yaml"]
    assert "cannot be read: [Errno 2] No such file" in said[1]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_inside_that_may_not_be_read_is_not_taken_for_gone() -> None:
    Path("defs/good.yaml").write_text(FULL)
    Path("defs/closed").mkdir(mode=0o000)
    assert mistakes() == ["the folder 'defs/closed' cannot be read: Permission denied"]


def test_a_folder_that_is_reached_in_two_ways_is_read_once() -> None:
    Path("defs/deep").mkdir()
    Path("defs/deep/good.yaml").write_text(FULL)
    Path("defs/deep/again").symlink_to("..")
    Path("defs/other").symlink_to("deep")
    read = Definitions.of("defs")
    assert read.place("test", "orders-email") == "defs/deep/good.yaml:12:5"


@pytest.mark.parametrize(
    "text",
    [
        "{id: t, check: {volume: 1}, dataset: {table: o, conn_id: w}, password: hush}",
        "{id: t, check: {volume: 1}, dataset: {query: 'SELECT 1 -- postgresql://me:hush@host/db', conn_id: w}}",
        "postgresql://me:hush@host/db",
        "{id: t, check: {volume: 1}, dataset: 'postgresql://me:hush@host/db'}",
        "{id: t, check: {volum: {min: 1, password: hush}}, dataset: {table: o, conn_id: w}}",
        "{id: t, check: {volume: [{password: hush}]}, dataset: {table: o, conn_id: w}}",
        "{id: t, check: {volume: 1}, dataset: [{table: o, token: hush}]}",
        "{id: t, check: {volume: 1}, dataset: {table: o, conn_id: w, extra: {a: hush}}}",
        "{id: t, check: {volume: 1}, dataset: {table: o, conn_id: {login: hush}}}",
    ],
)
def test_a_credential_is_refused_and_never_repeated(text: str) -> None:
    said = entry(text)
    assert said
    assert "hush" not in "\n".join(said)


def test_a_credential_outside_of_any_entry_is_not_repeated_either() -> None:
    for text in ("password: hush", "tests: postgresql://me:hush@h/d", "postgresql://me:hush@h/d", "tests: {password: hush}"):
        assert "hush" not in "\n".join(mistakes(a__yaml=text))


WORDS = st.sampled_from(
    re.split(r"\|", "tests|connections|checks|id|check|dataset|volume|min|version|schedule|conn_id|table|query|tags|a|1|*a|&a")
) | st.sampled_from(["'", '"', "{", "}", "[", "]", "#", "é", "~", "- ", "\n  ", "\n", ": ", ", ", "0 6 * * *", "\0"])


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=30).map("".join))
def test_no_text_raises_anything_but_a_definition_error(text: str) -> None:
    Path("defs/a.yaml").write_text(text)
    with suppress(DefinitionError):
        Definitions.of("defs")


def test_aliases_that_hold_themselves_end() -> None:
    (line,) = entry("&a {id: t, check: *a, dataset: {table: o, conn_id: *a}}")[:1]
    assert line.startswith("defs/a.yaml:2")
