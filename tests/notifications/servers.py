"""Servers on this machine that answer as mail servers, Slack and PagerDuty do; and one that never answers."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

LIMITS = {"section": 3000, "context": 3000}
PAGERDUTY = "events.pagerduty.com"


class Mailbox:
    """What an SMTP server has taken, and whom it refuses."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refused = ""
        self.logins: list[Any] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]) -> str:
        if address == self.refused:
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"

    def log_in(self, server: Any, session: Any, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        self.logins.append(given)
        right = isinstance(given, LoginPassword) and given.password == b"right"
        return AuthResult(success=right, handled=False)


@contextmanager
def smtp(tls: ssl.SSLContext | None = None, login: bool = False) -> Iterator[tuple[Mailbox, int]]:
    """An SMTP server; with ``tls`` it wants STARTTLS, with ``login`` a name and a password."""
    box = Mailbox()
    options: dict[str, Any] = {"tls_context": tls, "require_starttls": tls is not None}
    if login:
        options |= {"authenticator": box.log_in, "auth_required": True, "auth_require_tls": False}
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    yield box, controller.port
    controller.stop()


class Web:
    """What an HTTP server was sent; it answers as Slack and PagerDuty document, unless told otherwise."""

    def __init__(self) -> None:
        self.webhook: list[dict[str, Any]] = []
        self.posted: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.tokens: list[str | None] = []
        self.instead: dict[str, tuple[int, Any]] = {}
        """Path → what is answered there whatever is sent."""
        self.silent: set[str] = set()
        """Paths at which nothing is answered, until the server ends."""
        self.ended = threading.Event()
        self.port = 0

    def answer(self, path: str, sent: dict[str, Any], token: str | None) -> tuple[int, Any]:
        if path in self.instead:
            return self.instead[path]
        if path == "/api/chat.postMessage":
            return self._slack({**sent, "blocks": json.loads(sent["blocks"])}, token)
        return {"/services/T0/B0/hush-hush": self._webhook, "/v2/enqueue": self._pagerduty}[path](sent)

    def _webhook(self, sent: dict[str, Any]) -> tuple[int, Any]:
        if fault := wrong_blocks(sent["blocks"]):
            return 400, fault
        self.webhook.append(sent)
        return 200, "ok"

    def _slack(self, sent: dict[str, Any], token: str | None) -> tuple[int, Any]:
        if fault := wrong_blocks(sent["blocks"]):
            return 200, {"ok": False, "error": fault}
        self.tokens.append(token)
        self.posted.append(sent)
        return 200, {"ok": True, "channel": "C1", "ts": "1.2", "message": {"text": sent["text"]}}

    def _pagerduty(self, sent: dict[str, Any]) -> tuple[int, Any]:
        if fault := wrong_event(sent):
            return 400, {"status": "invalid event", "message": "Event object is invalid", "errors": [fault]}
        self.events.append(sent)
        return 202, {"status": "success", "message": "Event processed", "dedup_key": sent["dedup_key"]}


def wrong_blocks(blocks: list[dict[str, Any]]) -> str:
    """What Slack would say of blocks: ``invalid_blocks``, or nothing."""
    parts = [(block["type"], part) for block in blocks for part in block.get("elements", [block.get("text")])]
    long = any(not 0 < len(part["text"]) <= LIMITS[kind] for kind, part in parts)
    crowded = len(blocks) > 50 or any(len(block.get("elements", [])) > 10 for block in blocks)
    return "invalid_blocks" if long or crowded else ""


def wrong_event(event: dict[str, Any]) -> str:
    """What PagerDuty would complain of."""
    payload = event["payload"]
    if len(event.get("routing_key", "")) != 32:
        return "Length of 'routing_key' is incorrect (should be 32 characters)"
    if event["event_action"] not in ("trigger", "acknowledge", "resolve"):
        return "'event_action' is invalid"
    if payload["severity"] not in ("critical", "error", "warning", "info") or not payload["summary"] or not payload["source"]:
        return "'payload' is invalid"
    return "" if 0 < len(event["dedup_key"]) <= 255 and len(payload["summary"]) <= 1024 else "too long"


@contextmanager
def web(tls: ssl.SSLContext) -> Iterator[Web]:
    """An HTTP server that is also the proxy by which PagerDuty is reached: it answers itself what is tunnelled through it."""
    found = Web()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_CONNECT(self) -> None:
            assert self.path == f"{PAGERDUTY}:443"
            self.send_response(200)
            self.end_headers()
            self.connection = tls.wrap_socket(self.connection, server_side=True)  # type: ignore[assignment]
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)  # type: ignore[assignment]
            self.close_connection = False

        def finish(self) -> None:
            super().finish()
            self.connection.close()

        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            path = urlsplit(self.path).path
            if path in found.silent:
                found.ended.wait()
                return
            status, answer = found.answer(path, sent, self.headers["Authorization"])
            body = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain" if isinstance(answer, str) else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        found.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield found
        found.ended.set()
        server.shutdown()
        thread.join()


@contextmanager
def silent() -> Iterator[int]:
    """A server that takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def certificate(folder: Path) -> tuple[Path, Callable[[], ssl.SSLContext]]:
    """A certificate for PagerDuty's name and this machine's, and what makes a server's side of it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, PAGERDUTY)])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(PAGERDUTY), x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, secret = folder / "certificate.pem", folder / "key.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )

    def context() -> ssl.SSLContext:
        side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        side.load_cert_chain(path, secret)
        return side

    return path, context
