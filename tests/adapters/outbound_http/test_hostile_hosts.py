"""Hosts that are broken or mean harm: whatever they send, the request ends in time and small."""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import time
import tracemalloc

import pytest

from letterhead.outbound.exchange import Cause, Deadlines, TimedOutError, UnreachableError
from tests.adapters.outbound_http.conftest import NAME, answers

SOON = Deadlines(connect=1.0, whole=1.0)


def test_a_name_without_an_address_and_a_silent_dns_are_two_things(world, http, named):
    named([])
    with pytest.raises(UnreachableError) as failed:
        http.get(f"http://{NAME}:1/")
    assert failed.value.cause is Cause.NO_SUCH_HOST

    world.do(lambda: setattr(world.first, "misbehaves", "servfails"))
    with pytest.raises(UnreachableError) as failed:
        http.get(f"http://{NAME}:1/")
    assert failed.value.cause is Cause.DNS_SILENT


def test_a_closed_port_is_said(http, host):
    one = host(answers("HTTP/1.1 200 OK"))
    one.close()

    with pytest.raises(UnreachableError) as failed:
        http.get(f"http://127.0.0.1:{one.port}/")

    assert failed.value.cause is Cause.CONNECT


def drip(pieces):
    """One piece every tenth of a second, for ever."""

    def script(connection):
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.1)

    return script


DRIPS = {
    "nothing at all": lambda _: time.sleep(1.2),
    "the status line": drip(itertools.chain([b"HTTP/1.1 2"], itertools.repeat(b"0"))),
    "headers": drip(itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"X-A: b\r\n"))),
    "one header": drip(itertools.chain([b"HTTP/1.1 200 OK\r\nX: "], itertools.repeat(b"y"))),
    "the body": drip(itertools.chain([b"HTTP/1.1 200 OK\r\n\r\n"], itertools.repeat(b"z"))),
    "chunks": drip(
        itertools.chain(
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"], itertools.repeat(b"1\r\nz\r\n")
        )
    ),
    "interim answers": drip(itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n")),
}


@pytest.mark.parametrize("what", DRIPS)
def test_whoever_drips_is_left_at_the_deadline(http, host, what):
    one = host(DRIPS[what])
    start = time.monotonic()

    with pytest.raises(TimedOutError):
        http.get(f"http://127.0.0.1:{one.port}/", deadlines=Deadlines(connect=0.5, whole=0.6))

    assert time.monotonic() - start < 1.5


def test_a_handshake_that_doesnt_come_is_left_at_the_deadline(http, named):
    named(["127.0.0.1"])
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        with pytest.raises(TimedOutError):
            http.get(f"https://{NAME}:{silent.getsockname()[1]}/", deadlines=Deadlines(connect=0.4, whole=5))
        assert time.monotonic() - start < 2


def test_a_host_that_doesnt_read_what_it_is_sent_is_left_at_the_deadline(http, host):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        start = time.monotonic()
        with pytest.raises(TimedOutError):
            http.post(
                f"http://127.0.0.1:{deaf.getsockname()[1]}/",
                headers={},
                body=bytes(30_000_000),
                deadlines=SOON,
            )
        assert time.monotonic() - start < 2


def flood(head: bytes):
    def script(connection):
        connection.sendall(head)
        block = b"x" * 1_000_000
        for _ in range(100):
            connection.sendall(block)

    return script


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"]
)
def test_of_a_hundred_megabytes_only_the_beginning_is_read(http, host, head):
    one = host(flood(head))
    tracemalloc.start()
    try:
        answer = http.get(f"http://127.0.0.1:{one.port}/", most_bytes=1000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (answer.status, answer.first_bytes, answer.cut) == (200, b"x" * 1000, True)
    assert peak < 4_000_000  # the host's own block included


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"HTTP/1.1 200 ",
        b"HTTP/1.1 200 OK\r\nX-Long: ",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
    ],
)
def test_what_is_no_answer_in_http_is_said_and_not_read_to_its_end(http, host, head):
    one = host(flood(head))

    with pytest.raises(UnreachableError) as failed:
        http.get(f"http://127.0.0.1:{one.port}/")

    assert failed.value.cause is Cause.NOT_HTTP


def test_thousands_of_headers_are_no_answer(http, host):
    one = host(answers("HTTP/1.1 200 OK\n" + "\n".join(f"X-{at}: y" for at in range(5000))))

    with pytest.raises(UnreachableError) as failed:
        http.get(f"http://127.0.0.1:{one.port}/")

    assert failed.value.cause is Cause.NOT_HTTP


def test_a_gzip_bomb_stays_wrapped(http, host):
    bomb = gzip.compress(bytes(50_000_000))
    one = host(answers(f"HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: {len(bomb)}", bomb))

    answer = http.get(f"http://127.0.0.1:{one.port}/", most_bytes=100)

    assert answer.first_bytes == bomb[:100]


def test_a_connection_that_ends_before_the_answer_is_said(http, host):
    one = host(lambda _: None)

    with pytest.raises(UnreachableError) as failed:
        http.get(f"http://127.0.0.1:{one.port}/")

    assert failed.value.cause is Cause.BROKEN


def test_an_answer_that_comes_before_all_was_said_counts(http, host):
    listening = socket.create_server(("127.0.0.1", 0))

    def refuse_early() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 413 Too large\r\nContent-Length: 0\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            time.sleep(0.2)
            while connection.recv(1_000_000):
                pass

    thread = threading.Thread(target=refuse_early)
    thread.start()
    with listening:
        answer = http.post(
            f"http://127.0.0.1:{listening.getsockname()[1]}/",
            headers={},
            body=bytes(5_000_000),
            deadlines=SOON,
        )
        thread.join(5)

    assert answer.status == 413
