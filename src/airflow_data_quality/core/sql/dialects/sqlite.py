"""SQLite 3.35 and later."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import ClassVar

from sqlglot import exp

from airflow_data_quality.core.database import MOMENTS, NUMBERS, Column, Connection
from airflow_data_quality.core.model.moments import parse_moment
from airflow_data_quality.core.model.nodes import IS_JSON, ISO_TEXT, LENGTH, MATCHES, PLAIN_TEXT, SHOWN, TYPED
from airflow_data_quality.core.sql.dialect import Dialect, Table
from airflow_data_quality.core.sql.lexis import STANDARD, Lexis

COLUMNS = """\
SELECT m.name, m.type = 'view', x.name, x.type, x."notnull"
FROM {schema}.sqlite_master AS m JOIN pragma_table_xinfo(m.name, {text}) AS x
WHERE m.type IN ('table', 'view') AND m.name = {table} COLLATE NOCASE AND x.hidden <> 1 ORDER BY x.cid"""
"""Hidden is what a virtual table takes as arguments; generated columns are not."""

KINDS = {
    "boolean": ("bool", "boolean"),
    "date": ("date",),
    "timestamp": ("datetime", "timestamp", "timestamp without time zone"),
    "timestamptz": ("timestamptz", "timestamp with time zone"),
    "time": ("time",),
    "json": ("json", "jsonb"),
    "text": ("string", "uuid"),
}
"""Kind → the declared types that are known by name."""
BY_AFFINITY = (
    ("integer", ("int",)),
    ("text", ("char", "clob", "text")),
    ("binary", ("blob",)),
    ("real", ("real", "floa", "doub")),
    ("numeric", ("num", "dec", "money")),
)
"""Kind → what other declared types hold, in SQLite's own order: the first that is found in the name says its affinity."""
LOOKED_AT = 1000
"""Rows of which one is looked at, to see whether a column's moments have zones; where they have none, the first that is there."""
MOMENT = "CASE WHEN TYPEOF({0}) = 'text' AND {0} LIKE '____-__-__%' THEN {0} END"
"""A text that begins like a moment, and NULL for all else."""
ZONE = re.compile(r"\d\d:\d\d.*(?:[Zz]|[+-]\d\d(?::?\d\d)?)\s*")
DOUBLED = re.compile(r"(.*):\d+")
"""How SQLite calls a query's second column of one name."""

LEXIS = Lexis(
    quoted=rf"{STANDARD.quoted}|`[^`]*(?:``[^`]*)*`(?!`)|\[[^\]]*\]",
    opening=rf"{STANDARD.opening}|`|\[",
)

COMPARISONS = (exp.EQ, exp.NEQ, exp.In, exp.Between, exp.LT, exp.LTE, exp.GT, exp.GTE)
STATISTICS = (exp.Sum, exp.Avg, exp.StddevSamp, exp.Min, exp.Max)


def _typed(dialect: Dialect, text: exp.Expression, kind: exp.Expression, type_name: exp.Expression) -> exp.Expression:
    """Moments are texts, of those with a zone in UTC, as ``dq_moment`` writes them."""
    if kind.name in NUMBERS:
        # Infinity is what is too large for a float; NaN is NULL.
        special = {"Infinity": "9e999", "-Infinity": "-9e999", "NaN": "NULL"}
        # An integer would be compared with floats digit by digit, where they have fewer.
        whole = kind.name == "real" and text.name.lstrip("-").isdigit()
        return exp.Literal.number(f"{text.name}.0" if whole else special.get(text.name, text.name))
    if kind.name == "binary":
        data = bytes.fromhex(text.name[2:]) if text.name.startswith("\\x") else text.name.encode()
        return exp.HexString(this=data.hex())
    if kind.name in MOMENTS and text.name.lower() not in ("infinity", "-infinity"):
        moment = parse_moment(text.name)
        if moment.tzinfo is not None:
            moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
        return exp.Literal.string((moment.date() if kind.name == "date" else moment).isoformat())
    return text


