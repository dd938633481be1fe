"""The way to the API: one connection to the emulator per client connection, bytes in and bytes out."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import h11

from local.origin.gateway_answers import Answer, Headers

READ_BYTES = 65_536
IDLE_SECONDS = 60
"""The emulator closes an idle connection after 75 s; one that waited this long is opened anew instead."""

EMULATOR_SERVER = (b"server", b"hypercorn-h11")
HOP_BY_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)


@dataclass(frozen=True)
class Api:
    """Where the emulator serves the API: a host, a port and the prefix before each path."""

    host: str
    port: int
    prefix: bytes


class ApiClosedError(Exception):
    """The emulator took the request and closed the connection, or sent what isn't HTTP."""


class ApiConnection:
    """Sends one request after the other; reconnects when the last connection can't be used again."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._http = h11.Connection(h11.CLIENT)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._used_at = 0.0

    async def ask(self, method: bytes, target: bytes, headers: Headers, body: bytes) -> Answer:
        """The API's answer; OSError when the emulator can't be reached, ApiClosedError when it doesn't answer."""
        reader, writer = await self._connected()
        try:
            request = h11.Request(method=method, target=self._api.prefix + target, headers=headers)
            events = [request, h11.Data(data=body), h11.EndOfMessage()]
            writer.write(b"".join(self._http.send(event) or b"" for event in events))
            await writer.drain()
            answer = await self._answer(reader)
        except (h11.ProtocolError, ConnectionError) as error:
            await self.close()
            raise ApiClosedError(str(error)) from error
        except BaseException:
            await self.close()
            raise
        self._used_at = time.monotonic()
        return answer

    async def close(self) -> None:
        """Drops the connection, whatever it was doing."""
        writer, self._writer, self._reader = self._writer, None, None
        if writer is not None:
            writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is not None and self._writer is not None and self._reusable(self._reader):
            self._http.start_next_cycle()
            return self._reader, self._writer
        await self.close()
        self._http = h11.Connection(h11.CLIENT)
        self._reader, self._writer = await asyncio.open_connection(self._api.host, self._api.port)
        return self._reader, self._writer

    def _reusable(self, reader: asyncio.StreamReader) -> bool:
        done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        return done and not reader.at_eof() and time.monotonic() - self._used_at < IDLE_SECONDS

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        status, headers = 0, Headers()
        body = bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(await reader.read(READ_BYTES))
            elif isinstance(event, h11.Response):
                status, headers = event.status_code, event.headers.raw_items()
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return Answer(status, [pair for pair in headers if _is_for_the_client(*pair)], bytes(body))
            elif isinstance(event, h11.ConnectionClosed):
                raise ConnectionResetError("closed without an answer")


def end_to_end(headers: Headers) -> Headers:
    """The headers that go on to the other side: not those that speak of one connection only."""
    named = {
        token.strip().lower()
        for name, value in headers
        if name.lower() == b"connection"
        for token in value.split(b",")
    }
    return [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP | named]


def _is_for_the_client(name: bytes, value: bytes) -> bool:
    return name.lower() not in HOP_BY_HOP and (name.lower(), value) != EMULATOR_SERVER
