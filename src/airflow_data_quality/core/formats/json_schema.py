"""The JSON Schema of a suite file: what editors complete, explain and underline.

It is made of the models themselves, of every check type there is, those of other packages too; what is ours alone ships as
``suite.schema.json``. A string with a template may stand in any field. What a schema cannot say (a bound that no value can
meet, a date without quotes) is left to ``validate``.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from airflow_data_quality.core.formats.suite import Suite
from airflow_data_quality.core.model.bounded_check import BoundedCheck
from airflow_data_quality.core.model.bounds import PHRASES, Bounds
from airflow_data_quality.core.model.check import Check, Name, Names, check_types
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.duration import ISO, SHORT, parse_duration
from airflow_data_quality.core.model.limited_check import LimitedCheck
from airflow_data_quality.core.model.numbers import parse_number
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from airflow_data_quality.core.model.tolerance import parse_max_failing

Json = dict[str, Any]

TEMPLATE: Json = dict(type="string", pattern=r"\{\{|\{%")


def _text(pattern: str) -> Json:
    return dict(type="string", pattern=rf"^\s*({pattern})\s*$")


_SHARE = r"\+?(100(\.0*)?|\d?\d(\.\d*)?|\.\d+)\s*%"
_NUMBER = r"[-+]?((\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)([eE][-+]?\d+)?|[Ii][Nn][Ff]([Ii][Nn][Ii][Tt][Yy])?)"
_SPAN = "|".join(re.sub(r"\?P<\w+>", "", pattern.pattern) for pattern in (SHORT, ISO))

SPELLINGS: Mapping[Callable[..., Any], Json] = {
    parse_number: {"anyOf": [{"type": "number"}, _text(_NUMBER)]},
    parse_max_failing: {"anyOf": [{"type": "integer", "minimum": 0}, _text(rf"\+?\d[\d_]*|{_SHARE}")]},
    parse_duration: _text(rf"(?=P?\d|PT\d)({_SPAN})"),
}
"""What reads a field → what may be written there, where the field's type alone would say less."""
LIMITS: Mapping[Callable[..., Any], Json] = {
    get_args(Name)[1].func: {"minLength": 1},
    get_args(Names)[2].func: {"minItems": 1, "uniqueItems": True},
}
"""What looks at a value once it was read → what it asks of it."""
PRIMARY = ("x", ["x"], {"x": "y"}, 1)
"""Values that the short form of a type may take, to be tried."""
_KINDS = {str: "string", list: "array", dict: "object", int: "integer"}


def _given(*fields: str) -> list[Json]:
    return [{"required": [field]} for field in fields]


TOGETHER: Mapping[type[BaseModel], Json] = {
    Suite: {
        "oneOf": _given("table", "dataset", "datasets"),
        "allOf": [{"properties": {"checks": {"minItems": 1}, "datasets": {"minItems": 1}}}],
    },
    Dataset: {"oneOf": _given("table", "query")},
    Bounds: {"anyOf": _given(*PHRASES)},
    BoundedCheck: {"anyOf": _given(*PHRASES)},
    Check: {
        "if": {"required": ["warn"], "properties": {"warn": {"type": "object"}}},
        "then": {"properties": {"severity": {"not": {"enum": ["warn", "info"]}}, "warn": {"minProperties": 1}}},
    },
}
"""A model, for all that are made from it → which of its fields go together."""


def suite_schema() -> Json:
    """Returns the schema of a suite, with both YAML forms of every check type that is installed."""
    schema = Suite.model_json_schema(schema_generator=_Generator)
    return {"$schema": "http://json-schema.org/draft-07/schema#", **schema, "title": "Data quality suite"}


class _File(BaseModel):
    """A file of stored tests: tests, connections, or both."""

    model_config = ConfigDict(extra="forbid")

    connections: Sequence[RegisteredConnection] = ()
    """Airflow connections that tests may name."""
    tests: Sequence[StoredTest] = ()
    """Checks on datasets, each with its id, its schedule and its owner."""


def stored_tests_schema() -> Json:
    """Returns the schema of a file of stored tests, in which nothing is a template and the store counts versions."""
    schema = _File.model_json_schema(schema_generator=_Stored)
    return {"$schema": "http://json-schema.org/draft-07/schema#", **schema, "title": "Data quality stored tests"}