def _matches(dialect: Dialect, value: exp.Expression, pattern: exp.Expression) -> exp.Expression:
    """As bytes, a text that is no UTF-8 reaches Python too."""
    return exp.RegexpLike(this=exp.cast(value, "blob", dialect="sqlite"), expression=pattern)


def _length(dialect: Dialect, value: exp.Expression) -> exp.Expression:
    """SQLite's own ``LENGTH`` stops at a NUL character."""
    text = value.sql(dialect=dialect.sqlglot)
    return exp.Var(this=f"CASE WHEN INSTR({text}, CHAR(0)) THEN dq_length({text}) ELSE LENGTH({text}) END")


def _plain_text(dialect: Dialect, value: exp.Expression) -> exp.Expression:
    return exp.Collate(this=exp.cast(value, "text"), expression=exp.Var(this="BINARY"))


def _shown(dialect: Dialect, value: exp.Expression, kind: exp.Expression) -> exp.Expression:
    """Bytes in hexadecimal; a float with as many digits as it needs."""
    text = value.sql(dialect=dialect.sqlglot)
    short = f"CAST({text} AS TEXT)"
    return exp.Var(
        this=f"CASE TYPEOF({text}) WHEN 'blob' THEN '\\x' || LOWER(HEX({text})) "
        f"WHEN 'real' THEN CASE WHEN CAST({short} AS REAL) = {text} THEN {short} ELSE PRINTF('%!.17g', {text}) END "
        f"ELSE {text} END"
    )


