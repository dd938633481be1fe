"""An HTTP server on this machine that answers as it is told, whatever it is asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Script:
    """One answer; `hangs` for so many seconds before it, `drops` the connection in its place."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    hangs: float = 0.0
    drops: bool = False


def aws_error(code: str, status: int = 400, **more: Any) -> Script:
    """An error as AWS's JSON protocols write it."""
    body = json.dumps({"__type": f"com.amazonaws#{code}", "message": "made up by a test", **more})
    return Script(status, body.encode(), {"x-amzn-errortype": code, "x-amzn-requestid": "R1"})


@dataclass
class ScriptedServer:
    """`answers` are given in their order, the last one again and again; `asked` counts the requests."""

    url: str
    answers: list[Script] = field(default_factory=lambda: [Script()])
    asked: int = 0

    def next(self) -> Script:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    """A running one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            script = scripted.next()
            if script.hangs:
                time.sleep(script.hangs)
            if script.drops:
                self.close_connection = True
                return
            self.send_response(script.status)
            for name, value in ({"content-type": "application/x-amz-json-1.0"} | script.headers).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(script.body)))
            with suppress(ConnectionError):  # whoever asked may have given up meanwhile
                self.end_headers()
                self.wfile.write(script.body)

        do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        scripted = ScriptedServer(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield scripted
        finally:
            server.shutdown()
