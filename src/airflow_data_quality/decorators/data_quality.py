"""``@task.data_quality``: a function that says, when the task runs, what is to be checked."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.common.compat.sdk import DecoratedOperator, task_decorator_factory

from airflow_data_quality.core.errors import DefinitionError, UnresolvedTemplate
from airflow_data_quality.core.formats.suite import Suite
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.templates import templates
from airflow_data_quality.operators import arguments
from airflow_data_quality.operators.data_quality import DataQualityOperator

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import TaskDecorator
    from airflow.sdk import Context
    from airflow.sdk.definitions.mappedoperator import MappedOperator

    from airflow_data_quality.core.model.test import Test

RETURNS = "a check, a list of checks, a suite or the path of a suite file"


class DataQualityDecoratedOperator(DecoratedOperator, DataQualityOperator):
    """A DataQualityOperator whose checks or suite are what a function returns.

    What it returns is meant as it stands: Jinja renders the arguments, and what is in a suite file, but no returned text.
    A suite that is returned as plain data may go without a name: its tests are then the task's.

    Args:
        python_callable: the function.
        op_args: its positional arguments; templates.
        op_kwargs: its arguments by name; templates. What Airflow knows of the task (``params``, ``dag_run`` …) comes by name.
        **kwargs: the arguments of DataQualityOperator but ``checks``, ``suite`` and ``tests``.

    Raises:
        DefinitionError: for ``checks``, ``suite`` or ``tests``, a coroutine function, or arguments that cannot be meant together.
    """

    template_fields: Sequence[str] = (*DecoratedOperator.template_fields, *DataQualityOperator.template_fields)
    template_fields_renderers: ClassVar[dict[str, str]] = {
        **DecoratedOperator.template_fields_renderers,
        **DataQualityOperator.template_fields_renderers,
    }
    custom_operator_name = "@task.data_quality"
    overwrite_rtif_after_execution = True
    """Airflow then shows the checks that were returned among the rendered fields."""

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        for name in ("checks", "suite", "tests"):
            if name in kwargs:
                raise DefinitionError(f"what the function of @task.data_quality returns is checked; leave out {name}=")
        if inspect.iscoroutinefunction(python_callable):
            raise DefinitionError("the function of @task.data_quality is a coroutine; write def in place of async def")
        super().__init__(python_callable=python_callable, op_args=op_args, op_kwargs=op_kwargs, **kwargs)

    def _refuse_mixture(self) -> None:
        if self.checks is None and self.suite is None:
            arguments.refuse_place(self._given())  # the function has yet to say whether it gives checks or a suite
        else:
            super()._refuse_mixture()

    def _mapped_arguments(self, mapped: MappedOperator | None) -> Sequence[tuple[str, Any]]:
        if mapped is None:
            return [*super()._mapped_arguments(None), *(("", value) for value in self.op_args), *self.op_kwargs.items()]
        partial = mapped.partial_kwargs["op_kwargs"]
        return [(name, value) for name, value in self.op_kwargs.items() if name not in partial]

    def _tests(self, context: Context, key: str | None) -> Sequence[Test]:
        returned = self.python_callable(*self.op_args, **self._call_kwargs(context))
        self.checks, self.suite = self._read(returned)
        return super()._tests(context, key)

    def _call_kwargs(self, context: Context) -> Mapping[str, Any]:
        """Returns the function's own arguments, and of the task's context what it has a parameter for."""
        known = {**context, **self.op_kwargs}
        parameters = inspect.signature(self.python_callable).parameters.values()
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            return known
        return {p.name: known[p.name] for p in islice(parameters, len(self.op_args), None) if p.name in known}

    def _read(self, returned: Any) -> tuple[Any, Any]:
        """Returns what the function has returned as the operator's ``checks`` and ``suite``, of which one is None."""
        for text in templates(returned):
            raise UnresolvedTemplate(
                f"{text!r} holds a template, but what the function of @task.data_quality returns is not rendered; "
                "let the function take the value as an argument, for arguments are (params= is one)"
            )
        if isinstance(returned, Mapping) and "checks" in returned and "type" not in returned:
            returned = {"name": f"{self.dag_id}/{self.task_id}", **returned}
            return None, arguments.plain_suite(returned)
        if isinstance(returned, Suite | str | os.PathLike):
            return None, arguments.plain_suite(returned)
        if isinstance(returned, Check | Mapping):
            returned = [returned]
        if not isinstance(returned, Sequence):
            raise DefinitionError(f"the function of @task.data_quality returned {returned!r}; it must return {RETURNS}")
        return arguments.plain_checks(returned), None


def data_quality_task(python_callable: Callable[..., Any] | None = None, **kwargs: Any) -> TaskDecorator:
    """Makes a DataQualityOperator of a function that returns what is to be checked.

    The task's XCom is the summary of the run, whatever the function's annotation says.

    Args:
        python_callable: the function; None when the decorator is written with arguments.
        **kwargs: the arguments of DataQualityOperator but ``checks``, ``suite`` and ``tests``.
    """
    return task_decorator_factory(
        python_callable,
        multiple_outputs=kwargs.pop("multiple_outputs", False),
        decorated_operator_class=DataQualityDecoratedOperator,
        **kwargs,
    )
