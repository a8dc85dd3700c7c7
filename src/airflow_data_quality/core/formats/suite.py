"""A suite: checks that belong together, in Python or in a YAML or JSON file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, SerializeAsAny, ValidationError
from typing_extensions import Self

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.formats.document import Document
from airflow_data_quality.core.formats.mistakes import mistakes
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.dataset import Dataset
from airflow_data_quality.core.model.moments import ZoneName
from airflow_data_quality.core.model.schedule import Schedule
from airflow_data_quality.core.model.templates import Definition
from airflow_data_quality.core.model.test import Test, coded_tests, refuse_equal_labels

ENDINGS = (".yaml", ".yml", ".json")
"""How the names of suite files end."""


class Suite(Definition):
    """Checks on one or several datasets, under one name."""

    name: str
    """Stands before the label in the ids of its tests."""
    conn_id: str | None = None
    """The Airflow connection of the datasets that name none."""
    table: str | None = None
    """One table; or give ``dataset``, or ``datasets``."""
    dataset: Dataset | None = None
    datasets: Annotated[Sequence[Dataset], AfterValidator(tuple)] | None = None
    """Several datasets: every check is made on each."""
    checks: Annotated[Sequence[SerializeAsAny[Check]], AfterValidator(tuple)]
    schedule: Schedule = None
    """When it is due, for who makes DAGs of suites: a cron expression of five fields, or a preset such as ``@hourly``."""
    timezone: ZoneName = "UTC"
    """In which the schedule is read."""

    def check_together(self) -> None:
        """Refuses a suite without checks, with more or less than one way to say on what, or with equal labels."""
        given = [name for name in ("table", "dataset", "datasets") if getattr(self, name) is not None]
        if len(given) != 1 or self.datasets == ():
            raise ValueError(f"give exactly one of table, dataset and datasets{f', not {given}' if given else ''}")
        if not self.checks:
            raise ValueError("a suite needs at least one check")
        refuse_equal_labels(self.checks)

    def tests(self, *, conn_id: str | None = None, prefix: str | None = None, key: str | None = None) -> tuple[Test, ...]:
        """Returns the suite's tests, on datasets that know their connection.

        Args:
            conn_id: the connection of datasets for which neither they nor the suite name one.
            prefix: what stands before the labels in place of the suite's name.
            key: the mapped arguments of a mapped task as text.
        """
        datasets = self.datasets or [self.dataset if self.dataset is not None else Dataset(table=self.table)]
        default = self.conn_id if self.conn_id is not None else conn_id
        bound = [d if d.conn_id is not None else d.model_copy(update={"conn_id": default}) for d in datasets]
        return coded_tests(self.checks, bound, prefix=self.name if prefix is None else prefix, key=key)

    def spec(self) -> dict[str, Any]:
        """Returns plain data that builds the same suite again; it may travel by XCom."""
        fields = self.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude={"checks", "dataset", "datasets"})
        parts = {name: _spec(getattr(self, name)) for name in ("dataset", "datasets", "checks")}
        return {**fields, **{name: part for name, part in parts.items() if part is not None}}

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Reads a suite from a ``.yaml``, ``.yml`` or ``.json`` file.

        Raises:
            DefinitionError: for a file that cannot be read, and for every mistake in it, with line and column.
        """
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise DefinitionError(f"the suite {str(path)!r} cannot be read: {error}") from error
        return cls.from_text(text, name=str(path))

    @classmethod
    def from_text(cls, text: str, *, name: str = "suite") -> Self:
        """Reads a suite from YAML text (JSON when ``name`` ends in ``.json``); ``name`` stands in its errors."""
        document = Document(text, name)
        if not isinstance(document.value, dict):
            given = "" if document.value is not None else "; there is nothing in it"
            raise DefinitionError(f"{document.place([])}: a suite is a mapping with name, table and checks{given}")
        try:
            return cls.model_validate(document.value)
        except ValidationError as error:
            raise DefinitionError("\n".join(mistakes(document, error, whole="suite"))) from None


def _spec(part: Any) -> Any:
    """Returns models as plain data, one or many; a template that stands for them as it is."""
    if isinstance(part, tuple):
        return [item.spec() for item in part]
    return part.spec() if isinstance(part, Check | Dataset) else part
