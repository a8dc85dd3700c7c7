"""Where things are kept: unset, behind each kind of connection, and what is said when that cannot be meant or is not wise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from airflow_data_quality.core.errors import DefinitionError, StoreError
from airflow_data_quality.core.model.stored import RegisteredConnection
from airflow_data_quality.hooks import store_databases, stores
from airflow_data_quality.hooks.maintenance import maintain, migrate
from airflow_data_quality.hooks.spool import spool
from tests.core.stores.samples import NOON, a_run

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A home of the test's own, and nothing remembered of others."""
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    yield tmp_path
    for remembered in (stores._config_store, store_databases._postgres, store_databases._any_database):
        remembered.cache_clear()


@pytest.fixture
def own_postgres(postgres_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A connection ``kept`` to a database of the test's own."""
    import psycopg
    from sqlalchemy import make_url

    name = f"t_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = make_url(postgres_server)
    connect = {"conn_type": "postgres", "host": url.query["host"], "login": "postgres", "password": "hush-hush", "schema": name}
    monkeypatch.setenv("AIRFLOW_CONN_KEPT", json.dumps({**connect, "extra": {"cursor": "dictcursor"}}))
    yield name
    stores._result_database().engine.dispose()
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def setting(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"AIRFLOW__DATA_QUALITY__{name.upper()}", value)


def test_results_and_tests_are_kept_in_airflow_home(home: Path) -> None:
    assert stores.embedded_path() == home / "data_quality.db"
    assert list(stores.result_store().executions_of_test("none")) == []
    stores.config_store().create(RegisteredConnection.of({"id": "w"}), by="test")
    assert [path.name for path in home.glob("*.db")] == ["data_quality.db"]
    assert [connection.id for connection in stores.config_store().all_connections()] == ["w"]


def test_without_airflow_home_it_is_airflows_own_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_HOME", raising=False)
    assert stores.embedded_path() == Path.home() / "airflow" / "data_quality.db"


def test_a_postgres_is_used_once_it_is_migrated_and_never_before(own_postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    setting(monkeypatch, result_conn_id="kept", config_conn_id="kept")
    with pytest.raises(StoreError, match=r"result store kept \(postgres at .*\): it has no tables of ours; run: airflow data"):
        stores.result_store().write(a_run())
    with pytest.raises(StoreError, match=r"config store kept .*run: airflow data-quality migrate"):
        stores.config_store().all_tests()

    (first, *_) = [line for line in migrate() if "made the tables" in line]
    assert first.startswith("result store kept (postgres at ")
    again = list(migrate())
    assert [line for line in again if "made" in line or "migrated" in line] == []
    assert again[-1].endswith(": nothing to do")

    run = a_run()
    assert stores.result_store().write(run)
    assert stores.result_store().run(run.id) == run
    stores.config_store().create(RegisteredConnection.of({"id": "w"}), by="test")
    assert [line.rpartition(": ")[2] for line in maintain(NOON)][-1] == "nothing to do"


def test_a_sqlite_connection_is_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_FILE", json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "elsewhere.db")}))
    setting(monkeypatch, result_conn_id="file", config_conn_id="file")

    stores.result_store().write(a_run())
    stores.config_store().create(RegisteredConnection.of({"id": "w"}), by="test")

    assert (tmp_path / "elsewhere.db").exists()
    assert not stores.embedded_path().exists()


def test_an_aws_connection_is_dynamodb_with_its_endpoint_and_keys(
    monkeypatch: pytest.MonkeyPatch, dynamodb_endpoint: str
) -> None:
    extra = {"endpoint_url": dynamodb_endpoint, "region_name": "eu-central-1"}
    aws = {"conn_type": "aws", "login": "AKIAIOSFODNN7EXAMPLE", "password": "hush-hush", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_CLOUD", json.dumps(aws))
    prefix = f"t{uuid4().hex[:8]}_"
    setting(monkeypatch, config_conn_id="cloud", table_prefix=prefix)
    with pytest.raises(StoreError, match="airflow data-quality migrate"):
        stores.config_store().all_tests()

    made = [line for line in migrate() if prefix in line]
    assert len(made) >= 3

    stores.config_store().create(RegisteredConnection.of({"id": "w"}), by="test")
    assert [connection.id for connection in stores.config_store().all_connections()] == ["w"]
    assert "hush-hush" not in stores.config_store().place


@pytest.mark.parametrize("name", ["result_conn_id", "config_conn_id"])
def test_an_unknown_connection_is_told_with_the_setting(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    setting(monkeypatch, **{name: "nobody"})
    with pytest.raises(DefinitionError, match=rf"\[data_quality\] {name} names 'nobody', which cannot be had from Airflow"):
        (stores.result_store if name == "result_conn_id" else stores.config_store)()


def test_results_are_kept_in_no_database_that_keeps_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WEB", json.dumps({"conn_type": "http", "host": "localhost"}))
    setting(monkeypatch, result_conn_id="web")
    with pytest.raises(
        DefinitionError, match="'web', a connection of type 'http'; results are kept in one of type postgres or sqlite"
    ):
        stores.result_store()


def test_a_server_that_is_away_is_told_without_the_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    away = {"conn_type": "postgres", "host": str(tmp_path), "login": "postgres", "password": "hush-hush"}
    monkeypatch.setenv("AIRFLOW_CONN_AWAY", json.dumps(away))
    setting(monkeypatch, result_conn_id="away")
    with pytest.raises(StoreError, match="result store away") as raised:
        stores.result_store().write(a_run())
    assert "hush-hush" not in str(raised.value)


# The spool -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_spool_is_a_folder_or_a_place_behind_a_url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheme: str) -> None:
    setting(monkeypatch, spool_path=f"{scheme}{tmp_path}/spool")
    whole, damaged = a_run(), a_run()
    assert spool().waiting() == []
    spool().put(whole)
    name = spool().put(damaged)
    file = tmp_path / "spool" / name
    file.write_bytes(file.read_bytes()[:-1])

    done = spool().deliver(stores.result_store())

    assert (done.stored, done.left, done.away) == (1, [], None)
    assert stores.result_store().run(whole.id) == whole
    assert len(done.aside) == 1
    assert (tmp_path / "spool" / "aside" / name).exists()
    assert spool().waiting() == []


def test_the_spool_is_in_airflow_home_when_nothing_is_said(home: Path) -> None:
    spool().put(a_run())
    assert len(list((home / "data_quality_spool").glob("*.run"))) == 1


# What is not wise ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("executor", "settings", "said"),
    [
        ("LocalExecutor", {}, []),
        ("CeleryExecutor", {}, ["results are kept in "]),
        ("KubernetesExecutor", {}, ["results are kept in "]),
        ("CeleryExecutor", {"result_conn_id": "kept"}, ["results that the store cannot take wait on this worker alone"]),
        ("CeleryExecutor", {"result_conn_id": "kept", "spool_path": "/mnt/shared"}, []),
    ],
)
def test_what_lies_on_one_worker_alone_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, executor: str, settings: dict[str, str], said: list[str]
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", executor)
    setting(monkeypatch, **settings)
    cautions: list[Any] = stores.cautions()
    assert [caution.startswith(words) for caution, words in zip(cautions, said, strict=True)] == [True] * len(said)
    assert all(executor in caution for caution in cautions)
