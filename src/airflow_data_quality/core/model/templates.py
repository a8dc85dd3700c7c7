"""Strings that Jinja has yet to render, and the model that waits for them.

A definition may hold a template in any field. Until it is rendered the field keeps the text as it is and the rules that
span several fields wait. After rendering the same model is built again with the context ``RENDERED``, which knows no
templates any more: braces that are left are meant literally.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_serializer,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError
from typing_extensions import Self

from airflow_data_quality.core.errors import UnresolvedTemplate, listed, near

RENDERED: Mapping[str, Any] = {"rendered": True}
"""The validation context of a definition whose templates have been rendered."""

_WITHOUT = (type(None), bool, int, float)
"""Types of which no value holds a text: most fields of a definition, which are not worth a look inside."""


def is_template(value: object) -> bool:
    """Says whether ``value`` is a string that Jinja would change."""
    return isinstance(value, str) and ("{{" in value or "{%" in value)


def templates(value: object) -> Iterator[str]:
    """Yields every template inside nested models, mappings and sequences."""
    inside: Iterable[object] = ()
    if isinstance(value, str):
        if is_template(value):
            yield value
    elif isinstance(value, BaseModel):
        # One that was found to hold none, frozen, is not searched again.
        inside = () if getattr(value, "_whole", False) else vars(value).values()
    elif isinstance(value, Mapping):
        inside = value.values()
    elif isinstance(value, list | tuple):
        inside = value
    for item in inside:
        if item.__class__ not in _WITHOUT:
            yield from templates(item)


def refuse_templates(value: object) -> None:
    """Raises UnresolvedTemplate when ``value`` holds a template: outside Airflow nothing would render it."""
    for text in templates(value):
        raise UnresolvedTemplate(f"{text!r} holds a template, which only Airflow's operators render; give the rendered value")


def _mistake(kind: str, text: str, loc: tuple[int | str, ...], given: Any) -> InitErrorDetails:
    # The text stands in a context: as the template itself, its braces might be taken for places to fill.
    return InitErrorDetails(type=PydanticCustomError(kind, "{text}", {"text": text}), loc=loc, input=given)


def beside_unknown(
    model: type[BaseModel], unknown: Mapping[str, str], given: Mapping[Any, Any], handler: ModelWrapValidatorHandler[Any]
) -> ValidationError:
    """Returns an error for fields that a model does not have, field → what is said of it, and for all other mistakes."""
    mistakes = [_mistake("unknown_field", text, (field,), field) for field, text in unknown.items()]
    try:
        handler({field: value for field, value in given.items() if field in model.model_fields})
    except ValidationError as error:
        # Rules that span fields may be broken only because of the misspelt one: an error of the whole is left out.
        others = [other for other in error.errors(include_url=False) if other["loc"]]
        mistakes += [_mistake(other["type"], other["msg"], other["loc"], other["input"]) for other in others]
    return ValidationError.from_exception_data(model.__name__, mistakes)


class Definition(BaseModel):
    """What a user writes: frozen, no unknown fields, templates allowed."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", ser_json_inf_nan="strings")

    @field_validator("*", mode="wrap")
    @classmethod
    def _keep_template(cls, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        if is_template(value) and not (info.context or {}).get("rendered"):
            return value
        return handler(value)

    @field_serializer("*", mode="wrap")
    def _write_template(self, value: Any, handler: SerializerFunctionWrapHandler) -> Any:
        return value if is_template(value) else handler(value)

    _whole: bool = PrivateAttr(default=False)
    """Whether nothing in it is a template, and its fields are right together."""

    @model_validator(mode="wrap")
    @classmethod
    def _wrap(cls, value: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        return value if isinstance(value, cls) and value._whole else cls._read(value, handler, info)

    @classmethod
    def _read(cls, value: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Builds the model; a field that it does not have is named with its nearest neighbours, beside all other mistakes."""
        if not isinstance(value, Mapping | cls):
            raise ValueError(f"{value!r} is no mapping of fields (allowed: {cls._allowed()})")
        known = cls.model_fields
        if not isinstance(value, Mapping) or not (unknown := [field for field in value if field not in known]):
            return handler(value)
        raise beside_unknown(cls, {str(field): cls._unknown(str(field)) for field in unknown}, value, handler)

    @model_validator(mode="after")
    def _rules_that_span_fields(self, info: ValidationInfo) -> Self:
        rendered = self.is_rendered
        if rendered or (info.context or {}).get("rendered"):
            self.check_together()
        self._whole = rendered
        return self

    def check_together(self) -> None:
        """Raises ValueError when fields that are right alone are wrong together; asked once nothing is a template."""

    @classmethod
    def _unknown(cls, field: str) -> str:
        return f"unknown field {field!r}{near(field, cls.model_fields)} (allowed: {cls._allowed()})"

    @classmethod
    def _allowed(cls) -> str:
        return listed(name for name in cls.model_fields if name != "type")

    @property
    def is_rendered(self) -> bool:
        """Whether no field holds a template."""
        return next(templates(self), None) is None
