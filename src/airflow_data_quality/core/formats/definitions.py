"""A folder of stored tests and connections: what is in it, or every mistake of every file.

A file is a mapping with ``tests``, ``connections`` or both, each a list. Nothing in it is a template.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from pydantic import ValidationError
from typing_extensions import Self

from airflow_data_quality.core.errors import DefinitionError, listed, near
from airflow_data_quality.core.formats.document import Document
from airflow_data_quality.core.formats.mistakes import mistakes
from airflow_data_quality.core.formats.suite import ENDINGS
from airflow_data_quality.core.model.stored import RegisteredConnection, StoredTest

SECTIONS: Mapping[str, type[StoredTest | RegisteredConnection]] = {"connections": RegisteredConnection, "tests": StoredTest}
SUCH_AS = "tests: [{id: orders-volume, check: {volume: {min: 1}}, dataset: {table: public.orders, conn_id: warehouse}}]"

Key: TypeAlias = tuple[str, str]
"""Kind and id: a test and a connection may have the same id."""


def files_in(folder: Path) -> Sequence[Path]:
    """Returns the YAML and JSON files of a folder and the folders in it, in order; nothing whose name begins with a dot.

    Links are followed; a folder that is reached in two ways is read once.

    Raises:
        DefinitionError: for a folder that is not there or cannot be read whole: what is not seen must not be taken for gone.
    """

    def refuse(error: OSError) -> NoReturn:
        raise DefinitionError(f"the folder {str(error.filename)!r} cannot be read: {error.strerror}") from error

    found, seen = list[Path](), set[str]()
    for here, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        if (real := os.path.realpath(here)) in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(here, name) for name in names if name.lower().endswith(ENDINGS) and not name.startswith(".")]
    return sorted(found)


@dataclass(frozen=True)
class Definitions:
    """What a folder defines, by id, and where."""

    tests: dict[str, StoredTest] = field(default_factory=dict)
    connections: dict[str, RegisteredConnection] = field(default_factory=dict)
    _stands: dict[Key, tuple[Document, Sequence[str | int]]] = field(default_factory=dict)

    def place(self, kind: str, id: str, *fields: str) -> str:
        """Returns ``file:line:column`` of what is defined, or of a field in it."""
        document, path = self._stands[kind, id]
        return document.place([*path, *fields])

    @classmethod
    def of(cls, folder: str | Path) -> Self:
        """Reads a folder.

        Raises:
            DefinitionError: for every mistake of every file, with line and column, and for a folder that defines nothing.
        """
        read, wrong = cls(), list[str]()
        if not (files := files_in(Path(folder))):
            raise DefinitionError(f"the folder {str(folder)!r} holds no file that ends in {', '.join(ENDINGS)}")
        for path in files:
            try:
                document = Document(path.read_text(encoding="utf-8-sig"), str(path))
            except DefinitionError as error:
                wrong.append(str(error))
            except (OSError, UnicodeDecodeError) as error:
                wrong.append(f"{path}: cannot be read: {error}")
            else:
                wrong += read._add(document)
        if not wrong and not read.tests and not read.connections:
            wrong.append(f"the files of the folder {str(folder)!r} define no test and no connection")
        if wrong:
            raise DefinitionError("\n".join(wrong))
        return read

    def _add(self, document: Document) -> Sequence[str]:
        """Takes what a file defines; returns its mistakes."""
        given = document.value
        if not isinstance(given, dict) or not given:
            nothing = "" if given else "; there is nothing in it"
            return [f"{document.place([])}: a file of stored tests is a mapping with {listed(SECTIONS)}, or one{nothing}"]
        if "checks" in given:
            return [f"{document.place([])}: this is a suite, which `check` and operators run; a stored test looks so: {SUCH_AS}"]
        wrong = [
            f"{document.place([str(name)])}: unknown field {name!r}{near(str(name), SECTIONS)} (allowed: {listed(SECTIONS)})"
            for name in given
            if name not in SECTIONS
        ]
        for section in (name for name in SECTIONS if name in given):
            if isinstance(given[section], list):
                for number, entry in enumerate(given[section]):
                    wrong += self._entry(document, (section, number), entry)
            else:
                wrong.append(f"{document.place([section])}: {section}: this must be a list, of lines that begin with '- '")
        return wrong

    def _entry(self, document: Document, path: tuple[str, int], entry: Any) -> Sequence[str]:
        if isinstance(entry, Mapping) and "version" in entry:
            return [f"{document.place([*path, 'version'])}: {path[0]}.{path[1]}.version: the store counts these; leave it out"]
        try:
            stored = SECTIONS[path[0]].of(entry)
        except ValidationError as error:
            return mistakes(document, error, at=path, whole=path[0])
        if (stored.kind, stored.id) in self._stands:
            here, there = document.place([*path, "id"]), self.place(stored.kind, stored.id, "id")
            return [f"{here}: {path[0]}.{path[1]}.id: {stored.kind} {stored.id!r} is at {there} already; an id is for one alone"]
        self._stands[stored.kind, stored.id] = (document, path)
        if isinstance(stored, StoredTest):
            self.tests[stored.id] = stored
        else:
            self.connections[stored.id] = stored
        return []
