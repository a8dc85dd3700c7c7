"""What must hold: the base of all check types, and the registry that finds them by name.

A check type is one class in one file of ``core/checks``; being defined registers it. ``Check`` itself reads any of them,
in either YAML form, by its ``type``. Third parties add types by the entry point group ``airflow_data_quality.checks``.
"""

from __future__ import annotations

import pkgutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ModelWrapValidatorHandler, ValidationInfo, create_model
from pydantic.fields import FieldInfo
from typing_extensions import Self

from airflow_data_quality.core.errors import listed, near
from airflow_data_quality.core.model.bounds import Bound
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.judgement import Judged
from airflow_data_quality.core.model.metric import Measured, Metric
from airflow_data_quality.core.model.templates import Definition

Severity = Literal["error", "warn", "info"]
"""How much it matters: error blocks, warn alerts and never blocks, info is recorded only."""

FORMS = "a check is {type: …, field: …} or {TYPE: …} alone"
ENTRY_POINTS = "airflow_data_quality.checks"
REGISTRY: dict[str, type[Check]] = {}
"""Type → class, of all that have been defined so far; ``check_class`` loads the others."""


def refuse_one_name(given: Any) -> Any:
    """Returns what is given; raises ValueError for a text where a list of names is meant."""
    if isinstance(given, str):
        raise ValueError(f"{given!r} is one name; write a list of names: [{given!r}]")
    return given


def _refuse_nothing(name: str) -> str:
    if not name:
        raise ValueError("'' is no name")
    return name


