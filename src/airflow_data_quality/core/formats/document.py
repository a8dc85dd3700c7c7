"""YAML and JSON as people mean them, with the place of every value.

Booleans are only ``true`` and ``false`` (YAML 1.2): a column called ``no`` or ``on`` is a text. Integers are decimal, with
``_`` allowed between digits. A date or time without quotes becomes no text, so that the field that wants one can ask for
the quotes. A key that is written twice is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml
from typing_extensions import Self
from yaml.composer import Composer

from airflow_data_quality.core.errors import DefinitionError

Path = Sequence[str | int]

TOO_DEEP = "lists and mappings lie too deep in one another to be read"
MEANT = {
    "found unknown escape character": "a backslash means something else in double quotes; write the text in single quotes",
    "found character that cannot start any token": "nothing begins with this character; indent by blanks, no tabs; quote a text",
    "but found another document": "a file is one document; it ends at this ---",
}
"""What the parser says → what helps."""


@dataclass(frozen=True, repr=False)
class Unquoted:
    """A date or time that was written without quotes: no field takes it, its message shows how to write it."""

    text: str

    def __repr__(self) -> str:
        return self.text


class Written(float):
    """A float that is spelled as it was written: ``1.10`` stays ``1.10`` in a message that asks for quotes."""

    def __new__(cls, text: str) -> Self:
        """Reads YAML's spelling."""
        written = super().__new__(cls, text.lower().replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
        written.text = float.__repr__(written) if text.lower().strip("+-.") in ("inf", "nan") else text.replace("_", "")
        return written

    text: str

    def __repr__(self) -> str:
        return self.text


class Document:
    """A text's value, and where each part of it stands."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self._text = text
        self._is_json = name.endswith(".json")
        self.value = self._json(text) if self._is_json else self._yaml(text)

    def _json(self, text: str) -> Any:
        try:
            return json.loads(text, object_pairs_hook=_once, parse_float=Written)
        except json.JSONDecodeError as error:
            raise DefinitionError(f"{self.name}:{error.lineno}:{error.colno}: {error.msg}") from None
        except RecursionError:
            raise DefinitionError(f"{self.name}: {TOO_DEEP}") from None
        except ValueError as error:
            raise DefinitionError(f"{self.name}: {error}") from None

    def _yaml(self, text: str) -> Any:
        try:
            loader = _Loader(text)
            try:
                root = loader.get_single_node()
                self._root = root
                return loader.construct_document(root) if root is not None else None
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
            raise DefinitionError(f"{self.name}{where}: {_problem(error)}") from None
        except yaml.reader.ReaderError as error:
            at = text.index(chr(error.character))  # its position is counted in bytes by one parser, in characters by the other
            where = f"{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}"
            raise DefinitionError(f"{self.name}:{where}: the character {text[at]!r} has no place in YAML") from None
        except RecursionError:
            raise DefinitionError(f"{self.name}: {TOO_DEEP}") from None
        except (yaml.YAMLError, UnicodeError) as error:
            raise DefinitionError(f"{self.name}: {error}") from None

    @cached_property
    def _root(self) -> yaml.Node | None:
        """The tree of a JSON text, which knows its places when it is read as YAML; None where that cannot be done."""
        try:
            return yaml.compose(self._text.replace("\t", " "), _Loader)
        except (yaml.YAMLError, RecursionError):
            return None

    def place(self, path: Path) -> str:
        """Returns ``file:line:column`` of the value at a path, or of the nearest thing above it that is there."""
        mark = getattr(self._node(path), "start_mark", None)
        return f"{self.name}:{mark.line + 1}:{mark.column + 1}" if mark else self.name

    def source(self, path: Path) -> str | None:
        """Returns the text of the plain value at a path, as it was written in YAML; None for anything else."""
        node = None if self._is_json else self._node(path)
        return node.value if isinstance(node, yaml.ScalarNode) else None

    def _node(self, path: Path) -> yaml.Node | None:
        node = self._root
        for step in path:
            found = _child(node, step)
            if found is None and isinstance(node, yaml.MappingNode) and len(node.value) == 1:
                # The short form of a check, ``type: {field: …}``, has one level more than the model.
                node = node.value[0][1]
                found = _child(node, step)
            node = found if found is not None else node
        return node


NO_KEY = "a key is one word, no list or mapping; a template stands in quotes: '{{ … }}'"


def _problem(error: yaml.MarkedYAMLError) -> str:
    """Returns what is wrong, and in what that began somewhere above."""
    text = str(error.problem or error.context)
    if text in MEANT:
        return MEANT[text]
    here, began = error.problem_mark, error.context_mark
    if error.problem and error.context and here and began and began.line != here.line:
        return f"{text} {error.context} of line {began.line + 1}"
    return text


def _child(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]  # type: ignore[no-any-return]
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"the key {key!r} is written twice")
    return dict(pairs)


_PARSED: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""PyYAML's loader over libyaml, which its wheels hold and which is several times as fast; else the one in Python."""
# Nodes are composed in Python either way: a text nested too deeply ends there at a limit, in libyaml's loader the process.
_COMPOSED: Any = _PARSED if issubclass(_PARSED, Composer) else type("_COMPOSED", (Composer, _PARSED), {})


class _Loader(_COMPOSED):  # type: ignore[misc]
    """The safe loader, with the plain values of the module's docstring."""

    def __init__(self, text: str) -> None:
        _PARSED.__init__(self, text)
        self.anchors: dict[str, yaml.Node] = {}

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as PyYAML declares it

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Builds a value; refuses one that is not what its tag says."""
        try:
            return super().construct_object(node, deep=deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            kind = node.tag.rpartition(":")[2]
            raise yaml.MarkedYAMLError(problem=f"{node.value!r} is no {kind}", problem_mark=node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Builds a mapping; refuses a key that is written twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem=NO_KEY, problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} is written twice", problem_mark=key.start_mark)
            seen.add(key.value)
        made: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return made


_DIGITS = r"[0-9](?:_?[0-9])*"
_FLOAT = rf"[-+]?(?:{_DIGITS}\.(?:{_DIGITS})?|\.{_DIGITS}|{_DIGITS}(?=[eE]))(?:[eE][-+]?[0-9]+)?"
_PLAIN = {
    "tag:yaml.org,2002:bool": r"true|True|TRUE|false|False|FALSE",
    "tag:yaml.org,2002:null": r"~|null|Null|NULL|",
    "tag:yaml.org,2002:int": rf"[-+]?{_DIGITS}",
    "tag:yaml.org,2002:float": rf"{_FLOAT}|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
    "!unquoted": r"\d{4}-\d\d?-\d\d?(?:(?:[Tt]|\s+)\d\d?:\d\d.*)?|\d\d?:\d\d(?::\d\d(?:\.\d+)?)?",
}


def is_plain_text(text: str) -> bool:
    """Says whether a text is read as itself, by what it is written with alone: no number, no date, no ``true``."""
    return not any(re.fullmatch(pattern, text) for pattern in _PLAIN.values())


for _tag, _pattern in _PLAIN.items():
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), None)
_Loader.add_constructor("!unquoted", lambda _, node: Unquoted(node.value))
_Loader.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value.replace("_", "")))
_Loader.add_constructor("tag:yaml.org,2002:float", lambda _, node: Written(node.value))
