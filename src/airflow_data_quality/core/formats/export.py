"""Stored tests and connections as files: one for each connection, so that reading the folder gives the same again."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.formats.definitions import files_in
from airflow_data_quality.core.formats.yaml_text import yaml_text
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest

LONGEST_NAME = 100
"""Characters of a file's name that tells the connection by itself."""


def export(folder: str | Path, tests: Sequence[StoredTest], connections: Sequence[RegisteredConnection]) -> Sequence[Path]:
    """Writes a file for each connection id, with its tests by id; returns the files. Each is there whole or as it was.

    Args:
        folder: made where it is not there.
        tests: of all connections.
        connections: those that are registered.

    Raises:
        DefinitionError: for a folder that holds other files of definitions, which would be read with these, or that cannot
            be written.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        contents = {folder / name: text for name, text in files_of(tests, connections).items()}
        if others := [str(path) for path in files_in(folder) if path not in contents]:
            raise DefinitionError(
                f"the folder {str(folder)!r} holds files that are not of this export: {', '.join(others)}; "
                "delete them, or give an empty folder: nothing is written"
            )
        for path, text in contents.items():
            _write(path, text)
    except OSError as error:
        raise DefinitionError(f"the folder {str(folder)!r} cannot be written: {error}") from error
    return list(contents)


def files_of(tests: Sequence[StoredTest], connections: Sequence[RegisteredConnection]) -> Mapping[str, str]:
    """Returns the names of the files and what is in them."""
    registered = {connection.id: connection for connection in connections}
    named: dict[str, list[StoredTest]] = {conn_id: [] for conn_id in registered}
    for test in tests:
        named.setdefault(str(test.dataset.conn_id), []).append(test)
    names = _names(sorted(named))
    return {names[conn_id]: _text(registered.get(conn_id), named[conn_id]) for conn_id in names}


def _text(connection: RegisteredConnection | None, tests: Sequence[StoredTest]) -> str:
    plain: dict[str, Any] = {}
    if connection is not None:
        plain["connections"] = [connection.spec()]
    if tests:
        plain["tests"] = [test.spec() for test in sorted(tests, key=lambda test: test.id)]
    return yaml_text(plain)


def _names(ids: Sequence[str]) -> Mapping[str, str]:
    """Returns a file name for each id: itself where it can be one, else with a digest, for no two may have the same."""
    plain = {conn_id: re.sub(r"^\.", "%2E", quote(conn_id, safe="")) for conn_id in ids}
    # Some file systems tell no capitals from others.
    alike = Counter(name.casefold() for name in plain.values())
    usable = {name for name in plain.values() if alike[name.casefold()] == 1 and 0 < len(name) <= LONGEST_NAME}
    return {conn_id: f"{name if name in usable else _digested(conn_id, name)}.yaml" for conn_id, name in plain.items()}


def _digested(conn_id: str, name: str) -> str:
    # No name that is not digested has this @ in it.
    return f"{name[:LONGEST_NAME]}@{sha256(conn_id.encode()).hexdigest()[:16]}"


def _write(path: Path, text: str) -> None:
    """Puts a file in the place of what was there; a reader, or a disk that is full, never sees half of it."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
