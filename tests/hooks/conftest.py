"""A DynamoDB for the tests of connections that lead to one."""

from __future__ import annotations

from tests.core.stores.configs.conftest import dynamodb_endpoint

__all__ = ["dynamodb_endpoint"]