class SQLite(Dialect):
    """SQLite, through Python's ``sqlite3``.

    A column's kind follows its declared type: ``BOOLEAN``, ``DATE``, ``DATETIME`` or ``TIMESTAMP``, ``TIME`` and ``JSON`` by
    name, any other by affinity, none declared is ``other``. The type promises nothing: any value may be in any column.
    Moments are texts (ISO 8601), read one by one; whether those of a column have a zone, the first that are there say.
    """

    name = "sqlite"
    sqlglot = "sqlite"
    conn_types = ("sqlite",)
    extra = "sqlite"
    lexis = LEXIS
    max_columns = 1900
    case_blind = True
    databases = False
    explain = "EXPLAIN QUERY PLAN"
    functions: ClassVar[Mapping[str, Callable[..., exp.Expression]]] = {
        ISO_TEXT: lambda _, moment, kind: moment,
        TYPED: _typed,
        MATCHES: _matches,
        LENGTH: _length,
        IS_JSON: lambda _, value: exp.Anonymous(this="JSON_VALID", expressions=[value]),
        PLAIN_TEXT: _plain_text,
        SHOWN: _shown,
    }

    # Sessions ---------------------------------------------------------------------------------------------------------

    def begin(self, connection: Connection, *, statement_timeout: timedelta, state: str | None = None) -> datetime:
        """One transaction; what is read first fixes the state. The clock is this machine's, for SQLite has no other."""
        connection.limit(statement_timeout)
        connection.query("BEGIN")
        ((version, _),) = connection.query("SELECT sqlite_version(), (SELECT count(*) FROM sqlite_master)").rows
        connection.query("SAVEPOINT data_quality")
        major, minor, patch = (int(part) for part in version.split(".")[:3])
        self.version = major * 1_000_000 + minor * 1_000 + patch
        return datetime.now(timezone.utc)

    def recover(self, connection: Connection) -> None:
        """Rolls back to the savepoint; the state stays."""
        connection.query("ROLLBACK TO SAVEPOINT data_quality")

    # The catalog ------------------------------------------------------------------------------------------------------

    def fold(self, name: str) -> str:
        """ASCII letters in lower case; SQLite tells no others' case apart either way."""
        return "".join(letter.lower() if letter.isascii() else letter for letter in name)

    def tables(
        self, connection: Connection, path: Sequence[Sequence[str]], *, foreign_keys: bool = False
    ) -> Mapping[tuple[str, ...], Table]:
        """Looks in the schema that is named, else in ``temp``, ``main`` and what is attached; under the name as written."""
        *qualifiers, (table, *_) = path
        if len(qualifiers) > 1:
            return {}
        wanted = {self.fold(name) for name in qualifiers[0]} if qualifiers else set()
        for schema in self._schemas(connection):
            if wanted and self.fold(schema) not in wanted:
                continue
            sql = COLUMNS.format(schema=_name(schema), text=_string(schema), table=_string(table))
            rows = connection.query(sql).rows
            if rows:
                relation = f"{_name(schema)}.{_name(rows[0][0])}"
                types, view = [type_ for _, _, _, type_, _ in rows], bool(rows[0][1])
                if view and not all(types):
                    types = [type_ for _, type_ in connection.describe(f"SELECT * FROM {relation}")]
                columns = [_column(row[2], type_, not_null=bool(row[4])) for row, type_ in zip(rows, types, strict=True)]
                found = (qualifiers[0][0] if qualifiers else schema, table)
                return {found: Table(self._zoned(connection, columns, relation), view=view)}
        return {}

    def _schemas(self, connection: Connection) -> Sequence[str]:
        schemas = [name for _, name, _ in connection.query("PRAGMA database_list").rows]
        return sorted(schemas, key=lambda name: name != "temp")

    def table_names(self, connection: Connection) -> Sequence[tuple[str, ...]]:
        """Lists what is not SQLite's own."""
        sql = "SELECT name FROM {}.sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        schemas = self._schemas(connection)
        return [(schema, table) for schema in schemas for (table,) in connection.query(sql.format(_name(schema))).rows]

    def query_columns(self, connection: Connection, query: str) -> Sequence[Column]:
        """Describes the query; a column that is computed has no type, unless by a CAST."""
        described = connection.describe(f"SELECT * FROM {query}")
        names = {self.fold(name) for name, _ in described}
        columns = [_column(_undoubled(name, names, self.fold), type_) for name, type_ in described]
        return self._zoned(connection, columns, query)

    def _zoned(self, connection: Connection, columns: Sequence[Column], relation: str) -> Sequence[Column]:
        """Returns the columns, timestamps as of the kind that their values are: with a zone or without."""
        stamps = [column for column in columns if column.kind in ("timestamp", "timestamptz")]
        if not stamps:
            return columns
        names = [_name(column.name) for column in stamps]
        newest = ", ".join(f"MAX({name})" for name in map(MOMENT.format, names))
        sql = f"SELECT {newest} FROM (SELECT {', '.join(names)} FROM {relation} LIMIT {LOOKED_AT}) AS q"
        (values,) = connection.query(sql).rows
        kinds: dict[str, str] = {}
        for column, name, found in zip(stamps, names, values, strict=True):
            value = self._first_moment(connection, name, relation) if found is None else found
            if value is not None:
                kinds[column.name] = "timestamptz" if ZONE.search(value) else "timestamp"
        return [replace(column, kind=kinds.get(column.name, column.kind)) for column in columns]

    def _first_moment(self, connection: Connection, name: str, relation: str) -> str | None:
        sql = f"SELECT {name} FROM {relation} WHERE {MOMENT.format(name)} IS NOT NULL LIMIT 1"
        rows: Sequence[tuple[str]] = connection.query(sql).rows
        return rows[0][0] if rows else None

    # Text -------------------------------------------------------------------------------------------------------------

    def text(self, expression: exp.Expression) -> str:
        """Returns the text of an expression that is right whatever is in its columns.

        SQLite compares moments letter by letter, holds any text for more than any number, and sums it up as 0.
        """
        box = exp.Paren(this=expression)
        nodes = list(box.walk())
        for node in nodes:
            if isinstance(node, exp.In):
                _find_rightly(node)
            elif isinstance(node, COMPARISONS):
                _compare_rightly(node)
            elif isinstance(node, STATISTICS):
                around = node.find_ancestor(exp.Anonymous)
                moment = around is not None and around.this == ISO_TEXT and around.expressions[1].name
                value = _inside(node.this)
                value.replace(_moment(value.copy(), moment) if moment else _number(value.copy()))
        return super().text(box.this)

    def ranked(self, value: str, relation: str, rank: int, rows: int) -> str:
        """As elsewhere, of numbers alone."""
        return super().ranked(_number_text(value), relation, rank, rows)

    def cost(self, connection: Connection, sql: str) -> float | None:
        """Not told, but that it could be planned."""
        connection.query(f"{self.explain} {sql}")
        return None

    def quantile(self, value: str, relation: str, percent: int) -> str:
        """As elsewhere, of numbers alone."""
        return super().quantile(_number_text(value), relation, percent)


