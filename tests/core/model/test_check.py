"""What all checks share: either YAML form, labels, descriptions, names of columns, ``warn``, plain data and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.checks.freshness import Freshness
from airflow_data_quality.core.checks.referential import Referential
from airflow_data_quality.core.checks.uniqueness import Uniqueness
from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.templates import RENDERED

ONE_OF_EACH: list[Check] = [
    Volume(min=1),
    Freshness(column="at", max_age="2h"),
    Completeness(column="email"),
    Uniqueness(columns=["a", "b"]),
    Referential(columns=["tailnum"], to_table="planes", to_columns=["tailnum"]),
]
TYPES = [check.type for check in ONE_OF_EACH]


# Either YAML form -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("short", "check"),
    [
        ({"volume": {"min": 300_000}}, Volume(min=300_000)),
        ({"volume": 5}, Volume(equals=5)),
        ({"completeness": "email"}, Completeness(column="email")),
        ({"completeness": "{{ params.column }}"}, Completeness(column="{{ params.column }}")),
        ({"completeness": ["a", "b"]}, Completeness(columns=["a", "b"])),
        ({"completeness": {"column": "a", "max_failing": "0.5%"}}, Completeness(column="a", max_failing="0.5%")),
        ({"uniqueness": ["a", "b"]}, Uniqueness(columns=["a", "b"])),
        ({"freshness": {"column": "at", "max_age": "2h"}}, Freshness(column="at", max_age="2h")),
        (
            {"referential": {"columns": ["a"], "to_table": "t", "to_columns": ["b"]}},
            Referential(columns=["a"], to_table="t", to_columns=["b"]),
        ),
    ],
    ids=str,
)
def test_the_short_form_means_the_canonical_one(short: dict[str, Any], check: Check) -> None:
    assert Check.model_validate(short) == check
    assert Check.model_validate(check.spec()) == check


@pytest.mark.parametrize(
    "given",
    [
        {"volume": "5"},
        {"volume": 5.0},
        {"volume": True},
        {"volume": [1, 2]},
        {"completeness": 5},
        {"completeness": True},
        {"uniqueness": "order_id"},
        {"uniqueness": 5},
        {"freshness": "created_at"},
        {"freshness": ["created_at", "2h"]},
        {"referential": ["customer_id"]},
    ],
    ids=str,
)
def test_nothing_else_is_a_short_form(given: dict[str, Any]) -> None:
    ((name, value),) = given.items()
    with pytest.raises(ValidationError) as refused:
        Check.model_validate(given)
    assert f"{name}: {value!r} is no short form; write {name}: {{field: value, …}}" in str(refused.value)


@pytest.mark.parametrize("given", [{}, {"volume": 1, "severity": "warn"}, {"volume": 1, "completeness": "a"}], ids=str)
def test_a_mapping_in_neither_form_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"a check is \{type: …, field: …\} or \{TYPE: …\} alone") as refused:
        Check.model_validate(given)
    assert all(key in str(refused.value) for key in given)


@pytest.mark.parametrize("given", ["volume", 5, None, ["volume"]])
def test_what_is_no_mapping_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError):
        Check.model_validate(given)


@pytest.mark.parametrize("given", [{"type": "volum", "min": 1}, {"volum": 1}], ids=str)
def test_an_unknown_type_is_refused_with_the_nearest_and_all_types(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="unknown check type 'volum'; did you mean 'volume'") as refused:
        Check.model_validate(given)
    assert all(known in str(refused.value) for known in TYPES)


@pytest.mark.parametrize("given", [{"type": 5}, {"type": None}, {"type": ["volume"]}, {5: 1}, {True: 1}, {None: None}], ids=str)
def test_a_type_that_is_no_text_is_refused_like_any_unknown_one(given: dict[Any, Any]) -> None:
    with pytest.raises(ValidationError, match="type"):
        Check.model_validate(given)


def test_a_type_inside_the_short_form_cannot_contradict_it() -> None:
    with pytest.raises(ValidationError, match="type"):
        Check.model_validate({"volume": {"type": "freshness", "min": 1}})
    with pytest.raises(ValidationError, match="type"):
        Volume.model_validate({"type": "freshness", "min": 1})


def test_a_check_that_is_built_already_is_taken_as_it_is() -> None:
    check = Volume(min=1)
    assert Check.model_validate(check) is check


@pytest.mark.parametrize("check", ONE_OF_EACH, ids=TYPES)
def test_an_unknown_field_is_refused_with_the_nearest_one_and_all_allowed(check: Check) -> None:
    with pytest.raises(ValidationError, match="unknown field 'severty'; did you mean 'severity'") as refused:
        Check.model_validate({**check.spec(), "severty": "warn"})
    assert all(field in str(refused.value) for field in type(check).model_fields if field != "type")


@pytest.mark.parametrize("field", ["change", "anomaly", "drift", "by", "to_conn_id", "nullable"])
def test_what_is_not_built_yet_is_no_field(field: str) -> None:
    with pytest.raises(ValidationError, match=f"unknown field '{field}'"):
        Check.model_validate({"volume": {"min": 1, field: "x"}})


@pytest.mark.parametrize("check", ONE_OF_EACH, ids=TYPES)
def test_a_check_is_frozen(check: Check) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        check.severity = "info"


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(
        ["{{ x }}", "0.5%", "2h", "1e99999999999", "sNaN", "9" * 5_000, "..", "9999-12-31T23:59:59-23:00", b"x", {1}, object]
    ),
)
ANYTHING = st.recursive(
    LEAVES, lambda some: st.lists(some, max_size=2) | st.dictionaries(st.text(max_size=3), some, max_size=2), max_leaves=3
)


@settings(max_examples=100)
@given(st.sampled_from(ONE_OF_EACH), st.data())
def test_whatever_is_given_is_refused_by_a_validation_error_or_survives(check: Check, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(sorted(type(check).model_fields)))
    given = {**check.spec(), field: data.draw(ANYTHING)}
    try:
        built = Check.model_validate(given)
    except ValidationError:
        return
    assert Check.model_validate(json.loads(json.dumps(built.spec(), allow_nan=False))) == built


# Labels and descriptions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "label"),
    list(
        zip(
            ONE_OF_EACH,
            ["volume", "freshness(at)", "completeness(email)", "uniqueness(a, b)", "referential(tailnum)"],
            strict=True,
        )
    ),
    ids=TYPES,
)
def test_the_label_is_type_and_columns(check: Check, label: str) -> None:
    assert check.label == label


@pytest.mark.parametrize("check", ONE_OF_EACH, ids=TYPES)
def test_thresholds_filters_and_wording_do_not_change_the_label(check: Check) -> None:
    bounds = {"volume": {"min": 99, "below": 100}, "freshness": {"max_age": "9d"}}.get(check.type, {"max_failing": "9%"})
    wording = {"where": "x > 1", "description": "Other words.", "dimension": "other", "tags": ["gold"], "warn": {}}
    warn = {"warn": {name: value for name, value in bounds.items() if name != "below"}}
    edited = Check.model_validate({**check.spec(), **wording, **bounds, **warn})
    assert edited != check
    assert edited.label == check.label


def test_the_name_is_the_label_when_there_is_one() -> None:
    assert Completeness(column="email", name="every customer can be reached").label == "every customer can be reached"


@pytest.mark.parametrize("check", ONE_OF_EACH, ids=TYPES)
def test_name_and_description_are_never_filled_in(check: Check) -> None:
    _ = check.label, check.describe()
    assert (check.name, check.description) == (None, None)
    assert not {"name", "description"} & check.spec().keys()


@pytest.mark.parametrize("check", ONE_OF_EACH, ids=TYPES)
def test_the_description_is_the_given_one_else_a_generated_sentence(check: Check) -> None:
    assert check.describe() == check.sentence() != ""
    assert Check.model_validate({**check.spec(), "description": "In my words."}).describe() == "In my words."


def test_label_and_description_are_read_after_rendering() -> None:
    rendered = Check.model_validate({"type": "completeness", "column": "email", "name": "{{ literal }}"}, context=RENDERED)
    assert rendered.label == "{{ literal }}"


@pytest.mark.parametrize("check", ONE_OF_EACH, ids=TYPES)
def test_the_sentence_does_not_hide_that_only_some_rows_are_looked_at(check: Check) -> None:
    assert Check.model_validate({**check.spec(), "where": "x > 1"}).describe() != check.describe()


@pytest.mark.parametrize(
    ("check", "dimension"),
    list(zip(ONE_OF_EACH, ["completeness", "timeliness", "completeness", "uniqueness", "consistency"], strict=True)),
    ids=TYPES,
)
def test_a_check_counts_for_its_default_dimension_unless_told(check: Check, dimension: str) -> None:
    assert check.dimension == dimension
    assert "dimension" not in check.spec()
    assert Check.model_validate({**check.spec(), "dimension": "accuracy"}).dimension == "accuracy"


def test_the_severity_is_error_unless_told() -> None:
    assert Volume(min=1).severity == "error"
    assert [Volume(min=1, severity=severity).severity for severity in ("error", "warn", "info")] == ["error", "warn", "info"]
    with pytest.raises(ValidationError, match="severity"):
        Volume.model_validate({"min": 1, "severity": "fatal"})


# Names ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["user", "from", "100%", "Order Id", "a.b", '"quoted"', "no", "Ünïcode", "count(*)", "🦆"])
def test_a_name_is_a_plain_string_never_parsed(name: str) -> None:
    assert Uniqueness(columns=[name]).columns == (name,)
    assert Completeness(column=name).label_columns() == (name,)


@pytest.mark.parametrize("field", ["columns", "to_columns"])
@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("order_id", r"'order_id' is one name; write a list of names: \['order_id'\]"),
        ([], "give at least one name"),
        (["a", "b", "a"], "a is named more than once"),
        (["a", 5], "5"),
        (["a", None], "None"),
        (["a", ""], "'' is no name"),
        (5, "5"),
        (None, "None"),
    ],
)
def test_what_is_no_list_of_names_is_refused_by_field(field: str, names: Any, message: str) -> None:
    given = {"type": "referential", "columns": ["x"], "to_table": "t", "to_columns": ["y"], field: names}
    with pytest.raises(ValidationError, match=message) as refused:
        Check.model_validate(given)
    assert refused.value.errors()[0]["loc"][0] == field


def test_tags_are_a_list_of_texts() -> None:
    assert Volume(min=1, tags=["gold", "daily"]).tags == ("gold", "daily")
    with pytest.raises(ValidationError, match=r"write a list of names: \['gold'\]"):
        Volume(min=1, tags="gold")


# A row condition ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["a OR b", "a = '{}'", "a -- and a comment", "(", "x\n\n"])
def test_a_row_condition_is_kept_to_the_letter(where: str) -> None:
    assert Volume(min=1, where=where).where == where


def test_a_row_condition_that_rendered_to_nothing_is_no_fault_of_the_other_checks() -> None:
    """It makes its own check errored when it is asked, so the model must hold it, and be read again with it."""
    check = Check.model_validate({"type": "volume", "min": 1, "where": " "}, context=RENDERED)
    assert check.where == " "
    assert Check.model_validate_json(check.model_dump_json()) == check


# Plain data and back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", ONE_OF_EACH, ids=TYPES)
def test_the_spec_is_plain_json_in_the_canonical_form(check: Check) -> None:
    spec = check.spec()
    assert next(iter(spec)) == "type"
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec
    assert Check.model_validate(spec) == check
    assert type(Check.model_validate(spec)) is type(check)


def test_the_spec_holds_what_was_given_and_no_defaults() -> None:
    check = Completeness(column="a", max_failing="0.5%", warn={"max_failing": 0}, tags=["gold"])
    assert check.spec() == {
        "type": "completeness",
        "column": "a",
        "max_failing": "0.5%",
        "warn": {"max_failing": 0},
        "tags": ["gold"],
    }
    assert Freshness(column="at", max_age="36h").spec() == {"type": "freshness", "column": "at", "max_age": "1d12h"}


@pytest.mark.parametrize("limit", [float("inf"), "-Infinity"])
def test_infinity_travels_as_strict_json(limit: float | str) -> None:
    check = Volume(below=limit)
    assert Check.model_validate(json.loads(json.dumps(check.spec(), allow_nan=False))) == check


@pytest.mark.parametrize("check", ONE_OF_EACH, ids=TYPES)
def test_the_json_schema_names_the_type_every_field_and_the_bounds_of_warn(check: Check) -> None:
    schema = type(check).model_json_schema()
    assert schema["properties"].keys() == type(check).model_fields.keys()
    assert schema["properties"]["type"]["const"] == check.type
    assert schema["additionalProperties"] is False
    warn = schema["$defs"][f"{type(check).__name__}Warn"]
    bounds = {"volume": {"min", "max", "above", "below", "equals"}, "freshness": {"max_age"}}.get(check.type, {"max_failing"})
    assert warn["properties"].keys() == bounds
    assert warn["additionalProperties"] is False
