"""The gate of a consumer: go on only when what is known of an asset is good enough. Nothing is measured."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Literal

from airflow.sdk import Asset, AssetAlias, BaseOperator
from airflow.sdk.definitions.asset import AssetRef

from airflow_data_quality.core.errors import DefinitionError
from airflow_data_quality.core.model.duration import parse_duration, rough_duration
from airflow_data_quality.operators.assets import Result, newest_result
from airflow_data_quality.operators.errors import CheckErrored, DataQualityFailed

if TYPE_CHECKING:
    from airflow.sdk import Context

Missing = Literal["fail", "pass"]
ACCEPTED = ("passed", "warned")
"""The verdicts that do without ``min_score``."""


class RequireQualityOperator(BaseOperator):
    """Lets downstream tasks run only when the newest quality result of an asset is good enough.

    Results are what gates wrote into the asset's events; events without one are passed over. What was found is the task's XCom.

    Args:
        asset: an asset, an alias, or ``Asset.ref(…)``.
        min_score: from 0 to 1: the score decides, whatever the verdict. Without it the verdict does: ``passed`` or ``warned``.
        max_age: how old a result may be: ``"2h"`` or a timedelta. Without it any age will do.
        missing: what happens when there is no result, or none that is new enough: ``fail`` or ``pass``.

    Raises:
        ValueError: when the arguments cannot be meant.
    """

    def __init__(
        self,
        *,
        asset: Asset | AssetAlias | AssetRef,
        min_score: float | None = None,
        max_age: timedelta | str | None = None,
        missing: Missing = "fail",
        **kwargs: Any,
    ) -> None:
        _refuse(asset, min_score, missing)
        inlets = kwargs.pop("inlets", None) or []
        super().__init__(inlets=[*inlets, asset], **kwargs)
        self.asset = asset
        self.min_score = min_score
        self.max_age = None if max_age is None else parse_duration(max_age)
        self.missing = missing

    def execute(self, context: Context) -> dict[str, Any] | None:
        """Looks at the asset's events; returns what the newest result says, None when there is none and that is fine.

        Raises:
            DataQualityFailed: the result is not good enough.
            CheckErrored: there is no result, or none that is new enough; retried like any fault, for one may come.
        """
        found = newest_result(context["inlet_events"][self.asset])
        if problem := self._unknown(found):
            if self.missing == "fail":
                raise CheckErrored(f"{problem}; missing='pass' goes on without one")
            self.log.warning("%s; going on, for missing='pass'", problem)
        if found is None:
            return None
        said = {**found.told, "at": found.at.isoformat()}
        if not problem and (reason := self._too_bad(found)):
            where = found.told.get("link") or found.told.get("run_id")
            raise DataQualityFailed(
                f"the newest quality result of {self._name}, of {found.at:%Y-%m-%d %H:%M:%S %Z}, is not good enough: {reason}"
                + (f"; see {where}" if where else "")
            )
        self.log.info("the newest quality result of %s: %s", self._name, said)
        return said

    def _unknown(self, found: Result | None) -> str | None:
        if found is None:
            return f"no event of {self._name} says anything of its quality: has a gate it among its outlets?"
        age = datetime.now(timezone.utc) - found.at
        if self.max_age is not None and age > self.max_age:
            return (
                f"the newest quality result of {self._name} is {rough_duration(age)} old, "
                f"allowed is max_age {rough_duration(self.max_age)}"
            )
        return None

    def _too_bad(self, found: Result) -> str | None:
        if self.min_score is None and found.verdict is not None:
            return None if found.verdict in ACCEPTED else f"its verdict is {found.verdict}"
        needed = 1.0 if self.min_score is None else self.min_score
        # 1 - 4 / 5 is a little less than 0.2.
        if isinstance(found.score, int | float) and round(found.score, 9) >= needed:
            return None
        return f"its score is {found.score}, required is {needed}"

    @property
    def _name(self) -> str:
        return repr(getattr(self.asset, "name", None) or getattr(self.asset, "uri", None))


def require_quality(
    asset: Asset | AssetAlias | AssetRef,
    min_score: float | None = None,
    max_age: timedelta | str | None = None,
    *,
    missing: Missing = "fail",
    task_id: str = "require_quality",
    **kwargs: Any,
) -> RequireQualityOperator:
    """Returns a task, the first of a consumer, that passes only when the newest quality result of an asset is good enough.

    Args:
        asset: an asset, an alias, or ``Asset.ref(…)``.
        min_score: from 0 to 1: the score decides, whatever the verdict. Without it the verdict does: ``passed`` or ``warned``.
        max_age: how old a result may be: ``"2h"`` or a timedelta. Without it any age will do.
        missing: what happens when there is no result, or none that is new enough: ``fail`` or ``pass``.
        task_id: the task's id; a DAG that requires the quality of several assets gives each its own.
        **kwargs: arguments of any operator.

    Raises:
        ValueError: when the arguments cannot be meant.
    """
    return RequireQualityOperator(task_id=task_id, asset=asset, min_score=min_score, max_age=max_age, missing=missing, **kwargs)


def _refuse(asset: Any, min_score: Any, missing: Any) -> None:
    if not isinstance(asset, Asset | AssetAlias | AssetRef):
        raise DefinitionError(f"asset is {asset!r}; give an Asset, an AssetAlias or Asset.ref(name=…)")
    number = isinstance(min_score, int | float) and not isinstance(min_score, bool)
    if min_score is not None and not (number and 0 <= min_score <= 1):
        raise DefinitionError(f"min_score is {min_score!r}; it is a number from 0 to 1")
    if missing not in ("fail", "pass"):
        raise DefinitionError(f"missing is {missing!r}; it is one of fail, pass")
