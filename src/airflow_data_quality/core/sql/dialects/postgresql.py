"""PostgreSQL 13 and later."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import ClassVar

from sqlglot import exp

from airflow_data_quality.core.database import MOMENTS, NUMBERS, Column, Connection
from airflow_data_quality.core.errors import QueryError
from airflow_data_quality.core.model.moments import parse_moment
from airflow_data_quality.core.model.nodes import IS_JSON, ISO_TEXT, LENGTH, MATCHES, PLAIN_TEXT, SHOWN, TYPED
from airflow_data_quality.core.sql.catalogs import postgresql as catalogs
from airflow_data_quality.core.sql.dialect import Dialect, Table
from airflow_data_quality.core.sql.lexis import STANDARD, Lexis
from airflow_data_quality.core.sql.statistics import Statistics

LONGEST_TIMEOUT = 2**31 - 1
SHORT_WAIT = "1000"
"""Milliseconds that a session waits for a lock which another one of the same run holds already."""

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
    # From PostgreSQL 16 on rows would be sorted whole below a count(DISTINCT …), where it sorts values alone by itself.
    "enable_presorted_aggregate": "off",
    "standard_conforming_strings": "on",
    # A float as its shortest spelling, whatever a role prefers.
    "extra_float_digits": "1",
}

BEGIN = """\
SELECT to_jsonb(clock_timestamp() AT TIME ZONE 'UTC') #>> '{{}}', current_setting('server_version_num')::int,
  (SELECT count(CASE WHEN current_setting(v.name, true) IS NOT NULL THEN set_config(v.name, v.value, true) END)
   FROM (VALUES {settings}) AS v(name, value))"""

SEEN = "extract(epoch FROM pg_postmaster_start_time())::text, pg_current_snapshot()::text"
"""What two sessions have in common that see the same."""

HOLD = """\
SELECT count(*) FILTER (
    WHERE c.oid IS NULL OR (c.relkind IN ('r', 'm') AND c.relfilenode <> 0 AND c.relfilenode <> pg_relation_filenode(c.oid))
  ), current_setting('standard_conforming_strings')
