"""Listening sockets on loopback: the wanted port, or a free one when something else has it."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"
BACKLOG = 512


def listening_socket(wanted_port: int) -> socket.socket:
    """A socket that listens on the wanted port of 127.0.0.1, or on a free one when that is taken."""
    try:
        return _listen(wanted_port)
    except OSError:
        return _listen(0)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has right now, for a child process that opens it itself."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return port_of(probe)


def port_of(opened: socket.socket) -> int:
    """The port that a bound socket has."""
    return int(opened.getsockname()[1])


def _listen(port: int) -> socket.socket:
    # asyncio turns Nagle's delay off (40 ms a request) only where the protocol is named
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((LOOPBACK, port))
        opened.listen(BACKLOG)
    except OSError:
        opened.close()
        raise
    opened.setblocking(False)
    return opened
