"""Users' own SQL: looked at before it is sent, never rewritten."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp, parse_one
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokens import Token, TokenType

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.sql.dialect import Dialect

_QUERIES = (TokenType.SELECT, TokenType.WITH, TokenType.VALUES, TokenType.L_PAREN, TokenType.TABLE)
_AMBIGUOUS = re.compile(r"(?i)[~!@#^&|`?+\-*/%<>=](?:--|/\*)|(?<!\w)e'|\w\$|\r")
"""What two tokenizers may read in two ways (a comment that begins inside an operator, an E-string that goes on after a line
break, a dollar in a name): such a text might end elsewhere than it seems, and shares no statement with others."""
_DEPTH = {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}


def where_clause(conditions: Sequence[str], written: Sequence[str] = ()) -> str:
    """Returns the WHERE clause of users' row conditions and of conditions that are written here, or nothing."""
    parts = [f"(\n{condition}\n)" for condition in conditions if condition] + list(written)
    return "\nWHERE " + " AND ".join(parts) if parts else ""


def check_condition(dialect: Dialect, text: str, what: str) -> bool:
    """Refuses a row condition that would reach beyond its parentheses.

    Returns:
        Whether it may share a statement with others: not when the tokenizer cannot read it (an open quote or comment), or
        when another tokenizer might read it in another way.

    Raises:
        DefinitionError: for an empty text, an unbalanced parenthesis or a semicolon.
    """
    try:
        tokens = dialect.tokens(text)
    except TokenError:
        _refuse_unguarded(dialect, text, what)
        return False
    if not tokens:
        raise DefinitionError(f"{what} is empty; leave it out, or write it")
    _refuse_reaching_out(tokens, text, what)
    clear = _AMBIGUOUS.search(text) is None
    if not clear:
        _refuse_unguarded(dialect, text, what)
    return clear


def _refuse_unguarded(dialect: Dialect, text: str, what: str) -> None:
    """Refuses what might be two statements where nobody else would."""
    if ";" in text and not dialect.one_statement:
        raise DefinitionError(f"{what} holds a semicolon, and this driver refuses no second statement (psycopg 3 does): {text!r}")


def _refuse_reaching_out(tokens: Sequence[Token], text: str, what: str) -> None:
    depth = 0
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        depth += _DEPTH.get(token.token_type, 0)
        if depth < 0 or token.token_type == TokenType.SEMICOLON:
            raise DefinitionError(f"{what} closes a parenthesis that it did not open, or holds a semicolon: {text!r}")
        if (
            token.text == "$"
            and token.token_type == TokenType.PARAMETER
            and following
            and following.token_type == TokenType.NUMBER
        ):
            raise DefinitionError(f"{what} holds the placeholder ${following.text}, for which there is no value: {text!r}")
    if depth > 0:
        raise DefinitionError(f"{what} opens a parenthesis that it does not close: {text!r}")


def one_query(dialect: Dialect, text: str, what: str) -> str:
    """Returns a query without the semicolon at its end.

    Raises:
        DefinitionError: for an empty text, a second statement, an unbalanced parenthesis, or what parses as no query. What
            the parser cannot read is left to the database.
    """
    try:
        tokens = list(dialect.tokens(text))
    except TokenError:
        _refuse_unguarded(dialect, text, what)
        return text
    while tokens and tokens[-1].token_type == TokenType.SEMICOLON:
        text = text[: tokens.pop().start]
    check_condition(dialect, text, what)
    if tokens[0].token_type not in _QUERIES:
        raise DefinitionError(f"{what} must be one SELECT; given: {text.strip()!r}")
    try:
        tree = parse_one(text, dialect=dialect.sqlglot)
    except (ParseError, TokenError):
        return text
    if not isinstance(tree, exp.Query | exp.Values):
        raise DefinitionError(f"{what} must be one SELECT; given: {text.strip()!r}")
    return text
