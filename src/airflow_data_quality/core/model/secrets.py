"""Credentials where none belong: a definition that is stored may be read by whoever reads the store."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

NAMES = frozenset(
    {"password", "passwd", "pwd", "secret", "token", "login", "user", "username", "uri", "url", "dsn", "host", "port", "extra"}
    | {"api_key", "apikey", "access_key", "aws_access_key_id", "aws_secret_access_key", "secret_key", "private_key"}
)
"""Fields of an Airflow connection, and others that hold credentials or lead to them."""
_IN_TEXT = (
    (re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/@:]*:[^\s@]+@"), "a URL with a password"),
    (re.compile(r"\b(?:host|user|dbname|server|uid)=\S[^\n]*?\b(?:password|pwd)=\S", re.IGNORECASE), "a password"),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), "an AWS access key"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "a private key"),
)


def credential_fields(given: Mapping[Any, Any]) -> list[str]:
    """Returns the fields of a mapping that hold credentials by their name."""
    return [str(name) for name in given if str(name).lower().replace("-", "_") in NAMES]


def credentials_in(value: Any) -> Iterator[str]:
    """Yields what credentials the texts inside mappings and lists hold, in words that do not repeat them."""
    for part in _parts(value):
        if isinstance(part, str):
            yield from (words for pattern, words in _IN_TEXT if pattern.search(part))


def hidden(text: str, given: Any) -> str:
    """Returns a message without the credentials that it repeats of what was given: by their field, or by their look."""
    for part in _parts(given):
        if isinstance(part, Mapping):
            fields = credential_fields(part)
            for secret in [value for name, value in part.items() if str(name) in fields]:
                text = text.replace(repr(secret), "'…'")
    for pattern, _ in _IN_TEXT:
        text = pattern.sub("…", text)
    return text


def _parts(value: Any) -> Iterator[Any]:
    """Yields a value and all that lies in it; each mapping and list once, for by a YAML alias one may lie in itself."""
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        yield part
        if isinstance(part, Mapping | list | tuple):
            seen.add(id(part))
            waiting += reversed(list(part.values()) if isinstance(part, Mapping) else part)
