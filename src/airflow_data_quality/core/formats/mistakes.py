"""What a file says that cannot be meant, in words, each with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from airflow_data_quality.core.formats.document import Document, Path
from airflow_data_quality.core.model.secrets import hidden

LONGEST = 100
"""Characters of what was given that a message repeats."""
LONGEST_MESSAGE = 1000
"""Characters of a message, which may repeat more by itself."""


def mistakes(document: Document, error: ValidationError, *, at: Path = (), whole: str) -> Sequence[str]:
    """Returns a line for every mistake: where it stands, in which field, what is wrong and what was given.

    What is called like a credential, or looks like one, is not repeated.

    Args:
        document: the file.
        error: what the model says of it.
        at: where in the document stands what the model has read.
        whole: what that is called, for mistakes that are in no field.
    """
    found = []
    for problem in error.errors(include_url=False):
        path = (*at, *problem["loc"])
        message = hidden(_message(document, dict(problem), path), problem["input"])
        cut = f"{message[:LONGEST_MESSAGE]}…" if len(message) > LONGEST_MESSAGE else message
        found.append(f"{document.place(path)}: {'.'.join(map(str, path)) or whole}: {cut}")
    return found


def _message(document: Document, problem: dict[str, Any], path: Path) -> str:
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "missing":
        return "this field is missing"
    if problem["type"] == "is_instance_of" and problem["ctx"]["class"] == "Sequence":
        message = "this must be a list: [first, second], or lines that begin with '- '"
    written = document.source(path)
    given = written if written is not None and not isinstance(problem["input"], str) else repr(problem["input"])
    if problem["type"] == "string_type" and not isinstance(problem["input"], Mapping | list):
        return f"{given} is no text; write it in quotes: '{given}'" if given else "nothing is written here; give a text"
    given = given or "nothing"
    return message if given in message or len(given) > LONGEST else f"{message}; given: {given}"
