"""The latest of each test, outcomes by day, and keys in place of long texts in indexes.

Foreign keys go: every execution written would be looked up in two other tables, and hypertables could not have them all.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import json
from itertools import product
from uuid import UUID, uuid5

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NAMESPACE = UUID("5b1c7a52-3f0e-5c8b-9a64-0d6f3e1b7c29")
FOREIGN_KEYS = {"fk": "%(table_name)s_%(column_0_name)s_fkey"}
"""What PostgreSQL calls them; SQLite has no names for them."""


def upgrade() -> None:
    """Makes the new tables, and fills what is new from what is kept."""
    _make_keys()
    _change_executions()  # it refers to statements and runs: once it no longer does, these can be changed
    _change_statements()
    _change_measurements()
    _change_runs()
    _make_test_state()
    _make_daily_outcomes()
    op.create_table("late_days", sa.Column("day", sa.Date, primary_key=True), sa.Column("writes", sa.BigInteger, nullable=False))
    _leave_room()
    op.drop_table("new_test_keys")
    op.drop_table("new_task_keys")


def _leave_room() -> None:
    """Leaves room in pages whose rows change with every run, so that no index has to change with them."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE test_state SET (fillfactor = 60)")
        op.execute("ALTER TABLE daily_outcomes SET (fillfactor = 80)")


def _key(*parts: object) -> UUID:
    return uuid5(NAMESPACE, json.dumps(parts, ensure_ascii=False, separators=(",", ":")))


def _make_keys() -> None:
    """Makes the keys here, for no database can: by test id, and by task instance."""
    ask = op.get_bind().execute
    by_test = op.create_table("new_test_keys", sa.Column("test_id", sa.Text), sa.Column("test_key", sa.Uuid))
    tests = [row.test_id for row in ask(sa.text("SELECT DISTINCT test_id FROM test_executions"))]
    op.bulk_insert(by_test, [{"test_id": test_id, "test_key": uuid5(NAMESPACE, test_id)} for test_id in tests])
    names = ("dag_id", "dag_run_id", "task_id", "map_index")
    columns = [sa.Column(name, sa.Integer if name == "map_index" else sa.Text) for name in names]
    by_task = op.create_table("new_task_keys", *columns, sa.Column("task_key", sa.Uuid))
    tasks = ask(sa.text(f"SELECT DISTINCT {', '.join(names)} FROM runs WHERE dag_id IS NOT NULL")).mappings()
    op.bulk_insert(by_task, [{**task, "task_key": _key(*(task[name] for name in names))} for task in tasks])


def _change_statements() -> None:
    op.add_column("statements", sa.Column("last_used", sa.Date))
    op.execute("UPDATE statements SET last_used = CURRENT_DATE")
    with op.batch_alter_table("statements") as table:
        table.alter_column("last_used", existing_type=sa.Date, nullable=False)
    op.create_index("statements_by_use", "statements", ["last_used"])


def _change_executions() -> None:
    op.add_column("test_executions", sa.Column("test_key", sa.Uuid))
    op.execute(
        "UPDATE test_executions SET test_key = new_test_keys.test_key FROM new_test_keys"
        " WHERE new_test_keys.test_id = test_executions.test_id"
    )
    op.drop_index("test_executions_by_test", "test_executions")
    op.drop_index("test_executions_by_run", "test_executions")
    with op.batch_alter_table("test_executions", naming_convention=FOREIGN_KEYS) as table:
        table.alter_column("test_key", existing_type=sa.Uuid, nullable=False)
        table.drop_constraint("test_executions_run_id_fkey", type_="foreignkey")
        table.drop_constraint("test_executions_statement_fkey", type_="foreignkey")
    op.create_index("test_executions_by_test", "test_executions", ["test_key", "started_at", "run_id"])
    op.create_index("test_executions_by_run", "test_executions", ["run_id", "position"])


def _change_measurements() -> None:
    op.add_column("measurements", sa.Column("test_key", sa.Uuid))
    op.execute(
        "UPDATE measurements SET test_key = new_test_keys.test_key FROM new_test_keys"
        " WHERE new_test_keys.test_id = measurements.test_id"
    )
    op.drop_index("measurements_by_execution", "measurements")
    with op.batch_alter_table("measurements") as table:
        table.drop_column("test_id")
        table.alter_column("test_key", existing_type=sa.Uuid, nullable=False)
    op.create_index("measurements_by_test", "measurements", ["test_key", "started_at", "id"])


FILL_RUNS = """
UPDATE runs SET
  first_at = coalesce((SELECT min(started_at) FROM test_executions WHERE run_id = runs.id), started_at),
  last_at = coalesce((SELECT max(started_at) FROM test_executions WHERE run_id = runs.id), started_at)"""
FILL_TASKS = """
UPDATE runs SET task_key = new_task_keys.task_key FROM new_task_keys
WHERE new_task_keys.dag_id = runs.dag_id AND new_task_keys.dag_run_id = runs.dag_run_id
  AND new_task_keys.task_id = runs.task_id AND new_task_keys.map_index = runs.map_index"""
FILL_COUNTED = """
UPDATE runs SET counted = NOT EXISTS (
  SELECT 1 FROM runs AS other WHERE other.task_key = runs.task_key
    AND (other.try_number, other.started_at, other.id) > (runs.try_number, runs.started_at, runs.id))"""


