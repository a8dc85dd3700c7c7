"""What happened, read from the context that Airflow gives to callbacks. Little may be in it: whatever is missing is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from airflow.providers.common.compat.sdk import conf

from airflow_data_quality.core.report.notice import Level, Occasion

BECAME: Mapping[str | None, tuple[str, Level]] = {
    # A task whose process is gone is failed by others, who may not say its state.
    None: ("failed", "error"),
    "failed": ("failed", "error"),
    "up_for_retry": ("failed and will be retried", "warning"),
    "skipped": ("was skipped", "info"),
    "success": ("succeeded", "good"),
}
OURS = __name__.partition(".")[0]


@dataclass(frozen=True)
class Place:
    """Of which task instance or DAG run a context speaks."""

    dag_id: str
    run_id: str | None = None
    ti: Any = None
    """The task instance; None where it is about the DAG run as a whole."""

    @property
    def name(self) -> str:
        """``dag.task``, of a mapped task ``dag.task[3]``; ``DAG dag``."""
        if self.ti is None:
            return f"DAG {self.dag_id}"
        index = f"[{self.map_index}]" if self.map_index >= 0 else ""
        return f"{self.dag_id}.{self.ti.task_id}{index}"

    @property
    def map_index(self) -> int:
        """Of a mapped task's instance; -1 of any other."""
        index = _of(self.ti, "map_index")
        return -1 if index is None else index

    @property
    def key(self) -> str:
        """The same in all runs."""
        parts = [self.dag_id] if self.ti is None else [self.dag_id, self.ti.task_id]
        return "/".join(["airflow", *parts, *([str(self.map_index)] if self.map_index >= 0 else [])])


def place(context: Mapping[str, Any]) -> Place:
    """Returns what the context is about: the callback of a DAG has a ``reason``, and at most the task that ended it."""
    ti, dag_run = context.get("ti"), context.get("dag_run")
    if ti is not None and "reason" not in context:
        return Place(ti.dag_id, ti.run_id, ti)
    dag_id = _of(context.get("dag"), "dag_id") or _of(dag_run, "dag_id") or _of(ti, "dag_id") or "(unknown)"
    run_id = context.get("run_id") or _of(dag_run, "run_id") or _of(dag_run, "dag_run_id") or _of(ti, "run_id")
    return Place(dag_id, run_id)


def occasion(context: Mapping[str, Any], *, known: bool) -> Occasion:
    """Returns what happened.

    Args:
        context: Airflow's.
        known: whether the tests are known that failed: a gate's own words, which are theirs, are then left out.
    """
    where = place(context)
    became, level, reason = _became(context, where, known)
    return Occasion(
        what=where.name,
        became=became,
        level=level,
        key=where.key,
        reason=reason,
        facts=_facts(context, where),
        links={"log": _of(where.ti, "log_url") or "", "run": _run_url(where)},
    )


def _became(context: Mapping[str, Any], where: Place, known: bool) -> tuple[str, Level, str]:
    deadline, reason = context.get("deadline"), str(context.get("reason") or "")
    if deadline is not None:
        return "missed its deadline", "error", f"it was due at {_of(deadline, 'deadline_time') or deadline}"
    if where.ti is None:
        return ("succeeded", "good", "") if reason == "success" else ("failed", "error", reason)
    state = _of(where.ti, "state")
    became, level = BECAME.get(None if state is None else str(_of(state, "value") or state), (f"is {state}", "info"))
    exception = context.get("exception")
    return became, level, "" if known and type(exception).__module__.partition(".")[0] == OURS else _complaint(exception)


def _complaint(exception: Any) -> str:
    """Returns the first line of what a task has raised: further ones may quote rows."""
    if exception is None:
        return ""
    lines = str(exception).strip().splitlines()
    if isinstance(exception, str):
        return lines[0] if lines else ""
    return f"{type(exception).__name__}: {lines[0]}" if lines else type(exception).__name__


def _facts(context: Mapping[str, Any], where: Place) -> Mapping[str, str]:
    ti, dag = where.ti, context.get("dag")
    task = None if ti is None else context.get("task") or _of(ti, "task")
    tries = [_of(ti, "try_number"), _of(ti, "max_tries")]
    return {
        "owner": _of(task, "owner") or _of(dag, "owner") or "",
        "run": where.run_id or "",
        "try": "" if tries[0] is None else f"{tries[0]}" if tries[1] is None else f"{tries[0]} of {tries[1] + 1}",
    }


def _run_url(where: Place) -> str:
    base = conf.get("api", "base_url", fallback="") or "http://localhost:8080/"
    return f"{base.rstrip('/')}/dags/{quote(where.dag_id)}/runs/{quote(where.run_id)}" if where.run_id else ""


def _of(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
