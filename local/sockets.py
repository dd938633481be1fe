"""Listening sockets on loopback: the wanted port, or a free one when something else has it."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

from local.failure import LocalCloudError

LOOPBACK = "127.0.0.1"
BACKLOG = 512
_BELOW_OUTGOING = range(15_000, 30_000)


def listening_socket(wanted_port: int) -> socket.socket:
    """A socket that listens on the wanted port of 127.0.0.1, or on a free one when that is taken."""
    try:
        return _listen(wanted_port)
    except OSError:
        return _listen(0)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has right now, for a child process that opens it itself.

    It lies below those that the system gives to outgoing connections, or one of them could take it before the child does.
    """
    for port in random.sample(_BELOW_OUTGOING, 100):
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((LOOPBACK, port))
            return port
    raise LocalCloudError("No free port was found between 15000 and 30000: stop what is using them")


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
