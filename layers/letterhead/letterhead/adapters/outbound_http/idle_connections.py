"""Connections that have served a request and may serve the next one to the same URL, for a few seconds.

They save who sends many requests to one host the way to it and the TLS handshake. None outlives a change of what DNS says.
"""

from __future__ import annotations

import select
import threading
import time
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Collection

_MOST = 20
_MOST_USES = 100
_LONGEST_IDLE_SECONDS = 2.0


class Connection:
    """An open connection: which URL it serves, and all addresses that its host had when it was opened."""

    def __init__(self, opened: socket.socket, url: str, addresses: Collection[str]) -> None:
        self.socket = opened
        self.url = url
        self.addresses = frozenset(addresses)
        self.uses = 0
        self.since = 0.0

    @property
    def is_fresh(self) -> bool:
        """Whether it has served nothing yet."""
        return self.uses == 0


class IdleConnections:
    """Where they wait; threads may share it. `most` is 0 for who wants to keep none."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._waiting: list[Connection] = []
        weakref.finalize(self, _close, self._waiting)

    def take(self, url: str, addresses: Collection[str]) -> Connection | None:
        """One for a URL whose host has exactly these addresses, all of them just checked; None if there is none."""
        wanted = frozenset(addresses)
        found = None
        with self._lock:
            kept, ended = [], []
            for one in self._waiting:
                if not _is_usable(one) or (one.url == url and one.addresses != wanted):
                    ended.append(one)
                elif found is None and one.url == url:
                    found = one
                else:
                    kept.append(one)
            self._waiting[:] = kept
        _close(ended)
        return found

    def give(self, connection: Connection) -> None:
        """Keep one that has brought its answer whole, or close it; the oldest has to go where there are too many."""
        connection.uses += 1
        # The clock on the wall: a function that sleeps between two invocations may not notice on any other.
        connection.since = time.time()
        with self._lock:
            if connection.uses < _MOST_USES:
                self._waiting.append(connection)
                ended = self._waiting[: max(len(self._waiting) - self._most, 0)]
                del self._waiting[: len(ended)]
            else:
                ended = [connection]
        _close(ended)


def _is_usable(connection: Connection) -> bool:
    """Whether it hasn't waited for long, and the other side has neither ended it nor said anything unasked."""
    if not 0 <= time.time() - connection.since <= _LONGEST_IDLE_SECONDS:
        return False
    try:
        readable, _, _ = select.select([connection.socket], [], [], 0)
    except (OSError, ValueError):
        return False
    return not readable


def _close(connections: list[Connection]) -> None:
    for one in connections:
        one.socket.close()
