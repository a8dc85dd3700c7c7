"""A whole Airflow with Celery: Redis, PostgreSQL, api-server, scheduler, dag-processor, triggerer, a worker."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg

from airflow_data_quality.core.stores.configs.sql import SqlShelf
from airflow_data_quality.core.stores.configs.store import ConfigStore
from airflow_data_quality.core.stores.database import StoreDatabase
from airflow_data_quality.core.stores.results.sql import SqlResultStore
from demo.api import AirflowApi
from demo.postgres import Cluster, Postgres, cluster
from demo.processes import session, wait_until

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
PARTS = ("api-server", "scheduler", "dag-processor", "triggerer")
SERVER = {"max_connections": 200, "synchronous_commit": "on"}


class Deployment:
    """What runs, and how it is asked, broken and mended."""

    def __init__(self, folder: Path, warehouse: Postgres, results: Cluster, stack: ExitStack) -> None:
        self.folder = folder
        self.warehouse = warehouse
        self._results = results
        self._stack = stack
        self._redis = ExitStack()
        self._database = ExitStack()
        self._worker = ExitStack()
        self.ports = dict(zip(("page", "redis", "tasks", "triggers"), free_ports(4), strict=True))
        self.password = secrets.token_urlsafe(9)
        self.start_results()
        self.environment = self._environment()
        database = StoreDatabase.by_url(Postgres(results.folder).dsn())
        self.results = SqlResultStore(database)
        self.configs = ConfigStore(SqlShelf(database))
        self.api: AirflowApi

    # Parts ----------------------------------------------------------------------------------------------------------

    def start_results(self) -> None:
        """Starts the server that holds results and stored tests."""
        self._database.enter_context(self._results.started())

    def stop_results(self) -> None:
        """Stops it."""
        self._database.close()

    def start_redis(self) -> None:
        """Starts the broker, which finds again what it had when it ended."""
        words = [redis_server(), "--port", self.ports["redis"], "--bind", HOST, "--dir", self.folder, "--appendonly", "yes"]
        self._redis.enter_context(self._running("redis", [*words, "--save", ""]))
        assert wait_until(lambda: is_open(self.ports["redis"]), timeout=30)

    def stop_redis(self) -> None:
        """Stops it."""
        self._redis.close()

    def start_worker(self) -> None:
        """Starts a worker that does two things at once."""
        words = [
            airflow(),
            "celery",
            "worker",
            "--concurrency",
            "2",
            "--skip-serve-logs",
            "--celery-hostname",
            f"w{time.time():.0f}@%h",
        ]
        self._worker_process = self._worker.enter_context(self._running("worker", words))

    def kill_worker(self) -> None:
        """Kills it with all that belongs to it, at once."""
        leader = psutil.Process(self._worker_process.pid)
        for victim in (leader, *leader.children(recursive=True)):
            victim.send_signal(signal.SIGKILL)
        self._worker_process.wait(30)
        self._worker.close()

    def start(self) -> None:
        """Starts everything else, and waits until it is healthy."""
        for words in (["db", "migrate"], ["data-quality", "migrate"]):
            subprocess.run([airflow(), *words], env=self.environment, check=True, capture_output=True)
        self.start_redis()
        for part in PARTS:
            self._stack.enter_context(self._running(part, [airflow(), part]))
        self.start_worker()
        log = self.folder / "scheduler.log"
        self.api = self._stack.enter_context(AirflowApi(f"http://{HOST}:{self.ports['page']}", "admin", self.password, log))
        assert wait_until(self.api.is_healthy, timeout=180), self.logs()

    def stop(self) -> None:
        """Stops what is not on the stack."""
        self.results._database.engine.dispose()
        for part in (self._worker, self._redis, self._database):
            part.close()

    @contextmanager
    def _running(self, name: str, words: list[Any]) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / f"{name}.log").open("ab") as output, session(words, output, env=self.environment) as process:
            yield process

    def logs(self) -> str:
        """The ends of all logs."""
        return "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in sorted(self.folder.glob("*.log"))
        )

    # Asking ---------------------------------------------------------------------------------------------------------

    def ask(self, sql: str) -> list[Any]:
        """Asks the database of results and stored tests."""
        with psycopg.connect(Postgres(self._results.folder).dsn(), autocommit=True) as connection:
            return connection.execute(sql).fetchall()

    def make(self, *statements: str) -> list[Any]:
        """Runs statements in the warehouse; returns the rows of the last."""
        with psycopg.connect(self.warehouse.dsn(), autocommit=True) as connection:
            rows: list[Any] = []
            for statement in statements:
                cursor = connection.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
            return rows

    def ours(self) -> int:
        """How many statements of ours the warehouse is working on."""
        ours = "application_name = 'airflow-provider-data-quality' AND state = 'active'"
        return int(self.make(f"SELECT count(*) FROM pg_stat_activity WHERE {ours}")[0][0])

    def wait(self, condition: Callable[[], bool], seconds: float) -> None:
        """Waits until something is so; says what the logs say when it does not come to be."""
        assert wait_until(condition, timeout=seconds), self.logs()

    def run(self, dag_id: str, **conf: Any) -> str:
        """Starts a DAG run; returns its id."""
        return self.api.trigger(dag_id, conf)

    def finished(self, dag_id: str, run_id: str, seconds: float) -> list[dict[str, Any]]:
        """Waits until a DAG run has ended; returns its task instances."""
        self.wait(lambda: self.api.is_finished(dag_id, run_id), seconds)
        found: list[dict[str, Any]] = self.api._ask("GET", f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return found

    def unpause(self, dag_id: str, paused: bool = False) -> None:
        """Lets a DAG run by its schedule, or no longer."""
        self.api._ask("PATCH", f"/dags/{dag_id}", json={"is_paused": paused})

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        home = self.folder / "home"
        home.mkdir()
        passwords = home / "passwords.json"
        passwords.write_text(json.dumps({"admin": self.password}))
        metadata = self.warehouse.dsn("airflow").replace("postgresql://", "postgresql+psycopg2://")
        url = f"http://{HOST}:{self.ports['page']}"
        settings = {
            "API__BASE_URL": url,
            "API__HOST": HOST,
            "API__PORT": self.ports["page"],
            "API__WORKERS": 1,
            "API__SECRET_KEY": secrets.token_hex(32),
            "API_AUTH__JWT_SECRET": secrets.token_hex(64),
            "CELERY__BROKER_URL": f"redis://{HOST}:{self.ports['redis']}/0",
            "CELERY__RESULT_BACKEND": f"db+{metadata}",
            "CORE__DAGS_ARE_PAUSED_AT_CREATION": True,
            "CORE__DAGS_FOLDER": Path(__file__).parent / "dags",
            "CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
            "CORE__EXECUTOR": "CeleryExecutor",
            "CORE__FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "CORE__LOAD_EXAMPLES": False,
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": passwords,
            "CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
            "DAG_PROCESSOR__REFRESH_INTERVAL": 10,
            "DATABASE__SQL_ALCHEMY_CONN": metadata,
            "DATA_QUALITY__RESULT_CONN_ID": "results",
            "DATA_QUALITY__CONFIG_CONN_ID": "results",
            "DATA_QUALITY__SPOOL_PATH": self.folder / "spool",
            "LOGGING__TRIGGER_LOG_SERVER_PORT": self.ports["triggers"],
            "LOGGING__WORKER_LOG_SERVER_PORT": self.ports["tasks"],
            "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": 1,
            "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": 20,
            "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": 5,
            "USAGE_DATA_COLLECTION__ENABLED": False,
        }
        return {
            **inherited,
            **{f"AIRFLOW__{name}": str(value) for name, value in settings.items()},
            "AIRFLOW_HOME": str(home),
            "AIRFLOW_CONN_WAREHOUSE": connection(self.warehouse.folder),
            "AIRFLOW_CONN_RESULTS": connection(self._results.folder),
            "NO_PROXY": f"{HOST},localhost",
            "no_proxy": f"{HOST},localhost",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        }


def connection(folder: Path) -> str:
    """An Airflow connection to the server with a socket in a folder."""
    return json.dumps({"conn_type": "postgres", "host": str(folder), "login": "postgres", "schema": "postgres"})


def airflow() -> Path:
    """Airflow's command."""
    return Path(sys.executable).with_name("airflow")


def redis_server() -> str | None:
    """Where there is a Redis server: the wheel's, else the machine's."""
    wheel = Path(sys.executable).with_name("redis-server")
    return str(wheel) if wheel.exists() else shutil.which("redis-server")


def is_open(port: int) -> bool:
    """Says whether somebody listens."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def free_ports(count: int) -> list[int]:
    """Asks the system for ports that nobody listens on."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]


@contextmanager
def deployment(folder: Path) -> Iterator[Deployment]:
    """Everything, from nothing; gone at the end."""
    with (
        cluster(folder / "warehouse.log", **SERVER) as own,
        own.started() as (warehouse, _),
        cluster(folder / "results.log", **SERVER) as results,
        ExitStack() as stack,
    ):
        warehouse.create_database("airflow")
        made = Deployment(folder, warehouse, results, stack)
        stack.callback(made.stop)
        made.start()
        yield made