FROM pg_locks AS l LEFT JOIN pg_class AS c ON c.oid = l.relation
WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid(){held}"""
"""How many of the relations that this session has locked are not those that its snapshot knows: emptied, rewritten, or new
under an old name. A statement locks what it names before it runs, partitions and what views read included."""

TABLE_NAMES = """\
SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY pg_table_is_visible(c.oid) DESC, n.nspname, c.relname LIMIT 20000"""

TYPES = """\
SELECT oid::bigint, format_type(oid, NULL), format_type(oid, NULL), typname, typtype, format_type(oid, NULL)
FROM pg_type WHERE oid IN ({oids})"""
"""Of a query's columns, whose domains the server has resolved already."""

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
MOMENT_TYPES = ("date", "timestamp without time zone", "timestamp with time zone")
NOT_HASHED = {"json", "other"}
CHAINED = {
    **dict.fromkeys(("smallint", "integer"), "hashint8extended({value}, {seed})"),
    "bigint": "hashint8extended({value} >> 32, hashint8extended({value}, {seed}))",
    **dict.fromkeys(MOMENT_TYPES, "hashfloat8extended(date_part('epoch', {value}), {seed})"),
    **dict.fromkeys(("text", "character varying"), "hashtextextended({value}, {seed})"),
    "uuid": "uuid_hash_extended({value}, {seed})",
}
"""Type → its hash, which takes another hash to begin with.

That of a bigint, and of a moment, has 32 bits alone: it folds both halves into one.
"""
WHOLE = {"bigint": ("{value} >> 32",), **dict.fromkeys(MOMENT_TYPES, ("date_part('epoch', {value})",))}
"""Type → what is hashed beside its value, so that its hash is worth 64 bits."""


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
    shows_state = True
    explain = "EXPLAIN"
    groups_in_order = True
    unites_in_parallel = True
    functions: ClassVar[Mapping[str, Callable[..., exp.Expression]]] = {
        ISO_TEXT: _iso_text,
        TYPED: _typed,
        MATCHES: _matches,
        LENGTH: lambda _, value: exp.Length(this=value),
        IS_JSON: _is_json,
        PLAIN_TEXT: _plain_text,
        SHOWN: _shown,
    }

    def begin(self, connection: Connection, *, statement_timeout: timedelta, state: str | None = None) -> datetime:
        """One read-only transaction on one snapshot; its savepoint is where ``recover`` returns to."""
        milliseconds = min(max(1, round(statement_timeout.total_seconds() * 1000)), LONGEST_TIMEOUT)
        settings = {**SETTINGS, "statement_timeout": str(milliseconds)}
        if state is not None:
            settings["lock_timeout"] = SHORT_WAIT
        values = ", ".join(f"({_string(name)}, {_string(value)})" for name, value in settings.items())
        connection.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if state is not None:
            self._see(connection, *state.split("/"))
        ((clock, version, _),) = connection.query(BEGIN.format(settings=values)).rows
        connection.query("SAVEPOINT data_quality")
        self.version = version
        return parse_moment(clock).replace(tzinfo=timezone.utc)

    def _see(self, connection: Connection, name: str, *seen: str) -> None:
        """Imports a snapshot; behind a balancer another server may have one of the same name."""
        connection.query(f"SET TRANSACTION SNAPSHOT {_string(name)}")
        (row,) = connection.query(f"SELECT {SEEN}").rows
        if tuple(row) != seen:
            raise QueryError("it leads to another server, or to another state")

    def hold(self, connection: Connection, relations: Sequence[str]) -> bool:
        """Locks the relations as any SELECT does, until the transaction ends: TRUNCATE and the like know no snapshots."""
        self.recover(connection)
        held = "".join(f"\n  AND NOT EXISTS (SELECT FROM {relation} LIMIT 0)" for relation in relations)
        ((changed, strings),) = connection.query(HOLD.format(held=held)).rows
        if strings != "on":
            raise QueryError("what is asked changes how texts are read", sqlstate="42000")
        connection.query("RELEASE SAVEPOINT data_quality")
        connection.query("SAVEPOINT data_quality")
        return not changed

    def show(self, connection: Connection) -> str:
        """Exports the snapshot, which cannot be done behind a savepoint."""
        connection.query("RELEASE SAVEPOINT data_quality")
        try:
            ((name, *seen),) = connection.query(f"SELECT pg_export_snapshot(), {SEEN}").rows
        except QueryError as error:
            if not error.closed:
                self.end(connection)
            raise
        connection.query("SAVEPOINT data_quality")
        return "/".join((name, *seen))

    def end(self, connection: Connection) -> None:
        """Rolls back."""
        connection.query("ROLLBACK")

    def recover(self, connection: Connection) -> None:
        """Rolls back to the savepoint; the snapshot stays."""
        connection.query("ROLLBACK TO SAVEPOINT data_quality")

    def fold(self, name: str) -> str:
        """Unquoted names have their ASCII letters in lower case, and no others."""
        return _folded(name)

    def tables(
        self, connection: Connection, path: Sequence[Sequence[str]], *, foreign_keys: bool = False
    ) -> Mapping[tuple[str, ...], Table]:
        """Looks in pg_class; a path of three parts must name the database that one is connected to."""
        *qualifiers, names = path
        where = "pg_table_is_visible(oid)"
        if qualifiers:
            where = f"relnamespace = ANY(ARRAY(SELECT oid FROM pg_namespace WHERE nspname IN ({_strings(qualifiers[-1])})))"
        if len(qualifiers) > 1:
            where += f" AND current_database() IN ({_strings(qualifiers[0])})"
        guarantees = catalogs.guarantees(self.version, foreign_keys)
        try:
            return catalogs.tables(connection.query(catalogs.statement(_strings(names), where, guarantees)))
        except QueryError as error:
            if not self.own_fault(error):
                raise
            # What only speaks like PostgreSQL may have less of a catalog: the columns are enough.
            self.recover(connection)
            return catalogs.tables(connection.query(catalogs.statement(_strings(names), where, {})))

    def table_names(self, connection: Connection) -> Sequence[tuple[str, ...]]:
        """Lists what is not the system's own, what needs no schema first."""
        return [(schema, table) for schema, table in connection.query(TABLE_NAMES).rows]

    def statistics(
        self, connection: Connection, path: Sequence[str], columns: Sequence[Column], rows: int | None
    ) -> Mapping[str, Statistics]:
        """What ANALYZE has left, as far as this user may see it."""
        schema, table = map(_string, path)
        numbers = _strings([column.name for column in columns if column.kind in NUMBERS]) or "NULL"
        names = _strings([column.name for column in columns]) or "NULL"
        sql = catalogs.STATISTICS.format(schema=schema, table=table, columns=names, numbers=numbers)
        return catalogs.statistics(connection.query(sql), rows)

    def query_columns(self, connection: Connection, query: str) -> Sequence[Column]:
        """Describes the query; the collation of its texts is not told, so none of them counts as exact."""
        described = connection.describe(f"SELECT * FROM {query} LIMIT 0")
        oids = ", ".join(sorted({str(int(oid)) for _, oid in described})) or "0"
        types = {oid: facts for oid, *facts in connection.query(TYPES.format(oids=oids)).rows}
        return [catalogs.column(name, *types[int(oid)]) for name, oid in described]

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

    def key_hash(self, columns: Sequence[Column], *, nulls: bool) -> str | None:
        """Hashes that are chained where they see what equality sees, else the record's: slower, by the types' own operators."""
        if self.version < 140000 or any(c.kind in NOT_HASHED and c.type != "jsonb" for c in columns):
            return None
        if not nulls and all(column.base in CHAINED and column.exact for column in columns):
            seed = "0"
            for column in columns:
                seed = CHAINED[column.base].format(value=self.quoted(column.name), seed=seed)
            return seed
        fields = [part.format(value=self.quoted(c.name)) for c in columns for part in ("{value}", *WHOLE.get(c.base, ()))]
        return f"hash_record_extended(ROW({', '.join(fields)}), 0)"


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
