"""Pattern: a user's regular expression means what it means to the database, a format the same to every one."""

from __future__ import annotations

from typing import Any

from airflow_data_quality import Completeness, Dataset, Pattern, Uniqueness, Volume
from airflow_data_quality.core.model.formats import FORMATS

from .case import Ask, Given, Table, errored, failed, one, only, passed, words


def _pattern(name: str, of: int, failing: int, *says: str, column: str = "v", **given: Any) -> Ask:
    expect = (failed if failing else passed)(*says, checked=of, failing=failing)
    return Ask(name, Pattern(column=column, **given), expect)


def _examples(name: str) -> Given:
    """What is of a format, and what is not, though much like it."""
    format_ = FORMATS[name]
    good, bad = list(format_.passes), list(format_.fails)
    bad += [around.format(text) for text in good for around in ("{}\n", "\n{}", " {}", "{} ", "{}\t", "\u00a0{}", "{0}\n{0}")]
    return Given(
        f"texts of the format {name}",
        tables={
            "good": Table({"v": "text", "w": "varchar(300)"}, [*((text, text) for text in good), (None, None)]),
            "bad": Table({"v": "text"}, [*((text,) for text in bad), (None,)]),
        },
        asks=[
            _pattern("pass", len(good), 0, format=name),
            _pattern("pass in any type of text", len(good), 0, column="w", format=name),
            Ask(
                "others fail",
                Pattern(column="v", format=name),
                failed(f"have a v that is no {format_.says}", checked=len(bad), failing=len(bad)),
                Dataset(table="bad"),
            ),
        ],
    )


def _refused(kind: str, type_: str, value: Any, *needs: str) -> Given:
    refusal = errored("column 'v' is ", "pattern needs a text, an enum, a uuid or JSON")
    return Given(
        f"a pattern of {kind}",
        needs=frozenset(needs),
        tables=one(type_, value),
        asks=[
            Ask("cannot be asked", Pattern(column="v", matches="1"), refusal),
            Ask("nor for a format", Pattern(column="v", format="integer"), refusal),
            Ask("rows can", Volume(min=1), passed()),
        ],
    )


STRANGE = [
    "a'b",
    'a"b',
    "a\\b",
    "a\nb",
    "a\tb",
    "a$$b",
    "a%sb",
    "a%(x)sb",
    "a?b",
    "a:b",
    "a{b}",
    "ü日🦆",
    "a--b",
    "a/*b",
    "",
    " ",
    None,
]
NOBODY_READS = {"an open group": "(a", "an open class": "[a", "a repetition of nothing": "*a", "an open repetition": "a{2,1}"}


