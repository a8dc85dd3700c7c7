"""Where a user's SQL text opens and closes: strings, quoted names and comments are passed over just as the database does it.

A general tokenizer will not do. What it takes for a string and the database for code (or the other way round) would let a
text reach beyond its parentheses, or hide a second statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from airflow_data_quality.core.errors import DataQualityError


class Unreadable(DataQualityError):
    """A text ends within a string, a quoted name or a comment."""


class Lexeme(NamedTuple):
    """A word, something quoted, or one character of anything else."""

    text: str
    start: int
    quoted: bool


@dataclass(frozen=True)
class Lexis:
    """How one database's SQL is cut into lexemes; the defaults are those of standard SQL."""

    quoted: str = r"""'[^']*(?:''[^']*)*'(?!')|"[^"]*(?:""[^"]*)*"(?!")"""
    """Strings and quoted names, whole, as a regular expression."""
    opening: str = "['\"]"
    """How such a one begins; where it is found alone, the other end is missing."""
    comment: str = r"--[^\n]*"
    """A comment that ends with its line."""
    nested: bool = False
    """Whether there are comments within ``/* … */``."""

    def lexemes(self, text: str) -> Iterator[Lexeme]:
        """Yields a text's lexemes without spaces and comments; raises Unreadable for what is not closed."""
        position = 0
        while position < len(text):
            match = self._next.match(text, position)
            assert match is not None  # noqa: S101 - its last alternative takes any character
            kind, start, position = match.lastgroup, position, match.end()
            if kind == "block":
                position = self._after_block(text, position)
            elif kind == "opening":
                raise Unreadable(f"{match[0]} is not closed")
            elif kind != "space":
                yield Lexeme(match[0], start, kind == "quoted")

    @cached_property
    def _next(self) -> re.Pattern[str]:
        return re.compile(
            rf"(?P<space>[ \t\n\r\f\v]+|{self.comment})|(?P<block>/\*)|(?P<quoted>{self.quoted})|(?P<opening>{self.opening})"
            # Every character beyond ASCII is a letter to a database, the spaces among them too.
            r"|(?P<word>[A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*|[0-9]+|\$[0-9]+)|(?P<other>.)",
            re.DOTALL | re.ASCII,
        )

    def _after_block(self, text: str, position: int) -> int:
        """Returns where a comment ends whose beginning has been read."""
        depth = 1
        for match in re.compile(r"\*/|/\*" if self.nested else r"\*/").finditer(text, position):
            depth += -1 if match[0] == "*/" else 1
            if depth == 0:
                return match.end()
        raise Unreadable("/* is not closed")


STANDARD = Lexis()
