"""PostgreSQL's catalog: what a table is, what it guarantees and how large it is, in one round trip.

One statement returns the catalog's rows as they are, each kind of them as one JSON array; what they mean is said here, in
Python. Every part looks up what an array names (``= ANY(ARRAY(…))``): to plan a join of catalogs takes longer than to read
them, and a large catalog must not be read as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airflow_data_quality.core.database import Answer, Column
from airflow_data_quality.core.sql.dialect import Table
from airflow_data_quality.core.sql.proofs import Guarantees, Key, Reference
from airflow_data_quality.core.sql.statistics import Statistics

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
EXACT = {"int2", "int4", "int8", "bool", "date", "timestamp", "timestamptz", "uuid", "bytea"}
EXACT_TEXT = {"text", "varchar", "name"}

FOUND = """\
WITH RECURSIVE tree AS (
  SELECT oid AS root, oid FROM pg_class
  WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relname IN ({tables}) AND {where}
  UNION SELECT t.root, i.inhrelid FROM tree AS t JOIN pg_inherits AS i ON i.inhparent = t.oid
), attributes AS (
  SELECT attrelid, attnum, attname, atttypid, atttypmod, attnotnull, attcollation, attgenerated
  FROM pg_attribute WHERE attrelid = ANY(ARRAY(SELECT oid FROM tree)) AND attnum > 0 AND NOT attisdropped
)"""
"""A tree is a table with all whose rows are read along with its own."""

TABLES = {
    "members": """\
SELECT t.root AS table, m.oid, m.relname AS name, m.relkind AS kind, row_security_active(m.oid) AS secured,
  m.relpages AS pages, m.reltuples AS rows,
  (SELECT nspname FROM pg_namespace WHERE oid = m.relnamespace) AS namespace,
  CASE WHEN m.relkind IN ('r', 'm') THEN pg_relation_size(m.oid) END AS bytes, current_setting('block_size')::integer AS block
FROM (SELECT * FROM pg_class WHERE oid = ANY(ARRAY(SELECT oid FROM tree))) AS m JOIN tree AS t ON t.oid = m.oid""",
    "columns": """\
SELECT attrelid AS table, attnum AS place, attname AS name, atttypid AS type, format_type(atttypid, atttypmod) AS declared,
  attnotnull AS not_null, attcollation AS collation,
  coalesce((SELECT collisdeterministic FROM pg_collation WHERE oid = attcollation), true) AS deterministic
FROM attributes WHERE attrelid = ANY(ARRAY(SELECT root FROM tree)) ORDER BY attnum""",
    "types": """\
WITH RECURSIVE types AS (
  SELECT atttypid AS oid FROM attributes
  UNION SELECT (SELECT typbasetype FROM pg_type WHERE oid = d.oid AND typtype = 'd') FROM types AS d WHERE d.oid IS NOT NULL
) SELECT oid, format_type(oid, NULL) AS name, typname AS base, typtype AS kind, typbasetype AS behind,
  format_type(typbasetype, typtypmod) AS declared
FROM pg_type WHERE oid = ANY(ARRAY(SELECT oid FROM types))""",
}

PRESENT = """\
SELECT t.root AS table, a.attname AS name, NULL AS constraint
FROM attributes AS a JOIN tree AS t ON t.oid = a.attrelid
GROUP BY t.root, a.attname
HAVING bool_and(a.attnotnull AND a.attgenerated <> 'v')"""

VALIDATED_PRESENT = """\
SELECT t.root AS table, a.attname AS name, max(k.conname) FILTER (WHERE t.oid = t.root) AS constraint
FROM attributes AS a JOIN tree AS t ON t.oid = a.attrelid LEFT JOIN (
    SELECT conrelid, conkey[1] AS attnum, conname FROM pg_constraint
    WHERE conrelid = ANY(ARRAY(SELECT oid FROM tree)) AND contype = 'n' AND convalidated
  ) AS k ON k.conrelid = a.attrelid AND k.attnum = a.attnum
