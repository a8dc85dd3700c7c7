"""Airflow's REST API, as far as the demo needs it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from demo.errors import DemoError

TIMEOUT_SECONDS = 30.0
FINISHED = ("success", "failed")


class AirflowApi:
    """A client that logs in when it is first needed; what goes wrong is a `DemoError` with the end of Airflow's log."""

    def __init__(self, url: str, user: str, password: str, log: Path) -> None:
        """Knows the server; nothing is asked yet.

        Args:
            url: Where its page is.
            user: Who asks.
            password: The user's password.
            log: Where Airflow writes.
        """
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False)
        self._login = {"username": user, "password": password}
        self._log = log

    def __enter__(self) -> AirflowApi:
        """Is used in a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the connections."""
        self._client.close()

    def is_healthy(self) -> bool:
        """Says whether all of Airflow's parts report that they are up; a server that does not answer yet is not."""
        try:
            parts = self._client.get("/api/v2/monitor/health").raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            return False
        return all(part["status"] == "healthy" for part in parts.values())

    def has_dag(self, dag_id: str) -> bool:
        """Says whether Airflow has read a DAG."""
        return bool(self._ask("GET", "/dags", params={"dag_id_pattern": dag_id})["dags"])

    def import_errors(self) -> str:
        """Says what went wrong when Airflow read the DAG files; empty when nothing did."""
        errors = self._ask("GET", "/importErrors")["import_errors"]
        return "\n".join(f"{error['filename']}:\n{error['stack_trace']}" for error in errors)

    def trigger(self, dag_id: str, conf: Mapping[str, Any]) -> str:
        """Starts a run.

        Returns:
            The run's id.
        """
        return str(self._ask("POST", f"/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": dict(conf)})["dag_run_id"])

    def is_finished(self, dag_id: str, run_id: str) -> bool:
        """Says whether a run has come to its end, good or bad."""
        return self._ask("GET", f"/dags/{dag_id}/dagRuns/{run_id}")["state"] in FINISHED

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str]:
        """Says what became of each task of a run; `none` for one that has not been looked at yet."""
        tasks = self._ask("GET", f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return {task["task_id"]: task["state"] or "none" for task in tasks}

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        """Sends a request as the user and returns the answer's JSON."""
        if "Authorization" not in self._client.headers:
            token = self._send("POST", "/auth/token", json=self._login)["access_token"]
            self._client.headers["Authorization"] = f"Bearer {token}"
        return self._send(method, f"/api/v2{path}", **options)

    def _send(self, method: str, path: str, **options: Any) -> Any:
        """Sends a request and returns the answer's JSON."""
        try:
            answer = self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise DemoError.with_log(f"Airflow no longer answers {method} {path}: {error!r}", self._log) from error
        if answer.is_error:
            raise DemoError.with_log(f"Airflow answers {method} {path} with {answer.status_code}: {answer.text}", self._log)
        return answer.json()
