"""The schema that editors take: it takes what our parser takes, and refuses what it refuses as far as a schema can.

``DQ_WRITE_SCHEMA=1`` writes the shipped file anew where a type or a field has changed, for ``git diff`` to be read.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from airflow_data_quality import Bounds, Suite
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.formats import json_schema
from airflow_data_quality.core.formats.document import Document
from airflow_data_quality.core.model.check import REGISTRY, check_types
from tests.core.formats.test_suite import FLIGHTS, OF_THE_SUITE, QUOTE, SUITE, WRONG

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = Path(json_schema.__file__).with_name("suite.schema.json")
NOT_FOR_A_SCHEMA = (
    "the key",  # written twice: an editor's YAML says so
    "give each a name=",
    "is no time zone",
    "is no moment",
    "NaN is no bound",
    "nothing can be",
    "write it in quotes: '2024-01-31'",  # a date is a text to an editor
)
"""How messages begin of mistakes that JSON Schema has no word for, or that no value holds any more once YAML is read."""


def schema() -> dict[str, Any]:
    """The schema of our own types; other tests may have defined more."""
    kept = dict(REGISTRY)
    for name, check in check_types().items():
        if not check.__module__.startswith("airflow_data_quality."):
            REGISTRY.pop(name)
    try:
        return json_schema.suite_schema()
    finally:
        REGISTRY.update(kept)


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    Draft7Validator.check_schema(schema())
    return Draft7Validator(schema())


def mistakes(validator: Draft7Validator, text: str, name: str = "s.yaml") -> list[str]:
    return [error.message for error in validator.iter_errors(Document(text, name).value)]


def yaml_of(text: str) -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```", text, flags=re.M | re.S)


def whole(text: str) -> str:
    """A suite out of an example that may show its checks alone."""
    return text if re.search(r"^name:", text, flags=re.M) else f"name: docs\ntable: t\n{text}"


IN_DOCS = [
    pytest.param(whole(text), id=f"{path.name}-{number}")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    for number, text in enumerate(yaml_of(path.read_text(encoding="utf-8")))
    if re.search(r"^checks:", text, flags=re.M)
]
IN_FILES = [
    pytest.param(path, id=path.name)
    for folder in ("example_dags", "demo", "tests")
    for path in sorted((ROOT / folder).rglob("*.y*ml"))
    if re.search(r"^checks:", path.read_text(encoding="utf-8"), flags=re.M)
]


def test_the_shipped_file_is_what_the_models_say() -> None:
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("DQ_WRITE_SCHEMA"):
        SHIPPED.write_text(text, encoding="utf-8")
    assert SHIPPED.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("text", IN_DOCS)
def test_every_suite_of_the_docs_fits(validator: Draft7Validator, text: str) -> None:
    assert mistakes(validator, text) == []


@pytest.mark.parametrize("path", IN_FILES)
def test_every_suite_file_fits(validator: Draft7Validator, path: Path) -> None:
    assert mistakes(validator, path.read_text(encoding="utf-8")) == []


FIT = [
    "volume: 5",
    "volume: {min: '1_000', warn: {min: 2}}",
    "volume: {below: .inf, above: '-Infinity', where: x > 1, tags: [gold], severity: info}",
    "volume: {min: '{{ params.least }}', severity: '{{ params.how }}'}",
    "volume: {min: 1, warn: '{{ params.warn }}'}",
    "completeness: email",
    "completeness: [a, b]",
    "completeness: {column: a, max_failing: 0.50%, missing_values: ['', -1, 1.5, true]}",
    "{type: completeness, columns: '{{ params.columns }}', max_failing: '{% if x %}5{% endif %}'}",
    "uniqueness: [a]",
    "{type: uniqueness, columns: [a, '{{ params.b }}'], nulls: equal, count: keys, max_failing: 100%}",
    "freshness: {column: a, max_age: 1d12h, timezone: Europe/Berlin, as_of: '2024-01-31'}",
    "freshness: {column: a, max_age: PT2H, warn: {max_age: 1.5s}}",
    "freshness: {column: a, max_age: P1W, description: null}",
    "{type: referential, columns: [a], to_table: t, to_columns: [b], to_where: live}",
    "schema: [a, b]",
    "schema: {a: integer, b: any}",
    "{type: schema, columns: {a: integer}, mode: exact}",
    "distribution: {column: a, mean: {min: 1}, p99: {max: '5_000'}, median: '{{ params.bounds }}'}",
    "{type: values, column: a, allowed: [x, 1, 2.5, true]}",
    "range: {column: a, min: 0, below: '{{ params.top }}'}",
    "length: {column: a, max: 5, max_failing: 1%}",
    "expression: {name: e, sql: a > b}",
    "custom_sql: {name: c, sql: SELECT 1, equals: 1}",
]


@pytest.mark.parametrize("check", FIT)
def test_what_the_parser_takes_fits(validator: Draft7Validator, check: str) -> None:
    text = f"name: s\ntable: t\nchecks:\n  - {check}\n"
    assert Suite.from_text(text).checks
    assert mistakes(validator, text) == []


@pytest.mark.parametrize("text", [FLIGHTS, json.dumps(SUITE.spec())])
def test_both_forms_of_a_suite_fit(validator: Draft7Validator, text: str) -> None:
    assert mistakes(validator, text) == []


REFUSED = [*(f"name: s\ntable: t\nchecks:\n  - {check}\n" for check, *_ in (*QUOTE, *WRONG)), *(text for text, _ in OF_THE_SUITE)]
MORE = [
    "completeness: {column: a, columns: [b]}",
    "completeness: {max_failing: 1}",
    "completeness: {column: a, max_failing: -1}",
    "completeness: {column: a, severity: warn, warn: {max_failing: 1}, max_failing: 5}",
    "uniqueness: []",
    "uniqueness: [a, a]",
    "uniqueness: ['']",
    "volume: {}",
    "volume: {min: 1, warn: {}}",
    "volume:",
    "freshness: {column: a, max_age: 1h1d}",
    "freshness: {column: a, max_age: PT}",
    "freshness: {column: a, max_age: ''}",
    "{type: '{{ params.type }}', min: 1}",
    "distribution: {column: a, mean: {minimum: 1}}",
    "distribution: {column: a, mean: {}}",
    "expression: {sql: a > b}",
]
REFUSED += [f"name: s\ntable: t\nchecks:\n  - {check}\n" for check in MORE]


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_parser_refuses_does_not_fit(validator: Draft7Validator, text: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        Suite.from_text(text)
    try:
        found = mistakes(validator, text)
    except DefinitionError:
        return  # no YAML at all
    assert found or any(words in str(refused.value) for words in NOT_FOR_A_SCHEMA)


def test_every_field_but_a_few_words_of_every_type_is_explained() -> None:
    definitions = schema()["$defs"]
    for name, check in check_types().items():
        if check.__module__.startswith("airflow_data_quality."):
            fields = definitions[check.__name__]["properties"]
            assert definitions[check.__name__]["description"]
            assert [f"{name}.{f}" for f in check.model_fields if not fields[f].get("description")] in ([], [f"{name}.type"])


def test_bounds_within_a_field_know_their_rules() -> None:
    made = Bounds.model_json_schema(schema_generator=json_schema._Generator)
    assert Draft7Validator(made).is_valid({"min": 1})
    assert not Draft7Validator(made).is_valid({})
    assert not Draft7Validator(made).is_valid({"minimum": 1})


def test_types_of_other_packages_are_in_it() -> None:
    from tests.core.formats.strange_type import Strange

    try:
        REGISTRY.setdefault("strange", Strange)
        made = json_schema.suite_schema()
        fields = made["$defs"]["Strange"]["properties"]
        assert fields["colour"]["description"] == "What it looks like."
        checker = Draft7Validator(made)
        for check in ({"strange": "blue"}, {"strange": None}, {"type": "strange", "colour": "blue"}):
            assert checker.is_valid({"name": "s", "table": "t", "checks": [check]})
        assert not checker.is_valid({"name": "s", "table": "t", "checks": [{"strange": {"color": "blue"}}]})
    finally:
        REGISTRY.pop("strange", None)


# Stored tests ---------------------------------------------------------------------------------------------------------


def stored(text: str) -> str:
    """Returns a text with a whole test, still open, in the place of ``%s``."""
    return text.replace("%s", "{id: t, check: {volume: {min: 1}}, dataset: {table: orders, conn_id: warehouse}")


@pytest.fixture(scope="module")
def of_stored_tests() -> Draft7Validator:
    Draft7Validator.check_schema(json_schema.stored_tests_schema())
    return Draft7Validator(json_schema.stored_tests_schema())


@pytest.mark.parametrize(
    "text",
    [
        stored("tests: [%s, schedule: '@daily', tags: [gold], owner: me, alerts: [a], enabled: false}]"),
        stored("connections: [{id: warehouse, label: Warehouse, may_sample: true, default_schema: public}]\ntests: [%s}]"),
        "tests: [{id: t, check: {type: completeness, column: on}, dataset: {query: SELECT 1, conn_id: w}}]",
    ],
)
def test_a_file_of_stored_tests_is_taken(of_stored_tests: Draft7Validator, text: str) -> None:
    assert mistakes(of_stored_tests, text) == []


@pytest.mark.parametrize(
    "text",
    [
        stored("tests: [%s, version: 3}]"),
        stored("tests: [%s, enabled: '{{ x }}'}]"),
        stored("tests: [%s, tags: gold}]"),
        stored("tests: [%s, shedule: '@daily'}]"),
        "tests: '{{ tests }}'",
        "tests: [{id: t, check: {volum: 1}, dataset: {table: t, conn_id: w}}]",
        "tests: [{id: t, check: {volume: 1}}]",
        "connections: [{label: x}]",
        "name: s\ntable: t\nchecks: [volume: 1]",
    ],
)
def test_what_no_file_of_stored_tests_says_is_underlined(of_stored_tests: Draft7Validator, text: str) -> None:
    assert mistakes(of_stored_tests, text) != []