GIVENS = [
    *(_examples(name) for name in FORMATS if name != "json"),
    Given(
        "patterns of no row",
        tables=one("text"),
        asks=[
            _pattern("none fails", 0, 0, matches="a"),
            _pattern("none is found", 0, 0, not_matches="a"),
            _pattern("no format", 0, 0, format="credit_card"),
            _pattern("as a share", 0, 0, format="email", max_failing="0%"),
        ],
    ),
    Given(
        "patterns of NULLs alone",
        tables=one("text", None, None),
        asks=[
            _pattern("none is looked at", 0, 0, matches="a"),
            _pattern("nor found", 0, 0, not_matches=".*"),
            *(_pattern(f"nor of the format {name}", 0, 0, format=name) for name in FORMATS if name != "json"),
        ],
    ),
    Given(
        "patterns that are searched for",
        tables=one("text", "abc", "ABC", "xabcx", "a\nbc", "", None),
        asks=[
            _pattern("anywhere", 5, 3, "3 of 5 rows (60%) have a v that does not match 'abc', allowed 0", matches="abc"),
            _pattern("anchored", 5, 4, matches="^abc$"),
            _pattern("nowhere", 5, 2, "2 of 5 rows (40%) have a v that matches 'abc', allowed 0", not_matches="abc"),
            _pattern("in any case, when that is said", 5, 2, matches="(?i)abc"),
            _pattern("one of several", 5, 2, matches="abc|ABC"),
            _pattern("an empty text", 5, 4, matches="^$"),
            _pattern("a newline", 5, 1, not_matches="\n"),
            _pattern("a newline that is spelled", 5, 1, not_matches="\\n"),
        ],
    ),
    Given(
        "patterns that are hard to write in SQL",
        tables=one("text", *STRANGE),
        asks=[
            _pattern("a quote", 16, 1, not_matches="a'b"),
            _pattern("two quotes", 16, 0, not_matches="a''b"),
            _pattern("a double quote", 16, 1, not_matches='a"b'),
            _pattern("a backslash", 16, 1, not_matches="a\\\\b"),
            _pattern("a newline", 16, 1, not_matches="a\nb"),
            _pattern("a tab", 16, 1, not_matches="a\\tb"),
            _pattern("dollars", 16, 1, not_matches="a\\$\\$b"),
            _pattern("what a driver might fill in", 16, 1, not_matches="a%sb"),
            _pattern("that too", 16, 1, not_matches="a%\\(x\\)sb"),
            _pattern("and that", 16, 2, not_matches="a[?:]b"),
            _pattern("braces", 16, 1, not_matches="a\\{b\\}"),
            _pattern("letters from far away", 16, 1, not_matches="^ü.🦆$"),
            _pattern("comments", 16, 2, not_matches="--|/\\*"),
            _pattern("a semicolon", 16, 0, not_matches=";"),
            _pattern("the end of a statement", 16, 0, not_matches="'; DROP TABLE t; --"),
            Ask("rows are still there", Volume(equals=17), passed()),
        ],
    ),
    Given(
        "patterns that nobody can read, each beside one that can be",
        tables=one("text", "a", "b", None),
        asks=[
            *(
                Ask(
                    what,
                    Pattern(column="v", matches=regex),
                    errored(words(postgresql="invalid regular expression", sqlite="invalid regular expression")),
                )
                for what, regex in NOBODY_READS.items()
            ),
            _pattern("one that can", 2, 1, matches="a"),
            Ask("NULLs", Completeness(column="v"), failed(checked=3, failing=1)),
            Ask("no such column", Pattern(column="w", matches="a"), errored("no column 'w'")),
            Ask("no text", Pattern(column="id", matches="a"), errored("column 'id' is integer; pattern needs a text")),
            Ask("a bad filter", Pattern(column="v", matches="a", where="nope = 1"), errored("nope")),
            _pattern("a format", 2, 2, format="iban"),
            Ask("keys", Uniqueness(columns=["v"]), passed()),
        ],
    ),
    Given(
        "patterns in a database's own language",
        tables=one("text", "1", "٣", None),
        asks=[
            Ask(
                "what is a digit",
                Pattern(column="v", matches=r"^\d$"),
                failed(checked=2, failing=1),
                but={"sqlite": passed(checked=2, failing=0)},
            ),
            Ask(
                "what is a class",
                Pattern(column="v", not_matches="^[^[:digit:]]$"),
                failed(checked=2, failing=1),
                but={"sqlite": passed(checked=2, failing=0)},
            ),
        ],
    ),
    Given(
        "patterns of blank-padded texts",
        needs=frozenset({"char = text drops blanks"}),
        tables={
            "t": Table({"c": "char(4)", "p": "char(20)"}, [("DE", "4111111111111111"), ("FRA", "4111111111111112"), (None, None)])
        },
        asks=[
            _pattern("padding is part of it", 2, 2, column="c", matches="^[A-Z]{2,3}$"),
            _pattern("and can be allowed", 2, 0, column="c", matches="^[A-Z]{2,3} *$"),
            _pattern("but not of a format", 2, 1, column="c", format="country_code"),
            _pattern("nor of one with a rule", 2, 1, column="p", format="credit_card"),
        ],
    ),
    Given(
        "patterns of texts whatever their case",
        needs=frozenset({"citext"}),
        before={"postgresql": ["CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public"], "sqlite": []},
        tables=one("citext", "DE", "de", None),
        asks=[
            Ask(
                "the database's own tell no case apart",
                Pattern(column="v", matches="^DE$"),
                passed(checked=2, failing=0),
                but={"sqlite": failed(checked=2, failing=1)},
            ),
            _pattern("formats do", 2, 1, format="country_code"),
            _pattern("and those by a regular expression", 2, 2, format="iban"),
        ],
    ),
    Given(
        "patterns of texts under a collation that holds different ones for equal",
        needs=frozenset({"icu"}),
        before=only(
            "postgresql", "CREATE COLLATION {schema}.blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
        ),
        tables=one("text COLLATE blind", "DE", "de", None),
        asks=[
            Ask("PostgreSQL refuses", Pattern(column="v", matches="^DE$"), errored("nondeterministic collation")),
            _pattern("formats by a list", 2, 1, format="country_code"),
            _pattern("formats by a regular expression", 2, 2, format="email"),
            _pattern("formats by LIKE", 2, 2, format="uuid"),
        ],
    ),
    Given(
        "patterns of labels",
        needs=frozenset({"enums"}),
        before=only("postgresql", "CREATE TYPE {schema}.code AS ENUM ('DE', 'FR', 'it''s', '')"),
        tables=one("code", "DE", "it's", "", None),
        asks=[_pattern("as texts", 3, 1, matches="^[A-Z]*$"), _pattern("of a format", 3, 2, format="country_code")],
    ),
    Given(
        "patterns of uuids and documents",
        tables={"t": Table({"u": "uuid", "j": "json"}, [("6B1C5A60-0D3E-4C5B-8A94-0123456789AB", '{"a": 1}'), (None, None)])},
        asks=[
            _pattern("a uuid is one", 1, 0, column="u", format="uuid"),
            _pattern("of version 4", 1, 0, column="u", matches="^.{14}4"),
            _pattern("a document as it is written", 1, 0, column="j", matches='^\\{"a": 1\\}$'),
        ],
    ),
    Given(
        "patterns of texts in domains and names",
        needs=frozenset({"domains", "names as a type"}),
        before=only(
            "postgresql",
            "CREATE DOMAIN {schema}.word AS varchar(9) CHECK (VALUE <> '')",
            "CREATE TYPE {schema}.code AS ENUM ('DE', 'XX')",
            "CREATE DOMAIN {schema}.country AS {schema}.code",
        ),
        tables={
            "t": Table(
                {"v": "word", "n": "name", "c": "country"}, [("abc", "name", "DE"), ("+1", "de", "XX"), (None, None, None)]
            )
        },
        asks=[
            _pattern("of a domain", 2, 1, matches="^[a-z]+$"),
            _pattern("a format of a domain", 2, 1, format="integer"),
            _pattern("of a name", 2, 1, column="n", matches="^name$"),
            _pattern("a format of a name", 2, 2, column="n", format="integer"),
            _pattern("of a domain of labels", 2, 1, column="c", matches="^DE$"),
            _pattern("a format of a domain of labels", 2, 1, column="c", format="country_code"),
        ],
    ),
    Given(
        "patterns of texts that hold NUL",
        needs=frozenset({"text that holds NUL"}),
        tables={"t": Table({"v": "text"})},
        after=only("sqlite", "INSERT INTO t VALUES ('12' || char(0) || 'x'), (char(0)), ('12'), (NULL)"),
        asks=[
            _pattern("it is a character", 3, 1, not_matches="^12.x$"),
            _pattern("it can be spelled", 3, 2, not_matches="\\x00"),
            _pattern("it is no digit", 3, 2, format="integer"),
            _pattern("nor part of a code", 3, 3, format="country_code"),
        ],
    ),
    _refused("integers", "integer", 1),
    _refused("exact numbers", "numeric", 1),
    _refused("floats", "double", 1.5),
    _refused("booleans", "boolean", "true"),
    _refused("dates", "date", "2024-01-01"),
    _refused("timestamps", "timestamptz", "2024-01-01 00:00:00+00"),
    _refused("bytes", "binary", "\\x61"),
    _refused("arrays", "integer[]", "{1}", "arrays"),
    Given(
        "a pattern and how many may fail",
        tables=one("text", *["a@b.co"] * 190, *["a"] * 10, None),
        asks=[
            _pattern("a format", 200, 10, "10 of 200 rows (5%) have a v that is no e-mail address, allowed 0", format="email"),
            Ask("a count", Pattern(column="v", format="email", max_failing=10), passed(checked=200, failing=10)),
            Ask("one less", Pattern(column="v", format="email", max_failing=9), failed("allowed 9")),
            Ask("a share", Pattern(column="v", matches="@", max_failing="5%"), passed(checked=200, failing=10)),
            Ask("a hair less", Pattern(column="v", matches="@", max_failing="4.99%"), failed("allowed 4.99%")),
            Ask(
                "warn by a tighter tolerance",
                Pattern(column="v", not_matches="^a$", max_failing="5%", warn={"max_failing": "1%"}),
                failed("allowed 1%", severity="warn", failing=10),
            ),
            Ask("a warning", Pattern(column="v", format="uuid", severity="warn"), failed(severity="warn", failing=200)),
        ],
    ),
    Given(
        "a pattern and filters",
        tables={"t": Table({"v": "text", "n": "integer"}, [("a", 1), ("4111111111111111", 2), (None, 2), ("41", 3), ("", None)])},
        asks=[
            _pattern("of the check", 2, 1, matches="^4", where="n = 1 OR n = 2 -- these"),
            _pattern("of the check, with a rule", 2, 1, format="credit_card", where="n = 2 OR n = 3"),
            _pattern(
                "of the check, with many steps", 2, 2, format="iban", where="((n = 2) OR (n IN (SELECT n FROM t WHERE n = 3)))"
            ),
            Ask(
                "of both",
                Pattern(column="v", format="credit_card", where="n > 1 OR n IS NULL"),
                failed(checked=2, failing=1),
                Dataset(table="t", where="v <> '41' OR v IS NULL"),
            ),
            Ask(
                "of a query",
                Pattern(column="w", format="iban"),
                failed(checked=4, failing=4),
                Dataset(query="SELECT v AS w, n FROM t", where="n > 0 OR n IS NULL"),
            ),
        ],
    ),
    Given(
        "patterns of columns with odd names",
        tables={
            "Odd Table": Table(
                {"user": "text", "100%": "text", 'say "hi"': "text", "n": "text", "d": "text", "h": "text"},
                [("4111111111111111",) * 6, ("4111111111111112",) * 6, (None,) * 6],
            )
        },
        asks=[
            ask
            for name in ("user", "100%", 'say "hi"', "n", "d", "h")
            for ask in (
                _pattern(f"{name}: a pattern", 2, 1, column=name, matches="1$"),
                _pattern(f"{name}: a format", 2, 1, column=name, format="credit_card"),
                _pattern(f"{name}: another", 2, 2, column=name, format="iban"),
            )
        ],
    ),
]
