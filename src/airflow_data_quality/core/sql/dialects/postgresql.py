"""PostgreSQL 13 and later."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import ClassVar

from sqlglot import exp

from airflow_data_quality.core.database import MOMENTS, Column, Connection
from airflow_data_quality.core.model.moments import parse_moment
from airflow_data_quality.core.model.nodes import IS_JSON, ISO_TEXT, LENGTH, MATCHES, PLAIN_TEXT, SHOWN, TYPED
from airflow_data_quality.core.sql.dialect import Dialect
from airflow_data_quality.core.sql.lexis import STANDARD, Lexis
from airflow_data_quality.core.sql.proofs import Guarantees, Key

LONGEST_TIMEOUT = 2**31 - 1

TAG = r"(?:[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*)?"
LEXIS = Lexis(
    # Plain strings know no backslash: standard_conforming_strings is on.
    quoted=rf"{STANDARD.quoted}|[eE]'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'(?!')|\$(?P<tag>{TAG})\$.*?\$(?P=tag)\$",
    opening=rf"{STANDARD.opening}|[eE]'|\${TAG}\$",
    comment=r"--[^\n\r]*",
    nested=True,
)
"""As in the server's own ``scan.l``, but for an E-string that goes on in another line."""

SETTINGS = {
    "application_name": "airflow-provider-data-quality",
    # A query whose client was killed ends by itself (PostgreSQL 14 and later).
    "client_connection_check_interval": "5000",
    # Between two statements the client may plan longer than a role is allowed to idle.
    "idle_in_transaction_session_timeout": "0",
    # Compiling costs more than it gains on aggregates over one scan.
    "jit": "off",
    "standard_conforming_strings": "on",
    # A float as its shortest spelling, whatever a role prefers.
    "extra_float_digits": "1",
}

BEGIN = """\
SELECT to_jsonb(clock_timestamp() AT TIME ZONE 'UTC') #>> '{{}}', current_setting('server_version_num')::int,
  (SELECT count(CASE WHEN current_setting(v.name, true) IS NOT NULL THEN set_config(v.name, v.value, true) END)
   FROM (VALUES {settings}) AS v(name, value))"""

TABLES = """\
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, NULL), format_type(b.oid, NULL), b.typname, b.typtype,
  format_type(coalesce(b.oid, a.atttypid), CASE WHEN b.oid <> a.atttypid THEN b.length ELSE a.atttypmod END),
  a.attnotnull, coalesce(l.collisdeterministic, true)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN LATERAL (
    WITH RECURSIVE d AS (
      SELECT oid, typname, typtype, typbasetype, typtypmod, -1 AS length FROM pg_type WHERE oid = a.atttypid
      UNION ALL SELECT u.oid, u.typname, u.typtype, u.typbasetype, u.typtypmod, d.typtypmod
      FROM d JOIN pg_type AS u ON u.oid = d.typbasetype
    ) SELECT oid, typname, typtype, length FROM d WHERE typtype <> 'd'
  ) AS b ON true
  LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname IN ({tables}) AND {where}
ORDER BY n.nspname, c.relname, a.attnum"""

TABLE_NAMES = """\
SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY pg_table_is_visible(c.oid) DESC, n.nspname, c.relname LIMIT 20000"""

