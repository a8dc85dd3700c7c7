"""Any field of a definition may hold a template; what spans several fields waits until nothing is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.checks.freshness import Freshness
from airflow_data_quality.core.checks.referential import Referential
from airflow_data_quality.core.checks.uniqueness import Uniqueness
from airflow_data_quality.core.checks.volume import Volume
from airflow_data_quality.core.errors import UnresolvedTemplate
from airflow_data_quality.core.model.bounds import Bounds
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.templates import RENDERED, Definition, is_template, refuse_templates, templates

VALID: list[tuple[type[Definition], Mapping[str, Any]]] = [
    (Volume, {"min": 1}),
    (Completeness, {"column": "email"}),
    (Uniqueness, {"columns": ["id"]}),
    (Referential, {"columns": ["a"], "to_table": "b", "to_columns": ["id"]}),
    (Freshness, {"column": "at", "max_age": "2h"}),
    (Bounds, {"min": 1}),
    (Dataset, {"table": "t"}),
]
FIELDS = [
    pytest.param(model, {**given, field: "{{ params.x }}"}, field, id=f"{model.__name__}.{field}")
    for model, given in VALID
    for field in model.model_fields
    if field != "type"
]


@pytest.mark.parametrize("text", ["{{ x }}", "a {{ x }} b", "{% if x %}1{% endif %}", "{{"])
def test_what_jinja_would_change_is_a_template(text: str) -> None:
    assert is_template(text)


@pytest.mark.parametrize("value", ["", "x", "{ x }", "{# comment #}", "}}", 5, None, ["{{ x }}"]])
def test_anything_else_is_none(value: Any) -> None:
    assert not is_template(value)


@pytest.mark.parametrize(("model", "given", "field"), FIELDS)
def test_any_field_may_hold_a_template(model: type[Definition], given: dict[str, Any], field: str) -> None:
    waiting = model.model_validate(given)
    assert getattr(waiting, field) == "{{ params.x }}"
    assert not waiting.is_rendered
    assert model.model_validate_json(waiting.model_dump_json()) == waiting
    if isinstance(waiting, Check | Dataset):
        assert waiting.spec()[field] == "{{ params.x }}"
        assert model.model_validate(waiting.spec()) == waiting


@pytest.mark.parametrize(("model", "given"), VALID, ids=lambda value: getattr(value, "__name__", ""))
def test_without_templates_it_is_rendered(model: type[Definition], given: dict[str, Any]) -> None:
    assert model.model_validate(given).is_rendered
    assert model.model_validate(given, context=RENDERED) == model.model_validate(given)


@pytest.mark.parametrize(
    "given",
    [
        {"type": "completeness", "columns": ["{{ params.a }}", "b"]},
        {"type": "uniqueness", "columns": ["a", "{{ params.b }}"]},
        {"type": "completeness", "column": "a", "missing_values": ["{{ params.token }}", -1]},
        {"type": "completeness", "column": "a", "warn": {"max_failing": "{{ params.share }}"}},
        {"type": "volume", "min": 1, "tags": ["{{ params.tag }}"]},
    ],
    ids=str,
)
def test_a_template_may_stand_inside_a_field(given: dict[str, Any]) -> None:
    assert not Check.model_validate(given).is_rendered


@pytest.mark.parametrize(
    ("waiting", "rendered", "message"),
    [
        ({"type": "volume", "min": "{{ n }}", "max": 0}, {"min": "5"}, "nothing can be at least 5 and at most 0"),
        ({"type": "volume", "equals": "{{ n }}", "max": 0}, {"equals": "5"}, "equals stands alone"),
        ({"type": "completeness", "column": "{{ c }}", "columns": ["b"]}, {"column": "a"}, "exactly one of column and columns"),
        ({"type": "completeness", "where": "{{ w }}"}, {"where": "x > 1"}, "exactly one of column and columns"),
        (
            {"type": "referential", "columns": "{{ c }}", "to_table": "t", "to_columns": ["id"]},
            {"columns": ["a", "b"]},
            "columns names 2, to_columns 1",
        ),
        (
            {"type": "volume", "min": 1, "warn": {"min": 5}, "severity": "{{ s }}"},
            {"severity": "info"},
            "warn bounds need severity 'error'",
        ),
    ],
    ids=str,
)
def test_rules_that_span_fields_wait_until_rendered(waiting: dict[str, Any], rendered: dict[str, Any], message: str) -> None:
    Check.model_validate(waiting)
    with pytest.raises(ValidationError, match=message):
        Check.model_validate({**waiting, **rendered}, context=RENDERED)


def test_rules_of_one_field_do_not_wait() -> None:
    with pytest.raises(ValidationError, match="is no number"):
        Check.model_validate({"type": "volume", "min": "many", "where": "{{ w }}"})
    with pytest.raises(ValidationError, match="unknown field 'minimum'"):
        Check.model_validate({"type": "volume", "minimum": "{{ n }}"})


def test_what_rendered_to_a_numeric_string_is_a_number() -> None:
    volume = Volume.model_validate({"type": "volume", "min": "300_000", "below": "1e6"}, context=RENDERED)
    assert (volume.min, volume.below) == (300_000, 1_000_000)
    check = Check.model_validate({"type": "completeness", "column": "a", "max_failing": "5"}, context=RENDERED)
    assert isinstance(check, Completeness)
    assert check.max_failing == 5


def test_after_rendering_braces_are_meant_literally() -> None:
    check = Check.model_validate({"type": "volume", "min": 1, "where": "note = '{{ x }}'", "name": "{% n %}"}, context=RENDERED)
    assert check.where == "note = '{{ x }}'"
    assert check.label == "{% n %}"
    with pytest.raises(ValidationError, match=r"'\{\{ n \}\}' is no number"):
        Check.model_validate({"type": "volume", "min": "{{ n }}"}, context=RENDERED)


def test_templates_are_found_wherever_they_are() -> None:
    check = Completeness(columns=["{{ a }}", "b"], where="{% w %}", warn={"max_failing": "{{ s }}"})
    assert sorted(templates([check, {"x": ("{{ t }}", 5)}, None])) == sorted(["{{ a }}", "{% w %}", "{{ s }}", "{{ t }}"])


def test_where_nothing_renders_a_template_is_refused() -> None:
    refuse_templates([Volume(min=1), {"table": "t"}])
    with pytest.raises(UnresolvedTemplate, match=r"'\{\{ ds \}\}' holds a template, which only Airflow's operators render"):
        refuse_templates([Volume(min=1), {"where": "{{ ds }}"}])
