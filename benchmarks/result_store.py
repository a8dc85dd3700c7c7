"""How long does the result store take to write a run, and to answer, with a year of results in it?

5,000 tests of 200 tables, as many executions as ``--rows`` says (1e6 by default, 1e7 on request), two measurements each. They are
made inside the server; what is measured goes by ``SqlResultStore`` from the call to the answer, whose rows have been read then.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from itertools import count, product
from uuid import uuid4

import psycopg
from sqlalchemy.schema import CreateIndex, DropIndex

from airflow_data_quality.core.checks.completeness import Completeness
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.execution import Execution, Measurement, execution_id
from airflow_data_quality.core.model.run import Origin, Plan, Run, Statement
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results.keys import task_key, test_key
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from airflow_data_quality.core.stores.results.tables import OUTCOMES, SEVERITIES, metadata
from benchmarks.database import execute
from benchmarks.harness import freeze, interleaved, ms, table, timed

TESTS, TABLES, DAYS = 5_000, 200, 365
PER_TABLE = TESTS // TABLES
END = datetime(2026, 1, 1, tzinfo=timezone.utc)
DIMENSIONS = ("completeness", "uniqueness", "volume", "freshness", "consistency", "validity", "distribution")
ROUNDS = 21
NAME = "result_store"


def main(url: str) -> None:
    """Fills a database of its own, asks, and drops it."""
    rows = int(float(os.environ.get("DQ_BENCH_ROWS", "1e6").split(",")[0]))
    execute(url, f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", f"CREATE DATABASE {NAME}")
    own = url.replace("/postgres?", f"/{NAME}?") if "?" in url else url.rpartition("/")[0] + f"/{NAME}"
    database = StoreDatabase.by_url(own)
    store = SqlResultStore(database, retention_days=0)
    try:
        store.migrate()
        started = time.monotonic()
        fill(own, rows // TESTS)
        size = execute(own, f"SELECT pg_size_pretty(pg_database_size('{NAME}'))")[0][0]
        print(f"{rows:,} executions made in {time.monotonic() - started:.0f} s, {size}\n", flush=True)
        report(database, store)
    finally:
        database.engine.dispose()
        execute(url, f"DROP DATABASE {NAME} WITH (FORCE)")


def report(database: StoreDatabase, store: SqlResultStore) -> None:
    """Measures and prints, with what is loaded out of the garbage collector's sight, as in a task that Airflow has forked."""
    freeze()
    writes = interleaved(
        {f"{n:,} executions, {5 * n:,} measurements, {way}": _writing(database, store, n, way)
         for n in (100, 1_000) for way in ("pooled", "connecting")},
        ROUNDS,
    )  # fmt: skip
    promised = {"100": "< 30", "1,000": "< 200"}
    table(
        ("writing a run", "ms, median (least)", "promised"),
        [(name, ms(taken, 1), promised[name.partition(" ")[0]]) for name, taken in writes.items()],
    )
    reads = interleaved({name: timed(read) for name, (read, _) in _reads(store).items()}, ROUNDS)
    table(
        ("reading", "ms, median (least)", "promised"),
        [(name, ms(reads[name], 1), f"< {limit}") for name, (_, limit) in _reads(store).items()],
    )


# What is asked --------------------------------------------------------------------------------------------------------


def _reads(store: SqlResultStore) -> dict[str, tuple[Callable[[], object], int]]:
    month = (END.date() - timedelta(days=30), END.date() - timedelta(days=1))
    turn = count(1)
    newest = store.latest_executions(dag_id="dag_3", limit=1)[0].run_id
    second = {
        "latest executions": store.latest_executions().cursor,
        "states": store.states().cursor,
        "history": store.measurement_history(test_id(7)).cursor,
    }
    task = {"dag_id": "dag_3", "run_id": "scheduled__1"}
    return {
        "summary": (store.summary, 20),
        "summary, seen in 30 days": (lambda: store.summary(seen_since=END - timedelta(days=30)), 20),
        "pass rates, 30 days by day": (lambda: store.pass_rates(*month, by=["day"]), 20),
        "pass rates, 30 days by dataset": (lambda: store.pass_rates(*month, by=["dataset"]), 20),
        "pass rates, 30 days by dimension": (lambda: store.pass_rates(*month, by=["dimension"]), 20),
        "states, a page of 100": (store.states, 50),
        "states, the second page": (lambda: store.states(cursor=second["states"]), 50),
        "states, failed, of a dataset": (lambda: store.states(outcome="failed", dataset="public.table_7"), 50),
        "states, of none": (lambda: store.states(dataset="nowhere"), 50),
        "latest executions, 100": (store.latest_executions, 50),
        "latest executions, the second page": (lambda: store.latest_executions(cursor=second["latest executions"]), 50),
        "latest executions of a DAG": (lambda: store.latest_executions(dag_id=f"dag_{next(turn) % TABLES}"), 50),
        "latest executions of a task": (lambda: store.latest_executions(task_id=f"table_{next(turn) % TABLES}"), 50),
        "executions of a test, 100": (lambda: store.executions_of_test(test_id(next(turn) * 37 % TESTS)), 50),
        "measurements of a test, 100": (lambda: store.measurement_history(test_id(next(turn) * 41 % TESTS)), 50),
        "measurements, the second page": (lambda: store.measurement_history(test_id(7), cursor=second["history"]), 50),
        "measurements, of one metric, 1,000": (
            lambda: store.measurement_history(test_id(next(turn) * 43 % TESTS), metric="row_count", limit=1_000), 50),
        "measurements, of no such metric": (
            lambda: store.measurement_history(test_id(next(turn) * 47 % TESTS), metric="none"), 50),
        "a run of 25": (lambda: store.run(newest), 50),
        "executions of a task instance": (lambda: store.executions_of_task(**task, task_id="table_3"), 50),
        "executions of a DAG run": (lambda: store.executions_of_dag(**task), 50),
        "runs of a DAG run": (lambda: store.runs_of_dag(**task), 50),
    }  # fmt: skip


