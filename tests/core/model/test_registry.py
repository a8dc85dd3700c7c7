"""A check type is known by being defined: ours by their file, those of third parties by an entry point."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from textwrap import dedent
from typing import Annotated, Any, Literal

import pytest
from pydantic import ValidationError

from airflow_data_quality.core.model.bounded_check import BoundedCheck
from airflow_data_quality.core.model.bounds import Bound
from airflow_data_quality.core.model.check import ENTRY_POINTS, REGISTRY, Check, check_class, check_types
from airflow_data_quality.core.model.columns import Columns
from airflow_data_quality.core.model.judgement import Judged
from airflow_data_quality.core.model.metric import Measured, Metric
from airflow_data_quality.core.model.row_check import RowCheck


@pytest.fixture(autouse=True)
def registry_as_it_was() -> Iterator[None]:
    """Forgets the types that a test defines."""
    before = dict(check_types())
    yield
    REGISTRY.clear()
    REGISTRY.update(before)


class Whole:
    """What a check type must say of itself; mixed into the types below so that each can leave one thing out."""

    def metrics(self, columns: Columns) -> Sequence[Metric]:
        return ()

    def judge(self, measured: Measured, columns: Columns) -> Judged:
        return Judged((), "")

    def sentence(self) -> str:
        return "the air is clean"


def test_our_types_are_known_by_name() -> None:
    assert {check_class(name).__name__ for name in ("volume", "freshness", "completeness", "uniqueness", "referential")} == {
        *("Volume", "Freshness", "Completeness", "Uniqueness", "Referential")
    }


def test_a_type_is_known_once_it_is_defined() -> None:
    class Sniff(Whole, Check):
        type: Literal["sniff"] = "sniff"
        dimension: str = "freshness of air"
        nose: str
        max_smell: Annotated[int, Bound()] = 0

    check = Check.model_validate({"sniff": {"nose": "left", "max_smell": 3, "warn": {"max_smell": 1}}})
    assert isinstance(check, Sniff)
    assert check.describe() == "the air is clean"
    assert check.warned() == Sniff(nose="left", max_smell=1)
    assert Check.model_validate(check.spec()) == check
    assert Check.model_validate_json(check.model_dump_json()) == check
    with pytest.raises(ValidationError, match=r"unknown field 'nose' \(allowed: max_smell\)"):
        Check.model_validate({"sniff": {"nose": "left", "warn": {"nose": "right"}}})
    with pytest.raises(ValidationError, match="unknown check type 'snif'; did you mean 'sniff'"):
        Check.model_validate({"snif": {}})


def test_a_type_without_bounds_takes_no_warn() -> None:
    class Sniff(Whole, Check):
        type: Literal["sniff"] = "sniff"
        dimension: str = "air"

    assert Sniff().warned() is None
    with pytest.raises(ValidationError, match="warn"):
        Check.model_validate({"sniff": {"warn": {"max": 1}}})


def test_a_doubled_name_is_refused_at_definition() -> None:
    ours = REGISTRY["volume"]
    with pytest.raises(
        TypeError, match=r"check type 'volume' is defined twice: airflow_data_quality.core.checks.volume and .*test_registry"
    ):

        class Loudness(Whole, Check):
            type: Literal["volume"] = "volume"
            dimension: str = "noise"

    assert REGISTRY["volume"] is ours


def test_a_subclass_of_a_type_that_keeps_its_name_is_a_doubled_name() -> None:
    with pytest.raises(TypeError, match="'volume' is defined twice"):

        class BetterVolume(REGISTRY["volume"]):
            pass


def _without_metrics() -> None:
    class Forgetful(BoundedCheck):
        type: Literal["forgetful"] = "forgetful"
        dimension: str = "memory"
        judge = Whole.judge
        sentence = Whole.sentence


def _without_judge() -> None:
    class Forgetful(BoundedCheck):
        type: Literal["forgetful"] = "forgetful"
        dimension: str = "memory"
        metrics = Whole.metrics
        sentence = Whole.sentence


def _without_sentence() -> None:
    class Forgetful(BoundedCheck):
        type: Literal["forgetful"] = "forgetful"
        dimension: str = "memory"
        metrics = Whole.metrics
        judge = Whole.judge


def _without_dimension() -> None:
    class Forgetful(Whole, Check):
        type: Literal["forgetful"] = "forgetful"


def _without_default_of_type() -> None:
    class Forgetful(Whole, Check):
        type: Literal["forgetful"]
        dimension: str = "memory"


def _row_check_without_complaint() -> None:
    class Forgetful(RowCheck):
        type: Literal["forgetful"] = "forgetful"
        dimension: str = "memory"
        metrics = Whole.metrics
        sentence = Whole.sentence


@pytest.mark.parametrize(
    ("define", "missing"),
    [
        (_without_metrics, r"without the method metrics\(\)"),
        (_without_judge, r"without the method judge\(\)"),
        (_without_sentence, r"without the method sentence\(\)"),
        (_without_dimension, "without a default dimension"),
        (_without_default_of_type, "type"),
        (_row_check_without_complaint, "complaint"),
    ],
)
def test_a_forgetful_type_fails_when_it_is_defined(define: Callable[[], None], missing: str) -> None:
    before = set(REGISTRY)
    with pytest.raises(TypeError, match=f"Forgetful is a check type .*{missing}"):
        define()
    assert set(REGISTRY) == before


def test_a_base_of_several_types_is_no_type() -> None:
    before = set(REGISTRY)

    class Family(Whole, Check):
        smell: int = 0

    assert set(REGISTRY) == before


# Third parties --------------------------------------------------------------------------------------------------------


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Installs a package with these modules and entry points, as pip would have left it."""
    loaded = set(sys.modules)

    def _install(entry_points: dict[str, str], **modules: str) -> None:
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(dedent(text), encoding="utf-8")
        info = tmp_path / "third_party_checks-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: third-party-checks\nVersion: 1.0\n", encoding="utf-8")
        lines = [f"[{ENTRY_POINTS}]", *(f"{name} = {target}" for name, target in entry_points.items())]
        (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)

    yield _install
    for name in {name for name in set(sys.modules) - loaded if name.startswith("dqx_")}:
        del sys.modules[name]


