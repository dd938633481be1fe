"""A program that is told by webhooks, or has files: a server on loopback that keeps what it gets and answers as a test wants."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme


@dataclass(frozen=True)
class Received:
    """One request. Header names as they came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answering:
    """What the next requests are answered: a status, a body, headers, after so many seconds."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


class Receiver:
    """The server. `received` has all requests in order; `answers` is asked for each."""

    def __init__(self, server: ThreadingHTTPServer, origin: str) -> None:
        self._origin = origin
        self._server = server
        self.received: list[Received] = []
        self.answers: Callable[[Received], Answering] = lambda _: Answering()

    @property
    def url(self) -> str:
        return f"{self._origin}:{self._server.server_port}/hook"

    def answer(self, status: int = 200, **more: Any) -> None:
        """From now on answer so."""
        self.answers = lambda _: Answering(status, **more)

    @property
    def last(self) -> Received:
        return self.received[-1]


@contextmanager
def receiver(authority: trustme.CA | None = None, name: str = "127.0.0.1") -> Iterator[Receiver]:
    """A running one; with an authority it speaks TLS only, by a certificate for its name."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    if authority is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    made = Receiver(server, f"{'http' if authority is None else 'https'}://{name}")
    server.receiver = made  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        request = Received(self.path, dict(self.headers.items()), body)
        made: Receiver = self.server.receiver  # type: ignore[attr-defined]
        made.received.append(request)
        answer = made.answers(request)
        time.sleep(answer.seconds)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST  # noqa: N815 -- what http.server calls it

    def log_message(self, *_: object) -> None:
        """Nothing: tests read what was received."""