GUARANTEES = """\
WITH RECURSIVE root AS (
  SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = {schema} AND c.relname = {table}
), tree AS (
  SELECT oid FROM root UNION SELECT i.inhrelid FROM tree JOIN pg_inherits AS i ON i.inhparent = tree.oid
), present AS (
  SELECT a.attname::text AS attname,
    coalesce('constraint ' || max(k.conname) FILTER (WHERE a.attrelid = root.oid), 'NOT NULL of ' || a.attname) AS fact
  FROM root CROSS JOIN tree JOIN pg_class AS c ON c.oid = tree.oid
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type AS y ON y.oid = a.atttypid
    LEFT JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum] AND k.convalidated
  GROUP BY a.attname
  HAVING count(*) = (SELECT count(*) FROM tree) AND bool_and(
    c.relkind IN ('r', 'p') AND a.attnotnull AND a.attgenerated <> 'v' AND y.typcategory <> 'C'
    AND ({version} < 180000 OR k.oid IS NOT NULL)
  )
), keys AS (
  SELECT coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS nulls_equal,
    coalesce('constraint ' || k.conname, 'unique index ' || x.relname) AS fact, array_agg(a.attname::text) AS columns
  FROM root JOIN pg_class AS c ON c.oid = root.oid AND c.relkind = 'r' JOIN pg_index AS i ON i.indrelid = c.oid
    JOIN pg_class AS x ON x.oid = i.indexrelid
    LEFT JOIN pg_constraint AS k ON k.conindid = x.oid AND k.conrelid = c.oid AND k.contype IN ('p', 'u')
    CROSS JOIN unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[]) WITH ORDINALITY AS u(attnum, class, coll, place)
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = u.attnum
    JOIN pg_type AS y ON y.oid = a.atttypid JOIN pg_type AS b ON b.oid = coalesce(nullif(y.typbasetype, 0), y.oid)
    LEFT JOIN pg_opclass AS o ON o.oid = u.class
  WHERE i.indisunique AND i.indisvalid AND i.indisready AND i.indislive AND i.indimmediate AND NOT i.indisexclusion
    AND i.indpred IS NULL AND i.indexprs IS NULL AND u.place <= i.indnkeyatts AND (SELECT count(*) FROM tree) = 1
  GROUP BY i.indexrelid, nulls_equal, fact
  HAVING bool_and(u.coll = a.attcollation AND o.opcdefault AND (
    o.opcintype = b.oid OR (o.opcintype = 'text'::regtype AND b.oid = 'varchar'::regtype)
    OR (o.opcintype = 'anyenum'::regtype AND b.typtype = 'e')
  ))
)
SELECT fact, nulls_equal, columns FROM keys UNION ALL SELECT fact, NULL, ARRAY[attname] FROM present ORDER BY 1"""
"""What a table's rows are sure to keep, keys and (``nulls_equal`` is NULL) columns without NULLs.

NOT NULL counts where every table that is read along with this one has it, validated (as PostgreSQL 18 alone can tell), and
none of them is a foreign one, which nobody holds to it. A composite value may be NULL by its fields; a virtual column is
computed anew by whoever reads it. A key is an index over the columns themselves by their own equality: another operator class
or collation may hold equal values apart. It is none where other tables' rows are read along with it. A deferrable one is
kept by a trigger, which a replica's session passes by, as every session does while it is disabled.
"""

AS_WRITTEN = "SELECT set_config('join_collapse_limit', '1', true), set_config('from_collapse_limit', '1', true)"
"""Joins are made in the order in which they stand: to look for a better one takes five times as long as the query. Undone by
``recover``."""

TYPES = """\
SELECT oid::bigint, format_type(oid, NULL), format_type(oid, NULL), typname, typtype, format_type(oid, NULL)
FROM pg_type WHERE oid IN ({oids})"""
"""Of a query's columns, whose domains the server has resolved already."""

KINDS = {
    **dict.fromkeys(("int2", "int4", "int8"), "integer"),
    "numeric": "numeric",
    **dict.fromkeys(("float4", "float8"), "real"),
    **dict.fromkeys(("text", "varchar", "bpchar", "name", "citext"), "text"),
    "bool": "boolean",
    "date": "date",
    **dict.fromkeys(("time", "timetz"), "time"),
    "timestamp": "timestamp",
    "timestamptz": "timestamptz",
    "interval": "interval",
    "uuid": "uuid",
    **dict.fromkeys(("json", "jsonb"), "json"),
    "bytea": "binary",
}
SPELLINGS = {
    **dict.fromkeys(("int", "int4", "serial", "serial4"), "integer"),
    **dict.fromkeys(("int8", "bigserial", "serial8"), "bigint"),
    **dict.fromkeys(("int2", "smallserial", "serial2"), "smallint"),
    **dict.fromkeys(("decimal", "dec"), "numeric"),
    "float4": "real",
    **dict.fromkeys(("float", "float8"), "double precision"),
    "bool": "boolean",
    **dict.fromkeys(("varchar", "char varying", "nchar varying", "national character varying"), "character varying"),
    "national char varying": "character varying",
    **dict.fromkeys(("char", "bpchar", "nchar", "national character", "national char"), "character"),
    "varbit": "bit varying",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "time": "time without time zone",
    "timetz": "time with time zone",
}
"""Another spelling of a type → the one that the catalog has."""
TYPE_PART = re.compile(r'"(?:[^"]|"")+"|\([^()]*\)|\[\d*\]|[\w$]+|\S')
"""A part of a type as it is written: of ``timestamp(3) with time zone[]`` there are six."""
EXACT = {"int2", "int4", "int8", "bool", "date", "timestamp", "timestamptz", "uuid", "bytea"}
EXACT_TEXT = {"text", "varchar", "name"}
NOT_HASHED = {"json", "other"}


def _iso_text(dialect: Dialect, moment: exp.Expression, kind: exp.Expression) -> exp.Expression:
    if kind.name == "timestamptz":
        moment = exp.AtTimeZone(this=moment, zone=exp.Literal.string("UTC"))
    return _json_text(moment)


