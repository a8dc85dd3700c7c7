"""The core is tested as it is meant to live: with Airflow made unimportable.

``make test`` gives these tests a process of their own. Beside others, where Airflow is loaded already, only new imports of
it are refused.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.abc import MetaPathFinder

import pytest

FORM = os.environ.get("DQ_TEST_FORM")
"""The form in which all questions are asked, where there is a choice; see ``forms.py``."""


class _NoAirflow(MetaPathFinder):
    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "airflow" or name.startswith("airflow."):
            raise ImportError(f"the core imports {name}")


@pytest.fixture(autouse=True)
def no_airflow() -> Iterator[None]:
    """Refuses every import of Airflow while a core test runs."""
    finder = _NoAirflow()
    sys.meta_path.insert(0, finder)
    yield
    sys.meta_path.remove(finder)


@pytest.fixture
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Chooses one form wherever there is a choice, by its name in ``forms.FORMS``."""
    from .forms import FORMS

    FORMS[request.param](monkeypatch)
    return str(request.param)


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step is a statement of its own, however short it is."""
    from .forms import FORMS

    FORMS["apart"](monkeypatch)


@pytest.fixture(autouse=FORM is not None)
def form_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chooses the form that DQ_TEST_FORM names in every test."""
    from .forms import FORMS

    if FORM not in FORMS:
        raise pytest.UsageError(f"DQ_TEST_FORM={FORM}: there is no such form; there are: {', '.join(FORMS)}")
    FORMS[FORM](monkeypatch)
