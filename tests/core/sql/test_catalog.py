"""What the catalog tells of a table beside its columns: how large it is, and what its values are like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from airflow_data_quality import Dataset, connect
from airflow_data_quality.core.sql.catalog import Catalog, Source
from airflow_data_quality.core.sql.catalogs import postgresql as catalogs
from airflow_data_quality.core.sql.dialect import dialect_named

NOW = datetime(2024, 1, 1, tzinfo=timezone.utc)


@contextmanager
def _catalog(url: str, dialect: str = "postgresql") -> Iterator[Catalog]:
    spoken = dialect_named(dialect)
    connection = connect(url).open()
    try:
        yield Catalog(connection, spoken, spoken.begin(connection, statement_timeout=timedelta(minutes=1)))
        # Whatever was asked, the transaction can still be used.
        assert connection.query("SELECT 1").rows == [(1,)]
    finally:
        connection.close()


def _source(db: Any, table: str = "t") -> Source:
    with _catalog(db.url) as catalog:
        return catalog.table(table)


def _bytes(db: Any, *tables: str) -> int:
    return sum(int(db.execute(f"SELECT pg_relation_size('{table}')")[0][0]) for table in tables)


FILL = "INSERT INTO {} SELECT n, repeat('x', 90) FROM generate_series(1, {}) AS n"

# Size ------------------------------------------------------------------------------------------------------------------


def test_an_empty_table(db: Any) -> None:
    db.execute("CREATE TABLE t (a integer)")
    assert (_source(db).rows, _source(db).bytes) == (0, 0)


def test_a_table_that_nobody_has_looked_at(db: Any) -> None:
    """About a hundred bytes hold a row."""
    db.execute("CREATE TABLE t (a integer, b text) WITH (autovacuum_enabled = off)", FILL.format("t", 1000))
    source = _source(db)
    assert source.bytes == _bytes(db, "t") > 0
    assert source.rows == source.bytes // 100


def test_a_table_that_has_grown_or_shrunk_since_somebody_looked(db: Any) -> None:
    db.execute("CREATE TABLE t (a integer, b text) WITH (autovacuum_enabled = off)", FILL.format("t", 6000), "ANALYZE t")
    assert _source(db).rows == 6000
    db.execute(FILL.format("t", 6000))
    assert _source(db).rows == pytest.approx(12000, rel=0.05)
    db.execute("DELETE FROM t WHERE a > 3000")
    assert _source(db).rows == pytest.approx(12000, rel=0.05)
    db.execute("ANALYZE t")
    assert _source(db).rows == 6000
    db.execute("TRUNCATE t")
    assert (_source(db).rows, _source(db).bytes) == (0, 0)


def test_what_is_read_along_with_a_table_counts_too(db: Any) -> None:
    db.execute(
        "CREATE TABLE t (a integer, b text) PARTITION BY RANGE (a)",
        "CREATE TABLE low PARTITION OF t FOR VALUES FROM (0) TO (2001)",
        "CREATE TABLE high PARTITION OF t FOR VALUES FROM (2001) TO (9000) PARTITION BY RANGE (a)",
        "CREATE TABLE highest PARTITION OF high FOR VALUES FROM (5000) TO (9000)",
        "CREATE TABLE higher PARTITION OF high FOR VALUES FROM (2001) TO (5000)",
        "CREATE TABLE old (a integer, b text)",
        "CREATE TABLE new () INHERITS (old)",
        FILL.format("t", 6000),
        FILL.format("old", 1000),
        FILL.format("new", 500),
        "ANALYZE",
    )
    assert (_source(db).rows, _source(db).bytes) == (6000, _bytes(db, "low", "higher", "highest"))
    assert (_source(db, "high").rows, _source(db, "low").rows) == (4000, 2000)
    assert (_source(db, "old").rows, _source(db, "old").bytes) == (1500, _bytes(db, "old", "new"))
    assert (_source(db, "new").rows, _source(db, "new").bytes) == (500, _bytes(db, "new"))


def test_what_is_no_table(db: Any) -> None:
    db.execute(
        "CREATE TABLE t (a integer, b text)",
        FILL.format("t", 1000),
        "CREATE MATERIALIZED VIEW m AS SELECT * FROM t",
        "CREATE VIEW v AS SELECT * FROM t",
        "ANALYZE m",
    )
    assert (_source(db, "m").rows, _source(db, "m").bytes) == (1000, _bytes(db, "m"))
    assert (_source(db, "v").rows, _source(db, "v").bytes) == (None, None)
    with _catalog(db.url) as catalog:
        query = catalog.source(Dataset(query="SELECT * FROM t"))
        assert (query.rows, query.bytes) == (None, None)
        filtered = catalog.source(Dataset(table="t", where="a > 1"))
        assert (filtered.rows, filtered.bytes) == (catalog.table("t").rows, _bytes(db, "t"))


def test_a_foreign_table_says_what_somebody_has_found(db: Any) -> None:
    if not db.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'file_fdw'"):
        pytest.skip("this PostgreSQL comes without file_fdw")
    server = f"server_{db.schema}"
    try:
        db.execute(
            "CREATE EXTENSION IF NOT EXISTS file_fdw WITH SCHEMA public",
            f"CREATE SERVER {server} FOREIGN DATA WRAPPER file_fdw",
            "CREATE TABLE t (a integer) PARTITION BY RANGE (a)",
            f"CREATE FOREIGN TABLE away PARTITION OF t FOR VALUES FROM (0) TO (9) SERVER {server} "
            "OPTIONS (filename 'PG_VERSION')",  # one line, in the folder of the server's data
            "CREATE TABLE here PARTITION OF t FOR VALUES FROM (9) TO (99)",
        )
        before = [(_source(db, table).rows, _source(db, table).bytes) for table in ("away", "t")]
        db.execute("ANALYZE away")
        after = [(_source(db, table).rows, _source(db, table).bytes) for table in ("away", "t")]
    finally:
        db.execute(f"DROP SERVER IF EXISTS {server} CASCADE")
    assert before == [(None, None)] * 2
    assert after == [(1, None)] * 2


def test_sqlite_does_not_say(tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(tmp_path / "d.db")) as made:
        made.executescript("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)")
    with _catalog(f"sqlite:///{tmp_path}/d.db", "sqlite") as catalog:
        source = catalog.table("t")
        assert (source.rows, source.bytes, catalog.statistics(source, "a")) == (None, None, None)


# Statistics ------------------------------------------------------------------------------------------------------------


def _window(db: Any, column: str, percent: int, margin: float = 1) -> tuple[Decimal, Decimal] | None:
    with _catalog(db.url) as catalog:
        noted = catalog.statistics(catalog.table("t"), column)
        return None if noted is None else noted.window(percent, margin)


def test_what_is_noted_of_columns(db: Any) -> None:
    db.execute(
        "CREATE TABLE t (few text, many text, id integer, half integer, constant numeric)",
        "INSERT INTO t SELECT 's' || n % 6, 'x' || n % 5000, n, CASE WHEN n % 2 = 0 THEN n END, 1.50 "
        "FROM generate_series(1, 20000) AS n",
    )
    assert _window(db, "id", 50) is None
    db.execute("ANALYZE t")
    with _catalog(db.url) as catalog:
        source = catalog.table("t")
        noted = {column.name: catalog.statistics(source, column.name) for column in source.columns}
        assert catalog.statistics(source, "gone") is None
    assert {name: found.null_share for name, found in noted.items() if found and name != "half"} == dict.fromkeys(
        ("few", "many", "id", "constant"), 0
    )
    assert all(noted.values())
    few, many, id_, half, constant = (found for found in noted.values() if found is not None)
    assert half.null_share == pytest.approx(0.5, abs=0.02)
    assert (few.distinct, id_.distinct, constant.distinct) == (6, 20000, 1)
    assert many.distinct == pytest.approx(5000, rel=0.1)
    assert half.distinct == pytest.approx(10000, rel=0.1)
    assert (few.common, many.bounds) == ((), ())


@pytest.mark.parametrize("kind", ["integer", "bigint", "numeric", "double precision", "real", "numeric(12, 2)"])
@pytest.mark.parametrize("percent", [2, 25, 50, 90, 98])
def test_a_window_holds_the_quantile_and_few_rows(percent: int, kind: str, postgres: Any) -> None:
    """Of values of which some are often there and some are not, and of rows that have none."""
    postgres.execute(
        f"CREATE TABLE t (v {kind})",
        "INSERT INTO t SELECT CASE WHEN n % 10 = 0 THEN NULL WHEN n % 5 = 1 THEN 77 ELSE (n * 7919 % 30011) - 15000 END "
        "FROM generate_series(1, 30000) AS n",
        "ANALYZE t",
    )
    window = _window(postgres, "v", percent)
    assert window is not None
    ((quantile, share),) = postgres.execute(
        f"SELECT percentile_cont({percent / 100}) WITHIN GROUP (ORDER BY v)::float8, "
        f"avg((v BETWEEN {window[0]} AND {window[1]})::integer)::float8 FROM t WHERE v IS NOT NULL"
    )
    assert window[0] <= quantile <= window[1]
    assert share < 0.07 or window[0] <= 77 <= window[1]


def test_no_window_where_too_little_is_known(db: Any) -> None:
    db.execute(
        "CREATE TABLE t (one integer, two integer, endless float8, nan numeric, text text, empty integer, list integer[])",
        "INSERT INTO t SELECT 1, n % 2, CASE WHEN n % 3 = 0 THEN 'Infinity'::float8 WHEN n % 3 = 1 THEN '-Infinity' ELSE 0 END, "
        "CASE WHEN n % 2 = 0 THEN 'NaN'::numeric ELSE n END, n::text, NULL, ARRAY[n, 1] FROM generate_series(1, 1000) AS n",
        "ANALYZE t",
    )
    for column in ("one", "two", "endless", "text", "empty", "list"):
        for percent in (1, 20, 90):
            assert _window(db, column, percent) is None, (column, percent)
    assert _window(db, "nan", 80) is None
    below = _window(db, "nan", 25)
    assert below is not None
    assert below[0] <= 500 <= below[1]


def test_children_are_noted_together_with_their_parent(db: Any) -> None:
    db.execute(
        "CREATE TABLE t (v integer)",
        "CREATE TABLE child () INHERITS (t)",
        "INSERT INTO t SELECT n FROM generate_series(1, 1000) AS n",
        "INSERT INTO child SELECT n FROM generate_series(1001, 4000) AS n",
        "ANALYZE t",
    )
    window = _window(db, "v", 50)
    assert window is not None
    assert window[0] <= 2000 <= window[1]
    db.execute("DROP TABLE t CASCADE", "CREATE TABLE t (v integer) PARTITION BY RANGE (v)")
    db.execute("CREATE TABLE p PARTITION OF t FOR VALUES FROM (0) TO (9999)", "INSERT INTO t SELECT generate_series(1, 1000)")
    db.execute("ANALYZE t")
    with _catalog(db.url) as catalog:
        noted = catalog.statistics(catalog.table("t"), "v")
        assert noted is not None
        assert noted.distinct == 1000


def test_nothing_is_noted_for_those_who_may_not_see_it(db: Any) -> None:
    role = f"{db.schema}_reader"
    db.execute(
        "CREATE TABLE t (a integer, b integer)",
        "INSERT INTO t SELECT n, n FROM generate_series(1, 1000) AS n",
        "ANALYZE t",
        f"CREATE ROLE {role}",
        f"GRANT USAGE ON SCHEMA {db.schema} TO {role}",
        f"GRANT SELECT (a) ON t TO {role}",
    )
    try:
        with _catalog(f"{db.url}%20-crole%3D{role}") as catalog:
            source = catalog.table("t")
            noted = [catalog.statistics(source, column) is not None for column in "ab"]
    finally:
        db.execute(f"DROP OWNED BY {role} CASCADE", f"DROP ROLE {role}")
    assert noted == [True, False]


def test_statistics_are_asked_for_once(postgres: Any) -> None:
    postgres.execute("CREATE TABLE t (a integer, b integer)", "INSERT INTO t VALUES (1, 1)", "ANALYZE t")
    asked: list[Sequence[str]] = []
    with _catalog(postgres.url) as catalog:
        dialect: Any = catalog._dialect
        statistics = dialect.statistics

        def heard(connection: Any, path: Sequence[str], *rest: Any) -> Any:
            asked.append(path)
            return statistics(connection, path, *rest)

        dialect.statistics = heard
        source = catalog.table("t")
        assert catalog.statistics(source, "a") is not None
        assert catalog.statistics(source, "b") is not None
        assert catalog.statistics(catalog.source(Dataset(query="SELECT 1 AS a")), "a") is None
    assert len(asked) == 1


def test_statistics_that_cannot_be_had_are_none(postgres: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only speaks like PostgreSQL may know no pg_stats."""
    monkeypatch.setattr(catalogs, "STATISTICS", catalogs.STATISTICS.replace("pg_stats", "pg_stats_gone"))
    postgres.execute("CREATE TABLE t (a integer)", "INSERT INTO t VALUES (1)", "ANALYZE t")
    with _catalog(postgres.url) as catalog:
        assert catalog.statistics(catalog.table("t"), "a") is None


def test_a_table_that_hides_rows_may_show_others_when_it_is_asked_again(db: Any) -> None:
    """What a policy calls may answer otherwise, as a view does."""
    role = f"reader_{db.schema}"
    db.execute(
        "CREATE TABLE t (a integer)",
        "CREATE POLICY a_part ON t USING (random() < 0.5)",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        f"CREATE ROLE {role}",
        f"GRANT USAGE ON SCHEMA {db.schema} TO {role}",
        f"GRANT SELECT ON t TO {role}",
    )
    try:
        with _catalog(f"{db.url}%20-c%20role%3D{role}") as catalog:
            assert catalog.table("t").view
        assert not _source(db).view  # its owner sees all
    finally:
        db.execute(f"DROP OWNED BY {role}", f"DROP ROLE {role}")
