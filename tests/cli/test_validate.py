"""``validate``: files and folders, every mistake with its place, no database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., tuple[int, str, str]]

GOOD = "name: good\ntable: orders\nchecks: [volume: {min: 1}]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(GOOD)
    return tmp_path


def test_a_file_without_mistake(call: Call) -> None:
    assert call("validate", "good.yaml") == (0, "1 file, no mistake\n", "")


def test_every_mistake_of_every_file_of_a_folder_and_its_folders(call: Call) -> None:
    Path("deep", "deeper").mkdir(parents=True)
    Path("deep", "a.yml").write_text(
        "name: a\ntable: t\nchecks:\n  - volum: {min: 1}\n  - freshness: {column: at, max_aeg: 2h}\n"
    )
    Path("deep", "deeper", "b.json").write_text('{"name": "b", "table": "t",\n "checks": [{"volume": {"min": "many"}}]}')
    Path("deep", "notes.txt").write_text("no suite")
    code, out, err = call("validate", ".")
    assert (code, err) == (3, "")
    lines = out.splitlines()
    assert [line.split(": ")[0] for line in lines[:-1]] == [
        "deep/a.yml:4:5",
        "deep/a.yml:5:38",
        "deep/a.yml:5:16",
        "deep/deeper/b.json:2:32",
    ]
    assert "did you mean 'volume'?" in lines[0]
    assert "unknown field 'max_aeg'; did you mean 'max_age'" in lines[1]
    assert "checks.1.max_age: this field is missing" in lines[2]
    assert lines[-1] == "3 files, 4 mistakes"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "bad.yaml: a suite is a mapping with name, table and checks"),
        (b"# nothing\n", "bad.yaml: a suite is a mapping"),
        (b"- volume: 1", "bad.yaml:1:1: a suite is a mapping"),
        (b"name: a\ntable: t\nchecks: [volume: 1]\nx: \0", "bad.yaml:4:4: the character '\\x00' has no place in YAML"),
        (b"name: a\ntable: a.b.c.d\nchecks: [volume: 1]", "bad.yaml: table 'a.b.c.d' has 4 parts"),
        (b"name: a\ndatasets: [{table: t}, {table: ''}]\nchecks: [volume: 1]", "bad.yaml: table '' has an empty part"),
        (b"name: [\n", "bad.yaml:2:1: "),
        (b"name: a\nname: b\n", "bad.yaml:2:1: the key 'name' is written twice"),
        (b"name: a\n\tchecks: []", "bad.yaml:2:1: "),
        ("name: Straße".encode("latin-1"), "the suite 'bad.yaml' cannot be read: 'utf-8' codec"),
        (b"name: a\ntable: t\nchecks: [volume: 1, volume: 2]", "volume; give each a name="),
        (
            b"name: a\ndatasets: [{table: t}, {table: t}]\nchecks: [volume: 1]",
            "bad.yaml: two tests of this run would have the id",
        ),
    ],
)
def test_what_is_no_suite_is_said_by_name(call: Call, content: bytes, said: str) -> None:
    Path("bad.yaml").write_bytes(content)
    code, out, err = call("validate", "good.yaml", "bad.yaml")
    assert (code, err) == (3, "")
    assert said in out
    assert out.splitlines()[-1] == "2 files, 1 mistake"


def test_templates_are_no_mistake(call: Call) -> None:
    Path("t.yaml").write_text("name: t\ntable: '{{ params.table }}'\nchecks: [volume: {min: '{{ params.least }}'}]")
    assert call("validate", "t.yaml")[0] == 0


def test_nothing_to_validate_is_a_mistake(call: Call) -> None:
    Path("empty").mkdir()
    code, _, err = call("validate", "empty")
    assert code == 3
    assert "the folder 'empty' holds no file that ends in .yaml, .yml, .json" in err
    code, out, _ = call("validate", "missing.yaml")
    assert code == 3
    assert "the suite 'missing.yaml' cannot be read" in out