def _json_text(moment: exp.Expression) -> exp.Expression:
    """to_jsonb writes ISO 8601 whatever DateStyle is, and says ``infinity`` and ``BC``."""
    return exp.JSONBExtractScalar(this=exp.Anonymous(this="to_jsonb", expressions=[moment]), expression=exp.Literal.string("{}"))


def _typed(dialect: Dialect, text: exp.Expression, kind: exp.Expression, type_name: exp.Expression) -> exp.Expression:
    return exp.Cast(this=text, to=exp.DataType.build(type_name.name or kind.name, udt=True))


def _matches(dialect: Dialect, value: exp.Expression, pattern: exp.Expression) -> exp.Expression:
    return exp.RegexpLike(this=value, expression=pattern)


def _plain_text(dialect: Dialect, value: exp.Expression) -> exp.Expression:
    return exp.Collate(this=exp.cast(value, "text"), expression=exp.Identifier(this="C", quoted=True))


def _is_json(dialect: Dialect, value: exp.Expression) -> exp.Expression:
    if dialect.version < 160000:
        raise ValueError("PostgreSQL can tell JSON from other text from version 16 on")
    return exp.Is(this=value, expression=exp.JSON())


def _shown(dialect: Dialect, value: exp.Expression, kind: exp.Expression) -> exp.Expression:
    if kind.name in ("integer", "boolean"):
        return value
    return _json_text(value) if kind.name in MOMENTS else exp.cast(value, "text")


class PostgreSQL(Dialect):
    """PostgreSQL, through psycopg 3 or psycopg2."""

    name = "postgresql"
    sqlglot = "postgres"
    conn_types = ("postgres",)
    extra = "postgres"
    lexis = LEXIS
    max_columns = 1600
    exact_collation = '"C"'
    functions: ClassVar[Mapping[str, Callable[..., exp.Expression]]] = {
        ISO_TEXT: _iso_text,
        TYPED: _typed,
        MATCHES: _matches,
        LENGTH: lambda _, value: exp.Length(this=value),
        IS_JSON: _is_json,
        PLAIN_TEXT: _plain_text,
        SHOWN: _shown,
    }

    def begin(self, connection: Connection, *, statement_timeout: timedelta) -> datetime:
        """One read-only transaction on one snapshot; its savepoint is where ``recover`` returns to."""
        milliseconds = min(max(1, round(statement_timeout.total_seconds() * 1000)), LONGEST_TIMEOUT)
        settings = {**SETTINGS, "statement_timeout": str(milliseconds)}
        values = ", ".join(f"({_string(name)}, {_string(value)})" for name, value in settings.items())
        connection.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        ((clock, version, _),) = connection.query(BEGIN.format(settings=values)).rows
        connection.query("SAVEPOINT data_quality")
        self.version = version
        return parse_moment(clock).replace(tzinfo=timezone.utc)

    def recover(self, connection: Connection) -> None:
        """Rolls back to the savepoint; the snapshot stays."""
        connection.query("ROLLBACK TO SAVEPOINT data_quality")

    def fold(self, name: str) -> str:
        """Unquoted names have their ASCII letters in lower case, and no others."""
        return _folded(name)

    def tables(self, connection: Connection, path: Sequence[Sequence[str]]) -> Mapping[tuple[str, ...], Sequence[Column]]:
        """Looks in pg_class; a path of three parts must name the database that one is connected to."""
        *qualifiers, names = path
        where = f"n.nspname IN ({_strings(qualifiers[-1])})" if qualifiers else "pg_table_is_visible(c.oid)"
        if len(qualifiers) > 1:
            where += f" AND current_database() IN ({_strings(qualifiers[0])})"
        found: dict[tuple[str, ...], list[Column]] = {}
        for schema, table, column, *facts in connection.query(TABLES.format(tables=_strings(names), where=where)).rows:
            columns = found.setdefault((schema, table), [])
            if column is not None:
                columns.append(_column(column, *facts))
        return found

    def table_names(self, connection: Connection) -> Sequence[tuple[str, ...]]:
        """Lists what is not the system's own, what needs no schema first."""
        return [(schema, table) for schema, table in connection.query(TABLE_NAMES).rows]

    def guarantees(self, connection: Connection, path: Sequence[str]) -> Guarantees:
        """Constraints and unique indexes, as they were when the run's snapshot was taken."""
        schema, table = map(_string, path)
        connection.query(AS_WRITTEN)
        rows = connection.query(GUARANTEES.format(schema=schema, table=table, version=self.version)).rows
        self.recover(connection)
        return Guarantees(
            present={columns[0]: fact for fact, nulls_equal, columns in rows if nulls_equal is None},
            keys=[Key(frozenset(columns), fact, nulls_equal) for fact, nulls_equal, columns in rows if nulls_equal is not None],
        )

    def query_columns(self, connection: Connection, query: str) -> Sequence[Column]:
        """Describes the query; the collation of its texts is not told, so none of them counts as exact."""
        described = connection.describe(f"SELECT * FROM {query} LIMIT 0")
        oids = ", ".join(sorted({str(int(oid)) for _, oid in described})) or "0"
        types = {oid: facts for oid, *facts in connection.query(TYPES.format(oids=oids)).rows}
        return [_column(name, *types[int(oid)]) for name, oid in described]

    def same_type(self, column: Column, text: str) -> bool:
        """The catalog has one spelling of each type; of a domain ``declared`` is what it is made of."""
        wanted = _spelled(text)
        return any(wanted == _spelled(name) for name in (column.declared, column.type, column.base) if name)

    def ranked(self, value: str, relation: str, rank: int, rows: int) -> str:
        """``percentile_disc`` sorts values alone, several times as fast as rows; half a rank more keeps clear of rounding."""
        ranks = ", ".join(f"{2 * place + 1}.0 / {2 * rows}" for place in range(rank, min(rank + 2, rows)))
        return (
            f"SELECT unnest(percentile_disc(ARRAY[{ranks}]::float8[]) WITHIN GROUP (ORDER BY {value})) AS value\nFROM {relation}"
        )

    def quantile(self, value: str, relation: str, percent: int) -> str:
        """As one writes it here."""
        return f"SELECT percentile_cont({percent / 100}) WITHIN GROUP (ORDER BY {value}) AS value\nFROM {relation}"

    def cost(self, connection: Connection, sql: str) -> float | None:
        """The planner's total cost, in its own unit: one page read in order is 1."""
        ((answer,),) = connection.query(f"EXPLAIN (FORMAT JSON) {sql}").rows
        (tree,) = json.loads(answer) if isinstance(answer, str) else answer
        return float(tree["Plan"]["Total Cost"])

    def key_hash(self, columns: Sequence[Column], refs: Sequence[exp.Expression]) -> exp.Expression | None:
        """The record hash uses the types' own hash operators, and so sees what their equality sees."""
        if self.version < 140000 or any(c.kind in NOT_HASHED and c.type != "jsonb" for c in columns):
            return None
        row = exp.Anonymous(this="ROW", expressions=list(refs))
        return exp.Anonymous(this="hash_record_extended", expressions=[row, exp.Literal.number(0)])


