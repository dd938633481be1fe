"""Ports: the wanted one, or a free one."""

from __future__ import annotations

import asyncio
import socket

from local.sockets import free_port, listening_socket, port_of


def test_the_wanted_port_is_taken_when_it_is_free():
    wanted = free_port()

    with listening_socket(wanted) as opened:
        assert port_of(opened) == wanted
        assert opened.getsockname()[0] == "127.0.0.1"


def test_another_port_is_taken_when_the_wanted_one_is_in_use():
    with listening_socket(0) as first, listening_socket(port_of(first)) as second:
        assert port_of(second) != port_of(first)
        with socket.create_connection(("127.0.0.1", port_of(second)), timeout=5):
            pass


def test_small_answers_are_not_held_back():
    """A socket whose protocol isn't named keeps Nagle's delay, and each answer waits 40 ms for an acknowledgement."""

    async def no_delay():
        delays = asyncio.Queue()

        async def accept(_reader, writer):
            accepted = writer.get_extra_info("socket")
            await delays.put(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening = listening_socket(0)
        server = await asyncio.start_server(accept, sock=listening)
        _, writer = await asyncio.open_connection("127.0.0.1", port_of(listening))
        answer = await asyncio.wait_for(delays.get(), 5)
        writer.close()
        server.close()
        return answer

    assert asyncio.run(no_delay())
