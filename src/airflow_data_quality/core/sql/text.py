"""Users' own SQL: looked at before it is sent, never rewritten."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp, parse_one

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.sql.dialect import Dialect
from airflow_data_quality.core.sql.lexis import Lexeme, Unreadable

_QUERIES = ("SELECT", "WITH", "VALUES", "TABLE", "(")
_AMBIGUOUS = re.compile(r"(?i)[~!@#^&|`?+\-*/%<>=](?:--|/\*)|(?<![a-z_])e'|(?:\w|[^\0-\x7f])\$|\$[^\0-\x7f]|\r")
"""What is rare and easily read in two ways (a comment that begins inside an operator, an E-string that goes on after a line
break, a dollar in a name): should it end elsewhere than it seems, it must share no statement with others."""
_BEFORE_PARENTHESES = re.compile(r"""([\w$"]+)\s*\(""")
_NO_CALL = {"and", "or", "not", "in", "when", "then", "else", "between", "like", "ilike"}
_TELLS_THE_TIME = re.compile(
    r"(?i)\b(?:select|current_date|current_time|current_timestamp|localtime|localtimestamp)\b"
    r"|'\s*(?:now|today|tomorrow|yesterday|allballs)\b"
)
_DEPTH = {"(": 1, ")": -1}
_PLACEHOLDER = re.compile(r"\$[0-9]+")


def where_clause(conditions: Sequence[str], written: Sequence[str] = ()) -> str:
    """Returns the WHERE clause of users' row conditions and of conditions that are written here, or nothing."""
    parts = [f"(\n{condition}\n)" for condition in conditions if condition] + list(written)
    return "\nWHERE " + " AND ".join(parts) if parts else ""


def calls(text: str) -> bool:
    """Says whether a user's condition may call something: it may take any time, and answer otherwise when it is asked again.

    A moment that is told by the time of the transaction (``CURRENT_DATE``, ``'now'``) is such a call, and a subquery.
    """
    if _TELLS_THE_TIME.search(text) or ("(" in text and ("--" in text or "/*" in text)):
        return True
    return any(word.lower() not in _NO_CALL for word in _BEFORE_PARENTHESES.findall(text))


def check_condition(dialect: Dialect, text: str, what: str) -> bool:
    """Refuses a row condition that would reach beyond its parentheses.

    Returns:
        Whether it may share a statement with others: not when nobody can tell where it ends (an open quote or comment), or
        when it is of a kind that is easily read in two ways.

    Raises:
        DefinitionError: for an empty text, an unbalanced parenthesis, a semicolon or a NUL character.
    """
    lexemes = _lexemes(dialect, text, what)
    if lexemes is None:
        return False
    if not lexemes:
        raise DefinitionError(f"{what} is empty; leave it out, or write it")
    _refuse_reaching_out(lexemes, text, what)
    clear = _AMBIGUOUS.search(text) is None
    if not clear:
        _refuse_unguarded(dialect, text, what)
    return clear


def _lexemes(dialect: Dialect, text: str, what: str) -> Sequence[Lexeme] | None:
    """Returns the lexemes of a text, or None for one that ends within a quote or comment."""
    if "\0" in text:
        # A driver may end the text there, where the parenthesis behind it is not closed.
        raise DefinitionError(f"{what} holds a NUL character: {text!r}")
    try:
        return list(dialect.lexis.lexemes(text))
    except Unreadable:
        _refuse_unguarded(dialect, text, what)
        return None


def _refuse_unguarded(dialect: Dialect, text: str, what: str) -> None:
    """Refuses what might be two statements where nobody else would."""
    if ";" in text and not dialect.one_statement:
        raise DefinitionError(f"{what} holds a semicolon, and this driver refuses no second statement (psycopg 3 does): {text!r}")


def _refuse_reaching_out(lexemes: Sequence[Lexeme], text: str, what: str) -> None:
    depth = 0
    for lexeme in lexemes:
        depth += _DEPTH.get(lexeme.text, 0)
        if depth < 0 or lexeme.text == ";":
            raise DefinitionError(f"{what} closes a parenthesis that it did not open, or holds a semicolon: {text!r}")
        if _PLACEHOLDER.fullmatch(lexeme.text):
            raise DefinitionError(f"{what} holds the placeholder {lexeme.text}, for which there is no value: {text!r}")
    if depth > 0:
        raise DefinitionError(f"{what} opens a parenthesis that it does not close: {text!r}")


def one_query(dialect: Dialect, text: str, what: str) -> str:
    """Returns a query without the semicolon at its end.

    Raises:
        DefinitionError: for an empty text, a second statement, an unbalanced parenthesis, or what parses as no query. What
            the parser cannot read is left to the database.
    """
    lexemes = _lexemes(dialect, text, what)
    if lexemes is None:
        return text
    while lexemes and lexemes[-1].text == ";":
        *lexemes, last = lexemes
        text = text[: last.start]
    check_condition(dialect, text, what)
    if lexemes[0].text.upper() not in _QUERIES or not _is_query(dialect, text):
        raise DefinitionError(f"{what} must be one SELECT; given: {text.strip()!r}")
    return text


def _is_query(dialect: Dialect, text: str) -> bool:
    try:
        return isinstance(parse_one(text, dialect=dialect.sqlglot), exp.Query | exp.Values)
    except Exception:  # noqa: BLE001 - what the parser cannot read (or stumbles over) is left to the database
        return True


def put_in_place(dialect: Dialect, text: str, placeholder: str, name: str) -> str:
    """Returns a user's text with a name in the place of ``{placeholder}``, but for strings, quoted names and comments."""
    lexemes = _lexemes(dialect, text, "sql")
    if lexemes is None:
        return text.replace(placeholder, name)
    starts = [lexeme.start for lexeme in lexemes if not lexeme.quoted and text.startswith(placeholder, lexeme.start)]
    for start in reversed(starts):
        text = text[:start] + name + text[start + len(placeholder) :]
    return text