GROUP BY t.root, a.attname
HAVING bool_and(a.attnotnull AND a.attgenerated <> 'v' AND k.attnum IS NOT NULL)"""
"""Since PostgreSQL 18, which marks as NOT NULL what is yet to be validated too."""

KEYS = """\
SELECT i.indrelid AS table, (SELECT relname FROM pg_class WHERE oid = i.indexrelid) AS name, EXISTS (
    SELECT FROM pg_constraint WHERE conrelid = i.indrelid AND conindid = i.indexrelid AND contype IN ('p', 'u')
  ) AS declared, {nulls_equal} AS nulls_equal, i.indkey::text AS places, i.indclass::text AS classes,
  i.indcollation::text AS collations
FROM pg_index AS i
WHERE i.indrelid = ANY(ARRAY(SELECT root FROM tree)) AND i.indisunique AND i.indisvalid AND i.indisready AND i.indislive
  AND i.indimmediate AND NOT i.indisexclusion AND i.indpred IS NULL AND i.indexprs IS NULL"""

CLASSES = """\
SELECT oid, opcintype AS type FROM pg_opclass WHERE opcdefault AND oid = ANY(ARRAY(
  SELECT unnest(indclass::oid[]) FROM pg_index WHERE indrelid = ANY(ARRAY(SELECT root FROM tree)) AND indisunique))"""
"""The operator classes that are a type's own."""

REFERENCES = """\
SELECT k.conrelid AS table, k.conname AS constraint, n.nspname AS to_schema, c.relname AS to_table, u.columns, u.to_columns
FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.confrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL (
    SELECT array_agg(a.attname) AS columns, array_agg(b.attname) AS to_columns,
      bool_and(a.attcollation = b.attcollation AND o.oprname = '=' AND o.oprnamespace = 'pg_catalog'::regnamespace) AS plainly
    FROM unnest(k.conkey, k.confkey, k.conpfeqop) AS u(own, theirs, operator)
      JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.own
      JOIN pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = u.theirs
      JOIN pg_operator AS o ON o.oid = u.operator
  ) AS u CROSS JOIN LATERAL (
    WITH RECURSIVE family AS (
      SELECT k.oid, k.conrelid
      UNION ALL SELECT x.oid, x.conrelid
      FROM family AS f JOIN pg_constraint AS x ON x.conparentid = f.oid AND x.convalidated{enforced}
    )
    SELECT array_agg(f.conrelid) AS tables, bool_or(EXISTS (
      SELECT FROM pg_trigger WHERE tgconstraint = f.oid AND tgenabled NOT IN ('O', 'A')
    )) AS disabled
    FROM family AS f
  ) AS f
WHERE k.conrelid = ANY(ARRAY(SELECT root FROM tree)) AND k.contype = 'f' AND k.convalidated{own_enforced}
  AND c.relkind = 'r' AND NOT c.relispartition AND NOT row_security_active(c.oid) AND u.plainly AND NOT f.disabled
  AND NOT EXISTS (SELECT FROM tree AS t WHERE t.root = k.conrelid AND t.oid <> ALL(f.tables))"""
"""Foreign keys that hold in every row, if the server's triggers have seen every row.

Those of a partitioned table hold where each partition has its own, made from it; what inherits from a table in another way has
none. Equality must be the one that a query would use: the server's own, under one collation. The table that is referred to
must show all its rows: it hides none from this user; it is no partition, each of which the catalog has a key to when all of
them together are referred to; and it has none, for until the end of 2024 servers lost the triggers of such keys when a
partition came or went, and their catalogs do not tell.
"""

STATISTICS = """\
SELECT attname, null_frac, n_distinct, CASE WHEN attname IN ({numbers}) THEN most_common_vals::text::text[] END,
  most_common_freqs, CASE WHEN attname IN ({numbers}) THEN histogram_bounds::text::text[] END
FROM pg_stats
WHERE schemaname = {schema} AND tablename = {table} AND attname IN ({columns}) AND inherited = EXISTS (
  SELECT FROM pg_inherits WHERE inhparent = (
    SELECT oid FROM pg_class WHERE relname = {table} AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {schema})
  )
)"""
"""Of a table's own rows; where others' are read along with them, of all together."""

