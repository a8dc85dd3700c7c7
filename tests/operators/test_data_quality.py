"""The operator by itself: what it refuses when a DAG is parsed, what it does when it is stopped or its store is away."""

from __future__ import annotations

import json
import logging
import pickle
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import AirflowSkipException

from airflow_data_quality import Completeness, DataQualityOperator, Dataset, Suite, Volume
from airflow_data_quality.core.errors import DefinitionError, MissingExtra, UnknownDialect
from airflow_data_quality.core.model.run import Run
from airflow_data_quality.operators.errors import CheckErrored, DataQualityFailed, DataQualityFailedRetryable
from tests.dag_runs import busy, killed, wait_for

pytestmark = pytest.mark.filterwarnings("ignore")

SLOW = Volume(min=1, where="pg_sleep(0.5) IS NOT NULL")


def operator(**arguments: Any) -> DataQualityOperator:
    given = {"task_id": "quality", "conn_id": "warehouse", "table": "orders", "checks": [Volume(min=1)], **arguments}
    return DataQualityOperator(**{name: value for name, value in given.items() if value is not ...})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"checks": ...}, "exactly one of checks=, suite= and tests=; given: none"),
        ({"suite": "a.yaml"}, "exactly one of checks=, suite= and tests=; given: checks, suite"),
        ({"checks": ..., "suite": "a.yaml"}, "the suite says what is checked; leave out table"),
        ({"table": ...}, "exactly one of table= and dataset="),
        ({"dataset": {"table": "a"}}, "exactly one of table= and dataset="),
        ({"table": ..., "dataset": {"table": "a"}, "where": "x"}, "where= goes with table="),
        ({"conn_id": ...}, "give conn_id="),
        ({"gate": "stop"}, "gate is 'stop'; it is one of fail, skip, continue"),
        ({"gate": "skip", "retry_on_failure": True}, "retry_on_failure goes with gate='fail'"),
        ({"statement_timeout": 30}, "30 has no unit"),
        ({"trust_foreign_keys": "no"}, "trust_foreign_keys is 'no'; it is True or False"),
        ({"sample_failing_rows": -1}, "sample_failing_rows is -1; give a number of rows, 0 for none"),
        ({"sample_failing_rows": True}, "sample_failing_rows is True; give a number of rows"),
        ({"sample_failing_rows": "5"}, "sample_failing_rows is '5'; give a number of rows"),
        ({"sample_failing_rows": 5, "sample_columns": "id"}, "sample_columns is one text; give a list"),
        ({"sample_columns": ["id"]}, "sample_columns goes with sample_failing_rows"),
        ({"checks": Volume(min=1)}, "checks must be a list"),
        ({"checks": "volume"}, "checks must be a list"),
        ({"checks": [Volume(min=1), Volume(max=9)]}, "give each a name="),
        ({"checks": [{"volum": 1}]}, "did you mean 'volume'?"),
        ({"checks": [{"type": "volume", "mn": 1}]}, "did you mean 'min'?"),
        ({"dataset": {"tabel": "a"}, "table": ...}, "did you mean 'table'?"),
        (
            {"checks": ..., "table": ..., "suite": Suite(name="s", conn_id="other", table="a", checks=[Volume(min=1)])},
            "the suite names conn_id 'other', the operator 'warehouse'",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_when_the_dag_is_parsed(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match="(?s).*" + "".join(f"[{c}]" if c in ".?()" else c for c in says)):
        operator(**arguments)


def test_what_is_not_built_is_no_argument() -> None:
    with pytest.raises(TypeError, match="by_country"):
        operator(by_country=True)


def test_the_operator_hands_airflow_plain_data() -> None:
    built = operator(table=..., dataset=Dataset(table="a", where="x"), checks=[Volume(min=1), {"completeness": "b"}])
    assert built.checks == [{"type": "volume", "min": 1}, {"completeness": "b"}]
    assert built.dataset == {"table": "a", "where": "x"}
    assert json.loads(json.dumps([built.checks, built.dataset])) == [built.checks, built.dataset]


@pytest.mark.parametrize(("gate", "raised"), [("fail", DataQualityFailed), ("skip", AirflowSkipException), ("continue", None)])
def test_the_gates(warehouse: Any, store: Any, gate: str, raised: type[Exception] | None) -> None:
    bad = operator(checks=[Completeness(column="email")], gate=gate)
    if raised is None:
        assert bad.execute({})["verdict"] == "failed"
        return
    with pytest.raises(raised, match=r"25 of 100 rows \(25%\) have no email"):
        bad.execute({})


def test_warnings_and_information_never_block(warehouse: Any, store: Any) -> None:
    checks = [
        Completeness(column="email", severity="warn"),
        Volume(max=1, severity="info"),
        Volume(name="tight", min=1, warn={"min": 1000}),
        Completeness(column="absent", severity="warn"),
    ]
    summary = operator(checks=checks).execute({})
    assert summary["verdict"] == "warned"
    assert summary["counts"] == {"passed": 0, "failed": 3, "errored": 1, "skipped": 0}
    assert summary["score"] == pytest.approx(1 - (1 + 0.25 + 0.25) / 3)


def test_errored_raises_unless_told_to_continue(warehouse: Any, store: Any) -> None:
    checks = [Completeness(column="absent")]
    for gate in ("fail", "skip"):
        with pytest.raises(CheckErrored, match="no column 'absent'"):
            operator(checks=checks, gate=gate).execute({})
    assert operator(checks=checks, gate="continue").execute({})["verdict"] == "errored"
    # What failed outweighs what could not be asked.
    with pytest.raises(DataQualityFailedRetryable):
        operator(checks=[*checks, Volume(max=1)], retry_on_failure=True).execute({})


def test_no_checks_pass_only_when_allowed(warehouse: Any, store: Any) -> None:
    with pytest.raises(DefinitionError, match="allow_empty=True"):
        operator(checks=[]).execute({})
    assert operator(checks=[], allow_empty=True).execute({})["verdict"] == "passed"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (None, "give exactly one of checks=, suite= and tests=; given: none"),
        ({"type": "volume", "min": 1}, "checks must be a list of checks; when the task runs it is: {'type': 'volume'"),
        (5, "checks must be a list of checks; when the task runs it is: 5"),
        ("[]", "checks rendered to text, not to a list"),
    ],
)
def test_what_another_task_gives_in_place_of_a_list_is_refused(given: Any, says: str) -> None:
    gate = operator(checks="{{ made }}")
    gate.checks = given  # what Airflow does with an XComArg
    with pytest.raises(DefinitionError) as refused:
        gate.execute({})
    assert str(refused.value).startswith(says)


