"""What a config store keeps: tests with a schedule and an owner, and the connections that they may name."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ModelWrapValidatorHandler, model_validator
from typing_extensions import Self

from airflow_data_quality.core.errors import listed, near
from airflow_data_quality.core.model.check import Name, refuse_one_name
from airflow_data_quality.core.model.dataset import split_path
from airflow_data_quality.core.model.moments import ZoneName
from airflow_data_quality.core.model.schedule import Schedule
from airflow_data_quality.core.model.secrets import credential_fields, credentials_in
from airflow_data_quality.core.model.templates import RENDERED, beside_unknown
from airflow_data_quality.core.model.test import Test

LONGEST_ID = 250
TAG = "tag:"
"""How a selection by tag begins; no id may."""


def _id(given: str) -> str:
    if not given or len(given) > LONGEST_ID:
        raise ValueError(f"an id has 1 to {LONGEST_ID} characters; this one has {len(given)}")
    if given != given.strip() or any(unicodedata.category(letter).startswith("C") for letter in given):
        raise ValueError(f"{given!r} is no id: it has blanks around it, or characters that cannot be seen")
    if given.startswith(("#", TAG)):
        raise ValueError(f"{given!r} is no id: no id begins with # or {TAG}")
    return given


def is_id(text: str) -> bool:
    """Says whether anything could be stored under an id."""
    try:
        return bool(_id(text))
    except ValueError:
        return False


def _each_once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


StoredId = Annotated[str, AfterValidator(_id)]
Words = Annotated[Sequence[Name], BeforeValidator(refuse_one_name), AfterValidator(_each_once)]
"""A field that takes a list of words; their order is kept, one that is given twice counts once."""


class _Stored(BaseModel):
    """What both have: an id, a version, fields that are refused by name, and no credentials."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", ser_json_inf_nan="strings")

    kind: ClassVar[Literal["test", "connection"]]
    """What it is called in messages and in the audit log."""

    id: StoredId
    version: Annotated[int, Field(ge=0)] = 0
    """Counts its changes from 1; 0 for what has not been stored. A change is made to the version that it has seen."""

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(given, cls):
            return given
        if found := [*(credential_fields(given) if isinstance(given, Mapping) else ()), *credentials_in(given)]:
            raise ValueError(
                f"{found[0]}: credentials are never stored here; they belong into the Airflow connection that the id names"
            )
        known = cls.model_fields
        if not isinstance(given, Mapping):
            raise ValueError(f"{given!r} is no {cls.kind}; give a mapping with {listed(known)}")
        unknown = [str(field) for field in given if field not in known]
        if not unknown:
            return handler(given)
        said = {field: f"unknown field {field!r}{near(field, known)} (allowed: {listed(known)})" for field in unknown}
        raise beside_unknown(cls, said, given, handler)

    @classmethod
    def of(cls, given: Any) -> Self:
        """Returns what plain data means; nothing in it is a template: braces are meant literally.

        Raises:
            pydantic.ValidationError: for what cannot be meant, or holds credentials.
        """
        return cls.model_validate(given, context=RENDERED)

    def spec(self) -> dict[str, Any]:
        """Returns plain data that builds the same again, without what is left at its default and without the version."""
        return {
            name: value
            for name, value in self.model_dump(mode="json", exclude={"version"}, exclude_defaults=True).items()
            if name == "id" or value is not None
        }


class StoredTest(_Stored, Test):
    """A test that lives in the config store, with its schedule and whom it concerns."""

    kind = "test"

    schedule: Schedule = None
    """When it is due: a cron expression of five fields or a preset; None when it runs only on demand."""
    timezone: ZoneName = "UTC"
    """In which the schedule is read: the IANA name."""
    tags: Words = ()
    """Words by which it is found and run; those of its check count too."""
    owner: str | None = None
    """Who answers for it."""
    alerts: Words = ()
    """The routes by which its failures are told."""
    enabled: bool = True
    """Whether it is run at all, but by name."""

    @model_validator(mode="after")
    def _knows_its_connection(self) -> Self:
        if self.dataset.conn_id is None:
            raise ValueError("its dataset names no conn_id; add one: {table: public.orders, conn_id: warehouse}")
        if self.dataset.table is not None:
            split_path(self.dataset.table)
        return self

    @property
    def all_tags(self) -> frozenset[str]:
        """Its tags and those of its check."""
        return frozenset((*self.tags, *self.check.tags))

    def spec(self) -> dict[str, Any]:
        """See the base; check and dataset in their own plain form."""
        rest = super().spec()
        return {"id": self.id, "check": self.check.spec(), "dataset": self.dataset.spec()} | {
            name: value for name, value in rest.items() if name not in ("id", "check", "dataset")
        }


class RegisteredConnection(_Stored):
    """An Airflow connection that stored tests may name; its credentials stay in Airflow."""

    kind = "connection"

    label: str | None = None
    """What people call it."""
    default_schema: str | None = None
    """Where tables that are named without a schema are looked for, as a part of a dotted path."""
    may_sample: bool = False
    """Whether failing rows may be kept; they may be personal data."""

    @model_validator(mode="after")
    def _schema_is_one_part(self) -> Self:
        if self.default_schema is not None and len(split_path(self.default_schema)) != 1:
            raise ValueError(f"default_schema is {self.default_schema!r}; give one schema's name, quoted where it has dots")
        return self
