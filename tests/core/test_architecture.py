"""The house: what loads what, who may import whom, and budgets that keep the rooms liveable."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "airflow_data_quality"
FILES = sorted(path for path in PACKAGE.rglob("*.py") if not path.match("migrations/*/*.py"))
CORE = [path for path in FILES if (PACKAGE / "core") in path.parents]
CHECKS = sorted(path for path in (PACKAGE / "core" / "checks").glob("*.py") if path.name != "__init__.py")

LAYERS = [
    {"errors"},
    {"database"},
    {"model"},
    {"checks", "drivers", "sql"},
    {"judge"},
    {"inquiry"},
    {"runner", "formats"},
    {"stores"},
    {"alerts", "report"},
]
"""The rooms of the core from the ground up. A room imports what lies below it, never its siblings, never what is above."""

FACES = [
    {"core"},
    {"hooks"},
    {"triggers"},
    {"operators"},
    {"api", "sensors", "notifications"},
    {"plugins", "cli", "decorators", "scheduling"},
]


# What loads what ------------------------------------------------------------------------------------------------------


def loaded_by(code: str, *, without: str = "") -> set[str]:
    """Returns the top-level packages that a fresh interpreter has loaded once the code has run."""
    refuse = f"import sys; sys.modules[{without!r}] = None\n" if without else ""
    report = "\nimport json, sys; print(json.dumps([name for name, module in sys.modules.items() if module]))"
    done = subprocess.run([sys.executable, "-c", refuse + code + report], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


HEAVY = {
    "airflow",
    "sqlglot",
    "sqlalchemy",
    "alembic",
    "boto3",
    "botocore",
    "fastapi",
    "psycopg",
    "psycopg2",
    "pydantic",
    "yaml",
    "jinja2",
}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded_by("import airflow_data_quality; dir(airflow_data_quality)") & HEAVY


USE_OF_THE_DEFINITIONS = """
from airflow_data_quality import Bounds, Completeness, Dataset, Freshness, Referential, Suite, Uniqueness, Volume
from airflow_data_quality import connect, run_checks
checks = [Volume(min=1), Completeness(column="a", warn={"max_failing": "1%"}, max_failing="5%"), Uniqueness(columns=["a"]),
          Referential(columns=["a"], to_table="t", to_columns=["b"]), Freshness(column="at", max_age="2h", where="{{ w }}")]
