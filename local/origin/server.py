"""The origin's port: reads a request whole, lets it pass or refuses it as API Gateway would, and hands it on."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

import h11

from local.origin.api_connection import Api, ApiClosedError, ApiConnection, end_to_end
from local.origin.gateway_answers import (
    BAD_REQUEST,
    FUNCTION_FAILED,
    HEADERS_TOO_LARGE,
    INTEGRATION_SECONDS,
    MOST_BODY_BYTES,
    TOO_LARGE,
    UNAVAILABLE,
    Answer,
    Headers,
    as_api_gateway_says_it,
    event_is_too_large,
    headers_are_too_large,
)

READ_BYTES = 65_536
IDLE_SECONDS = 75
LINGER_SECONDS = 2
MOST_UNREAD_BYTES = 10 * MOST_BODY_BYTES
"""How much of an over-long body is read and thrown away, so that the client gets to read its 413."""

MOST_HEADER_BYTES = 65_536
REASONS = {status.value: status.phrase.encode() for status in HTTPStatus}
SET_HERE = frozenset(
    {b"x-forwarded-for", b"x-forwarded-port", b"x-forwarded-proto", b"content-length", b"expect"}
)


class ClientGoneError(Exception):
    """The client closed its connection, fell silent, or sends without end."""


@dataclass(frozen=True)
class _Request:
    method: bytes
    target: bytes
    headers: Headers
    body: bytes
    too_large: bool


class Origin:
    """Serves one listening socket. Until `serve_api` is called every answer is 503."""

    def __init__(self) -> None:
        self._api: Api | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self, listening: socket.socket) -> None:
        """Accepts connections from now on."""
        self._server = await asyncio.start_server(self._accept, sock=listening)

    def serve_api(self, api: Api) -> None:
        """Hands requests on to this API from now on."""
        self._api = api

    async def stop(self) -> None:
        """Stops accepting and drops every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        try:
            await _Client(reader, writer, lambda: self._api).serve()
        except (
            ClientGoneError,
            ConnectionError,
            TimeoutError,
            h11.LocalProtocolError,
            asyncio.CancelledError,
        ):
            return
        finally:
            if task is not None:
                self._tasks.discard(task)
            writer.close()


class _Client:
    """One client's connection, one request after the other."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, api: Callable[[], Api | None]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MOST_HEADER_BYTES)
        self._where = api
        self._api: ApiConnection | None = None
        self._bodiless = False
        self._peer = writer.get_extra_info("peername")[0].encode()
        self._own_port = str(writer.get_extra_info("sockname")[1]).encode()

    async def serve(self) -> None:
        try:
            while True:
                try:
                    request = await self._read_request()
                    answer = await self._answer_to(request)
                except h11.RemoteProtocolError as error:
                    refusal = HEADERS_TOO_LARGE if error.error_status_hint == 431 else BAD_REQUEST
                    await self._send(refusal, last=True)
                    await self._linger()
                    return
                await self._send(answer, last=request.too_large)
                if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                    return
                self._http.start_next_cycle()
        finally:
            if self._api:
                await self._api.close()

    async def _read_request(self) -> _Request:
        head = await self._next_event()
        if not isinstance(head, h11.Request):
            raise ClientGoneError
        headers = head.headers.raw_items()
        self._bodiless = head.method == b"HEAD"
        announced = int(_value(headers, b"content-length") or b"0")
        too_large = announced > MOST_BODY_BYTES
        if self._http.they_are_waiting_for_100_continue and not too_large:
            await self._write(h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue"))
        body = bytearray()
        unread = 0
        waits_for_our_word = self._http.they_are_waiting_for_100_continue
        while not waits_for_our_word:
            event = await self._next_event()
            if not isinstance(event, h11.Data):
                break
            too_large = too_large or len(body) + len(event.data) > MOST_BODY_BYTES
            if too_large:
                unread += len(event.data)
            else:
                body += event.data
            if unread > MOST_UNREAD_BYTES:
                raise ClientGoneError
        return _Request(head.method, _origin_form(head.target), headers, bytes(body), too_large)

    async def _answer_to(self, request: _Request) -> Answer:
        if headers_are_too_large(request.method, request.target, request.headers):
            return HEADERS_TOO_LARGE
        if not request.target.startswith(b"/"):
            return BAD_REQUEST
        content_type = _value(request.headers, b"content-type") or b""
        if request.too_large or event_is_too_large(content_type, request.body):
            return TOO_LARGE
        api = self._where()
        if api is None:
            return UNAVAILABLE
        self._api = self._api or ApiConnection(api)
        asked = self._api.ask(request.method, request.target, self._passed_on(request), request.body)
        try:
            return as_api_gateway_says_it(await asyncio.wait_for(asked, INTEGRATION_SECONDS))
        except ApiClosedError:
            return FUNCTION_FAILED
        except OSError:
            return UNAVAILABLE

    def _passed_on(self, request: _Request) -> Headers:
        """The client's own headers in their order and case, and those that API Gateway sets."""
        headers = [pair for pair in end_to_end(request.headers) if pair[0].lower() not in SET_HERE]
        if _value(request.headers, b"host") is None:
            headers.insert(0, (b"Host", b"127.0.0.1:" + self._own_port))
        if request.body or _value(request.headers, b"content-length") is not None:
            headers.append((b"Content-Length", str(len(request.body)).encode()))
        hops = [value for name, value in request.headers if name.lower() == b"x-forwarded-for"]
        headers.append((b"X-Forwarded-For", b", ".join([*hops, self._peer])))
        headers.append((b"X-Forwarded-Port", self._own_port))
        headers.append((b"X-Forwarded-Proto", b"http"))
        return headers

    async def _send(self, answer: Answer, last: bool) -> None:
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        headers = answer.headers
        if answer.status == 204:
            headers = [pair for pair in headers if pair[0].lower() != b"content-length"]
        if _value(headers, b"date") is None:
            headers = [*headers, (b"Date", formatdate(usegmt=True).encode())]
        if last:
            headers = [*headers, (b"Connection", b"close")]
        reason = REASONS.get(answer.status, b"")
        await self._write(
            h11.Response(status_code=answer.status, headers=headers, reason=reason),
            h11.Data(data=b"" if self._bodiless else answer.body),
            h11.EndOfMessage(),
        )

    async def _linger(self) -> None:
        """Throws away what is still coming in: closing with unread bytes would take the answer from the client."""
        self._writer.write_eof()
        async with asyncio.timeout(LINGER_SECONDS):
            while await self._reader.read(READ_BYTES):
                pass

    async def _write(self, *events: h11.Event) -> None:
        self._writer.write(b"".join(self._http.send(event) or b"" for event in events))
        await self._writer.drain()

    async def _next_event(self) -> h11.Event:
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                async with asyncio.timeout(IDLE_SECONDS):
                    self._http.receive_data(await self._reader.read(READ_BYTES))
            elif isinstance(event, h11.Event) and not isinstance(event, h11.ConnectionClosed):
                return event
            else:
                raise ClientGoneError


def _value(headers: Headers, name: bytes) -> bytes | None:
    return next((value for given, value in headers if given.lower() == name), None)


def _origin_form(target: bytes) -> bytes:
    """`/path?query` of a target that names the whole URL, as a client sends it to a proxy; others unchanged."""
    for scheme in (b"http://", b"https://"):
        if target[: len(scheme)].lower() == scheme:
            _, slash, path = target[len(scheme) :].partition(b"/")
            return slash + path or b"/"
    return target
