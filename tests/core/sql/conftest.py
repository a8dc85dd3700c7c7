"""What the tests of SQL share."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(params=["postgres", "full_postgres"])
def db(request: Any) -> Any:
    """A schema in each server there is: versions differ in what their catalogs say."""
    return request.getfixturevalue(request.param)
