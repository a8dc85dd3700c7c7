"""Strings that Jinja has yet to render, and the model that waits for them.

A definition may hold a template in any field. Until it is rendered the field keeps the text as it is and the rules that
span several fields wait. After rendering the same model is built again with the context ``RENDERED``, which knows no
templates any more: braces that are left are meant literally.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_serializer,
    field_validator,
    model_validator,
)
from typing_extensions import Self

from airflow_data_quality.core.errors import UnresolvedTemplate, near

RENDERED: Mapping[str, Any] = {"rendered": True}
"""The validation context of a definition whose templates have been rendered."""


def is_template(value: object) -> bool:
    """Says whether ``value`` is a string that Jinja would change."""
    return isinstance(value, str) and ("{{" in value or "{%" in value)


def templates(value: object) -> Iterator[str]:
    """Yields every template inside nested models, mappings and sequences."""
    if is_template(value):
        yield str(value)
    elif isinstance(value, BaseModel):
        yield from templates(dict(value))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from templates(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from templates(item)


def refuse_templates(value: object) -> None:
    """Raises UnresolvedTemplate when ``value`` holds a template: outside Airflow nothing would render it."""
    for text in templates(value):
        raise UnresolvedTemplate(f"{text!r} holds a template, which only Airflow's operators render; give the rendered value")


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

    @model_validator(mode="wrap")
    @classmethod
    def _wrap(cls, value: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        return cls._read(value, handler, info)

    @classmethod
    def _read(cls, value: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Builds the model; here a field that it does not have is named with its nearest neighbours."""
        if not isinstance(value, Mapping | cls):
            raise ValueError(f"{value!r} is no mapping of fields (allowed: {cls._allowed()})")
        if isinstance(value, Mapping):
            for field in value:
                if field not in cls.model_fields:
                    raise ValueError(cls._unknown(str(field)))
        return handler(value)

    @model_validator(mode="after")
    def _rules_that_span_fields(self, info: ValidationInfo) -> Self:
        if (info.context or {}).get("rendered") or self.is_rendered:
            self.check_together()
        return self

    def check_together(self) -> None:
        """Raises ValueError when fields that are right alone are wrong together; asked once nothing is a template."""

    @classmethod
    def _unknown(cls, field: str) -> str:
        return f"unknown field {field!r}{near(field, cls.model_fields)} (allowed: {cls._allowed()})"

    @classmethod
    def _allowed(cls) -> str:
        return ", ".join(name for name in cls.model_fields if name != "type")

    @property
    def is_rendered(self) -> bool:
        """Whether no field holds a template."""
        return next(templates(self), None) is None
