"""Ports: the wanted one, or a free one."""

from __future__ import annotations

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