def _writing(database: StoreDatabase, store: SqlResultStore, executions: int, way: str) -> Callable[[], float]:
    def turn() -> float:
        run = _run(executions)
        if way == "connecting":
            database.engine.dispose()
        started = time.perf_counter()
        if not store.write(run):
            raise RuntimeError("a run that was there already has been measured")
        return time.perf_counter() - started

    return turn


_moments = count()


def _run(executions: int) -> Run:
    """Returns a run of an Airflow task that nobody has seen, of tests that have run before."""
    run_id, at = uuid4(), END + timedelta(seconds=next(_moments))
    ids = [test_id(number * TESTS // executions) for number in range(executions)]
    origin = Origin(dag_id="dag_0", run_id=f"manual__{run_id}", task_id="table_0")
    sent = Statement(sql="SELECT COUNT(*) AS m0, COUNT(email) AS m1 FROM public.table_0", test_ids=tuple(ids))
    return Run(
        id=run_id,
        source="airflow",
        origin=origin,
        started_at=at,
        finished_at=at + timedelta(seconds=1),
        executions=tuple(_execution(run_id, each, at) for each in ids),
        plan=Plan(statements=(sent,)),
    )


def _execution(run_id: object, test: str, at: datetime) -> Execution:
    return Execution(
        id=execution_id(run_id, test),
        run_id=run_id,
        test_id=test,
        check=Completeness(column="email"),
        dataset=Dataset(table="public.table_0", conn_id="warehouse"),
        outcome="passed",
        severity="error",
        value=0,
        checked=1_000,
        failing=0,
        bounds=0,
        message="0 of 1,000 rows have no email, allowed 0",
        measurements=tuple(Measurement(metric=f"value_count(column_{number})", value=number) for number in range(5)),
        sql=f"SELECT COUNT(email) FROM public.table_0 /* {test} */",
        started_at=at,
        duration_ms=12.5,
    )


# What is there --------------------------------------------------------------------------------------------------------


def test_id(number: int) -> str:
    """Returns the id of one of the tests that are there."""
    return f"dag_{number % TABLES}/table_{number % TABLES}/completeness(column_{number // TABLES})"


test_id.__test__ = False  # type: ignore[attr-defined]

SPECS = """
  '0' AS exact_value, '0' AS bounds, '[{"metric":"failing","value":0,"bounds":0,"held":true}]' AS judgements,
  '{"type":"completeness","column":"email","max_failing":0}' AS check_spec,
  '{"table":"' || dataset || '","conn_id":"warehouse"}' AS dataset_spec, '["fused with 24 others"]' AS plan_facts"""
RUNS = """
INSERT INTO runs (id, source, dag_id, dag_run_id, task_id, map_index, try_number, started_at, finished_at, verdict, score,
  passed, failed, errored, skipped, plan, task_key, counted, first_at, last_at)
SELECT md5(round || ' ' || k)::uuid, 'airflow', 'dag_' || k, 'scheduled__' || round, 'table_' || k, -1, 1, at,
  at + interval '1 second', 'passed', 1, {per_table}, 0, 0, 0, '{{"statements":[],"errors":{{}},"tests":[],"notes":[]}}',
  CASE WHEN round = 1 AND k = 3 THEN '{known}' ELSE md5('task ' || round || ' ' || k)::uuid END, true, at, at
FROM generate_series(1, {rounds}) AS round, generate_series(0, {tables} - 1) AS k,
  LATERAL (SELECT '{end}'::timestamptz - ({rounds} - round) * interval '{days} days' / {rounds} - k * interval '1 second'
    - interval '1 hour' AS at)"""
EXECUTIONS = """
INSERT INTO test_executions (id, started_at, run_id, position, test_key, test_id, label, type, dimension, dataset, conn_id,
  outcome, severity, value, checked, failing, message, duration_ms, statement, exact_value, bounds, judgements, check_spec,
  dataset_spec, plan_facts)
SELECT md5(runs.id::text || n)::uuid, runs.started_at, runs.id, n / {tables}, test_key, test_id, label, type, dimension, dataset,
  conn_id, CASE hashtext(runs.id::text || n) & 127 WHEN 0 THEN 'failed' WHEN 1 THEN 'errored' ELSE 'passed' END,
  severity, 0, 1000000, 0, '0 of 1,000,000 rows have no email, allowed 0', 12.5, hash, {specs}
FROM runs JOIN seed ON runs.task_id = 'table_' || seed.n % {tables}"""
MEASUREMENTS = """
INSERT INTO measurements (id, started_at, execution_id, test_key, metric, value, exact_value)
SELECT (left(run_id::text, 28) || lpad(to_hex(2 * position + k), 8, '0'))::uuid, started_at, id, test_key,
  CASE k WHEN 0 THEN 'row_count' ELSE 'null_count(email)' END, 1000000 * (1 - k), (1000000 * (1 - k))::text
FROM test_executions, generate_series(0, 1) AS k"""
STATES = """
INSERT INTO test_state (test_key, test_id, test_id_start, conn_id, dataset, label, type, dimension, severity, outcome, value,
  message, started_at, since, execution_id, run_id, dag_id, dag_run_id, task_id, map_index)
SELECT DISTINCT ON (test_key) test_key, test_id, left(test_id, 250), conn_id, dataset, label, type, dimension, severity, outcome,
  value, message, e.started_at, e.started_at, e.id, run_id, dag_id, dag_run_id, task_id, map_index
FROM test_executions e JOIN runs ON runs.id = run_id WHERE e.started_at > '{end}'::timestamptz - interval '3 days'
ORDER BY test_key, e.started_at DESC"""
COUNTS = """
INSERT INTO daily_outcomes
SELECT md5(day || coalesce(dataset, '') || coalesce(dimension, ''))::uuid, day,
  CASE WHEN dataset IS NULL THEN 'dimension' WHEN dimension IS NULL THEN 'dataset' ELSE 'both' END,
  conn_id, dataset, dimension, {sums}
FROM (SELECT *, (started_at AT TIME ZONE 'UTC')::date AS day FROM test_executions) AS executions
GROUP BY GROUPING SETS ((day, conn_id, dataset, dimension), (day, conn_id, dataset), (day, dimension)) ORDER BY day"""
SUMS = ", ".join(
    f"count(*) FILTER (WHERE severity = '{severity}' AND outcome = '{outcome}')"
    for severity, outcome in product(SEVERITIES, OUTCOMES)
)


def fill(url: str, rounds: int) -> None:
    """Makes so many rounds of all tests, spread over a year; indexes are made when the rows are there."""
    names = ("statements", "runs", "test_executions", "measurements", "test_state", "daily_outcomes")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET search_path = data_quality")
        connection.execute("SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'")
        connection.execute("SET statement_timeout = 0; SET jit = off; SET timezone = 'UTC'")
        _seed(connection)
        indexes = [index for name in names for index in metadata.tables[name].indexes]
        for index in indexes:
            connection.execute(str(DropIndex(index)))
        known = task_key(Origin(dag_id="dag_3", run_id="scheduled__1", task_id="table_3"))
        values = {"rounds": rounds, "tables": TABLES, "per_table": PER_TABLE, "days": DAYS, "end": END, "known": known}
        for statement in (RUNS, EXECUTIONS, MEASUREMENTS, STATES, COUNTS):
            connection.execute(statement.format(**values, specs=SPECS, sums=SUMS))
        for index in indexes:
            connection.execute(str(CreateIndex(index)))
        for name in names:
            connection.execute(f"VACUUM (ANALYZE) {name}")


def _seed(connection: psycopg.Connection) -> None:
    connection.execute(
        "CREATE TEMPORARY TABLE seed (n int, test_key uuid, test_id text, label text, type text, dimension text, severity text,"
        " dataset text, conn_id text, hash text)"
    )
    with connection.cursor().copy("COPY seed FROM STDIN") as copy:
        for n in range(TESTS):
            column = n // TABLES
            severity = ("error", "error", "error", "warn", "info")[column % 5]
            place = (f"public.table_{n % TABLES}", "warehouse", f"{n:064x}")
            label, dimension = f"completeness(column_{column})", DIMENSIONS[column % len(DIMENSIONS)]
            copy.write_row((n, test_key(test_id(n)), test_id(n), label, "completeness", dimension, severity, *place))
    connection.execute("INSERT INTO statements SELECT hash, 'SELECT COUNT(email) FROM ' || dataset, '2026-01-01' FROM seed")
