"""Formats as conditions, in SQL that any database can be given: none is asked to know a format by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_data_quality.core.database import Column
from airflow_data_quality.core.model.codes import IBANS
from airflow_data_quality.core.model.formats import Format

if TYPE_CHECKING:
    from sqlglot import exp


def breaks(format_: Format, column: Column) -> exp.Expression:
    """Returns the condition that a column's text is not of a format; for NULL it is not true."""
    from sqlglot import exp

    from airflow_data_quality.core.model.nodes import matches, not_null, plain_text, ref

    text = plain_text(ref(column))
    if format_.one_of:
        return exp.Not(this=exp.In(this=text, expressions=[exp.Literal.string(code) for code in format_.one_of]))
    there = not_null(ref(column))
    rule_broken = None if format_.rule is None else exp.Not(this=_RULES[format_.rule](text.copy()))
    if format_.regex is None:
        # SQLite's JSON_VALID(NULL) is false, or NULL in later versions.
        return exp.And(this=there, expression=rule_broken)
    shape = matches(text, format_.regex)
    if format_.like is not None:
        like = exp.Like(this=text.copy(), expression=exp.Literal.string(format_.like))
        shape = exp.Paren(this=exp.And(this=like, expression=shape))
    if rule_broken is None:
        return exp.Not(this=shape)
    # Whatever a database likes to look at first: only what has the shape is read as digits.
    return exp.Case(ifs=[exp.If(this=shape, true=rule_broken)], default=there)


def _is_json(text: exp.Expression) -> exp.Expression:
    from airflow_data_quality.core.model.nodes import is_json

    return is_json(text)


def _name_lengths(text: exp.Expression) -> exp.Expression:
    """At most 63 characters from dot to dot, and 253 in all; only a long name must be searched again."""
    from sqlglot import exp

    from airflow_data_quality.core.model.nodes import length, matches

    def at_most(characters: int) -> exp.Expression:
        return exp.LTE(this=length(text.copy()), expression=exp.Literal.number(characters))

    no_long_label = exp.Not(this=matches(text.copy(), "[^.]{64}"))
    return exp.Paren(this=exp.Or(this=at_most(63), expression=exp.And(this=at_most(253), expression=no_long_label)))


def _luhn(text: exp.Expression) -> exp.Expression:
    """The sum of all digits, every second one from the right doubled and 9 taken from what is then above 9, ends in 0.

    The digits stand in two numbers of ten. Of a sum whose last digit alone counts, 9 less is 1 more, and what stands
    before a digit makes no difference: a digit ``d`` that is doubled adds ``2 * d``, and 1 where it is 5 or more.
    """
    terms = [
        f"{half} / {unit} + 2 * ({half} / {10 * unit}) + {half} / {50 * unit} % 2"
        for half in ("h", "l")
        for unit in (1, 100, 10_000, 1_000_000, 100_000_000)
    ]
    return _with_steps(
        f"({' + '.join(terms)}) % 10 = 0",
        "REPLACE(REPLACE(:text, ' ', ''), '-', '') AS n",
        f"SUBSTR('{'0' * 20}' || n, LENGTH(n) + 1) AS d",
        "CAST(SUBSTR(d, 1, 10) AS BIGINT) AS h, CAST(SUBSTR(d, 11, 10) AS BIGINT) AS l",
        text=text,
    )


def _iban(text: exp.Expression) -> exp.Expression:
    """As long as its country has them, and right by its check digits."""
    from sqlglot import exp

    from airflow_data_quality.core.model.nodes import length

    country = exp.Anonymous(this="SUBSTR", expressions=[text.copy(), exp.Literal.number(1), exp.Literal.number(2)])
    characters = exp.cast(length(text.copy()), "text")
    known = exp.In(
        this=exp.Paren(this=exp.DPipe(this=country, expression=characters, safe=False)),
        expressions=[exp.Literal.string(code) for code in IBANS.split()],
    )
    return exp.Paren(this=exp.And(this=known, expression=_mod_97(text)))


def _mod_97(text: exp.Expression) -> exp.Expression:
    """The first four characters put last and each letter read as a number from 10 to 35, it leaves 1 when divided by 97."""
    # The two letters and two digits at the beginning are six digits then. Padded to twice the longest number's length, it is
    # read in parts that any integer type can hold, each with the remainder of its place.
    terms = [f"CAST(SUBSTR(d, {64 - place}, 9) AS BIGINT) * {10**place % 97}" for place in range(63, -1, -9)]
    return _with_steps(
        f"({' + '.join(terms)}) % 97 = 1",
        # In some steps: SQLite's parser gives up where a hundred things are open.
        f"{_numbered(':text', 'ABCDEF')} AS n",
        f"{_numbered('n', 'GHIJKLMNO')} AS n",
        f"{_numbered('n', 'PQRSTUVWXYZ')} AS n",
        f"SUBSTR('{'0' * 72}' || SUBSTR(n, 7) || SUBSTR(n, 1, 6), LENGTH(n) + 1) AS d",
        text=text,
    )


def _numbered(text: str, letters: str) -> str:
    for letter in letters:
        text = f"REPLACE({text}, '{letter}', '{int(letter, 36)}')"
    return text


def _with_steps(condition: str, *steps: str, text: exp.Expression) -> exp.Expression:
    """Returns a condition on what some steps make of a text, each worked out once: a LIMIT keeps them from being merged."""
    from sqlglot import exp

    relation = ""
    for number, step in enumerate(steps):
        relation = f" FROM (SELECT {step}{relation} LIMIT 1) AS s{number}"
    tree: exp.Expression = exp.maybe_parse(f"(SELECT {condition}{relation})", dialect="postgres")
    return tree.transform(lambda node: text if isinstance(node, exp.Placeholder) else node)


_RULES = {"iban": _iban, "json": _is_json, "luhn": _luhn, "name lengths": _name_lengths}
