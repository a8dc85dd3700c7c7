"""From the arguments of a task that measures nothing to the tests whose outcomes it goes by."""

from __future__ import annotations

from typing import Any

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.stores.outcomes import Meant
from airflow_data_quality.operators import arguments


def refuse_mixture(tests: Any, conn_id: Any, table: Any) -> None:
    """Raises DefinitionError unless tests are named, or one table with its connection."""
    if (tests is None) == (table is None):
        raise DefinitionError("give exactly one of tests= and table=: some tests, or all tests of a table")
    if (conn_id is None) != (table is None):
        raise DefinitionError("conn_id= and table= go together: the table, and the Airflow connection behind which it is")


def meant(tests: Any, conn_id: Any, table: Any) -> Meant:
    """Returns which tests are meant by arguments that Airflow has rendered.

    Raises:
        DefinitionError: when they cannot be meant together, or are no names.
    """
    refuse_mixture(tests, conn_id, table)
    if table is not None:
        return Meant(conn_id=str(conn_id), table=str(table))
    names = arguments.plain_tests([tests] if isinstance(tests, str) else tests)
    if not names:
        raise DefinitionError("tests is empty: name at least one test, or tag:NAME for all that have a tag")
    return Meant(names=tuple(names))
