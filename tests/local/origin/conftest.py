"""An origin on loopback in front of an API that records every byte it gets."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from local.origin.api_connection import Api
from local.origin.server import Origin
from local.sockets import listening_socket, port_of

PREFIX = b"/_aws/execute-api/abc123/$default"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class RecordingApi:
    """What the API got, as raw bytes, and what it answers next; an empty answer closes the connection."""

    answer: bytes = OK
    seconds: float = 0.0
    received: list[bytes] = field(default_factory=list)
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                body = await reader.readexactly(int(length.group(1))) if length else b""
                self.received.append(head + body)
                await asyncio.sleep(self.seconds)
                if not self.answer:
                    return
                writer.write(self.answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    @property
    def last(self) -> tuple[bytes, list[bytes], bytes]:
        """Request line, header lines and body of the last request."""
        head, _, body = self.received[-1].partition(b"\r\n\r\n")
        line, *headers = head.split(b"\r\n")
        return line, headers, body


@dataclass
class Client:
    """A client that writes and reads raw bytes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    own_port: int

    async def send(self, request: bytes) -> bytes:
        """The whole answer to a request that asks for the connection to be closed, or that ends it."""
        self.writer.write(request)
        await self.writer.drain()
        return await self.reader.read()

    async def one_answer(self) -> tuple[bytes, bytes]:
        """Head and body of the next answer on a connection that stays open."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        return head, await self.reader.readexactly(int(length.group(1))) if length else b""


@asynccontextmanager
async def origin_before(api: RecordingApi | None) -> AsyncIterator[Client]:
    listening = listening_socket(0)
    port = port_of(listening)
    origin = Origin()
    await origin.start(listening)
    server = None
    if api is not None:
        server = await asyncio.start_server(api.serve, "127.0.0.1", 0)
        origin.serve_api(Api("127.0.0.1", server.sockets[0].getsockname()[1], PREFIX))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Client(reader, writer, port)
    finally:
        writer.close()
        await origin.stop()
        if server is not None:
            server.close()


@pytest.fixture
def api() -> RecordingApi:
    return RecordingApi()


@pytest.fixture
def with_client(api):
    """Runs a conversation with the origin before the recording API and returns what it returns."""

    def run(conversation: Callable[[Client], Awaitable[object]], before: RecordingApi | None = api):
        async def conversed():
            async with asyncio.timeout(30), origin_before(before) as client:
                return await conversation(client)

        return asyncio.run(conversed())

    return run
