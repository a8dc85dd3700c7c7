"""The latest of each test, and since when it has been so."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, Uuid, and_, bindparam, case, func, or_, select, tuple_, update

from airflow_data_quality.core.stores.results.rows import Row, into
from airflow_data_quality.core.stores.results.tables import ORDERED_BY, runs, test_executions, test_state
from airflow_data_quality.core.stores.types import Moment

AS_IN_EXECUTION = (
    *("test_key", "test_id", "conn_id", "dataset", "label", "type", "dimension", "severity", "outcome", "value", "message"),
    *("started_at", "run_id"),
)
AS_IN_RUN = ("dag_id", "dag_run_id", "task_id", "map_index")


def bring_up(connection: Connection, run: Row, executions: int) -> None:
    """Sets the state of a run's tests, of those alone of which nothing newer is known.

    Args:
        connection: with the transaction, the run's executions in it.
        run: its row.
        executions: how many it has.
    """
    own = {"run": run["id"], "first": run["first_at"], "last": run["last_at"]}
    kept = connection.execute(_set(connection.dialect.name), own, execution_options={"preserve_rowcount": True})
    if kept.rowcount < executions:
        connection.execute(_mend(), own)


def _of_run(executions: Any) -> Any:
    own = executions.c.run_id == bindparam("run", type_=Uuid)
    return and_(own, executions.c.started_at.between(bindparam("first", type_=Moment), bindparam("last", type_=Moment)))


@cache
def _set(dialect: str) -> Any:
    found = test_executions.c
    columns = {
        **{name: found[name] for name in AS_IN_EXECUTION},
        **{name: runs.c[name] for name in AS_IN_RUN},
        "test_id_start": func.substr(found.test_id, 1, ORDERED_BY),
        "since": found.started_at,
        "execution_id": found.id,
    }
    theirs = (
        select(*columns.values())
        .join_from(test_executions, runs, runs.c.id == found.run_id)
        .where(_of_run(test_executions))
        .order_by(found.test_key)
    )
    insert = into(dialect, test_state).from_select(list(columns), theirs)
    new, old = insert.excluded, test_state.c
    return insert.on_conflict_do_update(
        index_elements=[old.test_key],
        set_={
            **{name: new[name] for name in columns if name not in ("test_key", "since")},
            "since": case((old.outcome == new.outcome, old.since), else_=new.since),
        },
        where=tuple_(old.started_at, old.execution_id) < tuple_(new.started_at, new.execution_id),
    )


@cache
def _mend() -> Any:
    """Returns what moves the beginning of a streak that an execution, come late, has broken or made longer.

    One of another outcome within the streak breaks it: it begins with the next one. One of the same outcome before it makes it
    longer, unless there is another one between.
    """
    late, other, state = test_executions.alias("late"), test_executions.alias("other"), test_state.c
    after = select(func.min(other.c.started_at)).where(other.c.test_key == state.test_key, other.c.started_at > late.c.started_at)
    between = select(other.c.id).where(
        other.c.test_key == state.test_key,
        other.c.started_at > late.c.started_at,
        other.c.started_at < state.since,
        other.c.outcome != state.outcome,
    )
    broken = and_(late.c.outcome != state.outcome, late.c.started_at >= state.since)
    longer = and_(late.c.outcome == state.outcome, late.c.started_at < state.since, ~between.correlate(test_state, late).exists())
    begins = case(
        (broken, func.coalesce(after.correlate(test_state, late).scalar_subquery(), state.started_at)), else_=late.c.started_at
    )
    return (
        update(test_state)
        .values(since=begins)
        .where(_of_run(late), late.c.test_key == state.test_key, late.c.id != state.execution_id, or_(broken, longer))
    )
