"""A check bound to a dataset, with an identity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, SerializeAsAny

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.check import Check
from airflow_data_quality.core.model.dataset import Dataset


class Test(BaseModel):
    """One question of a run: this check, on this dataset, under this id."""

    __test__ = False
    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    id: str
    """Its history hangs on it: thresholds, filters and wording may change, the id stays."""
    check: SerializeAsAny[Check]
    dataset: Dataset


def coded_tests(
    checks: Sequence[Check], datasets: Sequence[Dataset], *, prefix: str = "", key: str | None = None
) -> tuple[Test, ...]:
    """Gives every check on every dataset its id: ``prefix/label``, then ``[key]`` and ``[dataset]`` where there are several.

    Args:
        checks: what must hold, on each of the datasets.
        datasets: what is checked; each has its ``conn_id`` already.
        prefix: what stands before the label, such as ``dag_id/task_id``; without it the label stands alone.
        key: the mapped arguments of a mapped task as text.

    Raises:
        DefinitionError: when two checks of one dataset have the same label, or two datasets the same name.
    """
    refuse_equal_labels(checks)
    tests = []
    before = f"{prefix}/" if prefix else ""
    for dataset in datasets:
        suffix = (f"[{key}]" if key is not None else "") + (f"[{dataset.text}]" if len(datasets) > 1 else "")
        for check in checks:
            tests.append(Test(id=f"{before}{check.label}{suffix}", check=check, dataset=dataset))
    doubled = [test_id for test_id, count in Counter(test.id for test in tests).items() if count > 1]
    if doubled:
        raise DefinitionError(
            f"two tests of this run would have the id {doubled[0]!r}; give the datasets different names, or the checks a name="
        )
    return tuple(tests)


def refuse_equal_labels(checks: Sequence[Check]) -> None:
    """Raises DefinitionError when two checks would be told apart by nothing but their bounds or filters."""
    doubled = [label for label, count in Counter(check.label for check in checks).items() if count > 1]
    if doubled:
        raise DefinitionError(f"{len(doubled)} label(s) stand for more than one check: {', '.join(doubled)}; give each a name=")
