"""A suite in Python, YAML or JSON; every mistake in a file is told by place, field, what was given and what is allowed."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.checks.freshness import Freshness
from airflow_data_quality.core.checks.referential import Referential
from airflow_data_quality.core.checks.uniqueness import Uniqueness
from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.formats.suite import Suite
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.templates import RENDERED

FLIGHTS = """
name: flights
conn_id: warehouse
table: public.flights
checks:
  - volume: {min: 300_000}
  - uniqueness: [time_hour, carrier, flight]
  - {type: referential, columns: [tailnum], to_table: public.planes, to_columns: [tailnum], severity: warn}
"""
SUITE = Suite(
    name="flights",
    conn_id="warehouse",
    table="public.flights",
    checks=[
        Volume(min=300_000),
        Uniqueness(columns=["time_hour", "carrier", "flight"]),
        Referential(columns=["tailnum"], to_table="public.planes", to_columns=["tailnum"], severity="warn"),
    ],
)


# Reading --------------------------------------------------------------------------------------------------------------


def test_the_suite_of_the_design() -> None:
    assert Suite.from_text(FLIGHTS) == SUITE


def test_json_is_read_alike() -> None:
    assert Suite.from_text(json.dumps(SUITE.spec()), name="flights.json") == SUITE
    assert Suite.from_text(json.dumps(SUITE.spec()), name="flights.yaml") == SUITE


@pytest.mark.parametrize("name", ["flights.yaml", "flights.yml", "flights.json"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_is_read_by_its_ending_with_or_without_a_byte_order_mark(tmp_path: Path, name: str, encoding: str) -> None:
    path = tmp_path / name
    path.write_text(json.dumps(SUITE.spec()) if name.endswith(".json") else FLIGHTS, encoding=encoding)
    assert Suite.from_file(path) == Suite.from_file(str(path)) == SUITE


def test_a_file_that_cannot_be_read_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("name: Straße".encode("latin-1"))
    for name in ("missing.yaml", "latin.yaml", "."):
        with pytest.raises(DefinitionError, match="cannot be read") as refused:
            Suite.from_file(tmp_path / name)
        assert repr(str(tmp_path / name)) in str(refused.value)


def test_a_mistake_in_a_file_is_told_with_its_path_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "orders.yaml"
    path.write_text("name: orders\ntable: t\nchecks:\n  - volume: {min: many}\n", encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        Suite.from_file(path)
    assert str(refused.value).startswith(f"{path}:4:19: checks.0.min: 'many' is no number")


def test_columns_may_be_called_as_older_yaml_called_booleans() -> None:
    suite = Suite.from_text(
        "name: on\ntable: yes\nchecks:\n  - uniqueness: [no, on, y]\n  - completeness: off\n  - completeness: {column: N}\n"
    )
    assert suite == Suite(
        name="on",
        table="yes",
        checks=[Uniqueness(columns=["no", "on", "y"]), Completeness(column="off"), Completeness(column="N")],
    )


def test_a_number_keeps_its_exact_value() -> None:
    suite = Suite.from_text(
        "name: s\ntable: t\nchecks:\n  - volume: {min: 0.10, max: 9007199254740993, name: a}\n  - volume: {below: .inf}\n"
    )
    assert suite.checks == (Volume(min="0.1", max=9007199254740993, name="a"), Volume(below="Infinity"))


@pytest.mark.parametrize("written", ["1e400", "-1E+400", "0.1234567890123456789012345678901", "12345678901234567890.5"])
@pytest.mark.parametrize("name", ["s.yaml", "s.json"])
def test_a_number_is_not_squeezed_into_a_float(name: str, written: str) -> None:
    suite = Suite.from_text(f'{{"name": "s", "table": "t", "checks": [{{"volume": {{"min": {written}}}}}]}}', name=name)
    assert suite.checks == (Volume(min=Decimal(written)),)


def test_a_token_beyond_all_floats_is_not_infinity() -> None:
    suite = Suite.from_text("name: s\ntable: t\nchecks:\n  - completeness: {column: a, missing_values: [1e400, .inf]}\n")
    (check,) = suite.checks
    assert isinstance(check, Completeness)
    huge, infinite = check.missing_values
    assert Decimal(huge) == Decimal("1e400")
    assert Decimal(infinite) == Decimal("Infinity")


# Mistakes in a file ---------------------------------------------------------------------------------------------------


def mistakes(text: str) -> str:
    with pytest.raises(DefinitionError) as refused:
        Suite.from_text(text, name="s.yaml")
    return str(refused.value)


QUOTE = [
    ("completeness: {column: 2024-01-31}", ":28: checks.0.column: ", "'2024-01-31'"),
    ("completeness: {column: 12:30}", ":28: checks.0.column: ", "'12:30'"),
    ("completeness: {column: 1.10}", ":28: checks.0.column: ", "'1.10'"),
    ("completeness: {column: 5}", ":28: checks.0.column: ", "'5'"),
    ("completeness: {column: true}", ":28: checks.0.column: ", "'true'"),
    ("volume: {min: 1, name: 1e3}", ":28: checks.0.name: ", "'1e3'"),
    ("volume: {min: 1, where: 2024-01-31 12:00}", ":29: checks.0.where: ", "'2024-01-31 12:00'"),
    ("uniqueness: [2024-01-31]", "checks.0.columns", "'2024-01-31'"),
    ("uniqueness: [1.10]", "checks.0.columns", "'1.10'"),
    ("uniqueness: [012]", "checks.0.columns", "'012'"),
    ("uniqueness: [true]", "checks.0.columns", "'true'"),
    ("uniqueness: [null]", "checks.0.columns", "'null'"),
    ("{type: uniqueness, columns: [a, 12:30]}", "checks.0.columns", "'12:30'"),
    ("volume: {min: 1, tags: [2024-01-31]}", "checks.0.tags", "'2024-01-31'"),
    ("freshness: {column: a, max_age: 2h, as_of: 2024-01-31}", ":48: checks.0.as_of: ", "'2024-01-31'"),
    ("freshness: {column: a, max_age: 2h, as_of: 2024-01-31 12:00}", ":48: checks.0.as_of: ", "'2024-01-31 12:00'"),
    ("completeness: {column: a, missing_values: [1970-01-01]}", "checks.0.missing_values", "'1970-01-01'"),
]


@pytest.mark.parametrize(("check", "place", "quoted"), QUOTE, ids=[check for check, *_ in QUOTE])
def test_what_needs_quotes_is_refused_with_the_quoted_spelling(check: str, place: str, quoted: str) -> None:
    message = mistakes(f"name: s\ntable: t\nchecks:\n  - {check}\n")
    assert message.startswith("s.yaml:4:")
    assert place in message
    assert quoted in message
    assert "Unquoted" not in message


@pytest.mark.parametrize("value", ["2024-01-31", "12:30", "1.10"])
def test_a_short_form_that_needs_quotes_is_refused(value: str) -> None:
    message = mistakes(f"name: s\ntable: t\nchecks:\n  - completeness: {value}\n")
    assert message.startswith("s.yaml:4:")
    assert f"'{value}'" in message


WRONG = [
    # check, where its mistake stands, then what the message must name: what was given, what is allowed
    (
        "volum: {min: 1}",
        "s.yaml:4:5: checks.0: ",
        ["'volum'", "'volume'", "(types: completeness, "],
    ),
    ("{type: volum, min: 1}", "s.yaml:4:", ["'volum'", "'volume'"]),
    ("volume: {minimum: 1}", "s.yaml:4:", ["'minimum'", "'min'", "min, max, above, below, equals"]),
    ("volume: {min: 1, warn: {mn: 5}}", "s.yaml:4:33: checks.0.warn.mn: ", ["'mn'", "'min'", "min, max, above, below, equals"]),
    ("volume: {min: 1, severity: fatal}", "s.yaml:4:32: checks.0.severity: ", ["'fatal'", "'error'", "'warn'", "'info'"]),
    ("{type: uniqueness, columns: [a], nulls: equals}", "s.yaml:4:45: checks.0.nulls: ", ["'equals'", "'distinct'", "'equal'"]),
    ("{type: uniqueness, columns: [a], count: all}", "s.yaml:4:45: checks.0.count: ", ["'all'", "'surplus'", "'rows'", "'keys'"]),
    ("{type: uniqueness, columns: 5}", "s.yaml:4:33: checks.0.columns: ", ["5"]),
    ("{type: uniqueness, columns: {a: b}}", "s.yaml:4:33: checks.0.columns: ", ["{'a': 'b'}"]),
    ("{type: uniqueness, columns: id}", "s.yaml:4:33: checks.0.columns: ", ["'id'", "['id']"]),
    ("uniqueness: id", "s.yaml:4:", ["'id'", "uniqueness"]),
    ("volume: '5'", "s.yaml:4:", ["'5'", "volume: {"]),
    ("volume: {min: many}", "s.yaml:4:19: checks.0.min: ", ["'many'", "an integer, a decimal or a numeric string"]),
    ("volume: {min: true}", "s.yaml:4:19: checks.0.min: ", ["rue", "an integer, a decimal or a numeric string"]),
    ("volume: {min: .nan}", "s.yaml:4:19: checks.0.min: ", ["NaN"]),
    ("volume: {min: 1, warn: 5}", "s.yaml:4:28: checks.0.warn: ", ["5", "min, max, above, below, equals"]),
    ("volume: {min: 2, max: 1}", "s.yaml:4:", ["at least 2", "at most 1"]),
    ("completeness: {column: a, max_failing: 0.005}", "s.yaml:4:44: checks.0.max_failing: ", ["0.005", "'0.5%'"]),
    ("completeness: {column: a, max_failing: 101%}", "s.yaml:4:44: checks.0.max_failing: ", ["'101%'", "'100%'"]),
    ("completeness: {column: a, warn: {max_failing: 0.001}}", "s.yaml:4:51: checks.0.warn.max_failing: ", ["0.001", "'0.1%'"]),
    ("completeness: {column: a, missing_values: n/a}", "s.yaml:4:47: checks.0.missing_values: ", ["'n/a'", "['n/a']"]),
    ("freshness: {column: a, max_age: 2}", "s.yaml:4:37: checks.0.max_age: ", ["2 has no unit", "'2h'"]),
    ("freshness: {column: a, max_age: 12:30}", "s.yaml:4:37: checks.0.max_age: ", ["12:30", "'2h'"]),
    ("freshness: {column: a}", "s.yaml:4:", ["checks.0.max_age", "missing"]),
    (
        "freshness: {column: a, max_age: 2h, timezone: Europe/Berln}",
        "s.yaml:4:51: checks.0.timezone: ",
        ["'Europe/Berln'", "'Europe/Berlin'"],
    ),
    (
        "freshness: {column: a, max_age: 2h, as_of: '2024-02-30'}",
        "s.yaml:4:48: checks.0.as_of: ",
        ["'2024-02-30'", "write '2024-01-31'"],
    ),
    ("{volume: 1, severity: warn}", "s.yaml:4:5: checks.0: ", ["volume, severity", "{type: …, field: …}"]),
    ("volume", "s.yaml:4:5: checks.0: ", ["'volume'", "{type: …, field: …}"]),
    ("5", "s.yaml:4:5: checks.0: ", ["5", "{type: …, field: …}"]),
    ("{5: 1}", "s.yaml:4:", ["5", "(types: completeness, "]),
    ("{type: true}", "s.yaml:4:", ["rue", "(types: completeness, "]),
]


@pytest.mark.parametrize(("check", "start", "named"), WRONG, ids=[check for check, *_ in WRONG])
def test_a_mistake_names_place_field_what_was_given_and_what_is_allowed(check: str, start: str, named: list[str]) -> None:
    message = mistakes(f"name: s\ntable: t\nchecks:\n  - {check}\n")
    assert message.startswith(start)
    assert [part for part in named if part not in message] == []
    assert "Value error" not in message


OF_THE_SUITE = [
    ("", ["s.yaml: ", "a suite is a mapping with name, table and checks", "nothing in it"]),
    ("- volume: 1", ["s.yaml", "a suite is a mapping with name, table and checks"]),
    ("table: t\nchecks: [volume: 1]", ["s.yaml:1:1: name: ", "missing"]),
    ("name: s\ntable: t", ["s.yaml:1:1: checks: ", "missing"]),
    ("name: s\ntable: t\nchecks: []", ["at least one check"]),
    ("name: s\ntable: t\nchecks: {volume: 1}", ["s.yaml:3:9: checks: this must be a list", "{'volume': 1}"]),
    ("name: s\ntable: t\nchecks:", ["s.yaml:3:8: checks: this must be a list", "given: nothing"]),
    (
        "name: s\ntabel: t\nchecks: [volume: 1]",
        ["s.yaml:", "unknown field 'tabel'; did you mean 'table'", "name, conn_id, table, dataset, datasets, checks"],
    ),
    ("name: 5\ntable: t\nchecks: [volume: 1]", ["s.yaml:1:7: name: ", "'5'"]),
    ("name:\ntable: t\nchecks: [volume: 1]", ["s.yaml:1:6: name: nothing is written here; give a text"]),
    ("name: s\ntable: 2024-01-31\nchecks: [volume: 1]", ["s.yaml:2:8: table: ", "'2024-01-31'"]),
    ("name: s\nchecks: [volume: 1]", ["exactly one of table, dataset and datasets"]),
    (
        "name: s\ntable: t\ndataset: {table: u}\nchecks: [volume: 1]",
        ["exactly one of table, dataset and datasets", "'table'", "'dataset'"],
    ),
    ("name: s\ndatasets: []\nchecks: [volume: 1]", ["exactly one of table, dataset and datasets"]),
    ("name: s\ndatasets: t\nchecks: [volume: 1]", ["s.yaml:2:11: datasets: ", "'t'"]),
    ("name: s\ndatasets: [t]\nchecks: [volume: 1]", ["s.yaml:2:12: datasets.0: ", "'t'"]),
    ("name: s\ndatasets: [{tabel: t}]\nchecks: [volume: 1]", ["s.yaml:2:20: datasets.0.tabel: ", "'tabel'; did you mean"]),
    ("name: s\ndataset: {table: t, query: q}\nchecks: [volume: 1]", ["s.yaml:2:10: dataset: ", "exactly one of table and query"]),
    ("name: s\nname: t\ntable: t\nchecks: [volume: 1]", ["s.yaml:2:1: ", "the key 'name' is written twice"]),
    ("name: s\ntable: t\nchecks: [volume: {min: 1, min: 2}]", ["s.yaml:3:27: ", "the key 'min' is written twice"]),
    ("name: s\ntable: t\nchecks: [{volume: 1}, {volume: 2}]", ["label", "volume; give each a name="]),
    ("name: s\ntable: {{ params.table }}\nchecks: [volume: 1]", ["s.yaml:2:"]),
]


@pytest.mark.parametrize(("text", "named"), OF_THE_SUITE, ids=[repr(text) for text, _ in OF_THE_SUITE])
def test_a_mistake_in_the_suite_itself(text: str, named: list[str]) -> None:
    message = mistakes(text)
    assert [part for part in named if part not in message] == []


def test_a_message_is_no_longer_than_one_can_read() -> None:
    many = ", ".join(["[x]"] * 10_000)
    assert len(mistakes(f"name: s\ntable: t\nchecks: [values: {{column: a, allowed: [{many}]}}]")) < 1_200


def test_every_mistake_is_told_at_once() -> None:
    message = mistakes("name: 5\ntable: t\nchecks:\n  - volume: {min: many}\n  - volum: 1\n")
    assert [line.split(": ")[0] for line in message.splitlines()] == ["s.yaml:1:7", "s.yaml:4:19", "s.yaml:5:5"]


def test_every_mistake_of_a_check_is_told_beside_its_unknown_fields() -> None:
    message = mistakes("name: s\ntable: t\ntags: []\nchecks:\n  - volume:\n      minimum: 1\n      max: many\n      severty: 1\n")
    assert message.splitlines() == [
        "s.yaml:3:7: tags: unknown field 'tags' (allowed: name, conn_id, table, dataset, datasets, checks, schedule, timezone)",
        "s.yaml:6:16: checks.0.minimum: unknown field 'minimum'; did you mean 'min'? (allowed: name, description, severity,"
        " dimension, where, tags, warn, min, max, above, below, equals)",
        "s.yaml:8:16: checks.0.severty: unknown field 'severty'; did you mean 'severity'? (allowed: name, description, severity,"
        " dimension, where, tags, warn, min, max, above, below, equals)",
        "s.yaml:7:12: checks.0.max: 'many' is no number; give an integer, a decimal or a numeric string",
    ]


def test_a_mistake_in_json_has_its_place_too() -> None:
    text = '{"name": "s", "table": "t",\n\t"checks": [\n\t{"volume": {"min": "many"}}]}'
    with pytest.raises(DefinitionError, match=r"s\.json:3:21: checks\.0\.min: 'many' is no number"):
        Suite.from_text(text, name="s.json")


YAMLISH = st.text("{}[]:-,?'\"#&*!|>%~ \nabnt019._", max_size=40)


@settings(max_examples=100)
@given(st.one_of(YAMLISH, YAMLISH.map(lambda text: f"name: s\ntable: t\nchecks:\n  - {text}")))
@example("{{ x }}")
@example("name: s\ntable: t\nchecks:\n  - completeness: {{ params.column }}\n")
@example("&a {name: *a}")
@example("&a [*a]")
def test_no_text_raises_anything_but_a_definition_error(text: str) -> None:
    with suppress(DefinitionError):
        Suite.from_text(text)


# In Python ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edited", "message"),
    [
        ({"table": None}, "give exactly one of table, dataset and datasets"),
        ({"dataset": Dataset(table="t")}, "give exactly one of table, dataset and datasets"),
        ({"table": None, "datasets": []}, "give exactly one of table, dataset and datasets"),
        ({"checks": []}, "a suite needs at least one check"),
        ({"checks": [Volume(min=1), Volume(max=5)]}, "give each a name="),
        ({"owner": "sales"}, "unknown field 'owner'"),
        ({"schedule": "@dayly"}, "'@dayly' is no preset; did you mean '@daily'"),
        ({"schedule": "0 6 * *"}, "has 4 fields; write the five of cron"),
        ({"schedule": "0 0 31 2 *"}, "is no cron expression, or never due"),
        ({"timezone": "Berlin"}, "is no time zone; did you mean 'Europe/Berlin'"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(edited: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Suite.model_validate({"name": "s", "table": "t", "checks": [Volume(min=1)], **edited})


def test_its_rules_wait_until_rendered() -> None:
    waiting = {"name": "s", "table": "{{ params.table }}", "checks": []}
    Suite.model_validate(waiting)
    with pytest.raises(ValidationError, match="at least one check"):
        Suite.model_validate({**waiting, "table": "t"}, context=RENDERED)


def test_the_checks_of_a_suite_are_rendered_with_it() -> None:
    plain = {"name": "s", "table": "t", "checks": [{"volume": {"min": "5", "where": "x = '{{ braces }}'"}}]}
    assert Suite.model_validate(plain, context=RENDERED).checks == (
        Volume.model_validate(plain["checks"][0]["volume"], context=RENDERED),
    )
    with pytest.raises(ValidationError, match="is no number"):
        Suite.model_validate({**plain, "checks": [{"volume": {"min": "{{ n }}"}}]}, context=RENDERED)


@pytest.mark.parametrize(
    ("field", "edited"),
    [("checks", {}), ("dataset", {"table": None}), ("datasets", {"table": None}), ("table", {}), ("conn_id", {}), ("name", {})],
)
def test_a_field_that_is_one_template_travels_as_it_is(field: str, edited: dict[str, Any]) -> None:
    suite = Suite.model_validate({"name": "s", "table": "t", "checks": [Volume(min=1)], **edited, field: "{{ params.x }}"})
    assert suite.spec()[field] == "{{ params.x }}"
    assert Suite.model_validate(suite.spec()) == suite
    assert Suite.model_validate_json(suite.model_dump_json()) == suite


@pytest.mark.parametrize(
    "suite",
    [
        SUITE,
        Suite(
            name="s",
            dataset=Dataset(query="SELECT 1 AS a", where="a > 0"),
            checks=[Completeness(column="a", warn={"max_failing": 0}, max_failing=5)],
        ),
        Suite(
            name="s",
            datasets=[Dataset(table="a", conn_id="one"), Dataset(table="b")],
            checks=[Freshness(column="at", max_age="36h")],
        ),
        Suite(name="{{ ds }}", table="{{ params.t }}", checks=[Volume(min="{{ n }}"), Volume(min="{{ n }}")]),
    ],
    ids=lambda suite: suite.name,
)
def test_the_spec_is_plain_data_that_builds_the_same_suite(suite: Suite) -> None:
    assert json.loads(json.dumps(suite.spec(), allow_nan=False)) == suite.spec()
    assert Suite.model_validate(suite.spec()) == suite


# Its tests ------------------------------------------------------------------------------------------------------------


def test_a_test_of_a_suite_is_called_suite_and_label() -> None:
    assert [test.id for test in SUITE.tests()] == [
        "flights/volume",
        "flights/uniqueness(time_hour, carrier, flight)",
        "flights/referential(tailnum)",
    ]
    assert SUITE.tests(prefix="moved", key="eu")[0].id == "moved/volume[eu]"


def test_a_suite_of_several_datasets_says_which() -> None:
    suite = Suite(name="s", datasets=[Dataset(table="a"), Dataset(table="b")], checks=[Volume(min=1)])
    assert [test.id for test in suite.tests(key="eu")] == ["s/volume[eu][a]", "s/volume[eu][b]"]
    one = Suite(name="s", datasets=[Dataset(table="a")], checks=[Volume(min=1)])
    assert [test.id for test in one.tests()] == ["s/volume"]


def test_the_connection_is_the_datasets_else_the_suites_else_the_operators() -> None:
    datasets = [Dataset(table="a", conn_id="own"), Dataset(table="b")]
    named = Suite(name="s", conn_id="suite", datasets=datasets, checks=[Volume(min=1)])
    unnamed = Suite(name="s", datasets=datasets, checks=[Volume(min=1)])
    assert [test.dataset.conn_id for test in named.tests(conn_id="operator")] == ["own", "suite"]
    assert [test.dataset.conn_id for test in unnamed.tests(conn_id="operator")] == ["own", "operator"]
    assert [test.dataset.conn_id for test in unnamed.tests()] == ["own", None]
    assert Suite(name="s", table="t", checks=[Volume(min=1)]).tests(conn_id="operator")[0].dataset == Dataset(
        table="t", conn_id="operator"
    )