def _compare_rightly(comparison: exp.Expression) -> None:
    """Makes what is compared with a moment one, and what is held for more or less than a number one."""
    first, *others = list(comparison.iter_expressions())
    ordered = not isinstance(comparison, exp.EQ | exp.NEQ)
    for value, beside in [(first, others)] + [(others[0], [first])] * (len(others) == 1):
        kinds = set(map(_kind, beside))
        for kind in (kind for kind in MOMENTS if kind in kinds):
            value.replace(_moment(value.copy(), kind, strict=ordered))
        if ordered and isinstance(value, exp.Column) and kinds.intersection(NUMBERS):
            value.replace(_number(value.copy()))


def _find_rightly(found: exp.In) -> None:
    """Compares with moments as moments, with anything else in the list as the column itself compares it."""
    parts: dict[str | None, list[exp.Expression]] = {}
    for value in found.expressions:
        kind = _kind(value)
        parts.setdefault(kind if kind in MOMENTS else None, []).append(value)
    lists: list[exp.Expression] = []
    for moment, values in parts.items():
        own = found.this.copy()
        lists.append(exp.In(this=_moment(own, moment, strict=False) if moment else own, expressions=values))
    found.replace(lists[0] if len(lists) == 1 else exp.Paren(this=exp.or_(*lists, copy=False)))


def _inside(value: exp.Expression) -> exp.Expression:
    """Returns what is cast: a text that is cast to a number is 0."""
    return _inside(value.this) if isinstance(value, exp.Cast | exp.Paren) else value


def _kind(literal: exp.Expression) -> str | None:
    """Returns the kind of a literal, None of anything else."""
    if isinstance(literal, exp.Paren | exp.Neg):
        return _kind(literal.this)
    if isinstance(literal, exp.Anonymous) and literal.this == TYPED:
        return str(literal.expressions[1].name)
    return "numeric" if isinstance(literal, exp.Literal) and literal.is_number else None


def _moment(value: exp.Expression, kind: str, *, strict: bool = True) -> exp.Expression:
    return exp.Anonymous(this="dq_moment" if strict else "dq_moment_or_self", expressions=[value, exp.Literal.string(kind)])


def _number(value: exp.Expression) -> exp.Expression:
    """Returns a value, or an error where it is a text or bytes."""
    type_of = exp.Anonymous(this="TYPEOF", expressions=[value.copy()])
    wrong = exp.In(this=type_of, expressions=[exp.Literal.string("text"), exp.Literal.string("blob")])
    refused = exp.Anonymous(this="dq_no_number", expressions=[value.copy()])
    return exp.Case(ifs=[exp.If(this=wrong, true=refused)], default=value.copy())


def _number_text(value: str) -> str:
    return str(_number(exp.Var(this=value)).sql(dialect="sqlite"))


def _column(name: str, declared: str, *, not_null: bool = False) -> Column:
    type_name = " ".join(re.sub(r"\(.*?\)", " ", declared.lower()).split()) or "untyped"
    named = next((kind for kind, types in KINDS.items() if type_name in types), None)
    kind = named or next((kind for kind, parts in BY_AFFINITY if any(part in type_name for part in parts)), "other")
    # Every float has double precision here, whatever its type is called.
    base = "double precision" if kind == "real" else type_name
    return Column(name, type_name, kind, base=base, declared=declared.lower() or type_name, nullable=not not_null, loose=True)


def _undoubled(name: str, names: set[str], fold: Callable[[str], str]) -> str:
    """Returns the name that a query's column has twice, where SQLite has numbered the second."""
    match = DOUBLED.fullmatch(name)
    return match[1] if match and fold(match[1]) in names else name


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _string(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