SNIFF = """
    from typing import Literal

    from airflow_data_quality.core.model.check import Check


    class Sniff(Check):
        type: Literal["sniff"] = "sniff"
        dimension: str = "air"

        def metrics(self, columns):
            return ()

        def judge(self, measured, columns):
            raise NotImplementedError

        def sentence(self):
            return "the air is clean"
"""
TRAP = "raise RuntimeError('loaded without need')"


def test_an_installed_check_is_found_by_its_entry_point(install: Callable[..., None]) -> None:
    install({"sniff": "dqx_sniff:Sniff"}, dqx_sniff=SNIFF)
    assert "dqx_sniff" not in sys.modules
    assert Check.model_validate({"sniff": {}}).describe() == "the air is clean"
    assert Check.model_validate({"type": "sniff"}).type == "sniff"


def test_entry_points_are_looked_up_only_for_unknown_types(install: Callable[..., None]) -> None:
    install({"volume": "dqx_trap:Volume", "sniff": "dqx_sniff:Sniff", "other": "dqx_trap:Other"}, dqx_sniff=SNIFF, dqx_trap=TRAP)
    assert Check.model_validate({"volume": 5}).type == "volume"
    assert "dqx_sniff" not in sys.modules
    assert Check.model_validate({"sniff": {}}).type == "sniff"
    assert "dqx_trap" not in sys.modules


def test_an_entry_point_that_defines_another_type_leaves_it_unknown(install: Callable[..., None]) -> None:
    install({"snuff": "dqx_sniff:Sniff"}, dqx_sniff=SNIFF)
    with pytest.raises(ValidationError, match="unknown check type 'snuff'; did you mean 'sniff'"):
        Check.model_validate({"snuff": {}})


def test_an_installed_check_cannot_take_a_name_of_ours(install: Callable[..., None]) -> None:
    install({"sniff": "dqx_thief:Thief"}, dqx_thief=SNIFF.replace("Sniff", "Thief").replace('"sniff"', '"volume"'))
    with pytest.raises(TypeError, match="'volume' is defined twice"):
        Check.model_validate({"sniff": {}})


def test_the_registry_is_not_touched_by_unknown_types() -> None:
    before: dict[str, Any] = dict(REGISTRY)
    with pytest.raises(ValueError, match="unknown check type 'nothing'"):
        check_class("nothing")
    assert before == REGISTRY