def test_on_kill_stops_the_query_in_the_database(warehouse: Any, store: Any) -> None:
    slow = operator(checks=[SLOW])
    with killed(slow, warehouse), pytest.raises(CheckErrored, match="the task was stopped"):
        slow.execute({})


def test_execution_timeout_stops_the_query_in_the_database(warehouse: Any, store: Any) -> None:
    class TimedOut(BaseException):
        """As Airflow's own, it is raised by a signal handler in the main thread."""

    def raise_timeout(*_: object) -> None:
        raise TimedOut

    before = signal.signal(signal.SIGALRM, raise_timeout)
    operator(checks=[Volume(min=1)]).execute({})  # what is loaded once must not eat the time
    signal.setitimer(signal.ITIMER_REAL, 2)
    try:
        with pytest.raises(TimedOut):
            operator(checks=[SLOW]).execute({})
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert wait_for(lambda: not busy(warehouse), 2)


def test_statement_timeout_comes_from_the_argument_or_the_configuration(
    warehouse: Any, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments, variable in (({"statement_timeout": timedelta(seconds=1)}, "2h"), ({}, "1s")):
        monkeypatch.setenv("AIRFLOW__DATA_QUALITY__STATEMENT_TIMEOUT", variable)
        with pytest.raises(CheckErrored, match="statement timeout"):
            operator(checks=[SLOW], **arguments).execute({})


@pytest.mark.parametrize("trust", [False, True])
def test_foreign_keys_are_trusted_when_one_says_so(warehouse: Any, store: Any, trust: bool) -> None:
    warehouse.execute(
        "CREATE TABLE customers (id integer PRIMARY KEY)",
        "CREATE TABLE paid (customer_id integer CONSTRAINT known REFERENCES customers)",
        "ALTER TABLE paid DISABLE TRIGGER ALL",
        "INSERT INTO paid VALUES (1)",
        "ALTER TABLE paid ENABLE TRIGGER ALL",
    )
    check = {"type": "referential", "columns": ["customer_id"], "to_table": "customers", "to_columns": ["id"]}
    gate = operator(table="paid", checks=[check], trust_foreign_keys=trust, gate="continue")
    assert gate.execute({})["verdict"] == ("passed" if trust else "failed")


def test_a_store_that_cannot_be_written_never_changes_the_gate_and_the_run_waits(
    warehouse: Any, store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task_log: pytest.LogCaptureFixture
) -> None:
    from airflow_data_quality.hooks import stores

    monkeypatch.setenv("AIRFLOW__DATA_QUALITY__SPOOL_PATH", str(tmp_path / "spool"))
    (tmp_path / "file").write_text("no folder")
    with monkeypatch.context() as away:
        away.setattr(stores, "embedded_path", lambda: tmp_path / "file" / "data_quality.db")
        summary = operator().execute({})
    assert summary["verdict"] == "passed"
    (record,) = [r.getMessage() for r in task_log.records if "the result store cannot be written" in r.getMessage()]
    assert f"run {summary['run_id']} waits as " in record
    assert store.run(summary["run_id"]) is None

    operator().execute({})

    assert [(e.test_id, e.outcome, e.value) for e in store.run(summary["run_id"]).executions] == [
        ("adhoc_airflow/quality/volume", "passed", 100)
    ]
    assert list((tmp_path / "spool").iterdir()) == []


def test_where_not_even_the_spool_can_be_written_the_log_has_the_run(
    warehouse: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task_log: pytest.LogCaptureFixture
) -> None:
    from airflow_data_quality.hooks import stores

    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("AIRFLOW__DATA_QUALITY__SPOOL_PATH", str(tmp_path / "file" / "spool"))
    monkeypatch.setattr(stores, "embedded_path", lambda: tmp_path / "file" / "data_quality.db")
    assert operator().execute({})["verdict"] == "passed"
    (record,) = [r.getMessage() for r in task_log.records if r.levelno == logging.ERROR and "result store" in r.getMessage()]
    run = Run.model_validate_json(record[record.index("{") :])
    assert [(e.test_id.rpartition("/")[2], e.outcome, e.value) for e in run.executions] == [("volume", "passed", 100)]


def test_no_password_and_no_row_is_logged(warehouse: Any, store: Any, task_log: pytest.LogCaptureFixture) -> None:
    operator(checks=[Volume(min=1), Completeness(column="email", max_failing=25)]).execute({})
    assert "hush-hush" not in task_log.text
    assert "a@x.org" not in task_log.text
    assert "SELECT" in task_log.text


def test_a_server_that_is_away_is_an_error_without_the_password(
    store: Any, monkeypatch: pytest.MonkeyPatch, task_log: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgresql://someone:hush-hush@127.0.0.1:1/nowhere")
    with pytest.raises(CheckErrored, match="could not be asked") as raised:
        operator().execute({})
    assert "hush-hush" not in task_log.text + str(raised.value)


def test_a_connection_without_a_dialect_names_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "mysql://someone@nowhere/nothing")
    with pytest.raises(UnknownDialect, match=r"type 'mysql'.*postgresql \(connection type postgres\).*CONTRIBUTING"):
        operator().execute({})


def test_database_and_hook_params_reach_the_hook(warehouse: Any, store: Any) -> None:
    with pytest.raises(CheckErrored, match='database "elsewhere" does not exist'):
        operator(database="elsewhere").execute({})
    with pytest.raises(CheckErrored, match='database "farther" does not exist'):
        operator(hook_params={"database": "farther"}).execute({})


def test_a_missing_provider_is_told_by_the_name_of_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgresql://a@b/c")
    monkeypatch.setitem(sys.modules, "airflow.providers.postgres.hooks.postgres", None)
    with pytest.raises(MissingExtra, match=r"pip install 'airflow-provider-data-quality\[postgres\]'"):
        operator().execute({})


def test_a_template_that_renders_to_nothing_drops_no_filter(warehouse: Any, store: Any) -> None:
    from airflow.sdk import DAG

    with DAG("native", schedule=None, render_template_as_native_obj=True):
        native = operator(where="{% if false %}id < 0{% endif %}")
    native.render_template_fields({})
    with pytest.raises(CheckErrored, match="where of the dataset is empty"):
        native.execute({})


def test_a_kill_before_the_first_question_is_remembered(warehouse: Any, store: Any) -> None:
    killed = operator()
    killed.on_kill()
    with pytest.raises(CheckErrored, match="the task was stopped"):
        killed.execute({})


def test_a_check_that_warns_can_be_pickled() -> None:
    check = Volume(min=1, warn={"min": 2})
    assert pickle.loads(pickle.dumps(check)) == check
