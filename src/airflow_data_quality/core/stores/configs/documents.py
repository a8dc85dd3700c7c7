"""Between a document's text and what it means, whatever version of this package wrote it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from airflow_data_quality.core.errors import StoreError
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest
from airflow_data_quality.core.stores.configs.base import SCHEMA_VERSION, Item, Kind

Stored: TypeAlias = StoredTest | RegisteredConnection
MODELS: Mapping[Kind, type[StoredTest] | type[RegisteredConnection]] = {"test": StoredTest, "connection": RegisteredConnection}
UPGRADES: dict[tuple[Kind, int], Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {}
"""By kind and schema version: what makes of a document one of the next version."""


def text_of(stored: Stored) -> str:
    """Returns the document of a test or a connection."""
    return to_json(stored.spec()).decode()


def refuse_newer(item: Item) -> None:
    """Raises StoreError for a document that a newer version of this package has written."""
    if item.schema_version > SCHEMA_VERSION:
        raise StoreError(
            f"{item.kind} {item.id!r} was written by a newer airflow-provider-data-quality, with schema version "
            f"{item.schema_version}; this one knows {SCHEMA_VERSION}: upgrade the package here"
        )


def plain_of(item: Item) -> Mapping[str, Any]:
    """Returns the plain data of a document that is not deleted, as this version writes it.

    Raises:
        StoreError: when a newer version has written it, or it is damaged.
    """
    refuse_newer(item)
    try:
        plain: Mapping[str, Any] = from_json(item.document or "")
        for version in range(item.schema_version, SCHEMA_VERSION):
            plain = UPGRADES[item.kind, version](plain)
        if not isinstance(plain, Mapping):
            raise TypeError("it is no mapping")
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise _unreadable(item, f"{type(error).__name__}: {error}") from error
    return plain


def stored_of(item: Item, plain: Mapping[str, Any]) -> Stored:
    """Returns what plain data means, with the version that it is stored under.

    Raises:
        StoreError: when it cannot be read here.
    """
    try:
        return MODELS[item.kind].of({**plain, "version": item.version})
    except ValidationError as error:
        mistakes = [": ".join(filter(None, (".".join(map(str, each["loc"])), each["msg"]))) for each in error.errors()]
        raise _unreadable(item, "; ".join(mistakes)) from error
    except (ValueError, TypeError) as error:
        raise _unreadable(item, str(error)) from error


def _unreadable(item: Item, reason: str) -> StoreError:
    return StoreError(
        f"{item.kind} {item.id!r} is stored (version {item.version}), but cannot be read here: {reason}; install what it needs, "
        "write it again, or delete it"
    )