def _change_runs() -> None:
    moment = sa.DateTime(timezone=True)
    for column in (
        sa.Column("task_key", sa.Uuid),
        sa.Column("counted", sa.Boolean),
        sa.Column("first_at", moment),
        sa.Column("last_at", moment),
    ):
        op.add_column("runs", column)
    op.drop_index("runs_by_task", "runs")
    op.create_index("runs_by_task", "runs", ["task_key"])
    for fill in (FILL_RUNS, FILL_TASKS, FILL_COUNTED):
        op.execute(fill)
    with op.batch_alter_table("runs") as table:
        table.alter_column("counted", existing_type=sa.Boolean, nullable=False)
        table.alter_column("first_at", existing_type=moment, nullable=False)
        table.alter_column("last_at", existing_type=moment, nullable=False)
    op.create_index("runs_by_dag_run", "runs", ["dag_id", "dag_run_id"])
    op.create_index("runs_by_start", "runs", ["started_at", "id"])
    op.create_index("runs_by_dag", "runs", ["dag_id", "started_at", "id"])
    op.create_index("runs_by_task_id", "runs", ["task_id", "started_at", "id"])


COPIED = "conn_id, dataset, label, type, dimension, severity, outcome, value, message, started_at"
FILL_STATE = f"""
INSERT INTO test_state (test_key, test_id, test_id_start, {COPIED}, since, execution_id, run_id,
  dag_id, dag_run_id, task_id, map_index)
SELECT test_key, test_id, substr(test_id, 1, 250), {", ".join(f"latest.{name.strip()}" for name in COPIED.split(","))},
  coalesce((SELECT min(streak.started_at) FROM test_executions AS streak WHERE streak.test_key = latest.test_key
    AND streak.started_at > coalesce((SELECT max(other.started_at) FROM test_executions AS other
      WHERE other.test_key = latest.test_key AND other.outcome <> latest.outcome), '0001-01-01')), latest.started_at),
  latest.id, run_id, dag_id, dag_run_id, task_id, map_index
FROM (SELECT test_executions.*, row_number() OVER (PARTITION BY test_key ORDER BY started_at DESC, id DESC) AS age
  FROM test_executions) AS latest
JOIN runs ON runs.id = latest.run_id
WHERE age = 1"""


def _make_test_state() -> None:
    in_order = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "test_state",
        sa.Column("test_key", sa.Uuid, primary_key=True),
        sa.Column("test_id", sa.Text, nullable=False),
        sa.Column("test_id_start", in_order, nullable=False),
        sa.Column("conn_id", sa.Text),
        sa.Column("dataset", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("dimension", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("value", sa.Double),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("execution_id", sa.Uuid, nullable=False),
        sa.Column("run_id", sa.Uuid, nullable=False),
        sa.Column("dag_id", sa.Text),
        sa.Column("dag_run_id", sa.Text),
        sa.Column("task_id", sa.Text),
        sa.Column("map_index", sa.Integer),
    )
    op.execute(FILL_STATE)
    op.create_index("test_state_by_id", "test_state", ["test_id_start", "test_key"])
    op.create_index("test_state_by_outcome", "test_state", ["outcome", "since"])


APART = {
    "dimension": ("dimension",),
    "dataset": ("conn_id", "dataset"),
    "both": ("conn_id", "dataset", "dimension"),
}
SEVERITIES, OUTCOMES = ("error", "warn", "info"), ("passed", "failed", "errored", "skipped")
COUNTS = [f"{severity}_{outcome}" for severity, outcome in product(SEVERITIES, OUTCOMES)]


def _make_daily_outcomes() -> None:
    table = op.create_table(
        "daily_outcomes",
        sa.Column("key", sa.Uuid, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("apart", sa.Text, nullable=False),
        sa.Column("conn_id", sa.Text),
        sa.Column("dataset", sa.Text),
        sa.Column("dimension", sa.Text),
        *(sa.Column(name, sa.Integer, nullable=False) for name in COUNTS),
    )
    for apart, names in APART.items():
        op.bulk_insert(table, _counts(apart, names))
    op.create_index("daily_outcomes_by_day", "daily_outcomes", ["apart", "day"])


def _counts(apart: str, names: tuple[str, ...]) -> list[dict[str, object]]:
    connection = op.get_bind()
    day = "CAST(started_at AT TIME ZONE 'UTC' AS date)" if connection.dialect.name == "postgresql" else "date(started_at)"
    sums = ", ".join(
        f"sum(CASE WHEN severity = '{severity}' AND outcome = '{outcome}' THEN 1 ELSE 0 END) AS {severity}_{outcome}"
        for severity, outcome in product(SEVERITIES, OUTCOMES)
    )
    counted = sa.text(
        f"SELECT {day} AS day, {', '.join(names)}, {sums} FROM test_executions"
        f" WHERE run_id IN (SELECT id FROM runs WHERE counted) GROUP BY {day}, {', '.join(names)}"
    )
    none = {"conn_id": None, "dataset": None, "dimension": None}
    rows = [{**none, **row, "apart": apart} for row in connection.execute(counted.columns(day=sa.Date)).mappings()]
    return [{**row, "key": _key(row["day"].isoformat(), apart, row["conn_id"], row["dataset"], row["dimension"])} for row in rows]
