"""The tests' own fence: see conftest.py."""

from __future__ import annotations

import asyncio
import socket

import pytest

ELSEWHERE = "192.0.2.1"  # TEST-NET-1 (RFC 5737): nobody's address


def by_tcp() -> None:
    with socket.socket() as connection:
        connection.connect((ELSEWHERE, 80))


def by_udp() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        datagrams.sendto(b"x", (ELSEWHERE, 53))


def by_asyncio() -> None:
    asyncio.run(asyncio.wait_for(asyncio.open_connection(ELSEWHERE, 80), timeout=5))


def by_name() -> None:
    socket.getaddrinfo("example.com", 443)


@pytest.mark.parametrize("reach", [by_tcp, by_udp, by_asyncio, by_name])
def test_no_test_reaches_another_machine(reach):
    with pytest.raises(RuntimeError, match="tests"):
        reach()


def test_a_test_reaches_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