def _some_names_once(names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        raise ValueError("give at least one name")
    doubled = {name for name in names if list(names).count(name) > 1}
    if doubled:
        raise ValueError(f"{', '.join(sorted(doubled))} is named more than once")
    return tuple(names)


def _refuse_warn(given: Any) -> Any:
    if given is not None:
        raise ValueError("this type has no bounds, so there are none to warn by; leave warn out, or give the check severity warn")
    return given


Name = Annotated[str, AfterValidator(_refuse_nothing)]
Names = Annotated[Sequence[Name], BeforeValidator(refuse_one_name), AfterValidator(_some_names_once)]
"""A field that takes a list of column names."""


class Check(Definition, ABC):
    """What must hold. It knows no dataset, no identity and no history.

    A subclass gives ``type`` as a ``Literal`` with that default, a default ``dimension``, and the methods below.
    """

    type: str
    name: str | None = None
    """What people and ids call it; never filled in. See ``label``."""
    description: str | None = None
    """A sentence for people; never filled in. See ``describe``."""
    severity: Severity = "error"
    """``error`` blocks; ``warn`` alerts and never blocks; ``info`` is recorded only."""
    dimension: str = ""
    """The dimension of data quality it counts for, such as ``completeness`` or ``timeliness``."""
    where: str | None = None
    """A row condition in the database's own SQL: only rows for which it is true are looked at."""
    tags: Annotated[Sequence[Name], BeforeValidator(refuse_one_name), AfterValidator(tuple)] = ()
    """Words by which checks are found."""
    warn: Mapping[str, Any] | None = None
    """A second set of this check's bounds: breaking only these is a failure at severity ``warn``."""

    exactly_one_of: ClassVar[Sequence[str]] = ()
    """Fields of which exactly one is given, where a type has any."""

    # What a type says of itself ---------------------------------------------------------------------------------------

    @abstractmethod
    def metrics(self, columns: Columns) -> Sequence[Metric]:
        """Returns what must be measured; raises NameNotFound or ValueError when these columns cannot be asked that."""

    @abstractmethod
    def judge(self, measured: Measured, columns: Columns) -> Judged:
        """Holds the measured values (role → value) against the bounds."""

    def describe(self) -> str:
        """Returns the description, or a sentence in plain English that says what must hold."""
        if self.description is not None:
            return self.description
        return self.sentence() + (f" (of the rows where {' '.join(self.where.split())})" if self.where else "")

    @abstractmethod
    def sentence(self) -> str:
        """Returns what must hold in plain English, of all rows."""

    def label_columns(self) -> Sequence[str]:
        """Returns the columns by which this check is told from others of its type."""
        return ()

    @classmethod
    def from_primary(cls, value: Any) -> Mapping[str, Any]:
        """Returns the fields that the short YAML form ``type: value`` means, for a value that is no mapping."""
        quotes = "" if isinstance(value, str | list) else f", or text in quotes: '{value!r}'"
        raise ValueError(f"{cls._type()}: {value!r} is no short form; write {cls._type()}: {{field: value, …}}{quotes}")

    @classmethod
    def from_short(cls, value: Any) -> Mapping[str, Any]:
        """Returns the fields that ``type: value`` means: a mapping is the fields themselves."""
        return value if isinstance(value, Mapping) else cls.from_primary(value)

    # What all types share ---------------------------------------------------------------------------------------------

    @property
    def label(self) -> str:
        """The name, else the type and its columns: ``completeness(customer_id)``; never bounds or filters."""
        if self.name is not None:
            return self.name
        columns = ", ".join(self.label_columns())
        return f"{self.type}({columns})" if columns else self.type

    def spec(self) -> dict[str, Any]:
        """Returns plain data, in the canonical YAML form, that builds the same check again; it may travel by XCom."""
        known = type(self).model_fields
        given = {name for name in self.model_fields_set if getattr(self, name) != known[name].get_default()}
        fields = self.model_dump(mode="json", include=given - {"type", "warn"})
        if isinstance(self.warn, BaseModel):
            fields["warn"] = {name: value for name, value in self.warn.model_dump(mode="json").items() if value is not None}
        elif self.warn is not None:
            fields["warn"] = self.warn
        return {"type": self.type, **fields}

    def warned(self) -> Self | None:
        """Returns this check with the bounds of ``warn`` in the place of its own, or None when it has none."""
        if self.warn is None:
            return None
        bounds = {name: getattr(self.warn, name) for name in self._bound_fields()}
        return self.model_copy(update={**bounds, "warn": None})

    def check_together(self) -> None:
        """Refuses fields that exclude each other, and ``warn`` where it could not warn; a type may have rules of its own."""
        if self.exactly_one_of and [getattr(self, name) is None for name in self.exactly_one_of].count(False) != 1:
            *others, last = self.exactly_one_of
            raise ValueError(f"give exactly one of {', '.join(others)} and {last}")
        warned = self.warned()
        if warned is None:
            return
        if self.severity != "error":
            raise ValueError(f"warn bounds need severity 'error'; this check has severity {self.severity!r}")
        if all(value is None for value in dict(self.warn or {}).values()):
            raise ValueError(f"warn is empty; give one of {listed(self._bound_fields())}")
        try:
            warned.check_together()
        except ValueError as error:
            raise ValueError(f"warn: {error}") from None

    @classmethod
    def _bound_fields(cls) -> list[str]:
        return [name for name, field in cls.model_fields.items() if any(isinstance(m, Bound) for m in field.metadata)]

    # The registry -----------------------------------------------------------------------------------------------------

    @classmethod
    def _type(cls) -> str:
        return str(cls.model_fields["type"].default)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if not get_args(cls.model_fields["type"].annotation):
            return  # a base of several types, with no type of its own
        if cls.__abstractmethods__:
            raise TypeError(f"{cls.__name__} is a check type without the method {', '.join(sorted(cls.__abstractmethods__))}()")
        if cls.model_fields["type"].is_required():
            raise TypeError(f"{cls.__name__} is a check type whose field type has no default")
        if not cls.model_fields["dimension"].default:
            raise TypeError(f"{cls.__name__} is a check type without a default dimension")
        known = REGISTRY.get(cls._type())
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"check type {cls._type()!r} is defined twice: {known.__module__} and {cls.__module__}")
        cls._give_warn_its_model()
        REGISTRY[cls._type()] = cls

    @classmethod
    def _give_warn_its_model(cls) -> None:
        """Makes ``warn`` a model of this type's bound fields, so that YAML, REST and JSON Schema know them."""
        fields: dict[str, Any] = {}
        for name in cls._bound_fields():
            field = cls.model_fields[name]
            fields[name] = (Annotated[(field.annotation, *field.metadata)] | None, None)
        if fields:
            model = create_model(f"{cls.__name__}Warn", __base__=Definition, __module__=cls.__module__, **fields)
            if cls.__module__ in sys.modules:
                setattr(sys.modules[cls.__module__], model.__name__, model)  # where pickle looks for it
            warn = FieldInfo(annotation=model | None, default=None)  # type: ignore[arg-type]
        else:
            refused: Any = Annotated[None, BeforeValidator(_refuse_warn)]
            warn = FieldInfo.from_annotated_attribute(refused, None)
        cls.__pydantic_fields__["warn"] = warn
        if cls.__pydantic_complete__:
            cls.model_rebuild(force=True)

    @classmethod
    def _read(cls, value: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if not get_args(cls.model_fields["type"].annotation) and not isinstance(value, cls):
            if not isinstance(value, Mapping):
                raise ValueError(f"{value!r} is no check; {FORMS}")
            chosen, fields = canonical(value)
            return cls._checked(chosen.model_validate(fields, context=info.context))
        return super()._read(value, handler, info)

    @classmethod
    def _checked(cls, check: Check) -> Self:
        if not isinstance(check, cls):
            raise ValueError(f"{check.type} is no {cls.__name__}")
        return check


def canonical(value: Mapping[str, Any]) -> tuple[type[Check], Mapping[str, Any]]:
    """Returns the class and the fields that either YAML form means.

    Raises:
        ValueError: for an unknown type, or a mapping that is neither form.
    """
    if "type" in value:
        return check_class(value["type"]), value
    if len(value) != 1:
        raise ValueError(f"{FORMS}; given were the keys {', '.join(map(str, value)) or 'of nothing'}")
    ((name, given),) = value.items()
    chosen = check_class(name)
    fields = {} if given is None else chosen.from_short(given)
    return chosen, {"type": name, **fields}


def check_class(name: Any) -> type[Check]:
    """Returns the class of a check type; raises ValueError, with the nearest names, for one that nobody defines."""
    for load in (_nothing, partial(_load_our, name), _load_ours, partial(_load_theirs, name)):
        load()
        if isinstance(name, str) and name in REGISTRY:
            return REGISTRY[name]
    raise ValueError(f"unknown check type {name!r}{near(str(name), REGISTRY)} (types: {', '.join(sorted(REGISTRY))})")


def check_types() -> Mapping[str, type[Check]]:
    """Returns every check type that is installed, other packages' too, by name."""
    _load_ours()
    for entry_point in entry_points(group=ENTRY_POINTS):
        entry_point.load()
    return dict(REGISTRY)


def _nothing() -> None: ...


def _load_our(name: Any) -> None:
    """Loads the file that is called as the type is, if there is one: the others would cost their time for nothing."""
    module = f"airflow_data_quality.core.checks.{name}"
    if isinstance(name, str) and name.isidentifier() and find_spec(module) is not None:
        import_module(module)


def _load_ours() -> None:
    package = import_module("airflow_data_quality.core.checks")
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        import_module(module.name)


def _load_theirs(name: str) -> None:
    for entry_point in entry_points(group=ENTRY_POINTS, name=str(name)):
        entry_point.load()
