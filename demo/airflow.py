"""The demo's Airflow: `airflow standalone` with the LocalExecutor, a folder of its own and nothing of the user's settings."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from demo.api import AirflowApi
from demo.errors import DemoError
from demo.postgres import Postgres
from demo.processes import session, wait_until

START_SECONDS = 180
USER = "admin"
HOST = "127.0.0.1"
DAGS = Path(__file__).resolve().parent.parent / "example_dags"


@dataclass(frozen=True)
class Airflow:
    """An Airflow that runs: where, how to log in, and what it keeps where."""

    home: Path
    log: Path
    ports: tuple[int, int, int]
    """Those of its page, of the tasks' logs and of the triggers' logs: none that another Airflow may have."""
    password: str = field(default_factory=lambda: secrets.token_urlsafe(9), repr=False)

    @property
    def url(self) -> str:
        """Says where its page is."""
        return f"http://{HOST}:{self.ports[0]}"

    @property
    def results(self) -> Path:
        """Says where the operator keeps its results when nothing else is configured."""
        return self.home / "data_quality.db"


@contextmanager
def running(state: Path, postgres: Postgres) -> Iterator[tuple[Airflow, AirflowApi]]:
    """Runs a new Airflow whose connection `warehouse` is the given PostgreSQL; it keeps its own metadata there, too.

    Args:
        state: The folder to make its home and its log in.
        postgres: A server with a database `airflow`.

    Raises:
        DemoError: It did not come up, or not in time; with the end of its log.
    """
    airflow = Airflow(home=state / "airflow", log=state / "airflow.log", ports=_free_ports())
    airflow.home.mkdir()
    passwords = airflow.home / "passwords.json"
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({USER: airflow.password}), encoding="utf-8")
    environment = _environment(airflow, postgres, passwords)
    command = [Path(sys.executable).with_name("airflow"), "standalone"]
    with (
        airflow.log.open("wb") as output,
        session(command, output, env=environment) as server,
        AirflowApi(airflow.url, USER, airflow.password, airflow.log) as api,
    ):
        if not wait_until(lambda: server.poll() is not None or api.is_healthy(), timeout=START_SECONDS):
            raise DemoError.with_log(f"Airflow was not ready after {START_SECONDS} s", airflow.log)
        if server.poll() is not None:
            raise DemoError.with_log(f"Airflow ended while it started (exit code {server.returncode})", airflow.log)
        yield airflow, api


def _environment(airflow: Airflow, postgres: Postgres, passwords: Path) -> dict[str, str]:
    """Says everything that Airflow is told: variables of the user's that would tell it something else are left out."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    settings = {
        "API__BASE_URL": airflow.url,
        "API__HOST": HOST,
        "API__PORT": airflow.ports[0],
        "API__SECRET_KEY": secrets.token_hex(32),
        "API_AUTH__JWT_SECRET": secrets.token_hex(64),
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": False,
        "CORE__DAGS_FOLDER": DAGS,
        "CORE__EXECUTION_API_SERVER_URL": f"{airflow.url}/execution/",
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "CORE__LOAD_EXAMPLES": False,
        "CORE__PARALLELISM": 2,
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": passwords,
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "DAG_PROCESSOR__REFRESH_INTERVAL": 10,
        "DATABASE__SQL_ALCHEMY_CONN": postgres.dsn("airflow").replace("postgresql://", "postgresql+psycopg2://"),
        "LOGGING__TRIGGER_LOG_SERVER_PORT": airflow.ports[2],
        "LOGGING__WORKER_LOG_SERVER_PORT": airflow.ports[1],
        "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": 1,
        "USAGE_DATA_COLLECTION__ENABLED": False,
    }
    warehouse = {"conn_type": "postgres", "host": str(postgres.folder), "login": "postgres", "schema": "postgres"}
    return {
        **inherited,
        **{f"AIRFLOW__{name}": str(value) for name, value in settings.items()},
        "AIRFLOW_HOME": str(airflow.home),
        "AIRFLOW_CONN_WAREHOUSE": json.dumps(warehouse),
        "NO_PROXY": f"{HOST},localhost",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "no_proxy": f"{HOST},localhost",
    }


def _free_ports() -> tuple[int, int, int]:
    """Asks the system for ports that nobody listens on."""
    with socket.socket() as page, socket.socket() as tasks, socket.socket() as triggers:
        for probe in (page, tasks, triggers):
            probe.bind((HOST, 0))
        return page.getsockname()[1], tasks.getsockname()[1], triggers.getsockname()[1]
