"""The gate as a task."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from airflow.providers.common.compat.sdk import AirflowSkipException, conf
from airflow.sdk import BaseOperator
from airflow.sdk.definitions.mappedoperator import MappedOperator

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.formats.suite import Suite
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.duration import parse_duration
from airflow_data_quality.core.model.execution import Execution
from airflow_data_quality.core.model.options import MAX_PARALLEL, Options
from airflow_data_quality.core.model.run import Origin, Run, Verdict, run_id
from airflow_data_quality.core.model.templates import RENDERED, is_template
from airflow_data_quality.core.model.test import Test, coded_tests
from airflow_data_quality.operators import arguments, assets, telemetry
from airflow_data_quality.operators.complaint import complaint
from airflow_data_quality.operators.errors import CheckErrored, DataQualityFailed, DataQualityFailedRetryable
from airflow_data_quality.operators.loading import uncollected

if TYPE_CHECKING:
    import jinja2
    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.sdk import Context

    from airflow_data_quality.hooks.database import HookDatabase


Gate = Literal["fail", "skip", "continue"]
GATES = ("fail", "skip", "continue")


class DataQualityOperator(BaseOperator):
    """Runs checks against a database and lets downstream tasks run only when the data is good.

    The summary of the run (run id, verdict, score, counts, failing tests) is the task's XCom, pushed before the gate acts.

    Args:
        checks: what must hold, as checks or plain data in either YAML form; or an XComArg that gives such a list.
        suite: a suite, plain data of one, or the path of a YAML or JSON file relative to the DAG file.
        tests: stored tests, by id, or ``tag:NAME`` for all enabled ones that have a tag. Exactly one of ``checks``, ``suite``
            and ``tests``.
        conn_id: the Airflow connection of datasets that name none.
        table: what the checks look at; or ``dataset``.
        dataset: a table or query with its own filter and connection.
        where: a row condition: only rows for which it is true belong to the dataset. Goes with ``table``.
        hook_params: keyword arguments of the connection's hook.
        database: another database of the same server than the connection names.
        gate: what a failed run does to the task: ``fail`` it, ``skip`` it, or ``continue``.
        retry_on_failure: whether a failed gate may be retried by Airflow, for data that may only be late.
        allow_empty: whether a list of checks that is empty passes; else it is an error.
        statement_timeout: after how long the database stops a statement by itself; from the configuration by default.
        max_parallel: over how many connections a database is asked at most, all of which see the same state; from the
            configuration by default.
        trust_foreign_keys: whether a foreign key proves that no row is an orphan, so that a Referential check need not look.
            Who loads a replica may pass it by.
        history_key: stands before the label in test ids in place of ``dag_id/task_id``, so that a history outlives a move.
        sample_failing_rows: how many failing rows of a failed row-level check are logged and kept. They may be personal
            data: none by default. What the setting ``masked_columns`` names is not shown.
        sample_columns: the columns of these rows; all by default.

    Raises:
        DefinitionError: when the arguments cannot be meant together.
        pydantic.ValidationError: for a check or dataset that cannot be meant.
    """

    template_fields: Sequence[str] = (
        "checks",
        "suite",
        "tests",
        "conn_id",
        "table",
        "dataset",
        "where",
        "hook_params",
        "database",
        "history_key",
        "sample_columns",
    )
    template_ext: Sequence[str] = ()
    template_fields_renderers: ClassVar[dict[str, str]] = {"checks": "json", "dataset": "json", "suite": "json", "where": "sql"}
    ui_color = "#e6f4ea"
    _asked: tuple[Run | None, Mapping[str | None, HookDatabase]] = (None, {})

    def __init__(
        self,
        *,
        checks: Sequence[Check | Mapping[str, Any]] | Any = None,
        suite: Suite | Mapping[str, Any] | str | Any = None,
        tests: Sequence[str] | Any = None,
        conn_id: str | None = None,
        table: str | None = None,
        dataset: Dataset | Mapping[str, Any] | Any = None,
        where: str | None = None,
        hook_params: dict[str, Any] | None = None,
        database: str | None = None,
        gate: Gate = "fail",
        retry_on_failure: bool = False,
        allow_empty: bool = False,
        statement_timeout: timedelta | str | None = None,
        max_parallel: int | None = None,
        trust_foreign_keys: bool = False,
        history_key: str | None = None,
        sample_failing_rows: int = 0,
        sample_columns: Sequence[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        _refuse_gate(gate, retry_on_failure)
        if statement_timeout is not None:
            parse_duration(statement_timeout)
        Options(max_parallel=MAX_PARALLEL if max_parallel is None else max_parallel, trust_foreign_keys=trust_foreign_keys)
        arguments.refuse_samples(sample_failing_rows, sample_columns)
        self.checks = arguments.plain_checks(checks) if checks is not None else None
        self.suite = arguments.plain_suite(suite)
        self.tests = arguments.plain_tests(tests)
        self.conn_id = conn_id
        self.table = table
        self.dataset = arguments.plain_dataset(dataset)
        self.where = where
        self.hook_params = hook_params
        self.database = database
        self.gate = gate
        self.retry_on_failure = retry_on_failure
        self.allow_empty = allow_empty
        self.statement_timeout = statement_timeout
        self.max_parallel = max_parallel
        self.trust_foreign_keys = trust_foreign_keys
        self.history_key = history_key
        self.sample_failing_rows = sample_failing_rows
        self.sample_columns = sample_columns
        self._cancel: threading.Event | None = None
        self._refuse_mixture()

    def _refuse_mixture(self) -> None:
        """Raises DefinitionError when the arguments cannot be meant together."""
        arguments.refuse_mixture({**self._given(), "history_key": self.history_key})

    def _given(self) -> dict[str, Any]:
        names = ("checks", "suite", "tests", "conn_id", "table", "dataset", "where", "database", "hook_params")
        return {name: getattr(self, name) for name in names}

    def render_template(
        self, content: Any, context: Context, jinja_env: jinja2.Environment | None = None, seen_oids: set[int] | None = None
    ) -> Any:
        """Renders templates only: Jinja would take a trailing newline, and read ``{#`` as a comment, in any other text."""
        if isinstance(content, str) and not is_template(content):
            return content
        rendered = super().render_template(content, context, jinja_env, seen_oids)
        # Rendered natively to None, a filter or bound would be as if it had never been written.
        return "" if rendered is None and is_template(content) else rendered

    # The story of a task ----------------------------------------------------------------------------------------------

    def execute(self, context: Context) -> dict[str, Any]:
        """Asks, reports, keeps, gates; returns the summary.

        Raises:
            DataQualityFailed: the data is bad, gate ``fail``; DataQualityFailedRetryable with ``retry_on_failure``.
            AirflowSkipException: the data is bad, gate ``skip``.
            CheckErrored: a check could not be asked, unless the gate is ``continue``; or the task was stopped.
        """
        run = self.ask(context)
        self._keep(run)
        self._act(run, context)
        return run.summary()

    def ask(self, context: Context, *, poke: int = 0) -> Run:
        """Asks and reports; what came of it is not kept yet.

        Args:
            context: Airflow's, of the task.
            poke: counts the times that one try asks: each is a run of its own.

        Raises:
            CheckErrored: when the task was stopped.
        """
        self._cancel = self._cancel or threading.Event()
        run = self._ask(self._tests(context, self._mapped_key(context)), context, self._cancel, poke)
        if self._cancel.is_set():
            raise CheckErrored("the task was stopped; running statements were cancelled, nothing is recorded")
        self._report(run)
        return run

    def on_kill(self) -> None:
        """Stops running statements in the database; nothing new is asked."""
        self._cancel = self._cancel or threading.Event()
        self._cancel.set()

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage[Any, Any]:
        """Returns what the run tells OpenLineage, whose provider calls this after success and failure alike."""
        from airflow_data_quality.operators.lineage import lineage

        return lineage(*self._asked)

    def _tests(self, context: Context, key: str | None) -> Sequence[Test]:
        """Builds the tests from what Airflow has rendered; the rules that had to wait for that are applied now."""
        if self.suite is not None:
            suite = self._rendered_suite(context)
            arguments.refuse_mixture({**self._given(), "suite": suite.spec()})
            return suite.tests(conn_id=self.conn_id, prefix=self.history_key, key=key)
        self._refuse_mixture()
        if self.tests is not None:
            return self._stored_tests(self.tests)
        given = self.dataset if self.dataset is not None else {"table": self.table, "where": self.where}
        dataset = Dataset.model_validate(given, context=RENDERED)
        if dataset.conn_id is None:
            dataset = dataset.model_copy(update={"conn_id": self.conn_id})
        arguments.refuse_no_list(self.checks)
        checks = [Check.model_validate(check, context=RENDERED) for check in self.checks or ()]
        if not checks and not self.allow_empty:
            raise DefinitionError("there is nothing to check: the list of checks is empty (allow_empty=True lets it pass)")
        prefix = self.history_key if self.history_key is not None else f"{self.dag_id}/{self.task_id}"
        return coded_tests(checks, [dataset], prefix=prefix, key=key)

    def _stored_tests(self, names: Any) -> Sequence[Test]:
        """Returns the stored tests that are chosen and enabled; no failing rows are looked at where that is not allowed."""
        from airflow_data_quality.hooks import stores
        from airflow_data_quality.operators.stored_tests import choose

        names = arguments.plain_tests([names] if isinstance(names, str) else names)
        chosen = choose(names, stores.config_store())
        if chosen.disabled:
            self.log.warning("%s stored test(s) are disabled and not run: %s", len(chosen.disabled), ", ".join(chosen.disabled))
        if chosen.may_not_sample and self.sample_failing_rows:
            self.log.warning("no failing rows are kept: connection(s) %s may not be sampled", ", ".join(chosen.may_not_sample))
            self.sample_failing_rows = 0
        if not chosen.tests and not self.allow_empty:
            raise DefinitionError(
                "there is nothing to check: no stored test that is chosen is enabled (allow_empty=True lets it pass)"
            )
        return chosen.tests

    def _rendered_suite(self, context: Context) -> Suite:
        """Returns the suite; the templates in a suite file are rendered here, those of the arguments have been."""
        spec = self.suite
        if isinstance(spec, str):
            dag = context.get("dag")
            spec = self.render_template(arguments.read_suite(spec, getattr(dag, "fileloc", None)), context)
        return Suite.model_validate(spec, context=RENDERED)

    def _mapped_key(self, context: Context) -> str | None:
        """Returns the mapped arguments of a mapped task as text, None for any other task."""
        dag = context.get("dag")
        task = dag.task_dict.get(self.task_id) if dag is not None else None
        mapped = task if isinstance(task, MappedOperator) else None
        if mapped is None and getattr(context.get("ti"), "map_index", -1) < 0:
            return None
        return arguments.mapped_key(self._mapped_arguments(mapped))

    def _mapped_arguments(self, mapped: MappedOperator | None) -> Sequence[tuple[str, Any]]:
        """Returns what a task was mapped over, by argument; in a mapped group one cannot see what that is: all arguments."""
        partial = mapped.partial_kwargs if mapped is not None else {}
        return [(name, value) for name, value in self._given().items() if name not in partial]

    def _ask(self, tests: Sequence[Test], context: Context, cancel: threading.Event, poke: int) -> Run:
        # Loads the SQL engine and the hook, which parsing a DAG must not pay for.
        with uncollected():
            from airflow_data_quality.core import inquiry  # noqa: F401 - the runner would load it outside
            from airflow_data_quality.core.runner import run
            from airflow_data_quality.core.sql.dialect import load_dialects
            from airflow_data_quality.hooks.database import database

            load_dialects()

        origin = _origin(context)
        now = datetime.now(timezone.utc)
        number = run_id("airflow", *origin.model_dump().values(), poke) if origin else run_id("airflow", now, id(self))
        if not tests:
            return Run(id=number, source="airflow", origin=origin, started_at=now, finished_at=now, executions=())
        if any(test.dataset.conn_id is None for test in tests):
            raise DefinitionError("neither the dataset, the suite nor the operator names a conn_id")
        databases = {
            conn_id: database(str(conn_id), hook_params=self.hook_params, name=self.database)
            for conn_id in {test.dataset.conn_id for test in tests}
        }
        done = run(tests, databases, id=number, started_at=now, options=self._options(), cancel=cancel)
        done = done.model_copy(update={"source": "airflow", "origin": origin})
        self._asked = (done, databases)
        return done

    def _options(self) -> Options:
        return Options(
            statement_timeout=parse_duration(
                self.statement_timeout or conf.get("data_quality", "statement_timeout", fallback="30m")
            ),
            max_parallel=self.max_parallel or conf.getint("data_quality", "max_parallel", fallback=MAX_PARALLEL),
            trust_foreign_keys=self.trust_foreign_keys,
            sample_failing_rows=self.sample_failing_rows,
            sample_columns=self.sample_columns,
            masked_columns=_masked() if self.sample_failing_rows else (),
        )

    def _report(self, run: Run) -> None:
        """Logs one line per check, below it the failing rows that were asked for, and a table at the end; the SQL at DEBUG."""
        from airflow_data_quality.core.report import text as report
        from airflow_data_quality.core.report.samples import samples

        for statement in run.plan.statements:
            self.log.debug("for %s test(s) in %.0f ms:\n%s", len(statement.test_ids), statement.duration_ms, statement.sql)
        for execution in run.executions:
            lines = [report.line(execution), samples(execution)]
            self.log.log(_level(execution), "%s", "\n".join(filter(None, lines)))
        self.log.info("%s", report.table(run))

    def _keep(self, run: Run) -> None:
        """Counts the run, and writes it to the result store, else to the spool. A store that is away never changes the gate."""
        telemetry.count(run)
        try:
            from airflow_data_quality.core.stores.keeping import keep
            from airflow_data_quality.hooks import stores
            from airflow_data_quality.hooks.spool import spool

            for caution in stores.cautions():
                self.log.warning("%s", caution)
            keep(run, stores.result_store, spool(), self.log.log)
        except Exception as error:  # noqa: BLE001 - a setting that cannot be meant, or a package that is broken
            self.log.error("the run cannot be kept (%s); this is it: %s", error, run.model_dump_json())

    def _act(self, run: Run, context: Context) -> None:
        """Gates the task. A task that will not return has its summary pushed first; one that will says it to its assets."""
        problem = self._problem(run)
        if problem is not None:
            self._push(run.summary(), context)
            raise problem
        assets.attach(run.summary(), self.outlets, context)

    def _push(self, summary: dict[str, Any], context: Context) -> None:
        if (ti := context.get("ti")) is not None and self.do_xcom_push:
            ti.xcom_push(key="return_value", value=summary)

    def _problem(self, run: Run) -> Exception | None:
        blocking = [e for e in run.executions if e.outcome == run.verdict and e.severity == "error"]
        return self._refusal(run.verdict, complaint(blocking, len(run.executions), run.verdict))

    def _refusal(self, verdict: Verdict, text: str) -> Exception | None:
        """Returns what the gate raises after a verdict; None where it lets others run."""
        if self.gate == "continue" or verdict not in ("failed", "errored"):
            return None
        if verdict == "errored":
            return CheckErrored(text)
        if self.gate == "skip":
            return AirflowSkipException(text)
        return DataQualityFailedRetryable(text) if self.retry_on_failure else DataQualityFailed(text)


def _refuse_gate(gate: Any, retry_on_failure: bool) -> None:
    if gate not in GATES:
        raise DefinitionError(f"gate is {gate!r}; it is one of {', '.join(GATES)}")
    if retry_on_failure and gate != "fail":
        raise DefinitionError(f"retry_on_failure goes with gate='fail': gate={gate!r} never fails on bad data")


def _origin(context: Context) -> Origin | None:
    ti = context.get("ti")
    if ti is None:
        return None
    return Origin(
        dag_id=ti.dag_id,
        run_id=ti.run_id,
        task_id=ti.task_id,
        map_index=-1 if ti.map_index is None else ti.map_index,
        try_number=ti.try_number,
    )


def _masked() -> Sequence[str]:
    """Returns the patterns of the setting; refuses what looks like some and would mask nothing: quotes around them."""
    written = conf.get("data_quality", "masked_columns", fallback="")
    if "'" in written or '"' in written:
        raise DefinitionError(f"[data_quality] masked_columns is {written!r}; write patterns without quotes: *email*, *password*")
    return [pattern.strip() for pattern in written.replace("\n", ",").split(",") if pattern.strip()]


def _level(execution: Execution) -> int:
    if execution.outcome not in ("failed", "errored"):
        return logging.INFO
    return logging.ERROR if execution.severity == "error" else logging.WARNING
