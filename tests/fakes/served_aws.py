"""Moto's AWS of this process for other processes: a server on loopback that hands their requests to it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from moto.core.models import botocore_stubber

from tests.fakes.quick_dynamodb import moto_answers

# Whom a request is for stands in what it is signed for (AWS General Reference, "Signature Version 4").
_SIGNED_FOR = re.compile(r"Credential=[^/]+/[0-9]+/([^/]+)/([^/]+)/aws4_request")


@contextmanager
def aws_served() -> Iterator[str]:
    """The address of the server, which answers as moto does in this process at that moment."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: sent one by one, the second waits for the first to be acknowledged.
    wbufsize = -1
    disable_nagle_algorithm = True
    _one_at_a_time = threading.Lock()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        signed_for = _SIGNED_FOR.search(self.headers.get("Authorization", ""))
        assert signed_for is not None
        region, service = signed_for.groups()
        with self._one_at_a_time:
            if service == "dynamodb":
                status, headers, text = moto_answers(region, self.headers, body)
                content = text.encode() if isinstance(text, str) else text
            else:
                status, headers, content = self._asked(f"{service}.{region}.amazonaws.com", body)
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "date", "server", "connection"):
                self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _asked(self, host: str, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        headers = HeadersDict(dict(self.headers) | {"Host": host})
        request = AWSPreparedRequest(self.command, f"https://{host}{self.path}", headers, body, False)
        answer = botocore_stubber("before-send", request)
        assert answer is not None, request.url
        return answer.status_code, answer.headers, answer.content

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""