TEXT, VARCHAR, ANY_ENUM = "25", "1043", "3500"
"""Types that share an operator class with others, by their numbers, which no version changes."""

OF_A_TABLE = ("members", "columns", "present", "keys", "references")
Row = Mapping[str, Any]


def guarantees(version: int, foreign_keys: bool) -> Mapping[str, str]:
    """Returns what asks for guarantees, of foreign keys too where they are to be believed."""
    parts = {
        "present": VALIDATED_PRESENT if version >= 180000 else PRESENT,
        "keys": KEYS.format(nulls_equal="i.indnullsnotdistinct" if version >= 150000 else "false"),
        "classes": CLASSES,
    }
    if foreign_keys:
        enforced, own = (" AND x.conenforced", " AND k.conenforced AND NOT k.conperiod") if version >= 180000 else ("", "")
        parts["references"] = REFERENCES.format(enforced=enforced, own_enforced=own)
    return parts


def statement(tables: str, where: str, guarantees: Mapping[str, str]) -> str:
    """Returns the statement that asks for tables of these names (SQL literals), of those for which a condition holds."""
    parts = {**TABLES, **guarantees}
    columns = ",\n".join(f"(SELECT json_agg(p) FROM (\n{sql}\n) AS p)::text AS {name}" for name, sql in parts.items())
    return f"{FOUND.format(tables=tables, where=where)}\nSELECT {columns}"


@dataclass(frozen=True)
class Types:
    """The types of some columns, by their numbers, and all behind them that are domains."""

    rows: Mapping[str, Row]

    def base(self, number: str) -> Row:
        """Returns the type behind a domain, or the type itself."""
        return self._behind(number)[0]

    def _behind(self, number: str) -> tuple[Row, str | None]:
        declared = None
        row = self.rows[number]
        while row["kind"] == "d":
            declared = row["declared"]
            row = self.rows[row["behind"]]
        return row, declared

    def column(self, row: Row) -> Column:
        """Returns a row of the catalog as a column."""
        base, declared = self._behind(row["type"])
        return column(
            row["name"],
            self.rows[row["type"]]["name"],
            base["name"],
            base["base"],
            base["kind"],
            declared or row["declared"],
            row["not_null"],
            row["deterministic"],
        )


def column(
    name: str,
    type_name: str,
    base_name: str,
    base: str,
    base_type: str,
    declared: str,
    not_null: bool = False,
    deterministic: bool = False,
) -> Column:
    """Returns a column of a type that is made of another, in the catalog's words."""
    kind = "enum" if base_type == "e" else KINDS.get(base, "other")
    exact = base in EXACT or base_type == "e" or (base in EXACT_TEXT and deterministic)
    return Column(name, type_name, kind, nullable=not not_null, exact=exact, base=base_name, declared=declared)


def tables(answer: Answer) -> Mapping[tuple[str, ...], Table]:
    """Returns what the statement's answer says, by exact path."""
    ((*arrays,),) = answer.rows
    facts: dict[str, list[Row]] = {name: json.loads(text or "[]") for name, text in zip(answer.names, arrays, strict=True)}
    types = Types({row["oid"]: row for row in facts["types"]})
    found: dict[tuple[str, ...], Table] = {}
    for table in (row for row in facts["members"] if row["oid"] == row["table"]):
        mine = {part: [row for row in facts.get(part, ()) if row["table"] == table["oid"]] for part in OF_A_TABLE}
        found[table["namespace"], table["name"]] = Table(
            columns=[types.column(row) for row in mine["columns"]],
            rows=_sum(map(_rows, mine["members"])),
            bytes=_sum(map(_bytes, mine["members"])),
            view=table["kind"] == "v" or any(row["secured"] for row in mine["members"]),
            guarantees=Guarantees(
                present=_present(mine, types),
                keys=_keys(mine, types, {row["oid"]: row["type"] for row in facts.get("classes", ())}),
                references=[_reference(row) for row in mine["references"]],
            ),
        )
    return found


