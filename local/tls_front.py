"""TLS for link hosts: plays the part of the operator's TLS proxy (docs/operate.md) in front of the origin.

It has a certificate of the local authority for whatever name a client asks for, and hands the bytes on to the origin.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import trustme

if TYPE_CHECKING:
    import socket

    from local.stack_file import Address

READ_BYTES = 65_536
MOST_NAMES = 1000


class TlsFront:
    """Serves one listening socket; `authority` vouches for each name."""

    def __init__(self, authority: trustme.CA, origin: Address) -> None:
        self._authority = authority
        self._origin = origin
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self, listening: socket.socket) -> None:
        """Accepts connections from now on."""
        context = self._context("localhost")
        context.sni_callback = self._choose
        self._server = await asyncio.start_server(self._accept, sock=listening, ssl=context)

    async def stop(self) -> None:
        """Stops accepting and drops every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _choose(self, connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        if name:
            connection.context = self._contexts.get(name) or self._context(name)

    def _context(self, name: str) -> ssl.SSLContext:
        if len(self._contexts) >= MOST_NAMES:
            self._contexts.clear()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(name, key_type=trustme.KeyType.ECDSA).configure_cert(context)
        self._contexts[name] = context
        return context

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            with suppress(OSError, asyncio.CancelledError):
                inner_reader, inner_writer = await asyncio.open_connection(
                    self._origin.host, self._origin.port
                )
                try:
                    await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))
                finally:
                    inner_writer.close()
        finally:
            writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until the one side has said all; the other is then told by closing."""
    with suppress(OSError):
        while piece := await reader.read(READ_BYTES):
            writer.write(piece)
            await writer.drain()
    writer.close()
