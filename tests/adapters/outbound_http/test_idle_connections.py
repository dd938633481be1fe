"""Connections that serve more than one request: to whom they may, for how long, and what ends them."""

from __future__ import annotations

import ssl

import pytest

from letterhead.adapters.outbound_http.guarded_http import GuardedHttp
from letterhead.adapters.outbound_http.idle_connections import IdleConnections
from letterhead.outbound.exchange import Cause, UnreachableError
from letterhead.outbound.rules import NotAllowedError
from tests.adapters.outbound_http.conftest import LOCAL, NAME, _request

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
MANY = 10


class Keeping:
    """A host's script that serves a connection until the other side ends it; `requests` has those of each connection."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = iter(answers)
        self.requests: list[int] = []

    def __call__(self, connection) -> None:
        self.requests.append(1)
        while True:
            answer = next(self._answers, OK)
            if not answer:
                return
            connection.sendall(answer)
            if not _request(connection):
                return
            self.requests[-1] += 1


@pytest.fixture
def idle():
    return IdleConnections()


@pytest.fixture
def keeping(world, authority_file, idle):
    return GuardedHttp(world.lookup(), LOCAL, authorities=authority_file, idle=idle)


@pytest.fixture
def tls(authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(context)
    return context


def post(http, port, path="/hook", scheme="http"):
    return http.post(f"{scheme}://{NAME}:{port}{path}", headers={}, body=b"{}")


def test_many_requests_to_one_endpoint_take_one_handshake(keeping, host, named, tls):
    named(["127.0.0.1"])
    script = Keeping()
    one = host(script, tls)
    assert [post(keeping, one.port, scheme="https").first_bytes for _ in range(MANY)] == [b"ok"] * MANY
    assert (script.requests, one.names) == ([MANY], [NAME])
    assert b"Connection: close" not in one.received[0]


def test_who_keeps_none_says_so(http, host, named):
    named(["127.0.0.1"])
    script = Keeping()
    one = host(script)
    for _ in range(3):
        post(http, one.port)
    assert script.requests == [1] * 3
    assert b"Connection: close" in one.received[0]


def test_no_connection_outlives_a_change_of_what_dns_says(keeping, host, named):
    first, second = Keeping(), Keeping()
    port = host(first).port
    host(second, address="127.0.0.2", port=port)
    named(["127.0.0.1"])
    post(keeping, port)
    post(keeping, port)
    named(["127.0.0.2"])
    post(keeping, port)
    assert (first.requests, second.requests) == ([2], [1])
    named(["127.0.0.2", "169.254.169.254"])
    with pytest.raises(NotAllowedError):
        post(keeping, port)
    assert (first.requests, second.requests) == ([2], [1])


def test_each_url_has_connections_of_its_own(keeping, host, named):
    named(["127.0.0.1"])
    script = Keeping()
    port = host(script).port
    post(keeping, port, "/one")
    (waiting,) = keeping._idle._waiting
    other = waiting.url.replace("one", "two")
    assert keeping._idle.take(other, ["127.0.0.1"]) is None
    assert keeping._idle.take(waiting.url, ["127.0.0.1"]) is waiting
    waiting.socket.close()


@pytest.mark.parametrize(
    "answer",
    [
        OK.replace(b"1.1", b"1.0"),
        OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
        OK + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nforged"[:-1],
        b"HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n" + b"x" * 40000,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
    ],
    ids=["HTTP/1.0", "Connection: close", "an answer too many", "a body left unread", "another protocol"],
)
def test_what_may_not_be_used_again_is_not(keeping, host, named, answer):
    named(["127.0.0.1"])
    script = Keeping(answer)
    port = host(script).port
    post(keeping, port)
    assert post(keeping, port).first_bytes == b"ok"
    assert script.requests == [1, 1]


def test_what_the_host_ended_meanwhile_is_opened_anew_once(keeping, host, named):
    named(["127.0.0.1"])
    script = Keeping(OK, b"", OK, b"", b"")
    port = host(script).port
    assert post(keeping, port).status == 200
    assert post(keeping, port).status == 200  # the first one ends after the request: it goes out again
    assert script.requests == [2, 1]
    with pytest.raises(UnreachableError) as caught:
        post(keeping, port)
    assert caught.value.cause is Cause.BROKEN


def test_none_waits_for_long_or_serves_for_ever_or_among_too_many(keeping, host, named, idle):
    named(["127.0.0.1"])
    script = Keeping()
    port = host(script).port
    post(keeping, port)
    (waiting,) = idle._waiting
    waiting.since -= 3
    post(keeping, port)
    assert script.requests == [1, 1]
    (waiting,) = idle._waiting
    waiting.uses = 99
    post(keeping, port)
    assert idle._waiting == []
    few = IdleConnections(most=1)
    sparing = GuardedHttp(keeping._resolver, LOCAL, idle=few)
    for path in ("/a", "/b"):
        other = host(Keeping())
        post(sparing, other.port, path)
    (last,) = few._waiting
    assert last.url.endswith("/b")