class _Generator(GenerateJsonSchema):
    """Pydantic's, which knows what our own validators take, and every type behind ``Check``."""

    template: ClassVar[Sequence[Json]] = (TEMPLATE,)
    """What else may stand in any field."""
    left_out: ClassVar[str | None] = None
    """A field that files do not have."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> Json:
        """Says what a function of ours reads."""
        return self._spelling(schema) or super().function_before_schema(schema)

    def function_plain_schema(self, schema: core_schema.PlainValidatorFunctionSchema) -> Json:
        """Says what a function of ours reads."""
        return self._spelling(schema) or super().function_plain_schema(schema)

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> Json:
        """Adds what a function of ours asks of the value."""
        return super().function_after_schema(schema) | LIMITS.get(schema["function"]["function"], {})

    def _spelling(self, schema: Any) -> Json:
        return dict(SPELLINGS.get(schema["function"]["function"], {}))

    def model_schema(self, schema: core_schema.ModelSchema) -> Json:
        """Explains a model's fields and lets templates into them; ``Check`` is any of the types."""
        model: type[BaseModel] = schema["cls"]
        if model is Check:
            return self._any_check()
        made = super().model_schema(schema)
        bases = [base for base in reversed(model.__mro__) if issubclass(base, BaseModel) and base is not BaseModel]
        explained = {field: text for base in bases for field, text in _docstrings(base).items()}
        for name, field in made.get("properties", {}).items():
            made["properties"][name] = _field(name, field, explained.get(name), self.template)
        made.get("properties", {}).pop(self.left_out, None)
        made |= {"description": _plain(inspect.cleandoc(model.__doc__))} if model.__doc__ else {}
        for base, rule in TOGETHER.items():
            made |= rule if issubclass(model, base) else {}
        if issubclass(model, Check) and model.exactly_one_of:
            made["oneOf"] = _given(*model.exactly_one_of)
        if issubclass(model, LimitedCheck):
            made["anyOf"] = _given(*(name for end in model.ends for name in end))
        return made

    def _any_check(self) -> Json:
        """Returns the canonical form of every type, and the short form, in which the type is the only key."""
        canonical, short = [], {}
        for name, check in sorted(check_types().items()):
            check.model_rebuild()
            form = self.generate_inner(check.__pydantic_core_schema__)
            fields = (self.get_schema_from_definitions(form["$ref"]) or {})["properties"]
            canonical.append({"allOf": [form, {"required": ["type"]}]})
            short[name] = {"anyOf": [form, *_primary(check, fields)]}
        one = {"type": "object", "additionalProperties": False, "minProperties": 1, "maxProperties": 1, "properties": short}
        return {"description": "What must hold: {type: …, field: …}, or {TYPE: …} alone.", "anyOf": [*canonical, one]}


class _Stored(_Generator):
    template = ()
    left_out = "version"


def _primary(check: type[Check], fields: Mapping[str, Json]) -> Iterator[Json]:
    """Yields what may stand alone behind a type, found by trying."""
    with suppress(ValidationError):
        check.model_validate({"type": check.model_fields["type"].default})
        yield {"type": "null"}
    for value in PRIMARY:
        with suppress(ValueError):
            meant = check.from_short(value)
            (field,) = (name for name, given in meant.items() if given is value)
            kind = _KINDS[type(value)]
            yield next((form for form in _forms(fields[field]) if form.get("type") == kind), {"type": kind})


def _forms(field: Json) -> list[Json]:
    return field.get("anyOf") or [field]


def _field(name: str, field: Json, text: str | None, template: Sequence[Json]) -> Json:
    """Returns a field's schema with its explanation, without noise, and with a template where one may stand."""
    kept = {key: value for key, value in field.items() if key not in ("title", "anyOf") and (key, value) != ("default", None)}
    told = {key: kept.pop(key) for key in ("description", "default") if key in kept}
    forms = field.get("anyOf", [kept])
    any_text = any(form.get("type") == "string" and form.keys() <= {"type"} for form in forms)
    if name != "type" and not any_text:
        forms = [*forms, *template]
    explained = {"description": _plain(text)} if text else {}
    return {**explained, **told, **(forms[0] if len(forms) == 1 else {"anyOf": forms})}


@cache
def _docstrings(model: type) -> Mapping[str, str]:
    """Returns the fields that a class defines, each with the text below it."""
    try:
        body = ast.parse(dedent(inspect.getsource(model))).body[0]
    except (OSError, TypeError, SyntaxError):
        return {}  # made by code, or shipped without its source
    found = {}
    for field, below in pairwise(body.body if isinstance(body, ast.ClassDef) else []):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = inspect.cleandoc(text)
    return found


def _plain(text: str) -> str:
    return text.replace("``", "`")
