"""A connection on which the whole exchange has one deadline and one limit of bytes.

A socket's own time-out begins anew with every byte that trickles in; here each step gets only what is left.
"""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket


class TooLargeError(Exception):
    """More bytes have come than an exchange may take."""


class DeadlineSocket:
    """What `http.client` needs of a socket. Sending and reading raise TimeoutError when the time is up.

    There is one reader, however often it is asked for: what it has buffered belongs to whoever reads next.
    """

    def __init__(self, connected: socket.socket, deadline: float, most_bytes: int) -> None:
        self._socket = connected
        self._deadline = deadline
        self._left = most_bytes
        self._reader = _SharedReader(_Incoming(self))
        self._received = 0
        self._ended = False

    def sendall(self, data: bytes) -> None:
        """Send everything, however slowly the other side takes it, or time out."""
        view = memoryview(data)
        while view:
            self._arm()
            view = view[self._socket.send(view) :]

    def makefile(self, mode: str) -> io.BufferedIOBase:
        """The one reader of the answer."""
        return self._reader

    def close(self) -> None:
        """Nothing: who opened the connection closes it, after the answer's body has been read."""

    def receive_into(self, buffer: memoryview) -> int:
        """The next bytes, 0 at the end. Raises `TooLargeError` once more than the limit has come."""
        if self._ended:
            return 0
        if self._left <= 0:
            raise TooLargeError
        self._arm()
        count = self._socket.recv_into(buffer[: self._left])
        self._left -= count
        self._received += count
        return count

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come yet."""
        return self._received == 0

    def end(self) -> bool:
        """Read nothing more from the connection; whether all that had come belonged to the answer that was read."""
        self._ended = True
        return not self._reader.peek(1)

    def _arm(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)


class _SharedReader(io.BufferedReader):
    def close(self) -> None:
        """Nothing: each `HTTPResponse`, and there is one for every interim answer, closes its reader when it is dropped."""


class _Incoming(io.RawIOBase):
    def __init__(self, connection: DeadlineSocket) -> None:
        super().__init__()
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        return self._connection.receive_into(memoryview(buffer).cast("B"))