def _column(
    name: str,
    type_name: str,
    base_name: str,
    base: str,
    base_type: str,
    declared: str,
    not_null: bool = False,
    deterministic: bool = False,
) -> Column:
    kind = "enum" if base_type == "e" else KINDS.get(base, "other")
    exact = base in EXACT or base_type == "e" or (base in EXACT_TEXT and deterministic)
    return Column(name, type_name, kind, nullable=not not_null, exact=exact, base=base_name, declared=declared)


def _spelled(type_name: str) -> tuple[str, str, bool]:
    """Returns a type in the catalog's spelling: its name, its length or precision, whether it is an array.

    How many dimensions an array has, or which schema holds a type, makes no difference; a text that is no type is its own.
    """
    parts = [part if part.startswith('"') else _folded(part) for part in TYPE_PART.findall(type_name)]
    array = bool(parts) and (parts[-1] == "array" or parts[-1].startswith("["))
    while parts and (parts[-1] == "array" or parts[-1].startswith("[")):
        parts.pop()
    while "." in parts:
        parts = parts[parts.index(".") + 1 :]
    name = " ".join(part for part in parts if not part.startswith("("))
    length = "".join(part for part in parts if part.startswith("(")).strip("()").replace(" ", "")
    name = SPELLINGS.get(name, name)
    if name == "double precision" and length.isdecimal():
        name, length = ("real" if int(length) <= 24 else name), ""
    if name == "numeric" and length.isdecimal():
        length += ",0"
    return _unquoted(name), length, array


def _unquoted(name: str) -> str:
    """Returns a name without quotes that it does not need: those of ``"char"`` say that it is another type than ``char``."""
    bare = name[1:-1]
    needless = name == f'"{bare}"' and re.fullmatch(r"[a-z_][a-z0-9_$]*", bare) and bare not in {*SPELLINGS, *SPELLINGS.values()}
    return bare if needless else name


def _folded(name: str) -> str:
    """Unquoted names have their ASCII letters in lower case, and no others."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def _string(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _strings(texts: Sequence[str]) -> str:
    return ", ".join(map(_string, texts))