suite = Suite(name="s", table="t", checks=checks)
assert Suite.from_text("name: s\\ntable: t\\nchecks:\\n  - volume: {min: 1}\\n").tests()
assert suite.spec() and [check.describe() for check in checks]
databases = [connect("postgresql://nobody@nowhere/nothing"), connect("sqlite:///nowhere.db")]
"""


def test_definitions_are_built_read_and_described_without_sql_or_drivers() -> None:
    assert not loaded_by(USE_OF_THE_DEFINITIONS) & (HEAVY - {"pydantic", "yaml"})


def test_the_core_lives_without_airflow() -> None:
    modules = [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in CORE if path.name != "env.py"]
    code = "\n".join(f"import {module.removesuffix('.__init__')}" for module in modules)
    assert "airflow" not in loaded_by(code, without="airflow")


# Who imports whom -----------------------------------------------------------------------------------------------------


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yields what a file imports, wherever in it (``TYPE_CHECKING`` counts), and whether that is at the top level."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            yield name, node in tree.body


def room(path: Path, house: Path) -> str:
    return path.relative_to(house).parts[0].removesuffix(".py")


def trespasses(paths: list[Path], house: Path, layers: list[set[str]]) -> list[str]:
    """Returns the imports that go up or to a sibling."""
    level = {name: number for number, names in enumerate(layers) for name in names}
    prefix = ".".join(house.relative_to(PACKAGE.parent).parts) + "."
    found = []
    for path in paths:
        for name, _ in imports(path):
            if not name.startswith(prefix):
                continue
            here, there = room(path, house), name.removeprefix(prefix).partition(".")[0]
            if here != there and level[there] >= level[here]:
                found.append(f"{here} imports {there} ({path.name})")
    return found


def test_every_room_of_the_core_has_its_place() -> None:
    known = set().union(*LAYERS) | {"__init__"}
    assert {room(path, PACKAGE / "core") for path in CORE} <= known


def test_inside_the_core_imports_go_one_way() -> None:
    paths = [path for path in CORE if path.parent != PACKAGE / "core" or path.name != "__init__.py"]
    assert trespasses(paths, PACKAGE / "core", LAYERS) == []


def test_faces_import_the_core_never_the_reverse_and_each_other_one_way() -> None:
    paths = [path for path in FILES if path.parent != PACKAGE]
    assert trespasses(paths, PACKAGE, FACES) == []


def test_the_core_names_no_airflow() -> None:
    assert [path.name for path in CORE for name, _ in imports(path) if name.partition(".")[0] == "airflow"] == []


def test_sqlglot_is_imported_by_checks_inside_functions_only() -> None:
    model_and_checks = [path for path in CORE if room(path, PACKAGE / "core") in ("model", "checks") and path.name != "nodes.py"]
    at_the_top = [(path.name, name) for path in model_and_checks for name, top in imports(path) if top]
    assert [
        (file, name) for file, name in at_the_top if name.startswith(("sqlglot", "airflow_data_quality.core.model.nodes"))
    ] == []


# A type is one file ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.stem)
def test_a_check_file_holds_one_type_called_like_the_file_and_knows_no_other(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    assert [name.lower() for name in classes] == [path.stem.replace("_", "")]
    assert f'type: Literal["{path.stem}"] = "{path.stem}"' in path.read_text(encoding="utf-8")
    siblings = [name for name, _ in imports(path) if name.startswith("airflow_data_quality.core.checks.")]
    assert siblings == []


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.stem)
def test_nothing_outside_the_checks_names_a_type(path: Path) -> None:
    def names_it(node: ast.AST) -> bool:
        return (isinstance(node, ast.Constant) and node.value == path.stem) or (
            isinstance(node, ast.Name) and node.id == path.stem.title().replace("_", "")
        )

    others = {other: ast.parse(other.read_text(encoding="utf-8")) for other in CORE if other not in CHECKS}
    assert [other.name for other, tree in others.items() if any(map(names_it, ast.walk(tree)))] == []


NEW_TYPE = """
from typing import Literal

from airflow_data_quality.core.model.bounded_check import BoundedCheck


class Sniff(BoundedCheck):
    type: Literal["sniff"] = "sniff"
    dimension: str = "air"

    def metrics(self, columns):
        return ()

    def judge(self, measured, columns):
        raise NotImplementedError

    def sentence(self):
        return "the air is clean"
"""
USE_OF_THE_NEW_TYPE = """
from airflow_data_quality import Suite
from airflow_data_quality.core import checks
checks.__path__.append({folder!r})
suite = Suite.from_text("name: s\\ntable: t\\nchecks:\\n  - sniff: {{min: 1, warn: {{min: 2}}}}\\n")
assert suite.tests()[0].id == "s/sniff"
assert suite.checks[0].describe() == "the air is clean"
"""


def test_a_new_type_is_one_new_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "sniff.py").write_text(NEW_TYPE, encoding="utf-8")
    loaded_by(USE_OF_THE_NEW_TYPE.format(folder=str(tmp_path)))


# Budgets --------------------------------------------------------------------------------------------------------------


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.name}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_files_are_short() -> None:
    assert [path.name for path in FILES if lines(path) > 400] == []
    assert median(map(lines, FILES)) <= 120


def test_functions_fit_on_a_screen() -> None:
    assert [(name, length) for path in FILES for name, length in functions(path) if length > 50] == []


def test_nothing_is_called_by_what_it_does_not_say() -> None:
    assert [path.name for path in FILES if path.stem in ("utils", "util", "helpers", "misc", "common")] == []
    classes = [
        node.name
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    assert [name for name in classes if name.endswith(("Manager", "Impl", "Helper", "Util", "Utils"))] == []


def test_a_class_whose_name_pytest_would_collect_says_that_it_is_no_test() -> None:
    classes = [
        (path, node)
        for path in FILES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]
    mistaken = [node for _, node in classes if node.name.startswith("Test")]
    assert mistaken
    assert [node.name for node in mistaken if "__test__ = False" not in map(ast.unparse, node.body)] == []
