"""A DynamoDB for tests: moto's server, one request at a time, or the one that DQ_TEST_DYNAMODB_ENDPOINT names."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

REGION = "eu-west-1"
KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
REAL = os.environ.get("DQ_TEST_DYNAMODB_ENDPOINT")


@contextmanager
def dynamodb_server() -> Iterator[str]:
    """Runs a server for as long as it is needed; yields its endpoint."""
    if REAL is not None:
        yield REAL
        return
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log_request(self, *args: object) -> None: ...

    # With a thread for each request it would tear transactions apart.
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=False, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def dynamodb_client(endpoint: str, *, attempts: int = 1, **given: Any) -> Any:
    """Returns a client; botocore tries a request so many times."""
    config = Config(retries={"total_max_attempts": attempts, "mode": "standard"}, connect_timeout=5, read_timeout=30)
    return boto3.client("dynamodb", **{"endpoint_url": endpoint, "region_name": REGION, "config": config, **KEYS, **given})


def new_prefix() -> str:
    """Returns how the names of a test's tables begin."""
    return f"t_{uuid4().hex[:12]}_"


def answer(status: int, body: bytes) -> AWSResponse:
    """Returns what a server may answer."""

    class Raw:
        def stream(self, **options: object) -> Iterator[bytes]:
            yield body

    return AWSResponse("http://injected", status, {"content-type": "application/x-amz-json-1.0"}, Raw())


@contextmanager
def listening(client: Any, operation: str, listener: Callable[[Any], AWSResponse | None]) -> Iterator[None]:
    """Lets a listener see each request before it is sent; what it returns is taken for the answer, and nothing is sent."""

    def hook(request: Any, **more: Any) -> AWSResponse | None:
        return listener(request)

    event = f"before-send.dynamodb.{operation}"
    client.meta.events.register(event, hook)
    try:
        yield
    finally:
        client.meta.events.unregister(event, hook)