def _sum(numbers: Iterable[float | None]) -> int | None:
    known = list(numbers)
    return None if None in known else round(sum(filter(None, known)))


def _bytes(member: Row) -> int | None:
    size: int | None = 0 if member["kind"] == "p" else member["bytes"]
    return size


def _rows(member: Row) -> float | None:
    """Estimates rows as the server's planner does.

    There are as many on each page as when somebody last looked; where nobody has, a hundred bytes hold one. Of a foreign table
    nothing is known but what somebody has found.
    """
    if member["kind"] == "f":
        return float(member["rows"]) if member["rows"] > 0 else None
    size = _bytes(member)
    if size is None or member["pages"] <= 0 or member["rows"] < 0:
        return None if size is None else size // 100
    return float(size / member["block"] * member["rows"] / member["pages"])


def _present(mine: Mapping[str, Sequence[Row]], types: Types) -> Mapping[str, str]:
    """Returns the columns in which no NULL can be, with what proves it.

    NOT NULL counts where every table of the tree has it, validated, and none of them is a foreign one, which nobody holds to
    it. A composite value may be NULL by its fields; a virtual column is computed anew by whoever reads it.
    """
    if any(member["kind"] not in ("r", "p") for member in mine["members"]):
        return {}
    composite = {row["name"] for row in mine["columns"] if types.base(row["type"])["kind"] == "c"}
    facts = {row["name"]: row["constraint"] and f"constraint {row['constraint']}" for row in mine["present"]}
    return {name: fact or f"NOT NULL of {name}" for name, fact in facts.items() if name not in composite}


def _keys(mine: Mapping[str, Sequence[Row]], types: Types, classes: Mapping[str, str]) -> Sequence[Key]:
    """Returns the keys of which no two rows are the same.

    A key is an index in force over the columns themselves by their own equality: another operator class or collation may
    hold equal values apart. It is none where other tables' rows are read along with it. A deferrable one is kept by a
    trigger, which a replica's session passes by, as every session does while it is disabled.
    """
    if [member["kind"] for member in mine["members"]] != ["r"]:
        return []
    by_place = {row["place"]: row for row in mine["columns"]}
    keys = []
    for row in mine["keys"]:
        # Columns that an index merely includes have a place in it, and neither a class nor a collation.
        parts = list(zip(row["places"].split(), row["classes"].split(), row["collations"].split(), strict=False))
        own = [by_place[int(place)] for place, _, _ in parts]
        alike = (
            c["collation"] == collation and _is_own(classes.get(class_), types.base(c["type"]))
            for c, (_, class_, collation) in zip(own, parts, strict=True)
        )
        if all(alike):
            # A constraint and its index have one name.
            fact = f"{'constraint' if row['declared'] else 'unique index'} {row['name']}"
            keys.append(Key(frozenset(c["name"] for c in own), fact, row["nulls_equal"]))
    return keys


def _reference(row: Row) -> Reference:
    pairs = frozenset(zip(row["columns"], row["to_columns"], strict=True))
    return Reference(pairs, (row["to_schema"], row["to_table"]), f"constraint {row['constraint']}")


def _is_own(class_type: str | None, base: Row) -> bool:
    """Says whether an operator class, by the type that it is the default of, is a type's own."""
    shared = (class_type == TEXT and base["oid"] == VARCHAR) or (class_type == ANY_ENUM and base["kind"] == "e")
    return class_type == base["oid"] or shared


def statistics(answer: Answer, rows: int | None) -> Mapping[str, Statistics]:
    """Returns what is noted of each column of a table with about so many rows.

    How many values are different is noted as a number, or below 0 as a share of the rows.
    """
    found = {}
    for name, null_share, distinct, values, shares, bounds in answer.rows:
        number = float(distinct) if distinct > 0 else -distinct * rows if distinct and rows is not None else None
        common = tuple(zip(values or (), shares or (), strict=False))
        found[name] = Statistics(number, float(null_share), common, tuple(bounds or ()))
    return found
